using PSAutodiff.Kernels;

namespace PSAutodiff.Training;

/// <summary>The learning rates of the steps of a training. They follow from the number of the step alone, so a checkpoint has nothing to remember.</summary>
/// <param name="options">Names the schedule.</param>
/// <param name="stepsPerEpoch">Number of steps in a full epoch.</param>
/// <param name="steps">The most steps that are taken.</param>
internal sealed class LearningRates(TrainingOptions options, int stepsPerEpoch, int steps)
{
    private const double UsualFactor = 0.1;

    private readonly long _warmup = (long)options.WarmupEpochs * stepsPerEpoch;

    /// <summary>The rate of a step, counted from 1.</summary>
    public double At(int step)
    {
        if (step <= _warmup) return options.LearningRate * (step / (double)_warmup);
        var after = step - 1 - _warmup;
        switch (options.LearningRateSchedule)
        {
            case LearningRateSchedule.Step:
                return options.LearningRate * Power(options.StepFactor ?? UsualFactor, after / stepsPerEpoch / options.StepEpochs!.Value);
            case LearningRateSchedule.Cosine:
                var part = after / (double)(steps - _warmup);
                return options.FinalLearningRate + ((options.LearningRate - options.FinalLearningRate) * ((1 + Elementary.Cos(Math.PI * part)) / 2));
            default:
                return options.LearningRate;
        }
    }

    // By squarings: Math.Pow differs between machines.
    private static double Power(double value, long exponent)
    {
        var power = 1.0;
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0) power *= value;
            value *= value;
        }

        return power;
    }
}
