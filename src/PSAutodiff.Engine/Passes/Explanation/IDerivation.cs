namespace PSAutodiff.Passes.Explanation;

/// <summary>What the steps of one derivation look up, by the index of the step from 0: nodes and texts are made when asked for.</summary>
internal interface IDerivation
{
    ExprNode Expression { get; }

    string? Variable { get; }

    ExprNode Before(int step);

    ExprNode After(int step);

    ExprNode? Whole(int step);

    string BeforeText(int step, int maxLength);

    string AfterText(int step, int maxLength);

    string WholeText(int step, int maxLength);
}
