using System.Globalization;
using PSAutodiff.Core;

namespace PSAutodiff.Exchange;

/// <summary>
/// Writes the expression of a model as steps over a batch of rows. Goes through the graph once, in its order. What does not depend on a row is
/// computed here and becomes a constant.
/// </summary>
internal sealed partial class BatchWriter
{
    private static readonly long[] Empty = [];

    private readonly Graph _graph;
    private readonly int _root;
    private readonly int[] _uses;
    private readonly bool[] _varies;
    private readonly string?[] _names;
    private readonly bool _isNarrow;
    private readonly bool _isOwn;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<int, (double[] Elements, Shape Shape)> _known = [];
    private readonly List<BatchConstant> _constants = [];
    private readonly List<BatchStep> _steps = [];
    private readonly Dictionary<string, string> _made = new(StringComparer.Ordinal);
    private int _next;

    private BatchWriter(PortableModel model, bool isNarrow, bool isOwn, CancellationToken cancellation)
    {
        (_graph, _root) = (model.Graph.Graph, model.Graph.Roots[0]);
        (_isNarrow, _isOwn, _cancellation) = (isNarrow, isOwn, cancellation);
        var reachable = _graph.Reachable([_root]);
        _graph.RequireDefinitions(reachable);
        _uses = _graph.Uses(reachable, [_root]);
        (_varies, _names) = (new bool[reachable.Length], new string?[reachable.Length]);
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id]) continue;
            _varies[id] = _graph.IsVariable(id);
            for (var i = 0; i < (_graph.IsLeaf(id) ? 0 : _graph.OperationOf(id).ExpressionCount); i++) _varies[id] |= _varies[_graph.Argument(id, i)];
        }

        if (!_varies[_root]) throw new AutodiffException(ErrorIds.FormatUnsupported, "The model depends on no column: it predicts the same for every row. Save it as JSON.");
        for (var id = 0; id < reachable.Length; id++)
        {
            // A literal of n elements is a chain, which is written at its end.
            if (reachable[id] && _varies[id] && IsLink(id) && IsLink(_graph.X(id)) && _uses[_graph.X(id)] == 1 && _graph.ShapeOf(_graph.X(id)).Rank == _graph.ShapeOf(id).Rank) _chained.Add(_graph.X(id));
        }

        Fold(reachable);
        Run(model, reachable);
    }

    /// <summary>The steps of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="isNarrow">Whether to write by other operations what runtimes of ONNX do not compute in double precision.</param>
    /// <param name="withLabels">Whether the class is an output too.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">An operation has no form there; the message names it.</exception>
    public static BatchProgram Write(PortableModel model, bool isNarrow, bool withLabels, CancellationToken cancellation = default)
    {
        var writer = new BatchWriter(model, isNarrow, isOwn: false, cancellation);
        var outputs = writer.WriteOutputs(model, withLabels);
        return new BatchProgram(model.Inputs.Count, writer._constants, writer._steps, outputs);
    }

    /// <summary>The steps of a model for a language that has a form of its own for operations: these are steps under <see cref="BatchStep.Own"/> and their names.</summary>
    /// <exception cref="AutodiffException">An operation has no form over a batch; the message names it.</exception>
    public static BatchProgram WriteOwn(PortableModel model, CancellationToken cancellation = default)
    {
        var writer = new BatchWriter(model, isNarrow: false, isOwn: true, cancellation);
        var outputs = writer.WriteOutputs(model, withLabels: false);
        return new BatchProgram(model.Inputs.Count, writer._constants, writer._steps, outputs);
    }

    // The values of all that depends on no variable and is an argument of what does.
    private void Fold(bool[] reachable)
    {
        var wanted = new List<int>();
        var seen = new HashSet<int>();
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id] || !_varies[id] || _graph.IsLeaf(id)) continue;
            for (var i = 0; i < _graph.OperationOf(id).ExpressionCount; i++)
            {
                var argument = _graph.Argument(id, i);
                if (_varies[argument] || !seen.Add(argument)) continue;
                if (_graph.IsArray(argument)) _known.Add(argument, (_graph.ArrayOf(argument).Elements, _graph.ShapeOf(argument)));
                else if (_graph.IsConstant(argument)) _known.Add(argument, ([_graph.ConstantOf(argument)], Shape.Number));
                else wanted.Add(argument);
            }
        }

        if (wanted.Count == 0) return;
        var compiled = CompiledExpression.Compile(new RootedGraph(_graph, [.. wanted]), [], _cancellation);
        var values = new double[compiled.ResultLength];
        compiled.Evaluate([], values);
        var start = 0;
        foreach (var id in wanted)
        {
            var shape = _graph.ShapeOf(id);
            _known.Add(id, (values[start..(start += (int)shape.Count)], shape));
        }
    }

    private void Run(PortableModel model, bool[] reachable)
    {
        var places = model.Layout.Names.Select(static (name, i) => (name, i)).ToDictionary(static pair => pair.name, static pair => pair.i, StringComparer.Ordinal);
        for (var id = 0; id < reachable.Length; id++)
        {
            _cancellation.ThrowIfCancellationRequested();
            if (!reachable[id] || !_varies[id]) continue;
            if (_graph.IsVariable(id))
            {
                var range = model.Layout.ElementsOf(places[_graph.NameOf(id)]);
                _names[id] = Part(BatchProgram.Input, range.Start.Value, range.End.Value, 1, model.Layout.Length);
                if (_graph.ShapeOf(id).IsMatrix) _names[id] = Reshaped(_names[id]!, _graph.ShapeOf(id));
            }
            else if (!_chained.Contains(id))
            {
                var operation = _graph.OperationOf(id);
                var arguments = new Value[operation.ExpressionCount];
                for (var i = 0; i < arguments.Length; i++) arguments[i] = ValueOf(_graph.Argument(id, i));
                var indices = operation.HasIndices ? _graph.IndicesOf(_graph.Argument(id, operation.ExpressionCount)) : Empty;
                _names[id] = operation.IsElementwise ? WriteElementwise(operation, arguments, _graph.ShapeOf(id)) : WriteArrays(id, operation, arguments, indices, _graph.ShapeOf(id));
            }
        }
    }

    private bool IsLink(int id) => _varies[id] && _graph.OperationOf(id) is StackOperation;

    private Value ValueOf(int id) => _varies[id] ? new Value(_names[id]!, _graph.ShapeOf(id), true, []) : new Value(string.Empty, _known[id].Shape, false, _known[id].Elements);

    private IReadOnlyList<BatchOutput> WriteOutputs(PortableModel model, bool withLabels)
    {
        var shape = _graph.ShapeOf(_root);
        var (name, width) = (_names[_root]!, shape.IsNumber ? 1 : shape.Rows);
        if (model.Classes.Count == 0 || !withLabels)
        {
            Name(ref name, BatchProgram.Output);
            return [new(BatchProgram.Output, BatchType.Number, width)];
        }

        // Of two classes with one output it is the probability, or 1 for the second.
        var scores = name;
        var second = string.Empty;
        if (width == 1)
        {
            second = Cast(Not(Step("Less", name, Number(0.5))), BatchType.Integer);
            if (model.GivesProbabilities) scores = Step("Concat", [Step("Sub", Number(1), name), name], ("axis", 1L));
        }

        var output = model.GivesProbabilities ? BatchProgram.Probabilities : BatchProgram.Output;
        Name(ref scores, output);
        var index = width == 1 ? Squeeze(second, 1) : Step("ArgMax", [scores], ("axis", 1L), ("keepdims", 0L));
        Array labels = model.Classes.All(static label => label is int or long or short or byte or sbyte or ushort or uint)
            ? model.Classes.Select(static label => Convert.ToInt64(label, CultureInfo.InvariantCulture)).ToArray()
            : model.ClassTexts.ToArray();
        var label = Step("Gather", [Constant([labels.Length], labels), index], ("axis", 0L));
        Name(ref label, BatchProgram.Label);
        var type = labels.GetType() == typeof(long[]) ? BatchType.Integer : BatchType.Text;
        return [new(BatchProgram.Label, type, 0), new(output, BatchType.Number, width == 1 && model.GivesProbabilities ? 2 : width)];
    }

    // The last step may give an output that steps after it use, or a value that is an output of its own already.
    private void Name(ref string value, string name)
    {
        _steps.Add(new BatchStep("Identity", [value], name));
        value = name;
    }

    private string Step(string operation, params string[] inputs) => Step(operation, inputs, []);

    private string Step(string operation, string[] inputs, params (string Name, object Value)[] attributes)
    {
        var output = string.Create(CultureInfo.InvariantCulture, $"t{++_next}");
        _steps.Add(new BatchStep(operation, inputs, output, attributes));
        return output;
    }

    // The same step for the same values once: unsqueezed variables, sizes of the batch.
    private string Once(string key, Func<string> make) => _made.TryGetValue(key, out var name) ? name : _made[key] = make();

    private string Constant(long[] sizes, Array values)
    {
        if (values.Length > 16) return Add();
        var key = values switch
        {
            double[] numbers => string.Join(',', numbers.Select(BitConverter.DoubleToInt64Bits)),
            string[] texts => string.Join('\0', texts),
            long[] integers => string.Join(',', integers),
            _ => string.Join(',', (bool[])values),
        };
        return Once($"{values.GetType().Name} {string.Join('x', sizes)}: {key}", Add);

        string Add()
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"c{_constants.Count + 1}");
            _constants.Add(new BatchConstant(name, sizes, values));
            return name;
        }
    }

    private string Number(double value) => Constant([], new[] { value });

    private string Integers(params long[] values) => Constant([values.Length], values);

    /// <summary>A tensor: a name, or the elements of what is not needed under one.</summary>
    private readonly record struct Value(string Name, Shape Shape, bool Varies, double[] Elements);
}
