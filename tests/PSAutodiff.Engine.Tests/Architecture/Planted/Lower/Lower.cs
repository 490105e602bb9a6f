namespace PSAutodiff.Tests;

/// <summary>What a room that comes first must not use.</summary>
internal class Lower
{
    public static int Count => 1;
}

internal sealed class LowerException : Exception;

/// <content>A part in a later room may use what stands there.</content>
internal static partial class HasPart
{
    public static int InLower() => Enumerable.Range(1, 2).Sum(static number => number + Lower.Count);
}
