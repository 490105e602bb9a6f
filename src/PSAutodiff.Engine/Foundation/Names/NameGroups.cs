namespace PSAutodiff.Foundation.Names;

/// <summary>Names by what they are when their case is left out.</summary>
internal sealed class NameGroups
{
    private readonly Dictionary<string, List<string>> _groups = new(StringComparer.OrdinalIgnoreCase);

    public NameGroups(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (_groups.TryGetValue(name, out var alike)) alike.Add(name);
            else _groups.Add(name, [name]);
        }
    }

    /// <summary>No names.</summary>
    public static NameGroups Empty { get; } = new([]);

    /// <summary>The names of each group, in the order in which they were given.</summary>
    public IEnumerable<IReadOnlyList<string>> All => _groups.Values;

    /// <summary>The names that differ from this one in case at most.</summary>
    public IReadOnlyList<string> Alike(string name) => _groups.TryGetValue(name, out var alike) ? alike : [];
}
