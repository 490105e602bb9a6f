namespace PSAutodiff.Reports;

/// <summary>A point of the data on a decision boundary.</summary>
/// <param name="X">The first input.</param>
/// <param name="Y">The second input.</param>
/// <param name="Label">What it belongs to.</param>
internal readonly record struct ReportPoint(double X, double Y, string Label);
