using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>Takes rows for a loss expression from the pipeline: the finite numbers of its columns.</summary>
/// <param name="columns">The variables of the loss that are columns, in order.</param>
/// <param name="variables">All variables of the loss.</param>
internal sealed class LossRows(string[] columns, IReadOnlyList<string> variables) : IRowWork
{
    private readonly RowReader _reader = new(columns, variables, ValueSource.Empty);

    /// <summary>The columns.</summary>
    public string[] Columns => columns;

    /// <summary>The numbers of every row.</summary>
    public List<double[]> Values { get; } = [];

    /// <inheritdoc/>
    public RoundedIntegers Rounded => _reader.Rounded;

    /// <inheritdoc/>
    public void Take(object row, int number)
    {
        var values = new double[columns.Length];
        _reader.Start(row, number);
        _reader.ReadFinite(values);
        Values.Add(values);
    }
}
