using System.Numerics;

namespace PSAutodiff.Training.Rules;

/// <summary>What an optimizer does with some parameters at a time; see <see cref="TrainingOptimizer"/> for the formulas.</summary>
internal interface IElementRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many numbers are remembered for each parameter: 0 to 2.</summary>
    static abstract int MemoryCount { get; }

    /// <summary>Prepares for a step.</summary>
    /// <param name="step">Its number, from 1.</param>
    void Begin(int step);

    /// <summary>Parameters after the step.</summary>
    Vector<T> Next(Vector<T> parameters, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second);
}

internal readonly struct GradientDescentRule<T>(double rate) : IElementRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _rate = T.CreateTruncating(rate);

    public static int MemoryCount => 0;

    public void Begin(int step)
    {
    }

    public Vector<T> Next(Vector<T> parameters, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second) =>
        parameters - (gradient * _rate);
}

internal readonly struct MomentumRule<T>(double rate, double momentum) : IElementRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _rate = T.CreateTruncating(rate);
    private readonly T _momentum = T.CreateTruncating(momentum);

    public static int MemoryCount => 1;

    public void Begin(int step)
    {
    }

    public Vector<T> Next(Vector<T> parameters, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second)
    {
        first = (first * _momentum) + gradient;
        return parameters - (first * _rate);
    }
}

internal readonly struct NesterovRule<T>(double rate, double momentum) : IElementRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _rate = T.CreateTruncating(rate);
    private readonly T _momentum = T.CreateTruncating(momentum);

    public static int MemoryCount => 1;

    public void Begin(int step)
    {
    }

    public Vector<T> Next(Vector<T> parameters, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second)
    {
        first = (first * _momentum) + gradient;
        return parameters - ((gradient + (first * _momentum)) * _rate);
    }
}

internal readonly struct RmsPropRule<T>(double rate) : IElementRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Smoothing = 0.99;
    private const double Epsilon = 1e-8;

    private readonly T _rate = T.CreateTruncating(rate);

    public static int MemoryCount => 1;

    public void Begin(int step)
    {
    }

    public Vector<T> Next(Vector<T> parameters, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second)
    {
        first = (first * T.CreateTruncating(Smoothing)) + (gradient * gradient * T.CreateTruncating(1 - Smoothing));
        return parameters - (gradient * _rate / (Vector.SquareRoot(first) + new Vector<T>(T.CreateTruncating(Epsilon))));
    }
}

internal struct AdamRule<T>(double rate) : IElementRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double MeanDecay = 0.9;
    private const double SquareDecay = 0.999;
    private const double Epsilon = 1e-8;

    private T _rate;
    private T _squareFactor;

    public static int MemoryCount => 2;

    public void Begin(int step)
    {
        // The bias correction of the mean goes into the rate.
        _rate = T.CreateTruncating(rate / (1 - Power(MeanDecay, step)));
        _squareFactor = T.CreateTruncating(1 / (1 - Power(SquareDecay, step)));
    }

    public readonly Vector<T> Next(Vector<T> parameters, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second)
    {
        first = (first * T.CreateTruncating(MeanDecay)) + (gradient * T.CreateTruncating(1 - MeanDecay));
        second = (second * T.CreateTruncating(SquareDecay)) + (gradient * gradient * T.CreateTruncating(1 - SquareDecay));
        return parameters - (first * _rate / (Vector.SquareRoot(second * _squareFactor) + new Vector<T>(T.CreateTruncating(Epsilon))));
    }

    // By squarings: Math.Pow differs between machines.
    private static double Power(double value, int exponent)
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
