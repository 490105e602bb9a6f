using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <content>
/// The error function and its complement. Below 1, erf x is x + x p(x^2). Above, erfc x = e^(-x^2) f(t) / (1 + 2 x) with f a polynomial
/// in t = (x - 4) / (x + 4), after Shepherd and Laframboise, Mathematics of Computation 36 (1981); every factor has two parts.
/// </content>
internal static partial class Elementary
{
    // Up to here, in size, erfc x is 1 - erf x.
    private const double ErfcNear = 0.4;

    // Beyond this erfc rounds to 0.
    private const double ErfcEnd = 27.4;

    // erf(x) / x - 1 in z = x^2, degree 12 on [0, 1]; error below 2^-62.
    private const double Erf0 = 0.1283791670955126;
    private const double Erf1 = -0.3761263890318375;
    private const double Erf2 = 0.11283791670954882;
    private const double Erf3 = -0.026866170645077334;
    private const double Erf4 = 0.005223977624823223;
    private const double Erf5 = -0.0008548326981129666;
    private const double Erf6 = 0.00012055331122299266;
    private const double Erf7 = -1.4925595519506043e-05;
    private const double Erf8 = 1.6461004480962034e-06;
    private const double Erf9 = -1.6350354461959655e-07;
    private const double Erf10 = 1.4660051998394848e-08;
    private const double Erf11 = -1.1373902296430911e-09;
    private const double Erf12 = 5.958930743134941e-11;

    // (1 + 2 x) e^(x^2) erfc x in t = (x - 4) / (x + 4), degree 25 for x up to 27.4; error below 2^-55.8.
    private const double Erfc0 = 1.2329951186255526;
    private const double Erfc0Low = -4.6222026248998616e-17;
    private const double Erfc1 = -0.1396211168405625;
    private const double Erfc2 = 0.01537965210262003;
    private const double Erfc3 = 0.06809705425469173;
    private const double Erfc4 = -0.10103906603632429;
    private const double Erfc5 = 0.09373283499838841;
    private const double Erfc6 = -0.06633036581166982;
    private const double Erfc7 = 0.03716751553679786;
    private const double Erfc8 = -0.01619773406560791;
    private const double Erfc9 = 0.005031969984134275;
    private const double Erfc10 = -0.0007577732230410449;
    private const double Erfc11 = -0.0001992567236172375;
    private const double Erfc12 = 0.0001506213309618574;
    private const double Erfc13 = -2.4399153340187686e-05;
    private const double Erfc14 = -1.1220859399855132e-05;
    private const double Erfc15 = 5.7097669900227545e-06;
    private const double Erfc16 = 2.912293866072921e-07;
    private const double Erfc17 = -8.259298408638055e-07;
    private const double Erfc18 = 7.827450625047787e-08;
    private const double Erfc19 = 1.1128131946751025e-07;
    private const double Erfc20 = -2.1041994657147942e-08;
    private const double Erfc21 = -1.5549620873296264e-08;
    private const double Erfc22 = 3.275625482399782e-09;
    private const double Erfc23 = 2.094746094339774e-09;
    private const double Erfc24 = -2.5127280396053577e-10;
    private const double Erfc25 = -1.7074382970236038e-10;

