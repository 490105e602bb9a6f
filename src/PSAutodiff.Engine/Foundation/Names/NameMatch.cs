namespace PSAutodiff.Foundation.Names;

/// <summary>What stands for a variable.</summary>
/// <param name="Name">A name as it was given; null when none stands for the variable.</param>
/// <param name="IsColumn">Whether it is the name of a column and not of a value given beside the rows.</param>
internal readonly record struct NameMatch(string? Name, bool IsColumn = false);
