namespace PSAutodiff.Foundation.Names;

/// <summary>Where each name stands in a list; the first place of one that stands there twice.</summary>
internal sealed class NamePlaces
{
    // So few are compared one by one in less time than a table of them takes to make.
    private const int Few = 16;

    private readonly string[] _names = [];
    private readonly Dictionary<string, int>? _table;

    /// <summary>Takes names that do not change from now on.</summary>
    public NamePlaces(IReadOnlyList<string> names)
    {
        if (names.Count <= Few)
        {
            _names = names as string[] ?? [.. names];
            return;
        }

        _table = new Dictionary<string, int>(names.Count, StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++) _table.TryAdd(names[i], i);
    }

    /// <summary>The place of a name that is there.</summary>
    /// <exception cref="KeyNotFoundException">It is not.</exception>
    public int this[string name] => TryGetValue(name, out var place) ? place : throw new KeyNotFoundException($"There is no '{name}'.");

    public bool TryGetValue(string name, out int place)
    {
        if (_table is not null) return _table.TryGetValue(name, out place);
        for (place = 0; place < _names.Length; place++)
        {
            if (_names[place] == name) return true;
        }

        return false;
    }
}
