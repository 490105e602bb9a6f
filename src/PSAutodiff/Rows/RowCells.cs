using System.Collections;
using System.Management.Automation;
using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>The cells of one row by the names of their columns: entries of a dictionary, or properties of an object.</summary>
internal readonly struct RowCells
{
    private readonly IDictionary? _dictionary;

    // Kept for all cells of the row: every get of PSObject.Properties makes a new collection.
    private readonly PSMemberInfoCollection<PSPropertyInfo>? _properties;
    private readonly object _row;

    public RowCells(object row)
    {
        _row = row;
        _dictionary = Conversions.Unwrap(row) as IDictionary;
        _properties = _dictionary is null ? PSObject.AsPSObject(row).Properties : null;
    }

    /// <summary>The names of all columns, in order; those of a hashtable, which has none, in ordinal order.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            if (_dictionary is null) return Conversions.Properties(_row).Select(static property => property.Name);
            var names = _dictionary.Keys.OfType<string>();
            return _dictionary is Hashtable ? names.Order(StringComparer.Ordinal) : names;
        }
    }

    /// <summary>The names of columns that differ from this one in case at most.</summary>
    public IReadOnlyList<string> Alike(string column)
    {
        // Property names ignore case and are unique.
        if (_dictionary is null) return _properties![column] is { } property ? [property.Name] : [];
        return [.. _dictionary.Keys.OfType<string>().Where(name => string.Equals(name, column, StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>
    /// The cell of a name without a look at others that differ in case alone: that of the exact name, or of the only property or key that
    /// the row itself takes for it. A cell of a dictionary that holds null is not found.
    /// </summary>
    public bool TryFind(string column, out object? cell)
    {
        if (_dictionary is not null)
        {
            cell = _dictionary[column];
            return cell is not null;
        }

        var property = _properties![column];
        cell = property?.Value;
        return property is not null;
    }

    /// <summary>The cell of a column as the row writes its name.</summary>
    public object? this[string name] => _dictionary is null ? _properties![name].Value : _dictionary[name];
}
