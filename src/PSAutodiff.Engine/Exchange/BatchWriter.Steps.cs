using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Exchange;

/// <content>The forms of operations on arrays.</content>
internal sealed partial class BatchWriter
{
    private readonly HashSet<int> _chained = [];

    private string WriteArrays(int id, Operation operation, Value[] of, long[] indices, Shape shape)
    {
        var x = of.Length > 0 ? of[0] : default;
        switch (operation.Name)
        {
            case "total": return Reduce("ReduceSum", x, indices);
            case "mean": return Reduce("ReduceMean", x, indices);
            case "largest": return Reduce("ReduceMax", x, indices);
            case "smallest": return Reduce("ReduceMin", x, indices);
            case "norm": return Norm(x, indices);
            case "logsumexp": return LogSumExp(x, indices);
            case "softmax": return Step("Softmax", [x.Name], ("axis", indices.Length > 0 ? indices[0] + 1 : x.Shape.Rank));
            case "layernorm": return LayerNorm(x, indices.Length > 0 ? indices[0] + 1 : x.Shape.Rank);
            case "winner": return Winner(x, indices);
            case "matmul": return Product(x, of[1]);
            case "outer": return Step("Mul", AsColumn(x), AsRow(of[1]));
            case "transpose": return x.Shape.IsMatrix ? Step("Transpose", [x.Name], ("perm", (long[])[0, 2, 1])) : x.Name;
            case "broadcast": return Step("Expand", Aligned(x, shape), Integers([1, .. shape.Sizes]));
            case "reshape": return Reshaped(x.Name, shape);
            case "concat": return Step("Concat", [Spread(x, _ofRows[id]), Spread(of[1], _ofRows[id])], ("axis", indices[0] + 1));
            case "stack": return Stack(id);
            case "slice": return Slice(x, indices);
            case "place": return Place(x, indices, shape);
            case "take": return Take(x, of[1], shape);
            case "scatter": return Scatter(x, of[1], shape);
            case "diag": return x.Shape.IsVector ? Masked(Step("Unsqueeze", x.Name, Integers(2)), x.Shape.Rows, x.Shape.Rows, static (i, j) => i == j) : Diagonal(x);
            case "trace": return Sum(Diagonal(x), keep: true, 1);
            case "tril": return Masked(x.Name, shape.Rows, shape.Columns, static (i, j) => j <= i);
            case "inv" or "logdet" or "cholesky" when _isOwn: return Step(BatchStep.Own + operation.Name, NameOf(x));
            case "solve" when _isOwn: return Step(BatchStep.Own + operation.Name, [NameOf(x), NameOf(of[1])], ("vector", of[1].Shape.IsVector ? 1L : 0L));
            default: throw Unsupported(operation);
        }
    }

    private static AutodiffException Unsupported(Operation operation) => new(
        ErrorIds.FormatUnsupported,
        $"The model has the operation '{operation.Name}', which this format has no form for. Save it as JSON, or as C# or PowerShell, which have forms for all operations.");

    // Under a name, at its place among axes that have no rows before them where it is the same in all.
    private string NameOf(Value value) => value.Varies ? value.Name : value.Name.Length > 0 ? Given(value) : Constant(value.Shape.Sizes, value.Elements);

    // As an argument of an operation element by element whose value has a shape.
    private string Aligned(Value value, Shape shape) =>
        !value.Varies || shape.Rank < 2 || value.Shape.Rank == 2 ? NameOf(value) : Once($"row {value.Name}", () => Step("Unsqueeze", value.Name, Integers(1)));

    // With an axis for the rows in any case, and as many as what it becomes a part of.
    private string Spread(Value value, bool ofRows)
    {
        if (value.Varies && value.OfRows == ofRows) return value.Name;
        long[] sizes = value.Shape.IsNumber ? [1] : value.Shape.Sizes;
        if (!ofRows) return Constant([1, .. sizes], value.Elements);
        return Once($"spread {NameOf(value)}", () => Step("Expand", NameOf(value), BatchSizes(sizes)));
    }

