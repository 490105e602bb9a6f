using System.Globalization;
using PSAutodiff.Optimization;

namespace PSAutodiff;

/// <summary>How a minimum is searched for, and how long.</summary>
public sealed record MinimizationOptions
{
    private const double UsualDecrease = 1e-12;
    private const double UsualGradient = 1e-10; // of Momentum, Adam and PureNewton

    /// <summary>The method.</summary>
    public MinimizationMethod Method { get; init; } = MinimizationMethod.LBFGS;

    /// <summary>
    /// Learning rates above 0, one for each step, the last for all further steps; null for the method's usual one. Newton, PureNewton and
    /// LBFGS do not use them.
    /// </summary>
    public IReadOnlyList<double>? LearningRates { get; init; }

    /// <summary>The part of the last step that <see cref="MinimizationMethod.Momentum"/> keeps: at least 0, below 1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>The greatest number of steps, at least 1.</summary>
    public int MaxIteration { get; init; } = 10_000;

    /// <summary>
    /// At least 0; null for the method's usual one. Gradient descent ends when a step lowers the value by less than this (usually
    /// 1e-12), the other methods end when no component of the gradient is larger in magnitude (usually 1e-10 for Momentum, Adam and PureNewton).
    /// Newton and LBFGS end without it when the next step would change next to nothing, whatever the units.
    /// </summary>
    public double? Tolerance { get; init; }

    /// <summary>The least value of each element of the variables, in order; null for none. PureNewton cannot keep bounds.</summary>
    public IReadOnlyList<double>? LowerBounds { get; init; }

    /// <summary>The greatest value of each element of the variables, in order; null for none.</summary>
    public IReadOnlyList<double>? UpperBounds { get; init; }

    /// <summary>Whether the result lists every point on the way.</summary>
    public bool KeepPath { get; init; }

    /// <summary>The bounds as the searches use them.</summary>
    internal Box? Box { get; init; }

    internal double UsedTolerance => Tolerance ?? (Method == MinimizationMethod.GradientDescent ? UsualDecrease : UsualGradient);

    internal IReadOnlyList<double> UsedRates => LearningRates ?? [Method == MinimizationMethod.GradientDescent ? 0.1 : 0.01];

    /// <exception cref="AutodiffException">A learning rate or the momentum is out of its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxIteration);
        if (Tolerance is { } tolerance && !(tolerance >= 0)) throw new ArgumentOutOfRangeException(nameof(Tolerance), tolerance, "The tolerance has to be at least 0.");
        if (UsedRates.Count == 0) throw new AutodiffException(ErrorIds.LearningRateInvalid, "There is no learning rate in the list of them.");
        for (var i = 0; i < UsedRates.Count; i++)
        {
            if (double.IsFinite(UsedRates[i]) && UsedRates[i] > 0) continue;
            var which = UsedRates.Count == 1 ? "The learning rate" : string.Create(CultureInfo.InvariantCulture, $"Learning rate {i + 1} of {UsedRates.Count}");
            throw new AutodiffException(
                ErrorIds.LearningRateInvalid,
                string.Create(CultureInfo.InvariantCulture, $"{which} has to be a finite number above 0, not {UsedRates[i]}."));
        }

        if (Momentum is >= 0 and < 1) return;
        throw new AutodiffException(
            ErrorIds.MomentumInvalid,
            string.Create(CultureInfo.InvariantCulture, $"The momentum has to be at least 0 and below 1, not {Momentum}: with 1 or more the steps never decay."));
    }
}
