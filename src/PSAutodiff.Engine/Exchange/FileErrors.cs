namespace PSAutodiff.Exchange;

/// <summary>The errors of model files in the formats of other programs.</summary>
internal static class FileErrors
{
    /// <summary>A file that is damaged, or holds what is not read.</summary>
    /// <param name="problem">What is wrong, and where: a sentence.</param>
    public static AutodiffException Of(string problem) => new(ErrorIds.ModelFile, problem);

    /// <summary>A name from a file, for a message.</summary>
    public static string Shown(string name)
    {
        const int most = 60;
        return $"'{VisibleText.Of(name.Length > most ? name[..most] + "..." : name)}'";
    }
}
