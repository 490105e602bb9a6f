namespace PSAutodiff.Rows;

/// <summary>Where errors and warnings about rows go.</summary>
internal interface IRowMessages
{
    /// <summary>Writes an error, with the row that it is about.</summary>
    void WriteError(AutodiffException exception, object? row);

    /// <summary>Ends the command with an error.</summary>
    void Stop(AutodiffException exception, object? row);

    /// <summary>Writes a warning.</summary>
    void WriteWarning(string text);
}
