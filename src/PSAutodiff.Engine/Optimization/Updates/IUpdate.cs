using System.Numerics;

namespace PSAutodiff.Optimization.Updates;

/// <summary>What a gradient does to some parameters at a time; see <see cref="TrainingOptimizer"/> for the formulas.</summary>
internal interface IUpdate<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many numbers are remembered for each parameter: 0 to 2.</summary>
    static abstract int MemoryCount { get; }

    /// <summary>Prepares for a step.</summary>
    /// <param name="step">Its number, from 1.</param>
    /// <param name="rate">How far it goes.</param>
    void Begin(int step, double rate);

    /// <summary>Parameters after the step.</summary>
    Vector<T> Next(Vector<T> parameters, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second);
}

internal struct GradientDescentUpdate<T> : IUpdate<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T _rate;

    public static int MemoryCount => 0;

    public void Begin(int step, double rate) => _rate = T.CreateTruncating(rate);

    public readonly Vector<T> Next(Vector<T> parameters, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second) =>
        parameters - (gradient * _rate);
}

/// <param name="momentum">What is kept of the velocity.</param>
/// <param name="ratesChange">Whether the velocity is that of the parameters, rates included, so that it stays when they change.</param>
internal struct MomentumUpdate<T>(double momentum, bool ratesChange = false) : IUpdate<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T _push;
    private T _rate;
    private readonly T _momentum = T.CreateTruncating(momentum);

    public static int MemoryCount => 1;

    public void Begin(int step, double rate)
    {
        var number = T.CreateTruncating(rate);
        (_push, _rate) = ratesChange ? (number, T.One) : (T.One, number);
    }

    public readonly Vector<T> Next(Vector<T> parameters, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second)
    {
        first = (first * _momentum) + (gradient * _push);
        return parameters - (first * _rate);
    }
}

internal struct NesterovUpdate<T>(double momentum) : IUpdate<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T _rate;
    private readonly T _momentum = T.CreateTruncating(momentum);

    public static int MemoryCount => 1;

    public void Begin(int step, double rate) => _rate = T.CreateTruncating(rate);

    public readonly Vector<T> Next(Vector<T> parameters, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second)
    {
        first = (first * _momentum) + gradient;
        return parameters - ((gradient + (first * _momentum)) * _rate);
    }
}

internal struct RmsPropUpdate<T> : IUpdate<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Smoothing = 0.99;
    private const double Epsilon = 1e-8;

    private T _rate;

    public static int MemoryCount => 1;

    public void Begin(int step, double rate) => _rate = T.CreateTruncating(rate);

    public readonly Vector<T> Next(Vector<T> parameters, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second)
    {
        first = (first * T.CreateTruncating(Smoothing)) + (gradient * gradient * T.CreateTruncating(1 - Smoothing));
        return parameters - (gradient * _rate / (Vector.SquareRoot(first) + new Vector<T>(T.CreateTruncating(Epsilon))));
    }
}

internal struct AdamUpdate<T> : IUpdate<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double MeanDecay = 0.9;
    private const double SquareDecay = 0.999;
    private const double Epsilon = 1e-8;

    private T _rate;
    private T _squareFactor;

    public static int MemoryCount => 2;

    public void Begin(int step, double rate)
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
