using System.Numerics;
using System.Runtime.CompilerServices;
using PSAutodiff.Kernels;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Optimization.Updates;

namespace PSAutodiff.Training;

/// <summary>What an optimizer does in a step: it lets weights decay and moves the parameters.</summary>
/// <typeparam name="T">The numbers: double or float.</typeparam>
internal sealed class TrainingUpdate<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ParameterUpdate<T> _update;
    private readonly TrainingOptions _options;
    private readonly LearningRates? _rates;
    private readonly (int Start, int Length)[] _decayed;
    private readonly bool _decaysWeights;

    /// <summary>Prepares an optimizer.</summary>
    /// <param name="options">Names the optimizer and its settings.</param>
    /// <param name="count">Number of parameters.</param>
    /// <param name="isDecayed">Whether weight decay applies to a parameter.</param>
    /// <param name="rates">The learning rates; null for one that does not change.</param>
    public TrainingUpdate(TrainingOptions options, int count, Func<int, bool> isDecayed, LearningRates? rates = null)
    {
        (_options, _rates) = (options, rates);
        _update = options.Optimizer switch
        {
            // Its steps are found by LbfgsSteps.
            TrainingOptimizer.GradientDescent or TrainingOptimizer.LBFGS => ParameterUpdate<T>.Of(count, default(GradientDescentUpdate<T>)),
            TrainingOptimizer.Momentum => ParameterUpdate<T>.Of(count, new MomentumUpdate<T>(options.Momentum)),
            TrainingOptimizer.Nesterov => ParameterUpdate<T>.Of(count, new NesterovUpdate<T>(options.Momentum)),
            TrainingOptimizer.RMSProp => ParameterUpdate<T>.Of(count, default(RmsPropUpdate<T>)),
            TrainingOptimizer.Adam or TrainingOptimizer.AdamW => ParameterUpdate<T>.Of(count, default(AdamUpdate<T>)),
            _ => throw new ArgumentOutOfRangeException(nameof(options)),
        };
        _decayed = options.WeightDecay > 0 ? Ranges(count, isDecayed) : [];
        _decaysWeights = options.Optimizer == TrainingOptimizer.AdamW;
    }

    /// <summary>All that is remembered from step to step, but for their number: an array of numbers for the parameters, or two, or none.</summary>
    public T[][] Memory => _update.Memory;

    /// <summary>Takes a step.</summary>
    /// <param name="step">Its number, from 1.</param>
    /// <param name="from">The parameters before it.</param>
    /// <param name="gradient">The gradient there; it may be clipped, and weight decay added to it.</param>
    /// <param name="to">Gets the parameters after it.</param>
    /// <param name="team">Those who share the work where there are many parameters; null for a single thread.</param>
    /// <returns>Whether they, and all that is remembered, are finite numbers.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Step(int step, T[] from, T[] gradient, T[] to, ThreadTeam? team = null)
    {
        var rate = _rates?.At(step) ?? _options.LearningRate;
        if (_options.ClipValue is { } value) GradientClipping.ClipValues(gradient, value);
        if (_options.ClipNorm is { } norm) GradientClipping.ClipNorm(gradient, norm);
        if (_decayed.Length > 0 && _decaysWeights)
        {
            from.CopyTo(to, 0);
            var kept = T.CreateTruncating(1 - (rate * _options.WeightDecay));
            foreach (var (start, length) in _decayed) Vectors.Scale(to.AsSpan(start, length), kept);
            from = to;
        }
        else
        {
            var decay = T.CreateTruncating(_options.WeightDecay);
            foreach (var (start, length) in _decayed) Vectors.AddScaled<T>(gradient.AsSpan(start, length), decay, from.AsSpan(start, length));
        }

        return _update.Step(step, rate, from, gradient, to, team);
    }

    private static (int Start, int Length)[] Ranges(int count, Func<int, bool> isDecayed)
    {
        var ranges = new List<(int Start, int Length)>();
        for (var i = 0; i < count; i++)
        {
            if (!isDecayed(i)) continue;
            var start = i;
            while (i < count && isDecayed(i)) i++;
            ranges.Add((start, i - start));
        }

        return [.. ranges];
    }
}
