using System.Runtime.CompilerServices;
using PSAutodiff.Core;

namespace PSAutodiff.Passes.Simplification;

/// <summary>
/// Collecting in clusters: a sum with the sums inside it, or a product with the products and quotients inside it. What is put together
/// stands where one of its parts stood; everything else keeps its order and grouping, so that no digits are lost elsewhere. Nothing
/// here recurses, and the work is linear in the size of the cluster.
/// </summary>
internal abstract class ClusterCollector
{
    // Most clusters have a few leaves, which are searched one by one; a dictionary serves the others and goes with them, because
    // clearing a large one for every small cluster would cost the square of the size.
    protected const int LeavesSearchedOneByOne = 12;

    protected static readonly Identity Constants = new("constants are put together", RuleSets.StandardAndStable, static (_, _, _) => Term.None);

    // Steps of the cluster in the order of evaluation: a leaf by its index, or one of these.
    private const int Plus = -1;
    private const int Minus = -2;
    private const int Negation = -3;

    private static readonly bool[] Sums = OperationTable.Marked(typeof(SumOperation), typeof(SubOperation), typeof(NegOperation));
    private static readonly bool[] Products = OperationTable.Marked(typeof(MulOperation), typeof(DivOperation));

    private readonly Stack<(int Id, bool Inverse, int Run, int Step)> _stack = new();
    private readonly List<int> _steps = [];
    private readonly List<(Term Term, bool Inverse)> _values = [];
    private readonly Family _family;
    private readonly bool[] _inner;

    /// <summary>Prepares collecting.</summary>
    /// <param name="family">The operations that build clusters.</param>
    /// <param name="builder">Where the collected forms go; it goes on from the graph.</param>
    /// <param name="inner">See <see cref="FindInner"/>; not looked at by stable collecting.</param>
    /// <param name="stable">Whether only what keeps digits is put together.</param>
    /// <param name="note">Told of every identity that is applied.</param>
    protected ClusterCollector(Family family, GraphBuilder builder, bool[] inner, bool stable, Action<Identity> note)
    {
        _family = family;
        Builder = builder;
        IsStable = stable;
        Note = note;
        _inner = inner;
    }

    protected GraphBuilder Builder { get; }

    /// <summary>Whether only what keeps digits is put together.</summary>
    protected bool IsStable { get; }

    protected Action<Identity> Note { get; }

