using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace PSAutodiff.Core;

/// <summary>Shapes of variables that a text does not declare: those that are known, and one for all others.</summary>
/// <param name="known">The shapes that are known; null for none.</param>
/// <param name="others">The shape of all other variables.</param>
internal sealed class ShapesBeside(IReadOnlyDictionary<string, Shape>? known, Shape others) : IReadOnlyDictionary<string, Shape>
{
    private readonly IReadOnlyDictionary<string, Shape> _known = known ?? new Dictionary<string, Shape>();

    public int Count => _known.Count;

    public IEnumerable<string> Keys => _known.Keys;

    public IEnumerable<Shape> Values => _known.Values;

    public Shape this[string key] => _known.GetValueOrDefault(key, others);

    public bool ContainsKey(string key) => true;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Shape value)
    {
        value = this[key];
        return true;
    }

    public IEnumerator<KeyValuePair<string, Shape>> GetEnumerator() => _known.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
