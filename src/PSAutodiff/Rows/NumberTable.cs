using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>A matrix of finite numbers, which users give as double[,], float[,], double[][], lists of lists or IDX data.</summary>
internal sealed class NumberTable : IInputRows
{
    // double[,], float[,] or double[], row after row.
    private readonly Array _values;

    /// <summary>Numbers row after row, which are taken over.</summary>
    public NumberTable(double[] values, int rows, int width)
        : this((Array)values, rows, width)
    {
    }

    private NumberTable(Array values, int rows, int width)
    {
        _values = values;
        Rows = rows;
        Width = width;
    }

    /// <summary>The integers that lost digits.</summary>
    public RoundedIntegers Rounded { get; private init; } = new();

    public int Rows { get; }

    public int Width { get; }

    /// <inheritdoc/>
    public bool IsKept { get; set; }

    private bool IsSingle => _values is float[,];

    private ReadOnlySpan<float> Floats => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, float>(ref MemoryMarshal.GetArrayDataReference(_values)), _values.Length);

    private ReadOnlySpan<double> Doubles => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, double>(ref MemoryMarshal.GetArrayDataReference(_values)), _values.Length);

    /// <summary>The matrix that a value stands for; a list of numbers is one column.</summary>
    /// <param name="value">What a parameter was given.</param>
    /// <param name="what">What errors call it, such as -Data.</param>
    /// <exception cref="AutodiffException">It is none, is ragged, or holds something that is not a finite number.</exception>
    public static NumberTable From(object? value, string what)
    {
        var table = Conversions.Live(value) switch
        {
            double[,] or float[,] => Wrap((Array)Conversions.Unwrap(value)!),
            // Half the memory wherever single precision holds the numbers of the file exactly.
            IdxData { ElementType: IdxElementType.Int32 or IdxElementType.Double } data => Wrap(data.ToArray2D()),
            IdxData data => Wrap(data.ToSingleArray2D()),
            Array { Rank: 2 } matrix => FromMatrix(matrix, what),
            IList list and not Array { Rank: > 1 } => FromList(list, what),
            _ => throw new AutodiffException(
                ErrorIds.DataInvalid,
                $"{what} is {ValueSource.Describe(value)}, not a matrix of numbers. Give double[,], float[,], double[][] or a list of lists."),
        };
        if (table.IsSingle) RequireFinite(table.Floats, table.Width, what);
        else RequireFinite(table.Doubles, table.Width, what);
        return table;
    }

    /// <summary>As <see cref="From"/>, where a single number stands for one row of one column.</summary>
    public static NumberTable FromNumbers(object? value, string what) => From(Conversions.TryGetDouble(value, out var number) ? new[] { number } : value, what);

    /// <summary>Whether a value has rows of several values instead of being one column.</summary>
    public static bool IsMatrix(object? value) => Conversions.Unwrap(value) switch
    {
        Array { Rank: 2 } => true,
        IList { Count: > 0 } list and not Array { Rank: > 1 } => Conversions.Unwrap(list[0]) is IList,
        _ => false,
    };

    /// <summary>The values as a matrix of their own.</summary>
    public double[,] ToMatrix()
    {
        var matrix = new double[Rows, Width];
        if (matrix.Length > 0) CopyTo(MemoryMarshal.CreateSpan(ref matrix[0, 0], matrix.Length), null);
        return matrix;
    }

    /// <summary>The values row after row as double[,] or double[]: the matrix itself where it is one of doubles, to be read only.</summary>
    public Array ToDoubles() => _values is float[,]? Take<double>(null) : _values;

    /// <inheritdoc/>
    public FeatureScaling MeasureScaling(int[]? rows) => IsSingle ? InputRows.MeasureScaling(Floats, Width, rows) : InputRows.MeasureScaling(Doubles, Width, rows);

    /// <inheritdoc/>
    public T[] Take<T>(FeatureScaling? scaling)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Nobody else holds the flat array of a list.
        if (scaling is null && !IsKept && _values is T[] own) return own;
        var taken = new T[InputRows.Length(Rows, Width)];
        CopyTo<T>(taken, scaling);
        return taken;
    }

    private static NumberTable Wrap(Array matrix) => new(matrix, matrix.GetLength(0), matrix.GetLength(1));

    private static NumberTable FromMatrix(Array matrix, string what)
    {
        var (rows, width) = (matrix.GetLength(0), matrix.GetLength(1));
        var values = new double[InputRows.Length(rows, width)];
        var rounded = new RoundedIntegers();
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < width; column++) values[(row * width) + column] = Number(matrix.GetValue(row, column), what, row, column, rounded);
        }

        return new NumberTable(values, rows, width) { Rounded = rounded };
    }

    private static NumberTable FromList(IList list, string what)
    {
        var rounded = new RoundedIntegers();
        if (!IsMatrix(list))
        {
            var column = new double[list.Count];
            for (var row = 0; row < column.Length; row++) column[row] = Number(list[row], what, row, 0, rounded);
            return new NumberTable(column, column.Length, 1) { Rounded = rounded };
        }

        var width = ((IList)Conversions.Unwrap(list[0])!).Count;
        var values = new double[InputRows.Length(list.Count, width)];
        for (var row = 0; row < list.Count; row++)
        {
            if (Conversions.Unwrap(list[row]) is not IList cells || cells is Array { Rank: > 1 }) throw Ragged(what, row, $"is {ValueSource.Describe(list[row])}", width);
            if (cells.Count != width) throw Ragged(what, row, string.Create(CultureInfo.InvariantCulture, $"has {cells.Count} values"), width);
            if (cells is double[] numbers) numbers.CopyTo(values, row * width);
            else for (var column = 0; column < width; column++) values[(row * width) + column] = Number(cells[column], what, row, column, rounded);
        }

        return new NumberTable(values, list.Count, width) { Rounded = rounded };
    }

    private static double Number(object? cell, string what, int row, int column, RoundedIntegers rounded)
    {
        if (!Conversions.TryGetDouble(cell, out var number))
        {
            throw new AutodiffException(ErrorIds.ValueNotNumeric, $"{Place((what, row, column))}: {ValueSource.Describe(cell)} is not a number.");
        }

        rounded.Look(cell, number, Place, (what, row, column));
        return number;
    }

    private static string Place((string What, int Row, int Column) at) =>
        string.Create(CultureInfo.InvariantCulture, $"{at.What}, row {at.Row + 1}, column {at.Column + 1}");

    private static AutodiffException Ragged(string what, int row, string problem, int width) => new(
        ErrorIds.DataInvalid,
        string.Create(CultureInfo.InvariantCulture, $"{what}: row {row + 1} {problem}, but row 1 has {width} values. All rows of a matrix have the same length."));

    private static void RequireFinite<T>(ReadOnlySpan<T> values, int width, string what)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (T.IsFinite(values[i])) continue;
            throw new AutodiffException(
                ErrorIds.ValueNotFinite,
                string.Create(CultureInfo.InvariantCulture, $"{what}, row {(i / width) + 1}, column {(i % width) + 1}: {values[i]} is not a finite number."));
        }
    }

    private void CopyTo<T>(Span<T> target, FeatureScaling? scaling)
        where T : unmanaged, INumberBase<T>
    {
        if (IsSingle) InputRows.Convert(Floats, target, Width, scaling);
        else InputRows.Convert(Doubles, target, Width, scaling);
    }
}
