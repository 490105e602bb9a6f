using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Expressions;

/// <summary>
/// What a name with arguments means, in text, in script blocks and for <see cref="ExprNode.Apply(string, ReadOnlySpan{ExprNode})"/>: an
/// operation, or a form that stands for several operations, as cot(x) stands for 1 / tan(x).
/// </summary>
internal sealed class NamedFunction
{
    // Of a slip such as cosin: how much of a name has to be there, and how much more may be.
    private const int LeastBeginning = 3;
    private const int MostEnding = 3;

    private static readonly string[] Parameters = ["x", "y", "z"];

    private static readonly (string Name, int Count)[] Written =
    [
        ("ln", 1), ("log", 2), ("cot", 1), ("sec", 1), ("csc", 1), ("acot", 1), ("asec", 1), ("acsc", 1), ("coth", 1), ("sech", 1), ("csch", 1),
        ("acoth", 1), ("asech", 1), ("acsch", 1), ("if", 3), ("greater", 2), ("greaterequal", 2), ("notequal", 2), ("trunc", 1), ("clamp", 3),
    ];

    // Those that were asked for.
    private static readonly ConcurrentDictionary<string, NamedFunction> Known = new(StringComparer.Ordinal);

    private readonly Operation? _operation;

    // Of a function without a definition, the text before the parenthesis.
    private readonly string? _unknown;
    private readonly List<Form> _forms = [];

    // With whole numbers, such as an axis.
    private readonly ArrayFunction? _array;

    private NamedFunction(string name, Operation? operation)
    {
        (Name, _operation) = (name, operation);
        _array = ArrayFunction.TryFind(name);
    }

    private NamedFunction(string unknown) => (Name, _unknown) = (unknown, unknown);

    /// <summary>All, the operations first.</summary>
    public static IReadOnlyList<NamedFunction> All =>
    [
        .. OperationTable.ByCode.Where(static op => op.Arity > 0 && !op.HasIndices).Select(static op => TryFind(op.Name)!),
        .. Written.Select(static written => written.Name).Concat(ArrayFunction.Names).Distinct(StringComparer.Ordinal).Where(static name => OperationTable.TryFindFunction(name) is null or { HasIndices: true }).Order(StringComparer.Ordinal).Select(static name => TryFind(name)!),
    ];

    /// <summary>A question for the function that a name may be a slip of, or begins with; null when there is none.</summary>
    public static string? DidYouMean(string name)
    {
        var names = All.Select(static function => function.Name).ToList();
        var near = NearNames.Nearest(name, names)
            ?? names.Where(known => known.Length >= LeastBeginning && name.Length <= known.Length + MostEnding && name.StartsWith(known, StringComparison.OrdinalIgnoreCase)).MaxBy(static known => known.Length);
        return near is null ? null : $"Did you mean '{near}'?";
    }

    /// <summary>A sentence with all names.</summary>
    public static string KnownNames => $"The operations are {string.Join(", ", All.Select(static function => function.Name))}.";

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Whether it takes as many arguments as are given, from two on: those after the second go on from the value so far.</summary>
    private bool TakesMany => _operation is MaxOperation or MinOperation;

    /// <summary>The function with a name, or null.</summary>
    public static NamedFunction? TryFind(string name)
    {
        if (Known.TryGetValue(name, out var known)) return known;
        var function = new NamedFunction(name, OperationTable.TryFindFunction(name) is { HasIndices: false } operation ? operation : null);
        foreach (var (written, count) in Written)
        {
            if (written == name) function._forms.Add(new Form(name, count));
        }

        return function._operation is null && function._array is null && function._forms.Count == 0 ? null : Known.GetOrAdd(name, function);
    }

    /// <summary>The function with a name, or a function without a definition.</summary>
    /// <param name="name">The name, with the marks of a derivative for one of a function without a definition.</param>
    /// <param name="functions">Names of functions without definitions beside those that need no declaration.</param>
    /// <exception cref="AutodiffException">There is none.</exception>
    public static NamedFunction Find(string name, IReadOnlyCollection<string>? functions = null)
    {
        if (TryFind(name) is { } known) return known;
        var function = UnknownFunction.NameIn(name);
        if (UnknownFunction.IsUsual(function) || functions?.Contains(function) == true) return Unknown(name);
        throw new AutodiffException(
            ErrorIds.OperationUnknown,
            $"There is no operation '{(name.Length > 60 ? name[..60] + "..." : name)}'. {ForeignWords.Advice(name) ?? DidYouMean(name) ?? KnownNames}");
    }

