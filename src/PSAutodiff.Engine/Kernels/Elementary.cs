using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

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
internal static partial class Elementary
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Sech2(double x, double tanh) => Sech2(new OneLane(x), new OneLane(tanh)).Value;

    /// <summary>tanh x together with its derivative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double TanhAndSech2(double x, out double sech2)
    {
        double tanh = TanhAndSech2(new OneLane(x), out OneLane slope).Value;
        sech2 = slope.Value;
        return tanh;
    }

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
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Dsigmoid(double x, double sigmoid) => Dsigmoid(new OneLane(x), new OneLane(sigmoid)).Value;

    /// <summary>The logistic function together with its derivative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double SigmoidAndDsigmoid(double x, out double dsigmoid)
    {
        double sigmoid = SigmoidAndDsigmoid(new OneLane(x), out OneLane slope).Value;
        dsigmoid = slope.Value;
        return sigmoid;
    }

    /// <summary>log(1 + e^x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Softplus(double x) => Softplus(new OneLane(x)).Value;

    /// <summary>The logarithm to base 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double LogBase2(double x) => LogBase2(new OneLane(x)).Value;

    /// <summary>The logarithm to base 10.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double LogBase10(double x) => LogBase10(new OneLane(x)).Value;

    /// <summary>The cube root.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Cbrt(double x) => Cbrt(new OneLane(x)).Value;

    /// <summary>The inverse hyperbolic sine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Asinh(double x) => Asinh(new OneLane(x)).Value;

    /// <summary>The inverse hyperbolic cosine; NaN below 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Acosh(double x) => Acosh(new OneLane(x)).Value;

    /// <summary>The inverse hyperbolic tangent; NaN outside -1 to 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Atanh(double x) => Atanh(new OneLane(x)).Value;

    /// <summary>The error function.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Erf(double x) => Erf(new OneLane(x)).Value;

    /// <summary>1 less the error function, with all its digits where it is small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Erfc(double x) => Erfc(new OneLane(x)).Value;

    /// <summary>The sine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Sin(double x) => Sin(new OneLane(x)).Value;

    /// <summary>The cosine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Cos(double x) => Cos(new OneLane(x)).Value;

    /// <summary>sin x together with cos x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double SinAndCos(double x, out double cos)
    {
        double sin = SinAndCos(new OneLane(x), out OneLane cosine).Value;
        cos = cosine.Value;
        return sin;
    }

    /// <summary>The tangent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Tan(double x) => Tan(new OneLane(x)).Value;

    /// <summary>The inverse sine; NaN outside -1 to 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Asin(double x) => Asin(new OneLane(x)).Value;

    /// <summary>The inverse cosine; NaN outside -1 to 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Acos(double x) => Acos(new OneLane(x)).Value;

    /// <summary>The inverse tangent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Atan(double x) => Atan(new OneLane(x)).Value;

    /// <summary>The angle of the point (x, y), from -pi to pi.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Atan2(double y, double x) => Atan2(new OneLane(y), new OneLane(x)).Value;

    /// <summary>x^y, as IEEE 754 defines pow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Pow(double x, double y) => Pow(new OneLane(x), new OneLane(y)).Value;

    /// <summary>x^y, by products for whole exponents up to <see cref="IntegerPower.Largest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Power(double x, double y) =>
        y == 2.0 ? x * x :
        y == -1.0 ? 1.0 / x :
        IntegerPower.Is(y) ? IntegerPower.Value(x, y) :
        Pow(x, y);

    /// <summary>sqrt(x^2 + y^2) without overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Hypot(double x, double y) => Hypot(new OneLane(x), new OneLane(y)).Value;

    /// <summary>The logistic function together with log(1 + e^x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double SigmoidAndSoftplus(double x, out double softplus)
    {
        double sigmoid = SigmoidAndSoftplus(new OneLane(x), new OneLane(x), out OneLane ramp).Value;
        softplus = ramp.Value;
        return sigmoid;
    }

    /// <summary>The logistic function together with log(1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double SigmoidAndSoftplusOfOpposite(double x, out double softplus)
    {
        double sigmoid = SigmoidAndSoftplus(new OneLane(x), new OneLane(-x), out OneLane ramp).Value;
        softplus = ramp.Value;
        return sigmoid;
    }

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

    /// <summary>1 / cosh^2 x of each element from it and its tanh; the result may be either.</summary>
    public static void Sech2(ReadOnlySpan<double> x, ReadOnlySpan<double> tanh, Span<double> result) => Blocks.Map<Sech2FromTanhKernel>(x, tanh, result);

    /// <summary>tanh of each element and its derivative; one of the results may be the source.</summary>
    public static void TanhAndSech2(ReadOnlySpan<double> x, Span<double> tanh, Span<double> sech2) => MapBoth<TanhAndSech2Kernel>(x, tanh, sech2);

    /// <summary>The hyperbolic sine of each element; the spans may be the same.</summary>
    public static void Sinh(ReadOnlySpan<double> x, Span<double> result) => Map<SinhKernel>(x, result);

    /// <summary>The hyperbolic cosine of each element; the spans may be the same.</summary>
    public static void Cosh(ReadOnlySpan<double> x, Span<double> result) => Map<CoshKernel>(x, result);

    /// <summary>The logistic function 1 / (1 + e^-x) of each element; the spans may be the same.</summary>
    public static void Sigmoid(ReadOnlySpan<double> x, Span<double> result) => Map<SigmoidKernel>(x, result);

    /// <summary>The derivative of the logistic function at each element; the spans may be the same.</summary>
    public static void Dsigmoid(ReadOnlySpan<double> x, Span<double> result) => Map<DsigmoidKernel>(x, result);

    /// <summary>The derivative of the logistic function at each element from it and its logistic function; the result may be either.</summary>
    public static void Dsigmoid(ReadOnlySpan<double> x, ReadOnlySpan<double> sigmoid, Span<double> result) =>
        Blocks.Map<DsigmoidFromSigmoidKernel>(x, sigmoid, result);

    /// <summary>The logistic function of each element and its derivative; one of the results may be the source.</summary>
    public static void SigmoidAndDsigmoid(ReadOnlySpan<double> x, Span<double> sigmoid, Span<double> dsigmoid) =>
        MapBoth<SigmoidAndDsigmoidKernel>(x, sigmoid, dsigmoid);

    /// <summary>log(1 + e^x) of each element; the spans may be the same.</summary>
    public static void Softplus(ReadOnlySpan<double> x, Span<double> result) => Map<SoftplusKernel>(x, result);

    /// <summary>The logarithm to base 2 of each element; the spans may be the same.</summary>
    public static void LogBase2(ReadOnlySpan<double> x, Span<double> result) => Map<LogBase2Kernel>(x, result);

    /// <summary>The logarithm to base 10 of each element; the spans may be the same.</summary>
    public static void LogBase10(ReadOnlySpan<double> x, Span<double> result) => Map<LogBase10Kernel>(x, result);

    /// <summary>The cube root of each element; the spans may be the same.</summary>
    public static void Cbrt(ReadOnlySpan<double> x, Span<double> result) => Map<CbrtKernel>(x, result);

    /// <summary>The inverse hyperbolic sine of each element; the spans may be the same.</summary>
    public static void Asinh(ReadOnlySpan<double> x, Span<double> result) => Map<AsinhKernel>(x, result);

    /// <summary>The inverse hyperbolic cosine of each element; NaN below 1; the spans may be the same.</summary>
    public static void Acosh(ReadOnlySpan<double> x, Span<double> result) => Map<AcoshKernel>(x, result);

    /// <summary>The inverse hyperbolic tangent of each element; NaN outside -1 to 1; the spans may be the same.</summary>
    public static void Atanh(ReadOnlySpan<double> x, Span<double> result) => Map<AtanhKernel>(x, result);

    /// <summary>log(1 + e^-x) of each element; the spans may be the same.</summary>
    public static void SoftplusOfOpposite(ReadOnlySpan<double> x, Span<double> result) => Map<SoftplusOfOppositeKernel>(x, result);

    /// <summary>The logistic function of each element and log(1 + e^x); one of the results may be the source.</summary>
    public static void SigmoidAndSoftplus(ReadOnlySpan<double> x, Span<double> sigmoid, Span<double> softplus) =>
        MapBoth<SigmoidAndSoftplusKernel>(x, sigmoid, softplus);

    /// <summary>The logistic function of each element and log(1 + e^-x); one of the results may be the source.</summary>
    public static void SigmoidAndSoftplusOfOpposite(ReadOnlySpan<double> x, Span<double> sigmoid, Span<double> softplus) =>
        MapBoth<SigmoidAndSoftplusOfOppositeKernel>(x, sigmoid, softplus);

    /// <summary>The sine of each element; the spans may be the same.</summary>
    public static void Sin(ReadOnlySpan<double> x, Span<double> result) => Map<SinKernel>(x, result);

    /// <summary>The cosine of each element; the spans may be the same.</summary>
    public static void Cos(ReadOnlySpan<double> x, Span<double> result) => Map<CosKernel>(x, result);

    /// <summary>sin of each element and cos; one of the results may be the source.</summary>
    public static void SinAndCos(ReadOnlySpan<double> x, Span<double> sin, Span<double> cos) => MapBoth<SinAndCosKernel>(x, sin, cos);

    /// <summary>The tangent of each element; the spans may be the same.</summary>
    public static void Tan(ReadOnlySpan<double> x, Span<double> result) => Map<TanKernel>(x, result);

    /// <summary>The inverse sine of each element; NaN outside -1 to 1; the spans may be the same.</summary>
    public static void Asin(ReadOnlySpan<double> x, Span<double> result) => Map<AsinKernel>(x, result);

    /// <summary>The inverse cosine of each element; NaN outside -1 to 1; the spans may be the same.</summary>
    public static void Acos(ReadOnlySpan<double> x, Span<double> result) => Map<AcosKernel>(x, result);

    /// <summary>The inverse tangent of each element; the spans may be the same.</summary>
    public static void Atan(ReadOnlySpan<double> x, Span<double> result) => Map<AtanKernel>(x, result);

    /// <summary>The angles of points (x, y), from -pi to pi; the result may be either.</summary>
    public static void Atan2(ReadOnlySpan<double> y, ReadOnlySpan<double> x, Span<double> result) => Map<Atan2Kernel>(y, x, result);

    /// <summary>x^y of the elements at each place, as IEEE 754 defines pow; the result may be either.</summary>
    public static void Pow(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> result) => Map<PowKernel>(x, y, result);

    /// <summary>x^y of the elements at each place, by products for whole exponents up to <see cref="IntegerPower.Largest"/>; the result may be either.</summary>
    public static void Power(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> result)
    {
        if (y.Length != 1 || x.Length != result.Length) Map<PowerKernel>(x, y, result);
        else if (IntegerPower.Is(y[0])) IntegerPower.Map(x, y[0], result);
        else if (y[0] is 2.0 or -1.0) OneByOne(x, y[0], result);
        else Map<PowKernel>(x, y, result);

        static void OneByOne(ReadOnlySpan<double> x, double y, Span<double> result)
        {
            for (int i = 0; i < result.Length; i++)
                result[i] = y == 2.0 ? x[i] * x[i] : 1.0 / x[i];
        }
    }

    /// <summary>sqrt(x^2 + y^2) of the elements at each place, without overflow; the result may be either.</summary>
    public static void Hypot(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> result) => Map<HypotKernel>(x, y, result);

    /// <summary>The error function of each element; the spans may be the same.</summary>
    public static void Erf(ReadOnlySpan<double> x, Span<double> result) => Map<ErfKernel>(x, result);

    /// <summary>1 less the error function of each element, with all its digits where it is small; the spans may be the same.</summary>
    public static void Erfc(ReadOnlySpan<double> x, Span<double> result) => Map<ErfcKernel>(x, result);
}