    private string BatchSizes(long[] sizes) => Once($"sizes {string.Join(',', sizes)}", () =>
    {
        var rows = Once("rows", () => Step("Shape", [_rowsOf], ("start", 0L), ("end", 1L)));
        return Step("Concat", [rows, Integers(sizes)], ("axis", 0L));
    });

    private string Squeeze(string value, int axis) => Step("Squeeze", value, Integers(axis));

    private string Cast(string value, BatchType type) => Step("Cast", [value], ("to", type));

    private string Not(string condition) => Step("Not", condition);

    private string Sum(string value, bool keep, params long[] axes) => Step("ReduceSum", [value, Integers(axes)], ("keepdims", keep ? 1L : 0L));

    private string Reshaped(string value, Shape shape) => Step("Reshape", value, Integers(shape.IsNumber ? [-1, 1] : [-1, .. shape.Sizes]));

    private string Part(string value, long start, long end, int axis, long size) =>
        start == 0 && end == size ? value : Step("Slice", value, Integers(start), Integers(end), Integers(axis));

    // What joins elements: the axes of the rows, and whether they stay, so that a number is [rows, 1].
    private string Reduce(string operation, Value x, long[] indices)
    {
        if (x.Shape.IsVector) return Reduce(operation, x.Name, keep: true, 1);
        if (indices.Length > 0) return Reduce(operation, x.Name, keep: false, indices[0] + 1);
        return Squeeze(Reduce(operation, x.Name, keep: true, 1, 2), 2);
    }

    private string Reduce(string operation, string value, bool keep, params long[] axes) =>
        Step(operation, [value, Integers(axes)], ("keepdims", keep ? 1L : 0L));

    // By the largest element, so that squares do not overflow.
    private string Norm(Value x, long[] indices)
    {
        var largest = Scale(Step("Abs", x.Name), x, indices, out var axes);
        var scale = Step("Where", Step("Equal", largest, Number(0)), Number(1), largest);
        var scaled = Step("Div", x.Name, scale);
        var root = Step("Mul", Step("Sqrt", Sum(Step("Mul", scaled, scaled), keep: true, axes)), scale);
        return Joined(root, x, indices);
    }

    private string LogSumExp(Value x, long[] indices)
    {
        var largest = Scale(x.Name, x, indices, out var axes);
        var sum = Sum(Step("Exp", Step("Sub", x.Name, largest)), keep: true, axes);
        return Joined(Step("Add", largest, Step("Log", sum)), x, indices);
    }

    private string LayerNorm(Value x, long axis)
    {
        var centered = Step("Sub", x.Name, Reduce("ReduceMean", x.Name, keep: true, axis));
        var variance = Reduce("ReduceMean", Step("Mul", centered, centered), keep: true, axis);
        return Step("Div", centered, Step("Sqrt", Step("Add", variance, Number(LayerNormOperation.Epsilon))));
    }

    private string Scale(string value, Value x, long[] indices, out long[] axes)
    {
        axes = x.Shape.IsVector ? [1] : indices.Length > 0 ? [indices[0] + 1] : [1, 2];
        return Reduce("ReduceMax", value, keep: true, axes);
    }

    // Without the axes of what was joined.
    private string Joined(string kept, Value x, long[] indices) => x.Shape.IsVector ? kept : Squeeze(kept, indices.Length > 0 ? (int)indices[0] + 1 : 2);

    private string Winner(Value x, long[] indices)
    {
        var joinsAll = x.Shape.IsMatrix && indices.Length == 0;
        var value = joinsAll ? Step("Reshape", x.Name, Integers(-1, x.Shape.Count)) : x.Name;
        var axis = x.Shape.IsMatrix && !joinsAll ? indices[0] + 1 : 1;
        var count = joinsAll ? x.Shape.Count : axis == 2 ? x.Shape.Columns : x.Shape.Rows;
        long[] places = [.. Enumerable.Range(0, (int)count).Select(static i => (long)i)];
        var first = Step("ArgMax", [value], ("axis", axis), ("keepdims", 1L));
        var truth = Cast(Step("Equal", first, Constant(x.Shape.IsMatrix && axis == 1 && !joinsAll ? [count, 1] : [count], places)), BatchType.Number);
        return joinsAll ? Reshaped(truth, x.Shape) : truth;
    }