    /// <summary>A function without a definition, or a derivative of one, by the text before the parenthesis.</summary>
    public static NamedFunction Unknown(string text) => new(text);

    /// <summary>Why a name cannot be that of a function without a definition; null where it can.</summary>
    public static string? DeclarationProblem(string name) =>
        TryFind(name) is not null ? $"'{name}' is an operation and cannot be declared as a function" :
        !UnknownFunction.IsValidName(name) ? $"'{name}' cannot be the name of a function, which has letters, digits and '_' and does not begin with a digit" :
        null;

    /// <summary>Whether it has no definition.</summary>
    public bool IsUnknown => _unknown is not null;

    /// <summary>Whether with so many arguments it is an operation of arrays.</summary>
    public bool IsOfArrays(int count) => _array?.Takes(count) == true || (_operation is { IsElementwise: false } && _operation.Arity == count);

    /// <summary>Whether it takes so many arguments.</summary>
    public bool Takes(int count) => _array?.Takes(count) == true || TakesNumbers(count);

    /// <summary>The same for arguments that are numbers: sum and max of one are those of an array's elements.</summary>
    public bool TakesNumbers(int count) => _unknown is not null ? UnknownFunction.Parse(_unknown, count) is not null : (_operation is { HasIndices: false } && _operation.Arity == count) || (TakesMany && count > 2) || _forms.Any(form => form.Count == count);

    /// <summary>What is wrong with a number of arguments that it does not take.</summary>
    public string ArgumentCountMessage(int given)
    {
        if (_unknown is not null) return UnknownFunction.MarksMessage(_unknown, given);
        if (_array is not null && _operation is null) return $"'{Name}' takes {_array.CountsInWords} argument{(_array.CountsInWords == "1" ? string.Empty : "s")}, not {given}.";
        var counts = _forms.Select(static form => form.Count).Concat(_operation is null ? [] : [_operation.Arity]).Concat(_array is null ? [] : [1]).Order().ToArray();
        var taken = TakesMany ? "at least " + counts[0] : string.Join(" or ", counts.Select(static count => count.ToString(CultureInfo.InvariantCulture)));
        return $"'{Name}' takes {taken} argument{(counts is [1] ? string.Empty : "s")}, not {given}.";
    }

    /// <summary>The node that it gives for arguments of a graph.</summary>
    public int Apply(GraphBuilder builder, params ReadOnlySpan<int> arguments) =>
        _array is not null && _array.Takes(arguments.Length) ? _array.Apply(new BuilderNodes(builder), arguments, null) :
        _operation is null || _operation.Arity != arguments.Length ? Apply<int, BuilderNodes>(new BuilderNodes(builder), arguments) :
        arguments.Length == 1 ? builder.Apply(_operation, arguments[0]) :
        arguments.Length == 2 ? builder.Apply(_operation, arguments[0], arguments[1]) :
        builder.Apply(_operation, arguments[0], arguments[1], arguments[2]);

    /// <summary>The expression that it gives.</summary>
    public ExprNode Apply(params ReadOnlySpan<ExprNode> arguments) => Apply<ExprNode, ObjectNodes>(default, arguments);

    /// <summary>The node that it gives along an axis.</summary>
    /// <exception cref="AutodiffException">It takes no axis, or not with so many arguments.</exception>
    public int Apply(GraphBuilder builder, long axis, ReadOnlySpan<int> arguments) => _array is { TakesAxis: true } && _array.Takes(arguments.Length)
        ? _array.Apply(new BuilderNodes(builder), arguments, axis)
        : throw new AutodiffException(ErrorIds.ArgumentCount, $"'{Name}' of {arguments.Length} argument{(arguments.Length == 1 ? string.Empty : "s")} takes no axis.");

    private TNode Apply<TNode, TNodes>(TNodes nodes, ReadOnlySpan<TNode> arguments)
        where TNodes : struct, INodes<TNode>
    {
        if (_array is not null && _array.Takes(arguments.Length)) return _array.Apply(nodes, arguments, null);
        if (_unknown is not null)
        {
            var function = UnknownFunction.Parse(_unknown, arguments.Length)!;
            return nodes.Apply(function, arguments[0], arguments.Length > 1 ? arguments[1] : default, arguments.Length > 2 ? arguments[2] : default);
        }

        // As precise as can be, where there is something more precise than a quotient.
        if (arguments.Length == 2 && Name == "log" && nodes.ConstantOf(arguments[1]) is 2 or 10)
        {
            return TryFind(nodes.ConstantOf(arguments[1]) == 2 ? "log2" : "log10")!.Apply(nodes, arguments[..1]);
        }

        if (_operation is null || (_operation.Arity != arguments.Length && !TakesMany))
        {
            var count = arguments.Length;
            return _forms.First(form => form.Count == count).Apply(nodes, arguments);
        }

        var result = nodes.Apply(_operation, arguments[0], arguments.Length > 1 ? arguments[1] : default, arguments.Length > 2 && !TakesMany ? arguments[2] : default);
        for (var i = _operation.Arity; i < arguments.Length; i++) result = nodes.Apply(_operation, result, arguments[i], default);
        return result;
    }

