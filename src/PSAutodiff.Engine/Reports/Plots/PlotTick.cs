namespace PSAutodiff.Reports.Plots;

/// <summary>A number on an axis.</summary>
/// <param name="Value">The number.</param>
/// <param name="Text">All its digits, with a point in every culture.</param>
internal readonly record struct PlotTick(double Value, string Text);