    /// <summary>erf x in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erf<T>(T x)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        return T.AllBetween(-one, x, one) ? ErfNear(x) : ErfWide(x);
    }

    /// <summary>1 - erf x in every lane, with all its digits where it is small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erfc<T>(T x)
        where T : struct, ILanes<T>
    {
        T size = Abs(x);
        T small = T.Broadcast(ErfcNear);
        T right = ErfcOfSize(size);
        T far = T.SelectLess(x, T.Broadcast(0.0), T.Broadcast(2.0) - right, right);
        T near = T.Broadcast(1.0) - ErfNear(T.SelectLess(size, small, x, small));
        return NaNWhereNaN(x, T.SelectLess(size, small, near, far));
    }

    // For |x| below 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ErfNear<T>(T x)
        where T : struct, ILanes<T>
    {
        T z = x * x;
        T z2 = z * z;
        T even = T.MultiplyAdd(T.Broadcast(Erf12), z2, T.Broadcast(Erf10));
        T odd = T.MultiplyAdd(T.Broadcast(Erf11), z2, T.Broadcast(Erf9));
        even = T.MultiplyAdd(even, z2, T.Broadcast(Erf8));
        odd = T.MultiplyAdd(odd, z2, T.Broadcast(Erf7));
        even = T.MultiplyAdd(even, z2, T.Broadcast(Erf6));
        odd = T.MultiplyAdd(odd, z2, T.Broadcast(Erf5));
        even = T.MultiplyAdd(even, z2, T.Broadcast(Erf4));
        odd = T.MultiplyAdd(odd, z2, T.Broadcast(Erf3));
        even = T.MultiplyAdd(even, z2, T.Broadcast(Erf2));
        odd = T.MultiplyAdd(odd, z2, T.Broadcast(Erf1));
        T rest = T.MultiplyAdd(z, odd, T.MultiplyAdd(even, z2, T.Broadcast(Erf0)));
        return T.MultiplyAdd(x, rest, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T ErfWide<T>(T x)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        T size = Abs(x);
        T near = ErfNear(T.SelectLess(size, one, x, one));
        T far = WithSignOf(one - ErfcOfSize(size), x);
        return NaNWhereNaN(x, T.SelectLess(size, one, near, far));
    }

    // erfc x for x >= 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ErfcOfSize<T>(T x)
        where T : struct, ILanes<T>
    {
        T end = T.Broadcast(ErfcEnd);
        x = T.SelectLess(x, end, x, end);
        T square = x * x;
        T squareLow = T.MultiplyAdd(x, x, -square);
        ReduceExponential(-square, out T k, out T power, out T powerLow);
        FastTwoSum(power, powerLow, out power, out powerLow);
        powerLow = T.NegatedMultiplyAdd(power, squareLow, powerLow);

        T four = T.Broadcast(4.0);
        T t = (x - four) / (x + four);
        FastTwoSum(T.Broadcast(Erfc0), t * ErfcPolynomial(t), out T factor, out T factorLow);
        factorLow += T.Broadcast(Erfc0Low);
        T high = power * factor;
        T low = T.MultiplyAdd(power, factor, -high) + T.MultiplyAdd(power, factorLow, powerLow * factor);
        TwoSum(T.Broadcast(1.0), x + x, out T divisor, out T divisorLow);
        T quotient = Divide(high, low, divisor, divisorLow);

        return ScaleTwice(quotient, k);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ErfcPolynomial<T>(T t)
        where T : struct, ILanes<T>
    {
        T z = t * t;
        T even = T.MultiplyAdd(T.Broadcast(Erfc25), z, T.Broadcast(Erfc23));
        T odd = T.MultiplyAdd(T.Broadcast(Erfc24), z, T.Broadcast(Erfc22));
        even = T.MultiplyAdd(even, z, T.Broadcast(Erfc21));
        odd = T.MultiplyAdd(odd, z, T.Broadcast(Erfc20));
        even = T.MultiplyAdd(even, z, T.Broadcast(Erfc19));
        odd = T.MultiplyAdd(odd, z, T.Broadcast(Erfc18));
        even = T.MultiplyAdd(even, z, T.Broadcast(Erfc17));
        odd = T.MultiplyAdd(odd, z, T.Broadcast(Erfc16));
        even = T.MultiplyAdd(even, z, T.Broadcast(Erfc15));
        odd = T.MultiplyAdd(odd, z, T.Broadcast(Erfc14));
        even = T.MultiplyAdd(even, z, T.Broadcast(Erfc13));
        odd = T.MultiplyAdd(odd, z, T.Broadcast(Erfc12));
        even = T.MultiplyAdd(even, z, T.Broadcast(Erfc11));
        odd = T.MultiplyAdd(odd, z, T.Broadcast(Erfc10));
        even = T.MultiplyAdd(even, z, T.Broadcast(Erfc9));
        odd = T.MultiplyAdd(odd, z, T.Broadcast(Erfc8));
        even = T.MultiplyAdd(even, z, T.Broadcast(Erfc7));
        odd = T.MultiplyAdd(odd, z, T.Broadcast(Erfc6));
        even = T.MultiplyAdd(even, z, T.Broadcast(Erfc5));
        odd = T.MultiplyAdd(odd, z, T.Broadcast(Erfc4));
        even = T.MultiplyAdd(even, z, T.Broadcast(Erfc3));
        odd = T.MultiplyAdd(odd, z, T.Broadcast(Erfc2));
        even = T.MultiplyAdd(even, z, T.Broadcast(Erfc1));
        return T.MultiplyAdd(odd, t, even);
    }
}