    // ONNX Runtime moves factors that are numbers into products of matrices, where they are of single precision. An array of them stays.
    private string Factor(Value value, Shape shape) => _isNarrow && !value.Varies && value.Shape.IsNumber && shape is { IsMatrix: true, Count: > 1 and < 1_000_000 }
        ? Constant(shape.Sizes, Enumerable.Repeat(value.Elements[0], (int)shape.Count).ToArray())
        : Aligned(value, shape);

    private string AsColumn(Value x) => x.Varies ? Step("Unsqueeze", x.Name, Integers(2)) : Constant([x.Shape.Rows, 1], x.Elements);

    private string AsRow(Value x) => x.Varies ? Step("Unsqueeze", x.Name, Integers(1)) : NameOf(x);

    private string Product(Value x, Value y)
    {
        if (x.Shape.IsVector && y.Shape.IsVector) return Sum(Step("Mul", NameOf(x), NameOf(y)), keep: true, 1);
        if (x.Shape.IsVector && y.Shape.IsMatrix)
        {
            if (!y.Varies) return Step("Gemm", x.Name, NameOf(y));
            if (x.Varies && x.OfRows && !y.OfRows) return Step("Gemm", x.Name, Once($"one {y.Name}", () => Squeeze(y.Name, 0)));
            return x.Varies ? Squeeze(Step("MatMul", AsRow(x), y.Name), 1) : Step("MatMul", NameOf(x), y.Name);
        }

        if (x.Shape.IsMatrix && y.Shape.IsVector)
        {
            if (!x.Varies) return Step("Gemm", y.Name, Constant([x.Shape.Columns, x.Shape.Rows], Transposed(x)));
            if (y.Varies && y.OfRows && !x.OfRows) return Step("Gemm", [y.Name, Once($"one {x.Name}", () => Squeeze(x.Name, 0))], ("transB", 1L));
            return y.Varies ? Squeeze(Step("MatMul", x.Name, AsColumn(y)), 2) : Step("MatMul", x.Name, NameOf(y));
        }

        return Step("MatMul", NameOf(x), NameOf(y));
    }

