namespace PSAutodiff.Tests;

/// <summary>Rows of data as tests write them.</summary>
internal static class Data
{
    /// <summary>Rows from columns.</summary>
    public static DataRows Rows(RowTotal total, params (string Name, double[] Values)[] columns) =>
        new([.. columns.Select(static column => column.Name)], [.. columns.Select(static column => (ReadOnlyMemory<double>)column.Values)], columns[0].Values.Length, total);

    /// <summary>Rows of several columns of numbers that are whole multiples of 1/8, at most 16 in size: small sums of their products are exact.</summary>
    public static DataRows Exact(RowTotal total, int count, params string[] names)
    {
        var random = new Random(count);
        return Rows(total, [.. names.Select(name => (name, Enumerable.Range(0, count).Select(_ => random.Next(-128, 129) / 8.0).ToArray()))]);
    }
}
