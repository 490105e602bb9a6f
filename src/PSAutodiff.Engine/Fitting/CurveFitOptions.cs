using System.Globalization;
using PSAutodiff.Fitting;

namespace PSAutodiff;

/// <summary>How a curve is fitted, and how long.</summary>
public sealed record CurveFitOptions
{
    /// <summary>The least value of each element of the parameters, in order; minus infinity for none. Null for no bounds.</summary>
    public IReadOnlyList<double>? LowerBounds { get; init; }

    /// <summary>The greatest value of each; infinity for none. Null for no bounds.</summary>
    public IReadOnlyList<double>? UpperBounds { get; init; }

    /// <summary>How much residuals count.</summary>
    public FitLoss Loss { get; init; }

    /// <summary>The residual, times the root of the row's weight, from which on losses other than least squares take it for an outlier; above 0.</summary>
    public double LossScale { get; init; } = 1;

    /// <summary>The number of starts, at least 1: the one that is given, and others drawn around it, or between bounds on both sides.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>The seed of the starts that are drawn.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The most steps of one search.</summary>
    public int MaxIteration { get; init; } = 1000;

    /// <summary>The part by which the sum of squares, the parameters, or the cosine of the angle between residuals and derivatives may be off; at least 0, below 1.</summary>
    public double Tolerance { get; init; } = 1e-12;

    /// <summary>The probability with which confidence limits hold the parameter: above 0, below 1.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>The most threads to use; the results do not depend on it.</summary>
    public int MaxThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>Called now and then with the number of steps done and the residual sum of squares, or twice the loss.</summary>
    public Action<int, double>? Progress { get; init; }

    /// <summary>Searches from all starts, where there are several; null for one after the other here. The result does not depend on it.</summary>
    internal IFitStarts? Starts { get; init; }

    /// <exception cref="AutodiffException">A setting is out of its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Restarts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxIteration);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxThreads);
        if (!(LossScale > 0 && double.IsFinite(LossScale))) throw Invalid("The scale of the loss", "a finite number above 0", LossScale);
        if (!(Tolerance is >= 0 and < 1)) throw new AutodiffException(ErrorIds.ToleranceInvalid, string.Create(CultureInfo.InvariantCulture, $"The tolerance has to be at least 0 and below 1, not {Tolerance}."));
        if (!(Confidence is > 0 and < 1)) throw Invalid("The confidence", "above 0 and below 1, as 0.95 is", Confidence);
    }

    private static AutodiffException Invalid(string what, string range, double value) =>
        new(ErrorIds.ArgumentInvalid, string.Create(CultureInfo.InvariantCulture, $"{what} has to be {range}, not {value}."));
}
