using PSAutodiff.Core;

namespace PSAutodiff.Tests;

/// <summary>
/// Values of array expressions by plain loops over nested arrays, written from the table in the design and not from the engine: slow and
/// obviously right. Operations on numbers are taken from the engine, where they have their own tests.
/// </summary>
internal static class ArrayReference
{
    /// <summary>The value of an expression.</summary>
    /// <param name="node">The expression.</param>
    /// <param name="at">Values of the variables.</param>
    public static Nested Evaluate(ExprNode node, IReadOnlyDictionary<string, Nested> at) => Evaluate(node, at, out _);

    /// <summary>The same, and whether all that it is computed from is finite.</summary>
    public static Nested Evaluate(ExprNode node, IReadOnlyDictionary<string, Nested> at, out bool isRegular)
    {
        isRegular = true;
        var (graph, root) = node.Flatten();
        var needed = graph.Reachable([root]);
        var values = new Nested[root + 1];
        for (var id = 0; id <= root; id++)
        {
            if (!needed[id] || graph.IsIndex(id)) continue;
            if (graph.IsConstant(id)) values[id] = Nested.Number(graph.ConstantOf(id));
            else if (graph.IsVariable(id)) values[id] = at[graph.NameOf(id)];
            else if (graph.IsArray(id)) values[id] = Nested.Of(graph.ArrayOf(id).Shape.Sizes.Select(static size => (int)size).ToArray(), graph.ArrayOf(id).Elements);
            else values[id] = Apply(graph, id, values);
            isRegular &= values[id].Elements().All(double.IsFinite);
        }

        return values[root];
    }

    private static Nested Apply(Graph graph, int id, Nested[] values)
    {
        var operation = graph.OperationOf(id);
        var x = values[graph.X(id)];
        var y = operation.Arity > 1 ? values[graph.Y(id)] : null;
        var z = operation.Arity > 2 ? values[graph.Z(id)] : null;
        if (operation.IsElementwise) return ElementByElement(operation, x, y, z);
        int[] numbers = operation.HasIndices ? [.. graph.IndicesOf(graph.Argument(id, operation.Arity - 1)).Select(static number => (int)number)] : [];
        return operation.Name switch
        {
            "matmul" => Product(x, y!),
            "transpose" => x.Rank < 2 ? x : Nested.Matrix(x.Columns, x.Rows, (i, j) => x[j, i]),
            "total" => Reduce(x, numbers, Sum),
            "mean" => Reduce(x, numbers, static items => Sum(items) / items.Count),
            "largest" => Reduce(x, numbers, static items => items.Aggregate(Math.Max)),
            "smallest" => Reduce(x, numbers, static items => items.Aggregate(Math.Min)),
            "norm" => Reduce(x, numbers, Norm),
            "logsumexp" => Reduce(x, numbers, LogSumExp),
            "softmax" => AlongAxis(x, numbers, joinsAll: false, Softmax),
            "layernorm" => AlongAxis(x, numbers, joinsAll: false, LayerNorm),
            "winner" => AlongAxis(x, numbers, joinsAll: numbers.Length == 0, Winner),
            "outer" => Nested.Matrix(x.Columns, y!.Columns, (i, j) => x[0, i] * y[0, j]),
            "trace" => Nested.Number(Sum([.. Enumerable.Range(0, x.Rows).Select(i => x[i, i])])),
            "diag" => x.Rank == 1
                ? Nested.Matrix(x.Columns, x.Columns, (i, j) => i == j ? x[0, i] : 0)
                : Nested.Vector(Math.Min(x.Rows, x.Columns), i => x[i, i]),
            "concat" => Concat(x, y!, numbers[0]),
            "stack" => Stack(x, y!),
            "reshape" => Nested.Of(numbers, x.Elements()),
            "broadcast" => numbers.Length == 1
                ? Nested.Vector(numbers[0], j => x.Stretched(0, j))
                : Nested.Matrix(numbers[0], numbers[1], x.Stretched),
            "solve" => Solve(x, y!),
            "inv" => Solve(x, Nested.Matrix(x.Rows, x.Rows, (i, j) => i == j ? 1 : 0)),
            "logdet" => Nested.Number(LogDet(x)),
            "cholesky" => Cholesky(x),
            "tril" => Nested.Matrix(x.Rows, x.Columns, (i, j) => j <= i ? x[i, j] : 0),
            "eye" => Nested.Matrix(numbers[0], numbers[0], (i, j) => i == j ? 1 : 0),
            "zeros" => Filled(numbers, 0),
            "ones" => Filled(numbers, 1),
            "take" => Take(x, y!),
            "scatter" => Scatter(x, y!, numbers[0]),
            "slice" => Slice(x, numbers),
            "place" => Place(x, numbers),
            _ => throw new InvalidOperationException($"There is no reference for '{operation.Name}'."),
        };
    }

