namespace PSAutodiff;

/// <summary>An error that the user can mend, with a stable id that does not change with the wording.</summary>
public class AutodiffException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="errorId">The stable id, such as <c>VariableNotBound</c>.</param>
    /// <param name="message">What was wrong, where, and what to do.</param>
    public AutodiffException(string errorId, string message)
        : base(message) => ErrorId = errorId;

    /// <summary>The stable id, such as <c>VariableNotBound</c>.</summary>
    public string ErrorId { get; }
}