    /// <summary>Which nodes of a graph are used only once, by one of their own family.</summary>
    // Asked for every node, mostly before the JIT would compile it well by itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool[] FindInner(Graph graph, bool[] reachable, int[] uses)
    {
        var inner = new bool[reachable.Length];
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id] || FamilyOf(graph.CodeOf(id)) is var family && family == Family.None) continue;
            for (var i = graph.OperationOf(id).Arity - 1; i >= 0; i--)
            {
                var argument = graph.Argument(id, i);
                if (uses[argument] == 1 && FamilyOf(graph.CodeOf(argument)) == family) inner[argument] = true;
            }
        }

        return inner;
    }

    /// <summary>The leaves of the cluster at hand from left to right; good until the next one.</summary>
    protected List<Leaf> Leaves { get; } = [];

    /// <summary>The collected form of a cluster of the old graph in the new one, or none.</summary>
    /// <param name="root">The root of the cluster in the old graph.</param>
    /// <param name="map">What has become of the nodes of the old graph.</param>
    public Term Collect(int root, int[] map)
    {
        if (IsStable)
        {
            // The cluster as it is now, two levels deep.
            root = map[root];
            if (!IsFamily(root)) return Term.None;
            Gather(root, new TwoLevels(this));
            return Collect(Now.Itself);
        }

        if (_inner[root] || !IsInFamily(root)) return Term.None;
        Gather(root, new Within(this));
        return Collect(new Now(map));
    }

    /// <summary>The form of the cluster that is gathered.</summary>
    protected abstract Term Collect(Now now);

    /// <summary>Whether an operation builds clusters of this kind.</summary>
    protected bool IsFamily(int id) => FamilyOf(Builder.CodeOf(id)) == _family;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Family FamilyOf(ushort code) => Graph.Entry(Sums, code) ? Family.Sum : Graph.Entry(Products, code) ? Family.Product : Family.None;

    /// <summary>Whether a node builds clusters of this kind.</summary>
    protected virtual bool IsInFamily(int id) => IsFamily(id);

    /// <summary>The leaves of a cluster and the steps that lead from them to its root.</summary>
    /// <param name="root">The root of the cluster.</param>
    /// <param name="isInner">Whether a node of the family, at so many levels below the root, belongs to the cluster.</param>
    private void Gather<TInner>(int root, TInner isInner)
        where TInner : struct, IInner
    {
        Leaves.Clear();
        _steps.Clear();
        var runs = 0;
        _stack.Push((root, false, 0, 0));
        while (_stack.TryPop(out var item))
        {
            var (id, inverse, run, step) = item;
            if (step < 0)
            {
                _steps.Add(step);
                continue;
            }

            if (step > 0 && !isInner.Includes(id, step))
            {
                AddLeaf(id, inverse, run);
                continue;
            }

            var operation = Builder.OperationOf(id);
            if (operation.Arity == 1)
            {
                _stack.Push((id, inverse, run, Negation));
                _stack.Push((Builder.X(id), !inverse, run, step + 1));
                continue;
            }

            var inverts = operation is SubOperation or DivOperation;
            var divides = operation is DivOperation;
            var (x, y) = (Builder.X(id), Builder.Y(id));
            var (runOfY, runOfX) = divides ? (++runs, ++runs) : (run, run);

            // Most clusters are one operation on two leaves.
            if (!isInner.Includes(x, step + 1) && !isInner.Includes(y, step + 1))
            {
                AddLeaf(x, inverse, runOfX);
                AddLeaf(y, inverse ^ inverts, runOfY);
                _steps.Add(inverts ? Minus : Plus);
                continue;
            }

            _stack.Push((id, inverse, run, inverts ? Minus : Plus));
            _stack.Push((y, inverse ^ inverts, runOfY, step + 1));
            _stack.Push((x, inverse, runOfX, step + 1));
        }
    }

    private void AddLeaf(int id, bool inverse, int run)
    {
        _steps.Add(Leaves.Count);
        Leaves.Add(new Leaf(id, inverse, run));
    }

    /// <summary>The cluster put together again from changed leaves; <see cref="Term.None"/> when nothing is left of it.</summary>
    /// <param name="leaf">What has become of a leaf: none when it is gone, and whether it is subtracted.</param>
    /// <param name="divides">Whether the family is products, where nothing divided by x is 1 / x and there are no signs.</param>
    protected (Term Term, bool Negative) Rebuild(Func<int, (Term Term, bool Negative)> leaf, bool divides)
    {
        _values.Clear();
        foreach (var step in _steps)
        {
            if (step >= 0)
            {
                _values.Add(leaf(step));
                continue;
            }

            var last = _values[^1];
            if (step == Negation)
            {
                _values[^1] = (last.Term, !last.Inverse);
                continue;
            }

            _values.RemoveAt(_values.Count - 1);
            _values[^1] = divides ? (Divide(_values[^1].Term, last.Term, step == Minus), false) : Add(_values[^1], (last.Term, last.Inverse ^ (step == Minus)));
        }

        return _values[0];
    }

    private static Term Divide(Term x, Term y, bool divides)
    {
        if (!y.Exists) return x;
        if (divides) return x.Exists ? x / y : 1 / y;
        return x.Exists ? x * y : y;
    }

    private static (Term Term, bool Negative) Add((Term Term, bool Negative) x, (Term Term, bool Negative) y)
    {
        if (!x.Term.Exists) return y;
        if (!y.Term.Exists) return x;
        if (x.Negative == y.Negative) return (x.Term + y.Term, x.Negative);
        return (x.Negative ? y.Term - x.Term : x.Term - y.Term, false);
    }

    /// <summary>The operations that build clusters of one kind.</summary>
    protected enum Family : byte
    {
        None,
        Sum,
        Product,
    }

    /// <summary>Which nodes below the root of a cluster belong to it.</summary>
    private interface IInner
    {
        bool Includes(int id, int level);
    }

    /// <summary>Nodes of the family within the root of a cluster, but nothing within those.</summary>
    private readonly struct TwoLevels(ClusterCollector owner) : IInner
    {
        public bool Includes(int id, int level) => level < 2 && owner.IsInFamily(id);
    }

    /// <summary>Nodes of the old graph that are used only by others of the cluster.</summary>
    private readonly struct Within(ClusterCollector owner) : IInner
    {
        public bool Includes(int id, int level) => owner._inner[id] && owner.IsInFamily(id);
    }

    /// <summary>What has become of the nodes of a graph.</summary>
    protected readonly struct Now(int[]? map)
    {
        /// <summary>For nodes that are of the new graph already.</summary>
        public static Now Itself => default;

        public int Of(int id) => map is null ? id : map[id];
    }

    /// <summary>A leaf of a cluster.</summary>
    /// <param name="Id">The node.</param>
    /// <param name="Inverse">Whether it is subtracted, or divides.</param>
    /// <param name="Run">Factors with the same number are multiplied with each other, with no quotient between them.</param>
    protected readonly record struct Leaf(int Id, bool Inverse, int Run);
}
