using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <content>Roots with the exact remainder of the root found first, which leaves little more than the final rounding.</content>
internal static partial class Elementary
{
    // Cube root of t on [1/2, 4), degree 5; relative error below 2^-10.4 (Remez).
    private const double Cbrt0 = 0.4659868286668117;
    private const double Cbrt1 = 0.8352460695807076;
    private const double Cbrt2 = -0.42713899673809064;
    private const double Cbrt3 = 0.15357009703791943;
    private const double Cbrt4 = -0.029316222599133444;
    private const double Cbrt5 = 0.0022385134256250995;

    // Squares of numbers between these neither overflow nor underflow so that it counts; 2^600 moves the others there.
    private const double LowestSquared = 1e-150;
    private const double HighestSquared = 1e150;
    private const double Upwards = 4.149515568880993e180;
    private const double Downwards = 2.409919865102884e-181;

    /// <summary>The cube root in every lane; with the sign of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Cbrt<T>(T x)
        where T : struct, ILanes<T>
    {
        // 2^54 is the cube of 2^18.
        T one = T.Broadcast(1.0);
        T size = Abs(x);
        T smallest = T.Broadcast(SmallestNormal);
        T normal = T.SelectLess(size, smallest, size * T.Broadcast(18014398509481984.0), size);
        T unscale = T.SelectLess(size, smallest, T.Broadcast(3.814697265625e-06), one);

        // size = 2^(3q) t with t in [1/2, 4).
        T rounding = T.Broadcast(RoundingShift);
        T exponent = ExponentValue(normal >>> MantissaBits, T.Broadcast(ExponentBias));
        T third = T.MultiplyAdd(exponent, T.Broadcast(1.0 / 3.0), rounding);
        T q = third - rounding;
        T rest = T.NegatedMultiplyAdd(T.Broadcast(3.0), q, exponent);
        T t = ((normal & T.BroadcastBits(MantissaMask)) | one) * PowerOfTwo(rest + rounding);

        T y = T.MultiplyAdd(T.Broadcast(Cbrt5), t, T.Broadcast(Cbrt4));
        y = T.MultiplyAdd(y, t, T.Broadcast(Cbrt3));
        y = T.MultiplyAdd(y, t, T.Broadcast(Cbrt2));
        y = T.MultiplyAdd(y, t, T.Broadcast(Cbrt1));
        y = T.MultiplyAdd(y, t, T.Broadcast(Cbrt0));

        // Halley's iteration, y - y (y^3 - t) / (2 y^3 + t), triples the correct bits; the second time with the exact remainder.
        T cube = y * y * y;
        y = T.NegatedMultiplyAdd(y, (cube - t) / T.MultiplyAdd(T.Broadcast(2.0), cube, t), y);
        T square = y * y;
        T squareLow = T.MultiplyAdd(y, y, -square);
        cube = square * y;
        T cubeLow = T.MultiplyAdd(square, y, -cube);
        T remainder = (cube - t) + T.MultiplyAdd(squareLow, y, cubeLow);
        y = T.NegatedMultiplyAdd(y, remainder / T.MultiplyAdd(T.Broadcast(2.0), cube, t), y);

        T root = WithSignOf(y * PowerOfTwo(third) * unscale, x);
        T zero = T.Broadcast(0.0);
        T result = T.SelectLess(size, T.Broadcast(double.PositiveInfinity), T.SelectEqual(x, zero, x, root), x);
        return NaNWhereNaN(x, result);
    }

    /// <summary>sqrt(x^2 + y^2) in every lane, without overflow; infinite where one of them is, whatever the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Hypot<T>(T x, T y)
        where T : struct, ILanes<T>
    {
        (T sizeX, T sizeY) = (Abs(x), Abs(y));
        T one = T.Broadcast(1.0);
        T infinity = T.Broadcast(double.PositiveInfinity);
        T larger = T.SelectLess(sizeX, sizeY, sizeY, sizeX);
        T low = T.Broadcast(LowestSquared);
        T high = T.Broadcast(HighestSquared);
        T scale = T.SelectLess(larger, low, T.Broadcast(Upwards), T.SelectLess(high, larger, T.Broadcast(Downwards), one));
        T unscale = T.SelectLess(larger, low, T.Broadcast(Downwards), T.SelectLess(high, larger, T.Broadcast(Upwards), one));

        T a = larger * scale;
        T b = T.SelectLess(sizeX, sizeY, sizeX, sizeY) * scale;
        T squareA = a * a;
        T squareB = b * b;
        FastTwoSum(squareA, squareB, out T sum, out T error);
        error += T.MultiplyAdd(a, a, -squareA) + T.MultiplyAdd(b, b, -squareB);
        T root = SquareRoot(sum, error, out T rootLow);
        T zero = T.Broadcast(0.0);
        T result = T.SelectEqual(larger, zero, zero, (root + rootLow) * unscale);
        result = NaNWhereNaN(x + y, result);
        return T.SelectEqual(sizeX, infinity, infinity, T.SelectEqual(sizeY, infinity, infinity, result));
    }

    // The square root of x + xLow > 0 in two parts.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T SquareRoot<T>(T x, T xLow, out T rootLow)
        where T : struct, ILanes<T>
    {
        T root = T.Sqrt(x);
        rootLow = (T.NegatedMultiplyAdd(root, root, x) + xLow) / (T.Broadcast(2.0) * root);
        return root;
    }
}
