using System.Collections.Frozen;

namespace PSAutodiff.Foundation;

/// <summary>Finds classes by reflection, so that a new one is one new file.</summary>
internal static class Subclasses
{
    /// <summary>The classes in the assembly of a class that derive from it and are not abstract.</summary>
    public static IEnumerable<Type> Of(Type type) => type.Assembly.GetTypes().Where(other => !other.IsAbstract && other.IsSubclassOf(type));

    /// <summary>An object of each, by what it stands for.</summary>
    /// <param name="type">The class; generic ones that derive from it have a single parameter.</param>
    /// <param name="key">What an object stands for; each for something else.</param>
    /// <param name="argument">The argument of the generic classes.</param>
    public static FrozenDictionary<TKey, TObject> Objects<TKey, TObject>(Type type, Func<TObject, TKey> key, Type? argument = null)
        where TKey : notnull =>
        Of(type).Select(other => (TObject)Activator.CreateInstance(argument is null ? other : other.MakeGenericType(argument))!).ToDictionary(key).ToFrozenDictionary();
}
