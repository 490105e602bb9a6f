using System.Globalization;
using PSAutodiff.Core;

namespace PSAutodiff.Execution.Arrays;

/// <summary>How something is summed over rows.</summary>
internal enum RowSumKind : byte
{
    /// <summary>Row after row.</summary>
    Sum,

    /// <summary>The products of matrices, the first one transposed: one product of all their rows below each other.</summary>
    Product,

    /// <summary>Elements or rows, each added at the place that a number names.</summary>
    Scatter,
}

/// <summary>A sum over rows.</summary>
/// <param name="Kind">How it is formed.</param>
/// <param name="X">Which expression of one row is summed, or is the first argument.</param>
/// <param name="Y">Which one is the second argument.</param>
/// <param name="Shape">The shape of the sum.</param>
/// <param name="Depth">For products, how many rows the matrices of one row of data have.</param>
/// <param name="HasFew">Whether the first argument of a product is zero but for a few elements.</param>
internal readonly record struct RowSum(RowSumKind Kind, int X, int Y, Shape Shape, int Depth = 1, bool HasFew = false)
{
    /// <summary>Number of elements that one row computes.</summary>
    public double WorkOfRow => HasFew ? Shape.Rows + Shape.Columns : (double)Shape.Count * Depth;
}

/// <summary>
/// What expressions of one row become when they are summed over rows: expressions of one row that have to be computed, sums of these, and
/// expressions of such sums. A sum goes inward through all that is linear where it comes to products of vectors, or to parts of arrays, which are never made
/// for each row then: the sum of outer(x, d) is X.T @ D.
/// </summary>
internal sealed class RowSums
{
    /// <summary>The name of the number of rows in <see cref="After"/>. No other variable's name has a space.</summary>
    public const string CountName = "row count";

    // Among so many elements one that is not 0 is one of a few.
    private const int Few = 16;

