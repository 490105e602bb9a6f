namespace PSAutodiff.Foundation;

/// <summary>
/// Finds the classes that derive from another one, so that a new one is one new file: of the class's name, which ends in the name of the
/// class that it derives from, and in the namespace of that.
/// </summary>
internal static class Subclasses
{
    private static readonly string[] Files = FileNames.All.Split(' ');

    /// <summary>The names of the classes that derive from a class, are not abstract and have a file of their own.</summary>
    // To ask the assembly for its types is to load them all, which would take most of the time of a first call.
    public static IEnumerable<string> Names(Type type) => Files.Where(file => file.Length > type.Name.Length && file.EndsWith(type.Name, StringComparison.Ordinal));

    /// <summary>The class with a name, if it derives from another.</summary>
    public static Type? Class(Type type, string name) =>
        (type.Assembly.GetType($"{type.Namespace}.{name}") ?? type.Assembly.GetType($"{type.Namespace}.{name}`1")) is { } found && found.IsSubclassOf(type) ? found : null;

    /// <summary>The classes.</summary>
    public static IEnumerable<Type> Of(Type type) => Names(type).Select(name => Class(type, name)).OfType<Type>();

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