    private static double[] Transposed(Value matrix)
    {
        var (rows, columns) = ((int)matrix.Shape.Rows, (int)matrix.Shape.Columns);
        var transposed = new double[matrix.Elements.Length];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++) transposed[(j * rows) + i] = matrix.Elements[(i * columns) + j];
        }

        return transposed;
    }

    // The elements of a chain of literals from the first on, in one step.
    private string Stack(int id)
    {
        var parts = new List<int>();
        var first = id;
        while (true)
        {
            parts.Add(_graph.Y(first));
            var inner = _graph.X(first);
            if (!_chained.Contains(inner))
            {
                parts.Add(inner);
                break;
            }

            first = inner;
        }

        parts.Reverse();
        var ofMatrix = _graph.ShapeOf(id).IsMatrix;
        return Step("Concat", [.. parts.Select(part =>
        {
            var value = ValueOf(part);
            var spread = Spread(value, _ofRows[id]);
            return ofMatrix && value.Shape.IsVector ? Once($"row {spread}", () => Step("Unsqueeze", spread, Integers(1))) : spread;
        })], ("axis", 1L));
    }

    private string Slice(Value x, long[] indices)
    {
        var rows = SliceBounds.At(indices, 0);
        var part = Part(x.Name, rows.Start, rows.Start + rows.Count, 1, x.Shape.Rows);
        if (x.Shape.IsVector) return part;
        var columns = SliceBounds.At(indices, 1);
        part = Part(part, columns.Start, columns.Start + columns.Count, 2, x.Shape.Columns);
        return columns.IsIndex ? Squeeze(part, 2) : rows.IsIndex ? Squeeze(part, 1) : part;
    }

    private string Place(Value x, long[] indices, Shape whole)
    {
        var rows = SliceBounds.At(indices, 0);
        if (whole.IsVector) return Step("Pad", x.Name, Integers(0, rows.Start, 0, whole.Rows - rows.Start - rows.Count));
        var columns = SliceBounds.At(indices, 1);
        var value = columns.IsIndex ? Step("Unsqueeze", x.Name, Integers(2)) : rows.IsIndex ? Step("Unsqueeze", x.Name, Integers(1)) : x.Name;
        return Step("Pad", value, Integers(0, rows.Start, columns.Start, 0, whole.Rows - rows.Start - rows.Count, whole.Columns - columns.Start - columns.Count));
    }

    private string Take(Value x, Value k, Shape shape)
    {
        if (!k.Varies)
        {
            // The places are known: along the axis after that of the rows.
            var places = Constant(x.Shape.IsVector && k.Shape.IsNumber ? [1] : k.Shape.Sizes, Array.ConvertAll(k.Elements, element => Known(element, x.Shape.Rows)));
            return Step("Gather", [x.Name, places], ("axis", 1L));
        }

        var chosen = _isOwn ? Step(BatchStep.Own + "places", k.Name) : Cast(k.Name, BatchType.Integer);
        if (!x.Varies)
        {
            var taken = Step("Gather", [NameOf(x), chosen], ("axis", 0L));
            return x.Shape.IsMatrix && k.Shape.IsNumber ? Squeeze(taken, 1) : taken;
        }

        if (x.OfRows != k.OfRows) (x, chosen) = (x with { Name = Spread(x, ofRows: true), OfRows = true }, k.OfRows ? chosen : Step("Expand", chosen, BatchSizes(k.Shape.IsNumber ? [1] : k.Shape.Sizes)));

        if (x.Shape.IsVector)
        {
            if (!k.Shape.IsMatrix) return Step("GatherElements", [x.Name, chosen], ("axis", 1L));
            var flat = Step("Reshape", chosen, Integers(-1, k.Shape.Count));
            return Reshaped(Step("GatherElements", [x.Name, flat], ("axis", 1L)), shape);
        }

        // Whole rows: the place for each of their elements.
        var each = Step("Expand", k.Shape.IsNumber ? Step("Unsqueeze", chosen, Integers(2)) : Step("Unsqueeze", chosen, Integers(2)), Integers(1, 1, x.Shape.Columns));
        var rows = Step("GatherElements", [x.Name, each], ("axis", 1L));
        return k.Shape.IsNumber ? Squeeze(rows, 1) : rows;

        static long Known(double place, long count) => place >= 0 && place < count && double.IsInteger(place)
            ? (long)place
            : throw new AutodiffException(ErrorIds.IndexInvalid, string.Create(CultureInfo.InvariantCulture, $"The model takes element {place} of {count}, which is not there: they are counted from 0."));
    }

    // Zeros, to which each element or row is added at its place.
    private string Scatter(Value g, Value k, Shape shape)
    {
        var ofRows = (g.Varies && g.OfRows) || (k.Varies && k.OfRows);
        var (from, places) = (Spread(g, ofRows), Cast(Spread(k, ofRows), BatchType.Integer));
        if (shape.IsMatrix)
        {
            if (k.Shape.IsNumber) from = Step("Unsqueeze", from, Integers(1));
            places = Step("Expand", Step("Unsqueeze", places, Integers(2)), Integers(1, 1, shape.Columns));
        }
        else if (k.Shape.IsMatrix)
        {
            from = Step("Reshape", from, Integers(-1, k.Shape.Count));
            places = Step("Reshape", places, Integers(-1, k.Shape.Count));
        }

        var zeros = Constant([1, .. shape.Sizes], new double[shape.Count]);
        if (ofRows) zeros = Step("Expand", zeros, BatchSizes(shape.Sizes));
        return Step("ScatterElements", [zeros, places, from], ("axis", 1L), ("reduction", "add"));
    }

    private string Masked(string value, long rows, long columns, Func<int, int, bool> holds)
    {
        var mask = new bool[rows * columns];
        for (var i = 0; i < mask.Length; i++) mask[i] = holds(i / (int)columns, i % (int)columns);
        return Step("Where", Constant([rows, columns], mask), value, Number(0));
    }

    private string Diagonal(Value x) =>
        Sum(Masked(x.Name, x.Shape.Rows, x.Shape.Columns, static (i, j) => i == j), keep: false, x.Shape.Rows <= x.Shape.Columns ? 2 : 1);
}
