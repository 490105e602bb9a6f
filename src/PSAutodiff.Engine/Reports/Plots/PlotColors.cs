using System.Globalization;

namespace PSAutodiff.Reports.Plots;

/// <summary>Escape sequences for the colors of plots.</summary>
internal static class PlotColors
{
    /// <summary>Ends a color.</summary>
    public const string Reset = "\e[0m";

    /// <summary>The pen of the lines through zero.</summary>
    public const int FaintPen = 1000;

    private static readonly int[] Curves = [36, 33, 35, 32, 94, 91, 96, 93, 95, 92];

    // Dark blue to yellow, as the bands of contour plots in reports.
    private static readonly int[] Bands = [54, 55, 61, 67, 73, 72, 78, 114, 149, 185, 226];

    /// <summary>Begins the color of a curve or of points.</summary>
    public static string OfCurve(int pen) => pen == FaintPen ? "\e[90m" : string.Create(CultureInfo.InvariantCulture, $"\e[{Curves[pen % Curves.Length]}m");

    /// <summary>Begins the color of a band of a map.</summary>
    /// <param name="band">The band, from 0; past the last one it is that of marks.</param>
    /// <param name="count">The number of bands.</param>
    public static string OfBand(int band, int count) => band >= count
        ? "\e[1;97m"
        : string.Create(CultureInfo.InvariantCulture, $"\e[38;5;{Bands[count == 1 ? 0 : band * (Bands.Length - 1) / (count - 1)]}m");
}
