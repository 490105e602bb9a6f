using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>Takes rows for a loss expression from the pipeline: the finite numbers of its columns.</summary>
/// <param name="reader">Reads the variables of the loss that are columns.</param>
internal sealed class LossRows(VariableReader reader) : IRowWork
{
    /// <summary>The variables that are columns, in order.</summary>
    public IReadOnlyList<string> Columns => reader.Variables.Names;

    /// <summary>The columns that give the elements of variables.</summary>
    public IReadOnlyList<VariableColumns> InputColumns => reader.InputColumns;

    /// <summary>For each number of a row, the column that it is from.</summary>
    public string[] ColumnNames => reader.ColumnNames;

    /// <summary>The numbers of every row.</summary>
    public List<double[]> Values { get; } = [];

    /// <inheritdoc/>
    public RoundedIntegers Rounded => reader.Rounded;

    /// <inheritdoc/>
    public void Take(object row, int number)
    {
        var values = new double[reader.Variables.Length];
        reader.Start(row, number);
        reader.Read(values, finite: true);
        Values.Add(values);
    }
}
