namespace PSAutodiff;

/// <summary>What Export-AutodiffReport writes.</summary>
public enum ReportFormat
{
    /// <summary>One HTML file with everything in it.</summary>
    Html,

    /// <summary>The pictures as SVG files.</summary>
    Svg,
}
