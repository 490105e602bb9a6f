namespace PSAutodiff;

/// <summary>An error that the user can mend, with a stable id that does not change with the wording.</summary>
public class AutodiffException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="errorId">The stable id, such as <c>VariableNotBound</c>.</param>
    /// <param name="message">What was wrong, where, and what to do, on one line.</param>
    public AutodiffException(string errorId, string message)
        : base(VisibleText.Of(message)) => ErrorId = errorId;

    /// <summary>Creates an error whose message has several lines, the parts of others in it made visible already.</summary>
    private protected AutodiffException(string errorId, IEnumerable<string> lines)
        : base(string.Join(Environment.NewLine, lines)) => ErrorId = errorId;

    /// <summary>The stable id, such as <c>VariableNotBound</c>.</summary>
    public string ErrorId { get; }

    /// <summary>The same error, told as a part of something larger.</summary>
    /// <param name="where">What the error is in, as a sentence.</param>
    internal AutodiffException Within(string where) => new(ErrorId, [$"{VisibleText.Of(where)} {Message}"]);
}
