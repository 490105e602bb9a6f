using System.Numerics;

namespace PSAutodiff.Foundation;

/// <summary>Texts of numbers that no double can hold.</summary>
internal static class NumberText
{
    /// <summary>
    /// Whether a number became 0 or infinite when its text was read, though it is neither: it is at most half of the smallest number,
    /// 4.9e-324, or too large. What lies between is rounded to the nearest number.
    /// </summary>
    /// <typeparam name="T">The characters, of any width.</typeparam>
    /// <param name="text">The text.</param>
    /// <param name="value">What was read.</param>
    public static bool IsLost<T>(ReadOnlySpan<T> text, double value)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (value != 0 && !double.IsInfinity(value)) return false;
        foreach (var c in text)
        {
            switch (int.CreateTruncating(c))
            {
                case >= '1' and <= '9':
                    return true;
                case 'e' or 'E':
                    return false;
            }
        }

        return false;
    }

    /// <inheritdoc cref="IsLost{T}(ReadOnlySpan{T}, double)"/>
    public static bool IsLost(string text, double value) => IsLost<char>(text, value);

    /// <summary>What is wrong with a number that became 0.</summary>
    public static string Underflow(string text) => $"the number {(text.Length > 40 ? text[..40] + "..." : text)} is too small for a double (the smallest is about 4.9e-324) and would be 0.";
}
