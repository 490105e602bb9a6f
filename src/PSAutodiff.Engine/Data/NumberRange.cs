using System.Globalization;
using System.Numerics;

namespace PSAutodiff.Data;

/// <summary>Numbers that a precision cannot hold.</summary>
internal static class NumberRange
{
    /// <summary>The index of the first value that became infinite or no number where it was rounded or scaled; -1 if there is none.</summary>
    public static int FirstLost<T>(ReadOnlySpan<T> values)
        where T : INumberBase<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!T.IsFinite(values[i])) return i;
        }

        return -1;
    }

    /// <summary>That a number is too large.</summary>
    /// <param name="place">Where it is, to begin a sentence with, or with its value.</param>
    /// <param name="isScaled">Whether it was scaled by the mean and deviation of its column.</param>
    public static AutodiffException TooLarge<T>(string place, bool isScaled)
        where T : INumberBase<T> => typeof(T) == typeof(float)
        ? new(ErrorIds.ValueNotFinite, string.Create(CultureInfo.InvariantCulture, $"{place}{(isScaled ? ", scaled by the column's mean and deviation," : string.Empty)} is too large for single precision, which goes up to {float.MaxValue}. Scale it, or train in double precision."))
        : new(ErrorIds.ValueNotFinite, string.Create(CultureInfo.InvariantCulture, $"{place}{(isScaled ? ", scaled by the column's mean and deviation," : string.Empty)} is too large for double precision, which goes up to {double.MaxValue}. Look at what it measures, or divide the column by a power of ten."));
}