    private static ExprNode Meaning(string name, ExprNode x, ExprNode y, ExprNode z) => name switch
    {
        "ln" => ExprNode.Log(x),
        "log" => ExprNode.Log(x) / ExprNode.Log(y),
        "cot" => 1 / ExprNode.Tan(x),
        "sec" => 1 / ExprNode.Cos(x),
        "csc" => 1 / ExprNode.Sin(x),
        "acot" => ExprNode.Atan(1 / x),
        "asec" => ExprNode.Acos(1 / x),
        "acsc" => ExprNode.Asin(1 / x),
        "coth" => 1 / ExprNode.Tanh(x),
        "sech" => 1 / ExprNode.Cosh(x),
        "csch" => 1 / ExprNode.Sinh(x),
        "acoth" => ExprNode.Atanh(1 / x),
        "asech" => ExprNode.Acosh(1 / x),
        "acsch" => ExprNode.Asinh(1 / x),
        "if" => ExprNode.Select(x, y, z),
        "greater" => ExprNode.Less(y, x),
        "greaterequal" => ExprNode.LessEqual(y, x),
        "notequal" => ExprNode.Not(ExprNode.Equal(x, y)),
        "trunc" => ExprNode.Select(ExprNode.Less(x, 0), ExprNode.Ceil(x), ExprNode.Floor(x)),
        "clamp" => ExprNode.Min(ExprNode.Max(x, y), z),
        _ => throw new UnreachableException(),
    };

    private readonly struct BuilderNodes(GraphBuilder builder) : INodes<int>
    {
        public int Constant(double value) => builder.Constant(value);

        public double? ConstantOf(int node) => builder.IsConstant(node) ? builder.ConstantOf(node) : null;

        public Shape ShapeOf(int node) => builder.ShapeOf(node);

        public int Indices(long[] numbers) => builder.Index(numbers);

        public int Apply(Operation operation, int x, int y, int z) =>
            builder.Apply(operation, x, operation.Arity > 1 ? y : Graph.None, operation.Arity > 2 ? z : Graph.None);
    }

    private readonly struct ObjectNodes : INodes<ExprNode>
    {
        public ExprNode Constant(double value) => ExprNode.Constant(value);

        public double? ConstantOf(ExprNode node) => node?.Value;

        public Shape ShapeOf(ExprNode node) => node?.ArrayShape ?? Shape.Number;

        public ExprNode Indices(long[] numbers) => ExprNode.Indices(numbers);

        public ExprNode Apply(Operation operation, ExprNode x, ExprNode? y, ExprNode? z) => ExprNode.Apply(operation, x, y, z);
    }

    /// <summary>A function that is an expression of its parameters.</summary>
    private sealed class Form(string name, int count)
    {
        private readonly Lazy<ExprNode.GraphLocation> _body =
            new(() => Meaning(name, ExprNode.Variable(Parameters[0]), ExprNode.Variable(Parameters[1]), ExprNode.Variable(Parameters[2])).Flatten());

        public int Count => count;

        public TNode Apply<TNode, TNodes>(TNodes nodes, ReadOnlySpan<TNode> arguments)
            where TNodes : struct, INodes<TNode>
        {
            var (graph, root) = _body.Value;
            var made = new TNode[root + 1];
            for (var id = 0; id <= root; id++)
            {
                made[id] =
                    graph.IsConstant(id) ? nodes.Constant(graph.ConstantOf(id)) :
                    graph.IsVariable(id) ? arguments[Array.IndexOf(Parameters, graph.NameOf(id))] :
                    nodes.Apply(graph.OperationOf(id), made[graph.X(id)], Argument(graph.Y(id)), Argument(graph.Z(id)));
            }

            return made[root];

            TNode? Argument(int id) => id < 0 ? default : made[id];
        }
    }
}
