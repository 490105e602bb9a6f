namespace PSAutodiff;

/// <summary>What is done with a row that lacks a value.</summary>
public enum MissingValueAction
{
    /// <summary>It is left out with an error of its own.</summary>
    Error,

    /// <summary>It is left out, and one warning counts such rows.</summary>
    Skip,
}
