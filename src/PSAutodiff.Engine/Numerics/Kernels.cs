using System.Runtime.CompilerServices;

namespace PSAutodiff.Numerics;

/// <summary>
/// Elementary functions whose bits do not depend on the machine, on how many values are computed at once or on
/// where a value stands in a span. Each has one algorithm, written over <see cref="ILanes{TSelf}"/>; only correctly
/// rounded operations occur in it, so one lane and eight agree. All results are within one unit in the last place.
/// </summary>
/// <remarks>
/// A block function takes any length, and checks that the result is at least as long as the source and does not
/// overlap it shifted. The entry points skip tiered compilation: run unoptimised, the layers of lane operations
/// would cost a hundredfold until the runtime gets round to them, which is longer than many a session lasts. Nor are
/// they inlined: two kernels in one method have more temporaries than there are registers.
/// </remarks>
internal static partial class Kernels
{
    /// <summary>e^x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Exp(double x) => Exp(new OneLane(x)).Value;

    /// <summary>e^x - 1, exact to the last places near zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Expm1(double x) => Expm1(new OneLane(x)).Value;

    /// <summary>The natural logarithm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Log(double x) => Log(new OneLane(x)).Value;

    /// <summary>log(1 + x), exact to the last places near zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Log1p(double x) => Log1p(new OneLane(x)).Value;

    /// <summary>The hyperbolic tangent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Tanh(double x) => Tanh(new OneLane(x)).Value;

    /// <summary>1 / cosh^2 x, the derivative of tanh.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Sech2(double x) => Sech2(x, Tanh(x));

    /// <summary>1 / cosh^2 x from x and tanh x.</summary>
    public static double Sech2(double x, double tanh)
    {
        // As in the lanes; short enough to be inlined where it is called.
        double size = Math.Abs(tanh);
        return size < TanhNearLimit ? (1.0 - size) * (1.0 + size) : Sech2Far(x, tanh);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static double Sech2Far(double x, double tanh) => Sech2(new OneLane(x), new OneLane(tanh)).Value;

    /// <summary>The hyperbolic sine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Sinh(double x) => Sinh(new OneLane(x)).Value;

    /// <summary>The hyperbolic cosine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Cosh(double x) => Cosh(new OneLane(x)).Value;

    /// <summary>The logistic function 1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Sigmoid(double x) => Sigmoid(new OneLane(x)).Value;

    /// <summary>The derivative of the logistic function.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Dsigmoid(double x) => Dsigmoid(x, Sigmoid(x));

    /// <summary>The derivative of the logistic function from x and sigmoid x.</summary>
    public static double Dsigmoid(double x, double sigmoid) =>
        sigmoid < SigmoidNearLimit ? sigmoid * (1.0 - sigmoid) : DsigmoidFar(x, sigmoid);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static double DsigmoidFar(double x, double sigmoid) => Dsigmoid(new OneLane(x), new OneLane(sigmoid)).Value;

    /// <summary>log(1 + e^x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Softplus(double x) => Softplus(new OneLane(x)).Value;

    /// <summary>e^x of each element; the spans may be the same.</summary>
    public static void Exp(ReadOnlySpan<double> x, Span<double> result) => Map<ExpKernel>(x, result);

    /// <summary>e^x - 1, exact to the last places near zero of each element; the spans may be the same.</summary>
    public static void Expm1(ReadOnlySpan<double> x, Span<double> result) => Map<Expm1Kernel>(x, result);

    /// <summary>The natural logarithm of each element; the spans may be the same.</summary>
    public static void Log(ReadOnlySpan<double> x, Span<double> result) => Map<LogKernel>(x, result);

    /// <summary>log(1 + x), exact to the last places near zero of each element; the spans may be the same.</summary>
    public static void Log1p(ReadOnlySpan<double> x, Span<double> result) => Map<Log1pKernel>(x, result);

    /// <summary>The hyperbolic tangent of each element; the spans may be the same.</summary>
    public static void Tanh(ReadOnlySpan<double> x, Span<double> result) => Map<TanhKernel>(x, result);

    /// <summary>1 / cosh^2 x of each element; the spans may be the same.</summary>
    public static void Sech2(ReadOnlySpan<double> x, Span<double> result) => Map<Sech2Kernel>(x, result);

    /// <summary>1 / cosh^2 x of each element x with its tanh x; the result may be one of the sources.</summary>
    public static void Sech2(ReadOnlySpan<double> x, ReadOnlySpan<double> tanh, Span<double> result) => Map<Sech2OfBoth>(x, tanh, result);

    /// <summary>The hyperbolic sine of each element; the spans may be the same.</summary>
    public static void Sinh(ReadOnlySpan<double> x, Span<double> result) => Map<SinhKernel>(x, result);

    /// <summary>The hyperbolic cosine of each element; the spans may be the same.</summary>
    public static void Cosh(ReadOnlySpan<double> x, Span<double> result) => Map<CoshKernel>(x, result);

    /// <summary>The logistic function 1 / (1 + e^-x) of each element; the spans may be the same.</summary>
    public static void Sigmoid(ReadOnlySpan<double> x, Span<double> result) => Map<SigmoidKernel>(x, result);

    /// <summary>The derivative of the logistic function at each element; the spans may be the same.</summary>
    public static void Dsigmoid(ReadOnlySpan<double> x, Span<double> result) => Map<DsigmoidKernel>(x, result);

    /// <summary>The derivative of the logistic function at each element x with its sigmoid x; the result may be one of the sources.</summary>
    public static void Dsigmoid(ReadOnlySpan<double> x, ReadOnlySpan<double> sigmoid, Span<double> result) => Map<DsigmoidOfBoth>(x, sigmoid, result);

    /// <summary>log(1 + e^x) of each element; the spans may be the same.</summary>
    public static void Softplus(ReadOnlySpan<double> x, Span<double> result) => Map<SoftplusKernel>(x, result);
}
