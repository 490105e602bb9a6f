namespace PSAutodiff.Tests;

/// <summary>A type in two rooms.</summary>
internal static partial class HasPart
{
    public static int InUpper() => 2;
}