    private static Nested ElementByElement(Operation operation, Nested x, Nested? y, Nested? z)
    {
        Nested[] all = [x, .. new[] { y, z }.OfType<Nested>()];
        var rank = all.Max(static item => item.Rank);
        var (rows, columns) = (all.Max(static item => item.Rows), all.Max(static item => item.Columns));
        return Nested.Make(rank, rows, columns, (i, j) => operation.Evaluate(x.Stretched(i, j), y?.Stretched(i, j) ?? 0, z?.Stretched(i, j) ?? 0));
    }

    private static Nested Product(Nested x, Nested y)
    {
        // A vector on the left is a row, one on the right a column.
        Func<int, int, double> right = y.Rank == 1 ? (k, _) => y[0, k] : (k, j) => y[k, j];
        var (rows, columns) = (x.Rank == 1 ? 1 : x.Rows, y.Rank == 1 ? 1 : y.Columns);
        double Element(int i, int j) => Sum([.. Enumerable.Range(0, x.Columns).Select(k => x[i, k] * right(k, j))]);
        if (x.Rank == 2 && y.Rank == 2) return Nested.Matrix(rows, columns, Element);
        if (x.Rank == 2) return Nested.Vector(rows, i => Element(i, 0));
        return y.Rank == 2 ? Nested.Vector(columns, j => Element(0, j)) : Nested.Number(Element(0, 0));
    }

    private static Nested Reduce(Nested x, int[] axis, Func<List<double>, double> join)
    {
        if (axis.Length == 0 || x.Rank == 1) return Nested.Number(join([.. x.Elements()]));
        return axis[0] == 0 ? Nested.Vector(x.Columns, j => join(x.Column(j))) : Nested.Vector(x.Rows, i => join(x.Row(i)));
    }

    private static Nested AlongAxis(Nested x, int[] axis, bool joinsAll, Func<List<double>, List<double>> each)
    {
        if (x.Rank == 1 || joinsAll) return Nested.Of(x.Sizes, each([.. x.Elements()]));
        if (axis.Length > 0 && axis[0] == 0)
        {
            var made = Enumerable.Range(0, x.Columns).Select(j => each(x.Column(j))).ToList();
            return Nested.Matrix(x.Rows, x.Columns, (i, j) => made[j][i]);
        }

        var rows = Enumerable.Range(0, x.Rows).Select(i => each(x.Row(i))).ToList();
        return Nested.Matrix(x.Rows, x.Columns, (i, j) => rows[i][j]);
    }

    private static double Sum(List<double> items)
    {
        var sum = 0.0;
        foreach (var item in items) sum += item;
        return sum;
    }

    private static double Norm(List<double> items)
    {
        var largest = items.ConvertAll(Math.Abs).Aggregate(Math.Max);
        if (items.Exists(double.IsNaN)) return double.NaN;
        if (items.Exists(double.IsInfinity)) return double.PositiveInfinity;
        return largest == 0 ? 0 : largest * Math.Sqrt(Sum([.. items.Select(item => item / largest * (item / largest))]));
    }

    private static double LogSumExp(List<double> items)
    {
        var largest = items.Aggregate(Math.Max);
        return double.IsFinite(largest) ? largest + Math.Log(Sum([.. items.Select(item => Math.Exp(item - largest))])) : largest;
    }

    private static List<double> Softmax(List<double> items)
    {
        var largest = items.Aggregate(Math.Max);
        var exponentials = items.ConvertAll(item => Math.Exp(item - largest));
        return exponentials.ConvertAll(item => item / Sum(exponentials));
    }

