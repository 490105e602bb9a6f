using PSAutodiff.Data;

namespace PSAutodiff;

/// <summary>How well one class is recognised.</summary>
/// <param name="Class">The class.</param>
/// <param name="Rows">Number of rows of this class.</param>
/// <param name="Predicted">Number of rows taken for this class.</param>
/// <param name="Precision">The part of these that are of this class; NaN when there are none.</param>
/// <param name="Recall">The part of the rows of this class that were taken for it; NaN when there are none.</param>
/// <param name="F1">The harmonic mean of precision and recall: 2 hits / (rows + predicted); NaN when both are 0.</param>
public sealed record ClassMeasure(object Class, int Rows, int Predicted, double Precision, double Recall, double F1)
{
    /// <summary>The class and its measures in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{ClassLabel.Text(Class)}: precision {Precision:f4}, recall {Recall:f4}, F1 {F1:f4}");
}
