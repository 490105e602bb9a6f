using System.Collections;
using System.Management.Automation;
using PSAutodiff.Expressions;

namespace PSAutodiff;

/// <summary>The cells of one row by the names of their columns: entries of a dictionary, or properties of an object.</summary>
internal readonly struct RowCells
{
    private readonly IDictionary? _dictionary;

    // Kept for all cells of the row: every get of PSObject.Properties makes a new collection.
    private readonly PSMemberInfoCollection<PSPropertyInfo>? _properties;

    public RowCells(object row)
    {
        _dictionary = Conversions.Unwrap(row) as IDictionary;
        _properties = _dictionary is null ? PSObject.AsPSObject(row).Properties : null;
    }

    /// <summary>The names of all columns, in order; those of a hashtable, which has none, in ordinal order.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            if (_dictionary is null) return _properties!.Select(static property => property.Name);
            var names = _dictionary.Keys.OfType<string>();
            return _dictionary is Hashtable ? names.Order(StringComparer.Ordinal) : names;
        }
    }

    /// <summary>The cell of a column: that of the exact name, else of the only one that differs in case alone.</summary>
    /// <exception cref="AutodiffException">Several names differ in case alone.</exception>
    public bool TryFind(string column, out object? cell)
    {
        if (_dictionary is null)
        {
            // Property names ignore case and are unique, so the exact name and the only other one are the same property.
            var property = _properties![column];
            cell = property?.Value;
            return property is not null;
        }

        // The usual case without a search through the names.
        cell = _dictionary[column];
        if (cell is not null) return true;
        var match = VariableNames.Match(column, _dictionary.Keys.OfType<string>());
        if (match is not null) cell = _dictionary[match];
        return match is not null;
    }

    /// <summary>The name of a column as the row writes it, or null when there is no such column.</summary>
    public string? NameOf(string column) =>
        _dictionary is null ? _properties![column]?.Name : VariableNames.Match(column, _dictionary.Keys.OfType<string>());
}