    private static List<double> LayerNorm(List<double> items)
    {
        var mean = Sum(items) / items.Count;
        var deviation = Math.Sqrt((Sum([.. items.Select(item => (item - mean) * (item - mean))]) / items.Count) + 1e-5);
        return items.ConvertAll(item => (item - mean) / deviation);
    }

    private static List<double> Winner(List<double> items)
    {
        var first = items.FindIndex(double.IsNaN);
        if (first < 0) first = items.IndexOf(items.Max());
        return [.. items.Select((_, i) => i == first ? 1.0 : 0.0)];
    }

    private static Nested Concat(Nested x, Nested y, int axis)
    {
        if (x.Rank == 1) return Nested.Of([x.Columns + y.Columns], [.. x.Elements(), .. y.Elements()]);
        return axis == 0
            ? Nested.Matrix(x.Rows + y.Rows, x.Columns, (i, j) => i < x.Rows ? x[i, j] : y[i - x.Rows, j])
            : Nested.Matrix(x.Rows, x.Columns + y.Columns, (i, j) => j < x.Columns ? x[i, j] : y[i, j - x.Columns]);
    }

    private static Nested Stack(Nested x, Nested y)
    {
        double[] both = [.. x.Elements(), .. y.Elements()];
        return y.Rank == 0 ? Nested.Of([both.Length], both) : Nested.Of([both.Length / y.Columns, y.Columns], both);
    }

    // By Gauss and Jordan; of matrices that are far from singular.
    private static Nested Solve(Nested a, Nested b)
    {
        var (n, width) = (a.Rows, b.Rank == 1 ? 1 : b.Columns);
        var rows = Enumerable.Range(0, n).Select(i => a.Row(i).Concat(b.Rank == 1 ? [b[0, i]] : b.Row(i)).ToArray()).ToArray();
        var isKnown = a.Elements().All(double.IsFinite);
        for (var k = 0; k < n; k++)
        {
            var pivot = Enumerable.Range(k, n - k).MaxBy(i => Math.Abs(rows[i][k]));
            (rows[k], rows[pivot]) = (rows[pivot], rows[k]);
            isKnown &= rows[k][k] != 0;
            rows[k] = [.. rows[k].Select(element => element / rows[k][k])];
            for (var i = 0; i < n; i++)
            {
                if (i != k) rows[i] = [.. rows[i].Zip(rows[k], (element, above) => element - (rows[i][k] * above))];
            }
        }

        double Element(int i, int j) => isKnown && Enumerable.Range(0, n).All(k => double.IsFinite(b.Rank == 1 ? b[0, k] : b[k, j])) ? rows[i][n + j] : double.NaN;
        return b.Rank == 1 ? Nested.Vector(n, i => Element(i, 0)) : Nested.Matrix(n, width, Element);
    }

    // By expansion along the first row.
    private static double LogDet(Nested a)
    {
        return Math.Log(Determinant(a));

        static double Determinant(Nested a) => a.Rows == 1 ? a[0, 0] : Sum([.. Enumerable.Range(0, a.Rows).Select(j =>
            (j % 2 == 0 ? 1 : -1) * a[0, j] * Determinant(Nested.Matrix(a.Rows - 1, a.Rows - 1, (i, k) => a[i + 1, k < j ? k : k + 1])))]);
    }

    private static Nested Cholesky(Nested a)
    {
        var factor = new double[a.Rows, a.Rows];
        var isPositive = true;
        for (var i = 0; i < a.Rows; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var rest = ((a[i, j] + a[j, i]) / 2) - Sum([.. Enumerable.Range(0, j).Select(k => factor[i, k] * factor[j, k])]);
                if (i == j) isPositive &= rest > 0;
                factor[i, j] = i == j ? Math.Sqrt(rest) : rest / factor[j, j];
            }
        }