    private readonly GraphBuilder _builder;
    private readonly bool[] _varies;
    private readonly bool[] _goesInward;
    private readonly Dictionary<(int Id, int Factor), Term> _totals = [];
    private readonly Dictionary<int, int> _rowRoots = [];
    private readonly Dictionary<RowSum, Term> _sums = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    private RowSums(RootedGraph outputs, VariableLayout columns, CancellationToken cancellation)
    {
        _builder = ExprNode.Extend(outputs, cancellation);
        var names = columns.Names.ToHashSet(StringComparer.Ordinal);
        var reachable = outputs.Reachable();
        _varies = new bool[reachable.Length];
        _goesInward = new bool[reachable.Length];
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id]) continue;
            var term = _builder.Term(id);
            if (term.Operation.Arity == 0) _varies[id] = outputs.Graph.IsVariable(id) && names.Contains(outputs.Graph.NameOf(id));
            for (var i = 0; i < term.Operation.Arity; i++) _varies[id] |= _varies[_builder.Argument(id, i)];
            _goesInward[id] = _varies[id] && GoesInward(term);
        }

        var after = Array.ConvertAll(outputs.Roots, root => Total(root, cancellation).Id);
        int[] rowRoots = [.. _rowRoots.OrderBy(static one => one.Value).Select(static one => one.Key)];
        var graph = _builder.Build();
        (Rows, After, Sums) = (new RootedGraph(graph, rowRoots), new RootedGraph(graph, after), [.. _sums.Keys]);
    }

    /// <summary>The expressions of one row that are computed.</summary>
    public RootedGraph Rows { get; }

    /// <summary>The sums of these, in order.</summary>
    public RowSum[] Sums { get; }

    /// <summary>What is wanted, as expressions of the sums, which are variables there, and of the number of rows.</summary>
    public RootedGraph After { get; }

    /// <summary>Finds out what is to be summed.</summary>
    /// <param name="outputs">The expressions of one row whose sums are wanted.</param>
    /// <param name="columns">The variables that vary by row.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static RowSums Of(RootedGraph outputs, VariableLayout columns, CancellationToken cancellation) => new(outputs, columns, cancellation);

    /// <summary>Which sum has a name in <see cref="After"/>; -1 for none.</summary>
    public int IndexOf(string name) => _numbers.GetValueOrDefault(name, -1);

    /// <summary>Which sum a node of <see cref="After"/> is; -1 for none.</summary>
    public int IndexOf(int id) => After.Graph.IsVariable(id) ? IndexOf(After.Graph.NameOf(id)) : -1;

    /// <summary>Whether the sum over rows is better made of sums of the arguments, or of their products.</summary>
    private bool GoesInward(Term term)
    {
        var (x, y) = (term.X, term.Operation.Arity > 1 ? term.Y : Term.None);
        return term.Operation switch
        {
            OuterOperation or PlacingOperation => true,
            BroadcastOperation or DiagOperation => term.Shape.Count > x.Shape.Count || Inward(x),
            MatMulOperation => Varies(x) && Varies(y) ? !term.Shape.IsNumber : Inward(x) || Inward(y),
            SumOperation or SubOperation => Inward(x) || Inward(y),
            MulOperation => Varies(x) && Varies(y) ? (x.Shape.IsNumber && Inward(y)) || (y.Shape.IsNumber && Inward(x)) : Inward(x) || Inward(y) || IsStretched(term, x) || IsStretched(term, y),
            DivOperation => (Inward(x) && (!Varies(y) || y.Shape.IsNumber)) || (!Varies(y) && IsStretched(term, x)),
            NegOperation or TransposeOperation or ReshapeOperation or SliceOperation or TotalOperation or MeanOperation or TraceOperation => Inward(x),
            ConcatOperation or StackOperation => Inward(x) || Inward(y),
            _ => false,
        };
    }

    // Fewer elements are summed than there are of the product with what does not vary.
    private bool IsStretched(Term product, Term varying) => Varies(varying) && product.Shape.Count > varying.Shape.Count;

    private bool Inward(Term term) => _goesInward[term.Id];

    private bool Varies(Term term) => term.Id >= _varies.Length || _varies[term.Id];

    /// <summary>The sum over rows of a node, with a stack of its own instead of recursion.</summary>
    private Term Total(int root, CancellationToken cancellation)
    {
        var waiting = new Stack<(int Id, int Factor)>();
        var needed = new List<(int Id, int Factor)>();
        waiting.Push((root, Graph.None));
        while (waiting.TryPeek(out var item))
        {
            cancellation.ThrowIfCancellationRequested();
            needed.Clear();
            if (!_totals.ContainsKey(item))
            {
                var total = Make(_builder.Term(item.Id), item.Factor == Graph.None ? Term.None : _builder.Term(item.Factor), needed);
                if (needed.Count == 0) _totals.Add(item, total);
            }

            if (needed.Count == 0) waiting.Pop();
            foreach (var more in needed) waiting.Push(more);
        }

        return _totals[(root, Graph.None)];
    }

    /// <summary>The sum over rows of a term times a factor that varies, or what is needed before it can be made.</summary>
    private Term Make(Term term, Term factor, List<(int Id, int Factor)> needed)
    {
        if (!Varies(term)) return (factor.Exists ? Summed(factor) : _builder.Term(_builder.Variable(CountName))) * term;
        if (!Inward(term)) return Summed(Times(factor, term));
        var operation = term.Operation;
        var (x, y) = (term.X, operation.Arity > 1 ? term.Y : Term.None);
        switch (operation)
        {
            case OuterOperation when Varies(x) && Varies(y):
                return Product(Times(factor, x), y, term.Shape, 1);
            case MatMulOperation when Varies(x) && Varies(y):
                // The first factor transposed has as many rows as the second one; a vector there is a column.
                if (x.Shape.IsMatrix) x = x.Is<TransposeOperation>() ? x.X : x.Transposed();
                return Product(Times(factor, x), y, term.Shape, checked((int)y.Shape.Rows));
            case ScatterOperation when Varies(y):
                return Sum(new RowSum(RowSumKind.Scatter, Root(Times(factor, x)), Root(y), term.Shape));
            case MulOperation when Varies(x) && Varies(y):
                var (number, rest) = x.Shape.IsNumber && Inward(y) ? (x, y) : (y, x);
                return Need(rest, Times(factor, number), needed);
            case DivOperation when Varies(y):
                return Need(x, (factor.Exists ? factor : y.Constant(1)) / y, needed);
        }

        // What is left is linear in each argument that varies, or in all of them together.
        var isSum = operation is SumOperation or SubOperation or ConcatOperation or StackOperation;
        var first = isSum || Varies(x) ? Need(x, factor, needed) : x;
        var second = y.Exists && !_builder.IsIndex(y.Id) && (isSum || Varies(y)) ? Need(y, factor, needed) : y;
        return needed.Count > 0 ? Term.None : first.Apply(operation, second, operation.Arity > 2 ? term.Z : Term.None);
    }

    private Term Need(Term term, Term factor, List<(int Id, int Factor)> needed)
    {
        var key = (term.Id, factor.Exists ? factor.Id : Graph.None);
        if (_totals.TryGetValue(key, out var total)) return total;
        needed.Add(key);
        return Term.None;
    }

    private static Term Times(Term factor, Term term) => factor.Exists ? factor * term : term;

    private Term Product(Term x, Term y, Shape shape, int depth) => Sum(new RowSum(RowSumKind.Product, Root(x, depth), Root(y, depth), shape.Plain(), depth, HasFew(x)));

    // The winner of many elements, times a number or in another shape.
    private static bool HasFew(Term term)
    {
        while (!term.Is<WinnerOperation>())
        {
            if (term.Is<MulOperation>() && term.X.Shape.IsNumber) term = term.Y;
            else if (term.Is<NegOperation>() || term.Is<ReshapeOperation>() || (term.Operation is MulOperation or DivOperation && term.Y.Shape.IsNumber)) term = term.X;
            else return false;
        }

        return WinnerOperation.LengthOf(term) >= Few;
    }

    private Term Summed(Term term) => Sum(new RowSum(RowSumKind.Sum, Root(term), Graph.None, term.Shape.Plain()));

    private Term Sum(RowSum sum)
    {
        if (_sums.TryGetValue(sum, out var variable)) return variable;
        var name = string.Create(CultureInfo.InvariantCulture, $"row sum {_sums.Count}");
        _numbers.Add(name, _sums.Count);
        variable = _builder.Term(_builder.Variable(name, sum.Shape.Plain()));
        _sums.Add(sum, variable);
        return variable;
    }

    // Which of the expressions of one row a term is. What has several rows for each row of the data is copied from there, as those that are chosen do not lie below each other.
    private int Root(Term term, int depth = 1)
    {
        if (depth > 1 && _builder.IsVariable(term.Id)) term = term.Reshaped(term.Shape.IsMatrix ? Shape.Vector(term.Shape.Count) : Shape.Matrix(term.Shape.Count, 1));
        if (!_rowRoots.TryGetValue(term.Id, out var root)) _rowRoots.Add(term.Id, root = _rowRoots.Count);
        return root;
    }
}
