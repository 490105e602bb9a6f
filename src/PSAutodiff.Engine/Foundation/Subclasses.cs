namespace PSAutodiff.Foundation;

/// <summary>Finds classes by reflection, so that a new one is one new file.</summary>
internal static class Subclasses
{
    /// <summary>The classes in the assembly of a class that derive from it and are not abstract.</summary>
    public static IEnumerable<Type> Of(Type type) => type.Assembly.GetTypes().Where(other => !other.IsAbstract && other.IsSubclassOf(type));

    /// <summary>An object of each, at the place of the number of what it stands for.</summary>
    /// <param name="type">The class; generic ones that derive from it have a single parameter.</param>
    /// <param name="number">The number of what an object stands for, from 0; each for something else, and none is left out.</param>
    /// <param name="argument">The argument of the generic classes.</param>
    // An array: dictionaries keyed by enums are compiled for each of these anew.
    public static TObject[] Objects<TObject>(Type type, Func<TObject, int> number, Type? argument = null)
        where TObject : class
    {
        TObject[] found = [.. Of(type).Select(other => (TObject)Activator.CreateInstance(argument is null ? other : other.MakeGenericType(argument))!)];
        Array.Sort(Array.ConvertAll(found, value => number(value)), found);
        return found;
    }
}
