using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>Takes rows for a fit from the pipeline: the finite numbers of its columns, and no rows.</summary>
/// <param name="columns">Which variables are columns.</param>
/// <param name="reader">Reads them.</param>
internal sealed class FitRowWork(FitColumns columns, VariableReader reader) : IRowWork
{
    private readonly ColumnBuffers _buffers = new(reader);

    /// <summary>Which variables are columns.</summary>
    public FitColumns Columns => columns;

    /// <summary>The columns that give the elements of variables of the model.</summary>
    public IReadOnlyList<VariableColumns> InputColumns => VariableColumns.Of(reader.InputColumns, columns.Model.Variables);

    /// <inheritdoc/>
    public RoundedIntegers Rounded => reader.Rounded;

    /// <inheritdoc/>
    public void Take(object row, int number) => _buffers.Add(row, number);

    /// <summary>The data that the rows held.</summary>
    public DataRows ToData() => _buffers.ToData(RowTotal.Sum);
}
