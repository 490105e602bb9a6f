using System.Runtime.InteropServices;

namespace PSAutodiff.Execution.Scalar;

/// <summary>Makes a <see cref="RowPlan"/> of a tape.</summary>
internal sealed partial class RowPlanner
{
    private const int None = -1;

    // Sums, differences and products of inputs are made anew where they are needed again after so many steps. Kept that long, their
    // registers would have left the caches, and taken others' place there.
    private const int LongestWait = 256;

    // Operations are fused over no longer distances, as arguments keep their registers meanwhile.
    private const int LongestFusion = 8;

    private readonly Tape _tape;
    private readonly bool _sums;
    private readonly int _sources;
    private readonly int[] _outputs;

    // The inputs, the constants, and what is computed.
    private readonly List<Value> _values;
    private readonly List<Node> _nodes;

    public RowPlanner(Tape tape, bool[] isSingle, bool sums)
    {
        (_tape, _sums) = (tape, sums);
        _sources = tape.InputCount + tape.Constants.Length;
        SingleCount = Math.Max(_sources, 1);
        _values = new List<Value>(_sources + tape.Instructions.Length);
        _nodes = new List<Node>(tape.Instructions.Length);
        for (var i = 0; i < _sources; i++) NewValue(i >= tape.InputCount || isSingle[i] ? ~i : RowPlan.FirstColumn + ColumnCount++, None);
        _outputs = new int[tape.Outputs.Length];
    }

    public int SingleCount { get; private set; }

    public int ColumnCount { get; private set; }

    public int RegisterCount { get; private set; }

    public int SumCount { get; private set; }

    public RowRegion[] Regions { get; private set; } = [];

    public (Tape.Instruction[] Singles, RowStep[] Steps, int[] Outputs) Plan()
    {
        var singles = Number();
        PlaceOutputs();
        CountUses();
        if (_sums) FindRegions();
        Fuse();
        var steps = Allocate();
        return (singles, steps, Array.ConvertAll(_outputs, output => _sums && Of(output).Sum != None ? Of(output).Sum : Of(output).Place));
    }

    private ref Value Of(int value) => ref CollectionsMarshal.AsSpan(_values)[value];

    private bool IsSource(int value) => Of(value).Definition == None;

    private int NewValue(int place, int definition)
    {
        _values.Add(new Value { Place = place, Definition = definition, LastUse = definition, Sum = None });
        return _values.Count - 1;
    }

    /// <summary>From registers, which are used again and again, to values. What depends on single values alone is taken apart.</summary>
    private Tape.Instruction[] Number()
    {
        var singles = new List<Tape.Instruction>();
        var valueIn = new int[_tape.RegisterCount];
        for (var i = 0; i < _sources; i++) valueIn[i] = i;
        for (var i = 0; i < _tape.Instructions.Length; i++)
        {
            var step = _tape.Instructions[i];
            var arity = step.Operation.Arity;
            var (x, y, z) = (SingleIn(step.X), arity > 1 ? SingleIn(step.Y) : 0, arity > 2 ? SingleIn(step.Z) : 0);
            if (x >= 0 && y >= 0 && z >= 0)
            {
                singles.Add(new Tape.Instruction(step.Operation, SingleCount, x, y, z));
                valueIn[step.Target] = NewValue(~SingleCount++, None);
                continue;
            }

            var node = new Node(step.Operation, RowForm.Apply) { X = Argument(step.X), Y = arity > 1 ? Argument(step.Y) : None, Z = arity > 2 ? Argument(step.Z) : None };
            var isPair = _tape.SharesWithNext(i) is not null;
            node.Value = valueIn[step.Target] = NewValue(0, _nodes.Count);
            if (isPair)
            {
                // In the form that the second one tells how both are computed.
                var next = _tape.Instructions[++i];
                node = node with { Operation = next.Operation, Form = RowForm.Pair };
                node.Second = valueIn[next.Target] = NewValue(0, _nodes.Count);
            }

            _nodes.Add(node);
        }

        for (var i = 0; i < _outputs.Length; i++) _outputs[i] = valueIn[_tape.Outputs[i]];
        return [.. singles];

        int SingleIn(int register) => ~Of(valueIn[register]).Place;

        int Argument(int register)
        {
            ref var value = ref Of(valueIn[register]);
            if (value.Definition == None) return valueIn[register];
            if (_nodes.Count - value.LastUse > LongestWait && _nodes[value.Definition] is var node && IsCheap(node))
            {
                node.Value = valueIn[register] = NewValue(0, _nodes.Count);
                _nodes.Add(node);
                value = ref Of(node.Value);
            }

            value.LastUse = _nodes.Count;
            return valueIn[register];
        }
    }

    private bool IsCheap(in Node node) =>
        node.Form == RowForm.Apply && IsSource(node.X) && IsSource(node.Y < 0 ? node.X : node.Y)
        && node.Operation is SumOperation or SubOperation or MulOperation or NegOperation;

    private void PlaceOutputs()
    {
        for (var i = 0; i < _outputs.Length; i++)
        {
            ref var output = ref Of(_outputs[i]);
            if (_sums && output.Place >= 0)
            {
                if (output.Sum == None) output.Sum = SumCount++;
            }
            else if (output.Definition != None)
            {
                output.Place = RowPlan.FirstOutput + i;
            }
        }
    }

    private void CountUses()
    {
        foreach (ref readonly var node in CollectionsMarshal.AsSpan(_nodes))
        {
            Of(node.X).Uses++;
            if (node.Y != None) Of(node.Y).Uses++;
            if (node.Z != None) Of(node.Z).Uses++;
        }
    }

