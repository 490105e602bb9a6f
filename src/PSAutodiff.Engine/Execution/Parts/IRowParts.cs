namespace PSAutodiff.Execution.Parts;

/// <summary>Rows in parts that stay where they are, here or on other machines. What is wanted of them is computed there, part by part.</summary>
internal interface IRowParts
{
    /// <summary>The variables that have a column.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The number of rows of each part.</summary>
    IReadOnlyList<int> Counts { get; }

    /// <summary>What a function gives over each part, in the order of the parts: sums are formed in this order, whoever computed them.</summary>
    /// <param name="function">The function. It is sent once, as long as it is the same object.</param>
    /// <param name="point">Its argument.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    double[][] Evaluate(PartFunction function, ReadOnlySpan<double> point, CancellationToken cancellation);
}

/// <summary>What is computed over a part of the rows: numbers that follow from a point.</summary>
internal abstract class PartFunction
{
    /// <summary>What it is, for <see cref="Text"/>.</summary>
    public abstract PartFunctionKind Kind { get; }

    /// <summary>What a machine needs to make it again.</summary>
    public abstract PartFunctionText Text { get; }

    /// <summary>How many numbers a point has.</summary>
    public abstract int PointLength { get; }

    /// <summary>How many numbers it gives.</summary>
    public abstract int ResultLength { get; }

    /// <summary>Makes ready to compute it over a part. One thread at a time may use what comes back.</summary>
    /// <exception cref="AutodiffException">The columns do not suit it.</exception>
    public abstract Func<double[], CancellationToken, double[]> Over(DataRows part, CancellationToken cancellation);
}

/// <summary>The kinds of functions of parts.</summary>
internal enum PartFunctionKind : byte
{
    /// <summary>Sums of expressions over rows.</summary>
    Sums = 1,

    /// <summary>Bounds on the rounding of such sums.</summary>
    Bounds = 2,

    /// <summary>What a fit has to know of labels and weights.</summary>
    FitLabels = 3,

    /// <summary>The triangle of a fit.</summary>
    FitTriangle = 4,

    /// <summary>The first row where a fit is not finite.</summary>
    FitNotFinite = 5,
}

/// <summary>A function of parts as it is sent.</summary>
/// <param name="Expressions">Its expressions, as one text.</param>
/// <param name="Parameters">The names of the parameters.</param>
/// <param name="Settings">Numbers whose meaning depends on the kind.</param>
internal sealed record PartFunctionText(string Expressions, IReadOnlyList<string> Parameters, IReadOnlyList<double> Settings);

/// <summary>Rows in parts that are in the memory of this process: what machines hold, and what tests compare with.</summary>
/// <param name="parts">The parts, with the same columns.</param>
internal sealed class LocalParts(IReadOnlyList<DataRows> parts) : IRowParts
{
    private readonly Dictionary<PartFunction, Func<double[], CancellationToken, double[]>[]> _prepared = new(ReferenceEqualityComparer.Instance);

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => parts[0].Names;

    /// <inheritdoc/>
    public IReadOnlyList<int> Counts { get; } = [.. parts.Select(static part => part.Count)];

    /// <inheritdoc/>
    public double[][] Evaluate(PartFunction function, ReadOnlySpan<double> point, CancellationToken cancellation)
    {
        if (!_prepared.TryGetValue(function, out var evaluations)) _prepared.Add(function, evaluations = [.. parts.Select(part => function.Over(part, cancellation))]);
        var at = point.ToArray();
        return Array.ConvertAll(evaluations, evaluation => evaluation(at, cancellation));
    }
}
