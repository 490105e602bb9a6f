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
    private readonly IReadOnlyDictionary<string, double[]> _given;
    private readonly HashSet<string> _reserved = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly bool[] _reachable;
    private readonly bool[] _ofRows;
    private IReadOnlyDictionary<string, string> _written = new Dictionary<string, string>();
    private string _rowsOf = string.Empty;
    private int _next;
    private int _nextConstant;

    private BatchWriter(RootedGraph expression, IReadOnlyDictionary<string, double[]> given, IReadOnlySet<string>? batch, bool isNarrow, bool widens, bool isOwn, CancellationToken cancellation)
    {
        (_graph, _root) = (expression.Graph, expression.Roots[0]);
        (_isNarrow, _isOwn, _cancellation) = (isNarrow, isOwn, cancellation);
        _given = given;
        var reachable = _graph.Reachable([_root]);
        _graph.RequireDefinitions(reachable);
        _uses = _graph.Uses(reachable, [_root]);
        (_reachable, _varies, _ofRows, _names) = (reachable, new bool[reachable.Length], new bool[reachable.Length], new string?[reachable.Length]);
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id]) continue;
            _varies[id] = _graph.IsVariable(id) && !given.ContainsKey(_graph.NameOf(id));
            _ofRows[id] = _varies[id] && batch?.Contains(_graph.NameOf(id)) != false;
            for (var i = 0; i < (_graph.IsLeaf(id) ? 0 : _graph.OperationOf(id).ExpressionCount); i++)
            {
                _varies[id] |= _varies[_graph.Argument(id, i)];
                _ofRows[id] |= _ofRows[_graph.Argument(id, i)];
            }
        }

        for (var id = 0; id < reachable.Length; id++)
        {
            // A literal of n elements is a chain, which is written at its end.
            if (reachable[id] && _varies[id] && IsLink(id) && IsLink(_graph.X(id)) && _uses[_graph.X(id)] == 1 && _graph.ShapeOf(_graph.X(id)).Rank == _graph.ShapeOf(id).Rank) _chained.Add(_graph.X(id));
        }

        Fold();
        if (widens) FindWide();
    }

    /// <summary>The steps of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="isNarrow">Whether to write by other operations what runtimes of ONNX do not compute in double precision.</param>
    /// <param name="withLabels">Whether the class is an output too.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">An operation has no form there; the message names it.</exception>
    public static BatchProgram Write(PortableModel model, bool isNarrow, bool withLabels, CancellationToken cancellation = default)
    {
        return Write(model, isNarrow, withLabels, widens: false, cancellation);
    }

    /// <summary>The same, where sums of inputs and constants may be computed in double precision whatever that of the program.</summary>
    public static BatchProgram Write(PortableModel model, bool isNarrow, bool withLabels, bool widens, CancellationToken cancellation) =>
        Write(model, withLabels, new BatchWriter(model.Graph, new Dictionary<string, double[]>(), null, isNarrow, widens, isOwn: false, cancellation));

    /// <summary>The steps of a model for a language that has a form of its own for operations: these are steps under <see cref="BatchStep.Own"/> and their names.</summary>
    /// <exception cref="AutodiffException">An operation has no form over a batch; the message names it.</exception>
    public static BatchProgram WriteOwn(PortableModel model, CancellationToken cancellation = default) =>
        Write(model, withLabels: false, new BatchWriter(model.Graph, new Dictionary<string, double[]>(), null, isNarrow: false, widens: false, isOwn: true, cancellation));

    private static BatchProgram Write(PortableModel model, bool withLabels, BatchWriter writer)
    {
        if (!writer._varies[writer._root]) throw new AutodiffException(ErrorIds.FormatUnsupported, "The model depends on no column: it predicts the same for every row. Save it as JSON.");
        writer._rowsOf = BatchProgram.Input;
        writer.Run((name, shape) => writer.ColumnsOf(model.Layout, name, shape));
        var outputs = writer.WriteOutputs(model, withLabels);
        return new BatchProgram(model.Inputs.Count, writer._constants, writer._steps, outputs);
    }

    /// <summary>The steps of an expression whose variables are inputs by themselves.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="isNarrow">Whether to write by other operations what runtimes of ONNX do not compute in double precision.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">An operation has no form there; the message names it.</exception>
    public static BatchProgram Write(PortableExpression expression, bool isNarrow, CancellationToken cancellation)
    {
        var writer = new BatchWriter(expression.Graph, expression.Given, expression.Batch, isNarrow, widens: !isNarrow, isOwn: false, cancellation) { _written = expression.Names };
        writer._reserved.UnionWith(expression.Names.Values);
        writer._rowsOf = expression.Batch.Count > 0 ? expression.Names[expression.Inputs.First(expression.Batch.Contains)] : string.Empty;
        writer.Run((name, shape) => writer.WithRows(expression.Names[name], shape, expression.Batch.Contains(name)));
        var (root, result) = (writer.ValueOf(writer._root).Name, writer._graph.ShapeOf(writer._root));
        var hasRows = writer._ofRows[writer._root];

        // A number is [rows, 1] so far, and what has no rows has one.
        long[] axes = [.. hasRows ? (long[])[] : [0], .. result.IsNumber ? (long[])[1] : []];
        if (axes.Length > 0) root = writer.Step("Squeeze", root, writer.Integers(axes));
        var output = BatchProgram.Output;
        while (writer._reserved.Contains(output)) output += "_";
        writer.Name(ref root, output);
        return new BatchProgram(0, writer._constants, writer._steps, [new(output, BatchType.Number, 0) { Sizes = [.. hasRows ? (long[])[-1] : [], .. result.Sizes] }])
        {
            Inputs = [.. expression.Inputs.Select(name => new BatchInput(expression.Names[name], expression.SizesOf(name), name))],
        };
    }

    // The values of all that depends on no variable and is an argument of what does.
    private void Fold()
    {
        var reachable = _reachable;
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
                else if (_graph.IsVariable(argument)) _known.Add(argument, (_given[_graph.NameOf(argument)], _graph.ShapeOf(argument)));
                else if (_graph.IsConstant(argument)) _known.Add(argument, ([_graph.ConstantOf(argument)], Shape.Number));
                else wanted.Add(argument);
            }
        }

        if (wanted.Count == 0) return;
        string[] names = [.. Enumerable.Range(0, reachable.Length).Where(id => reachable[id] && _graph.IsVariable(id) && !_varies[id]).Select(_graph.NameOf)];
        var compiled = CompiledExpression.Compile(new RootedGraph(_graph, [.. wanted]), names, _cancellation);
        var values = new double[compiled.ResultLength];
        compiled.Evaluate([.. names.SelectMany(name => _given[name])], values);
        var start = 0;
        foreach (var id in wanted)
        {
            var shape = _graph.ShapeOf(id);
            _known.Add(id, (values[start..(start += (int)shape.Count)], shape));
        }
    }

    private void Run(Func<string, Shape, string> variable)
    {
        for (var id = 0; id < _reachable.Length; id++)
        {
            _cancellation.ThrowIfCancellationRequested();
            if (!_reachable[id] || !_varies[id]) continue;
            if (_graph.IsVariable(id)) _names[id] = variable(_graph.NameOf(id), _graph.ShapeOf(id));
            else if (_wide.Contains(id)) WriteWide(id);
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

    // A variable of a model: some columns of the rows.
    private string ColumnsOf(VariableLayout layout, string name, Shape shape)
    {
        var range = layout.ElementsOf(_places.Count > 0 ? _places[name] : PlaceOf(layout, name));
        var part = Part(BatchProgram.Input, range.Start.Value, range.End.Value, 1, layout.Length);
        return shape.IsMatrix ? Reshaped(part, shape) : part;
    }

    private int PlaceOf(VariableLayout layout, string name)
    {
        for (var i = 0; i < layout.Names.Count; i++) _places[layout.Names[i]] = i;
        return _places[name];
    }

    // An input of its own, with an axis for the rows, and that of a number.
    private string WithRows(string name, Shape shape, bool hasRows)
    {
        long[] axes = [.. hasRows ? (long[])[] : [0], .. shape.IsNumber ? (long[])[1] : []];
        return axes.Length == 0 ? name : Step("Unsqueeze", name, Integers(axes));
    }

    private bool IsLink(int id) => _varies[id] && _graph.OperationOf(id) is StackOperation;

    private Value ValueOf(int id)
    {
        if (!_varies[id]) return new Value(_graph.IsVariable(id) ? _written[_graph.NameOf(id)] : string.Empty, _known[id].Shape, false, false, _known[id].Elements);
        if (_wide.Contains(id)) _names[id] ??= Cast(_wideNames[id], BatchType.Number);
        return new Value(_names[id]!, _graph.ShapeOf(id), true, _ofRows[id], []);
    }

    private IReadOnlyList<BatchOutput> WriteOutputs(PortableModel model, bool withLabels)
    {
        var shape = _graph.ShapeOf(_root);
        var (name, width) = (ValueOf(_root).Name, shape.IsNumber ? 1 : shape.Rows);
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
        var output = Unused("t", ref _next);
        _steps.Add(new BatchStep(operation, inputs, output, attributes));
        return output;
    }

    // The same step for the same values once: unsqueezed variables, sizes of the batch.
    private string Once(string key, Func<string> make) => _made.TryGetValue(key, out var name) ? name : _made[key] = make();

    private string Constant(long[] sizes, Array values, bool isWide = false)
    {
        if (values.Length > 16) return Add();
        var key = values switch
        {
            double[] numbers => string.Join(',', numbers.Select(BitConverter.DoubleToInt64Bits)),
            string[] texts => string.Join('\0', texts),
            long[] integers => string.Join(',', integers),
            _ => string.Join(',', (bool[])values),
        };
        return Once($"{values.GetType().Name}{(isWide ? " wide" : string.Empty)} {string.Join('x', sizes)}: {key}", Add);

        string Add()
        {
            var name = Unused("c", ref _nextConstant);
            _constants.Add(new BatchConstant(name, sizes, values) { IsWide = isWide });
            return name;
        }
    }

    private string Unused(string letter, ref int next)
    {
        string name;
        do name = string.Create(CultureInfo.InvariantCulture, $"{letter}{++next}");
        while (_reserved.Contains(name));
        return name;
    }

    // Under the name of its variable.
    private string Given(Value value) => Once($"given {value.Name}", () =>
    {
        _constants.Add(new BatchConstant(value.Name, value.Shape.Sizes, value.Elements));
        return value.Name;
    });

    private string Number(double value) => Constant([], new[] { value });

    private string Integers(params long[] values) => Constant([values.Length], values);

    /// <summary>A tensor: a name, or the elements of what is not needed under one. One that varies has an axis of rows, which has one row where it is not of rows.</summary>
    private readonly record struct Value(string Name, Shape Shape, bool Varies, bool OfRows, double[] Elements);
}
