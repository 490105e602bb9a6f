using System.Globalization;
using System.Runtime.InteropServices;

namespace PSAutodiff;

/// <summary>
/// What a linear regression has to know of a part of the rows: their number and the triangular factor of [1 X y], or the rows themselves while
/// there are few. Parts from many files, processes or machines are joined to one fit, and the order in which they come does not matter.
/// </summary>
public sealed class RegressionPart
{
    /// <summary>The most columns of a part, the intercept and the label among them.</summary>
    internal const int MostColumns = 10_000;

    /// <summary>The names of the features, in order.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>The name of what is predicted.</summary>
    public required string Label { get; init; }

    /// <summary>The name of the column of weights; null where there is none.</summary>
    public string? Weight { get; init; }

    /// <summary>Whether the model has an intercept.</summary>
    public required bool HasIntercept { get; init; }

    /// <summary>Whether rows have weights.</summary>
    public bool IsWeighted { get; init; }

    /// <summary>How text in the rows was read as a number.</summary>
    public NumberFormat NumberFormat { get; init; }

    /// <summary>The number of rows.</summary>
    public required int Rows { get; init; }

    /// <summary>What the columns of the factor are measured from; empty where that is 0 for all, and where there are rows in place of a factor.</summary>
    public IReadOnlyList<double> Origins { get; init; } = [];

    /// <summary>The powers of two by which the columns of the factor are divided; empty where there are rows in its place.</summary>
    public IReadOnlyList<int> Exponents { get; init; } = [];

    /// <summary>
    /// Numbers of 8 bytes each, the lowest byte first: the factor, row after row from the diagonal on; or, without <see cref="Exponents"/>,
    /// the rows, each with its features, label and weight.
    /// </summary>
    public required byte[] Factor { get; init => field = [.. value]; }

    /// <summary>The number of columns of the factor.</summary>
    internal int Width => Features.Count + (HasIntercept ? 2 : 1);

    /// <summary>Whether it holds rows in place of a factor.</summary>
    internal bool HoldsRows => Exponents.Count == 0;

    /// <summary>The numbers.</summary>
    internal double[] Numbers() => MemoryMarshal.Cast<byte, double>(Factor).ToArray();

    /// <summary>The bytes of numbers.</summary>
    internal static byte[] BytesOf(ReadOnlySpan<double> numbers) => MemoryMarshal.AsBytes(numbers).ToArray();

    /// <summary>Throws unless all of it goes together: it may come from anywhere.</summary>
    /// <exception cref="FormatException">It does not.</exception>
    internal void Check()
    {
        var width = Width;
        if (width > MostColumns) throw new FormatException($"It has {width} columns, and at most {MostColumns} can be joined.");
        if (Features.Append(Label).Distinct(StringComparer.Ordinal).Count() != Features.Count + 1) throw new FormatException("A column has two roles.");
        if (!Enum.IsDefined(NumberFormat)) throw new FormatException("Its number format is not known.");
        if (Rows < 1) throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"It is of {Rows} rows."));
        var expected = HoldsRows ? (long)Rows * (Features.Count + 2) : (long)width * (width + 1) / 2;
        if (Factor.LongLength != expected * sizeof(double)) throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"It has {Factor.LongLength} bytes of numbers, and {expected * sizeof(double)} are needed."));
        var numbers = Numbers();
        if (!numbers.All(double.IsFinite)) throw new FormatException("One of its numbers is not finite.");
        if (HoldsRows)
        {
            if (Origins.Count > 0) throw new FormatException("It has origins without a factor.");
            for (var i = Features.Count + 1; i < numbers.Length; i += Features.Count + 2)
            {
                if (!(numbers[i] > 0)) throw new FormatException("The weight of a row is not above 0.");
            }

            return;
        }

        if (Rows < width - 1) throw new FormatException("Its factor is of fewer rows than columns.");
        if (Exponents.Count != width || Exponents.Any(static exponent => exponent is < -2200 or > 2200)) throw new FormatException("Its powers of two are not those of its columns.");
        if (Origins.Count is var origins && origins != 0 && (origins != width || !HasIntercept || Origins[0] != 0 || !Origins.All(double.IsFinite))) throw new FormatException("Its origins are not those of its columns.");
        if (numbers.Any(static value => Math.Abs(value) > 1e250)) throw new FormatException("One of its numbers is beyond those of a factor.");
    }

    /// <summary>What it is of, in a line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows} {(Rows == 1 ? "row" : "rows")} of {Label} by {string.Join(", ", Features)}");
}