    private void Fuse()
    {
        var nodes = CollectionsMarshal.AsSpan(_nodes);
        for (var i = 0; i < nodes.Length; i++)
        {
            ref var node = ref nodes[i];
            if (node.Form != RowForm.Apply) continue;
            if (node.Operation is MulOperation && _sums && Of(node.Value) is { Uses: 0, Sum: not None }) node.Form = RowForm.SumOfProducts;
            else if (node.Operation is SumOperation) _ = FuseProduct(i, node.Y, node.X, RowForm.PlusProduct) || FuseProduct(i, node.X, node.Y, RowForm.ProductPlus);
            else if (node.Operation is SubOperation) _ = FuseProduct(i, node.Y, node.X, RowForm.MinusProduct) || FuseProduct(i, node.X, node.Y, RowForm.ProductMinus);
        }

        foreach (ref var node in nodes)
        {
            if (node.Form == RowForm.Apply) node.Form = FormOf(node.Operation);
        }

        _nodes.RemoveAll(static node => node.Value == None);
    }

    // What is a single instruction costs less than the call that an operation's own loop takes.
    private static RowForm FormOf(Operation operation) => operation switch
    {
        SumOperation => RowForm.Add,
        SubOperation => RowForm.Subtract,
        MulOperation => RowForm.Multiply,
        _ => RowForm.Apply,
    };

    private bool FuseProduct(int user, int product, int other, RowForm form)
    {
        var nodes = CollectionsMarshal.AsSpan(_nodes);
        if (Of(other).Place < 0 || !IsAlone(product, user, uses: 1)) return false;
        ref var factor = ref nodes[Of(product).Definition];
        if (factor is not { Form: RowForm.Apply, Operation: MulOperation }) return false;
        ref var node = ref nodes[user];
        if (form == RowForm.PlusProduct && factor.X == factor.Y && IsAlone(factor.X, user, uses: 2) && nodes[Of(factor.X).Definition] is { Form: RowForm.Apply, Operation: SubOperation } difference)
        {
            node = node with { Form = RowForm.PlusSquaredDifference, X = difference.X, Y = difference.Y, Z = other };
            nodes[Of(factor.X).Definition].Value = None;
        }
        else
        {
            node = node with { Form = form, X = factor.X, Y = factor.Y, Z = other };
        }

        factor.Value = None;
        return true;
    }

    /// <summary>Whether a value is computed shortly before a node and wanted nowhere but there.</summary>
    private bool IsAlone(int value, int user, int uses)
    {
        ref readonly var of = ref Of(value);
        return of.Definition != None && of.Uses == uses && of.Sum == None && of.Place == 0 && user - of.Definition <= LongestFusion;
    }

    private RowStep[] Allocate()
    {
        var free = new Stack<int>();
        var steps = new List<RowStep>(_nodes.Count);
        Regions = new RowRegion[_regions.Count];
        foreach (var node in _nodes)
        {
            if (node.Form == RowForm.Region)
            {
                var region = _regions[node.Value];
                Regions[node.Value] = Finish(region);
                steps.Add(new RowStep(node.Operation, node.Form, 0, Of(node.X).Place, 0, 0, node.Value, None));
                Release(node.X);
                foreach (var value in region.Taken) Release(value);
                continue;
            }

            var (x, y, z) = (Of(node.X).Place, node.Y < 0 ? 0 : Of(node.Y).Place, node.Z < 0 ? 0 : Of(node.Z).Place);

            // Of a pair the first value may not take the place of the argument, which both need.
            if (node.Form == RowForm.Pair) Take(node.Value);
            Release(node.X);
            if (node.Y != None) Release(node.Y);
            if (node.Z != None) Release(node.Z);
            if (node.Form == RowForm.Pair) y = Take(node.Second);
            else if (node.Form != RowForm.SumOfProducts) Take(node.Value);
            steps.Add(new RowStep(node.Operation, node.Form, Of(node.Value).Place, x, y, z, Of(node.Value).Sum, node.Form == RowForm.Pair ? Of(node.Second).Sum : None));
            if (node.Form != RowForm.SumOfProducts) Leave(node.Value);
            if (node.Form == RowForm.Pair) Leave(node.Second);
        }

        for (var input = 0; input < _tape.InputCount; input++)
        {
            var value = Of(input);
            if (value.Sum != None) steps.Add(new RowStep(OperationOf<VariableLeafOperation>.Instance, RowForm.Sum, 0, value.Place, 0, 0, value.Sum, None));
        }

        return [.. steps];

        int Take(int value)
        {
            ref var of = ref Of(value);
            if (of.Place < RowPlan.FirstOutput) of.Place = free.TryPop(out var register) ? register : RegisterCount++;
            return of.Place;
        }

        void Release(int value)
        {
            ref var of = ref Of(value);
            if (of.Definition == None) return;
            of.Uses--;
            Leave(value);
        }

        void Leave(int value)
        {
            ref readonly var of = ref Of(value);
            if (of.Uses == 0 && of.Place < RowPlan.FirstOutput) free.Push(of.Place);
        }
    }

    private struct Value
    {
        /// <summary>Where it is, see <see cref="RowPlan"/>; 0 while that is not decided.</summary>
        public int Place;

        /// <summary>The node that computes it, or none of a source.</summary>
        public int Definition;

        public int LastUse;

        public int Uses;

        public int Sum;
    }

    private record struct Node(Operation Operation, RowForm Form)
    {
        public int Value = None;

        public int Second = None;

        public int X = None;

        public int Y = None;

        public int Z = None;
    }
}
