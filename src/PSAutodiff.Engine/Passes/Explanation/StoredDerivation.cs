namespace PSAutodiff.Passes.Explanation;

/// <summary>One step of a derivation by itself, as it comes out of a text.</summary>
/// <param name="Expression">See <see cref="IDerivation"/>, here and below.</param>
/// <param name="Variable">The variable, or null.</param>
/// <param name="Before">Before the step.</param>
/// <param name="After">After it.</param>
/// <param name="Whole">The whole after it, or null.</param>
/// <param name="BeforeText">The text of the part before.</param>
/// <param name="AfterText">The text of the part after.</param>
/// <param name="WholeText">The text of the whole.</param>
internal sealed record StoredDerivation(
    ExprNode Expression,
    string? Variable,
    ExprNode Before,
    ExprNode After,
    ExprNode? Whole,
    string BeforeText,
    string AfterText,
    string WholeText) : IDerivation
{
    ExprNode IDerivation.Before(int step) => Before;

    ExprNode IDerivation.After(int step) => After;

    ExprNode? IDerivation.Whole(int step) => Whole;

    string IDerivation.BeforeText(int step, int maxLength) => BeforeText;

    string IDerivation.AfterText(int step, int maxLength) => AfterText;

    string IDerivation.WholeText(int step, int maxLength) => WholeText;
}
