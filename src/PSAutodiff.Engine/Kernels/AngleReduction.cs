namespace PSAutodiff.Kernels;

/// <summary>
/// The angle within an eighth of a turn of large numbers, by as many digits of 2 / pi as count for them: M. Payne and R. Hanek,
/// "Radian reduction for trigonometric functions", SIGNUM Newsletter 18 (1983).
/// </summary>
internal static class AngleReduction
{
    private const int WordBits = 64;

    private const int MantissaBits = 52;

    // pi / 2 in two parts.
    private const double HalfPi = 1.5707963267948966;
    private const double HalfPiLow = 6.123233995736766e-17;

    // 2 / pi: its whole part, which is 0, and 1,216 bits of its fraction.
    private static readonly ulong[] TwoOverPi =
    [
        0x0000000000000000, 0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041,
        0xFE5163ABDEBBC561, 0xB7246E3A424DD2E0, 0x06492EEA09D1921C, 0xFE1DEB1CB129A73E,
        0xE88235F52EBB4484, 0xE99C7026B45F7E41, 0x3991D639835339F4, 0x9C845F8BBDF9283B,
        0x1FF897FFDE05980F, 0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D,
        0x7527BAC7EBE5F17B, 0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB,
    ];

    /// <summary>x = n pi / 2 + r + rLow for finite x of 2^19 and more; gives n from 0 to 4.</summary>
    public static int OfLarge(double x, out double r, out double rLow)
    {
        // x = mantissa 2^exponent. What is a multiple of 4 once multiplied by 2^exponent does not count.
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> MantissaBits) - 1023 - MantissaBits;
        ulong mantissa = ((ulong)bits & ((1UL << MantissaBits) - 1)) | (1UL << MantissaBits);
        int first = WordBits - 2 + exponent;

        // x 2 / pi modulo 4, the first two bits of 192 before the point.
        ulong high = mantissa * WordAt(first);
        ulong carried = Math.BigMul(mantissa, WordAt(first + WordBits), out ulong middle);
        high += carried;
        carried = Math.BigMul(mantissa, WordAt(first + (2 * WordBits)), out ulong low);
        middle += carried;
        if (middle < carried) high++;

        // The quadrant to the nearest, and what is left as a fraction of one.
        ulong quadrant = (high >> (WordBits - 2)) + ((high >> (WordBits - 3)) & 1);
        high -= quadrant << (WordBits - 2);
        bool isNegative = (long)high < 0;
        if (isNegative)
        {
            low = 0 - low;
            middle = ~middle + (low == 0 ? 1UL : 0UL);
            high = ~high + (low == 0 && middle == 0 ? 1UL : 0UL);
        }

        // In two parts of 53 bits each, of which the first begins with a one.
        UInt128 leading = new(high, middle);
        int zeros = (int)UInt128.LeadingZeroCount(leading);
        leading = (leading << zeros) | (new UInt128(low, 0) >> (128 - zeros));
        double scale = Math.ScaleB(isNegative ? -1.0 : 1.0, 2 - zeros - 53);
        double fraction = (long)(leading >> (128 - 53)) * scale;
        double fractionLow = (long)((leading >> (128 - 106)) & ((1UL << 53) - 1)) * Math.ScaleB(scale, -53);

        double product = fraction * HalfPi;
        double rest = Math.FusedMultiplyAdd(fraction, HalfPi, -product)
            + Math.FusedMultiplyAdd(fraction, HalfPiLow, fractionLow * HalfPi);
        r = product + rest;
        rLow = rest - (r - product);
        return (int)quadrant;
    }

    // The 64 bits of 2 / pi from a place on.
    private static ulong WordAt(int place)
    {
        int word = place / WordBits;
        int shift = place % WordBits;
        return shift == 0 ? TwoOverPi[word] : (TwoOverPi[word] << shift) | (TwoOverPi[word + 1] >> (WordBits - shift));
    }
}
