namespace PSAutodiff.Tests;

#pragma warning disable SA1402 // One of each kind, side by side.

internal sealed class UsesAsBase : Lower;

internal sealed class UsesAsField
{
    public Lower? Field { get; set; }
}

internal sealed class UsesAsParameter
{
    public static bool Has(Lower?[] given) => given.Length > 0;
}

internal sealed class UsesAsArgumentOfGeneric
{
    public static Type Type => typeof(Dictionary<string, IEnumerable<Lower[]>>);
}

internal sealed class UsesAsConstraint<T>
    where T : Lower
{
    public static int One => 1;
}

[System.ComponentModel.TypeConverter(typeof(Lower))]
internal sealed class UsesInAttribute;

internal sealed class UsesInMethod
{
    public static int Count() => Lower.Count;
}

internal sealed class UsesInLambda
{
    public static int Count(int[] numbers) => numbers.Count(static number => number == Lower.Count);
}

internal sealed class UsesInIterator
{
    public static IEnumerable<int> Counts()
    {
        yield return Lower.Count;
    }
}

internal sealed class UsesInCatch
{
    public static bool Fails(Action work)
    {
        try
        {
            work();
            return false;
        }
        catch (LowerException)
        {
            return true;
        }
    }
}

internal sealed class UsesBehindSwitch
{
    public static int Count(int kind)
    {
        switch (kind)
        {
            case 0: return 5;
            case 1: return 7;
            case 2: return 9;
            case 3: return 4;
            default: return Lower.Count;
        }
    }
}

internal sealed class UsesPart
{
    public static int Count() => HasPart.InLower();
}