        return Nested.Matrix(a.Rows, a.Rows, (i, j) => isPositive ? factor[i, j] : double.NaN);
    }

    private static Nested Filled(int[] sizes, double value) => Nested.Of(sizes, Enumerable.Repeat(value, sizes.Aggregate(static (a, b) => a * b)));

    private static Nested Take(Nested x, Nested k) => (x.Rank, k.Rank) switch
    {
        (1, 0) => Nested.Number(x[0, (int)k[0, 0]]),
        (1, 1) => Nested.Vector(k.Columns, i => x[0, (int)k[0, i]]),
        (1, _) => Nested.Matrix(k.Rows, k.Columns, (i, j) => x[0, (int)k[i, j]]),
        (_, 0) => Nested.Vector(x.Columns, j => x[(int)k[0, 0], j]),
        _ => Nested.Matrix(k.Columns, x.Columns, (i, j) => x[(int)k[0, i], j]),
    };

    private static Nested Scatter(Nested g, Nested k, int count)
    {
        double[] places = [.. k.Elements()];
        if (g.Rank == k.Rank)
        {
            double[] elements = [.. g.Elements()];
            return Nested.Vector(count, i => Sum([.. places.Index().Where(place => place.Item == i).Select(place => elements[place.Index])]));
        }

        return Nested.Matrix(count, g.Columns, (i, j) => Sum([.. places.Index().Where(place => place.Item == i).Select(place => g[place.Index, j])]));
    }

    // Of each axis the first, how many, and whether the axis goes; then the sizes.
    private static Nested Slice(Nested x, int[] n)
    {
        if (x.Rank == 1) return n[2] == 1 ? Nested.Number(x[0, n[0]]) : Nested.Vector(n[1], j => x[0, n[0] + j]);
        return (n[2], n[5]) switch
        {
            (1, 1) => Nested.Number(x[n[0], n[3]]),
            (1, 0) => Nested.Vector(n[4], j => x[n[0], n[3] + j]),
            (0, 1) => Nested.Vector(n[1], i => x[n[0] + i, n[3]]),
            _ => Nested.Matrix(n[1], n[4], (i, j) => x[n[0] + i, n[3] + j]),
        };
    }

    private static Nested Place(Nested x, int[] n)
    {
        double[] elements = [.. x.Elements()];
        if (n.Length == 4) return Nested.Vector(n[3], i => i >= n[0] && i < n[0] + n[1] ? elements[i - n[0]] : 0);
        return Nested.Matrix(n[6], n[7], (i, j) => i >= n[0] && i < n[0] + n[1] && j >= n[3] && j < n[3] + n[4] ? elements[((i - n[0]) * n[4]) + j - n[3]] : 0);
    }

    /// <summary>A number, a vector or a matrix as nested arrays: a number is one row of one element, a vector one row.</summary>
    internal sealed class Nested
    {
        private readonly double[][] _rows;

        private Nested(int rank, double[][] rows) => (Rank, _rows) = (rank, rows);

        public int Rank { get; }

        public int Rows => _rows.Length;

        public int Columns => _rows[0].Length;

        public int[] Sizes => Rank switch { 0 => [], 1 => [Columns], _ => [Rows, Columns] };

        public double this[int row, int column] => _rows[row][column];

        public static Nested Number(double value) => new(0, [[value]]);

        public static Nested Vector(int count, Func<int, double> element) => Make(1, 1, count, (_, j) => element(j));

        public static Nested Matrix(int rows, int columns, Func<int, int, double> element) => Make(2, rows, columns, element);

        public static Nested Make(int rank, int rows, int columns, Func<int, int, double> element) =>
            new(rank, [.. Enumerable.Range(0, rows).Select(i => Enumerable.Range(0, columns).Select(j => element(i, j)).ToArray())]);

        /// <summary>Of sizes and elements, row after row.</summary>
        public static Nested Of(int[] sizes, IEnumerable<double> elements)
        {
            var columns = sizes.Length == 0 ? 1 : sizes[^1];
            return new(sizes.Length, [.. elements.Chunk(columns)]);
        }

        public List<double> Row(int row) => [.. _rows[row]];

        public List<double> Column(int column) => [.. _rows.Select(row => row[column])];

        public IEnumerable<double> Elements() => _rows.SelectMany(static row => row);

        /// <summary>The element of the array that it is stretched to: sizes are matched from the last on, and one of 1 stands for all.</summary>
        public double Stretched(int row, int column) => _rows[Rows == 1 ? 0 : row][Columns == 1 ? 0 : column];
    }
}
