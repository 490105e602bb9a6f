using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Measurements;

namespace PSAutodiff.Rows;

/// <summary>
/// Rows from the pipeline over which expressions are joined to a mean or sum: the finite numbers of those variables that are not given
/// beside them. Memory holds these numbers, column by column, and no rows.
/// </summary>
internal sealed class JoinedRows : IRowWork
{
    private readonly VariableReader _reader;
    private readonly ColumnBuffers _buffers;

    /// <summary>Finds out which variables are columns: those without a value beside the rows.</summary>
    /// <param name="expressions">The expressions.</param>
    /// <param name="variables">All variables of the expressions.</param>
    /// <param name="given">The values given beside the rows; they go before columns of the same name.</param>
    /// <param name="parameter">The parameter that gives them.</param>
    /// <param name="named">Variables that are parameters whatever the rows have.</param>
    /// <param name="map">The columns of variables, which go before all else.</param>
    /// <param name="row">The first row.</param>
    /// <param name="number">Its number.</param>
    /// <param name="leavesOthers">Whether variables that neither the first row nor a value stands for are left as they are; else every row has to have a column for them.</param>
    /// <param name="messages">Where warnings go; null for nowhere.</param>
    /// <param name="format">How text is read as a number.</param>
    /// <exception cref="AutodiffException">It cannot be told which name stands for which variable, a named one has no value, or columns do not fill an array.</exception>
    public JoinedRows(RootedGraph expressions, IReadOnlyList<string> variables, ValueSource given, string parameter, IReadOnlyList<string> named, ColumnMap map, object row, int number, bool leavesOthers, IRowMessages? messages, NumberFormat format = NumberFormat.Plain)
    {
        given.Require([.. named.Where(name => variables.Contains(name, StringComparer.Ordinal))]);
        var names = new NameGroups(map.Others(new RowCells(row), number));
        var matches = NameMatching.Match(variables, given.Names, names);
        var (parameters, columns) = (new List<string>(), new List<string>());
        for (var i = 0; i < matches.Length; i++)
        {
            var variable = variables[i];
            var isNamed = named.Contains(variable, StringComparer.Ordinal);
            if (!isNamed && map.Has(variable))
            {
                columns.Add(variable);
                continue;
            }

            if (!isNamed && (matches[i].Name is null ? !leavesOthers : matches[i].IsColumn))
            {
                columns.Add(variable);
                continue;
            }

            parameters.Add(variable);
            if (isNamed || !names.Alike(variable).Contains(variable, StringComparer.Ordinal)) continue;
            messages?.WriteWarning($"The rows have a column '{variable}', but -{parameter} gives it a value, which counts for every row. Leave it out of -{parameter} if the column is meant.");
        }

        if (columns.Count == 0) messages?.WriteWarning("The rows have no column for any variable of the expression, so it is the same for every row. Are the names of the columns right?");
        Parameters = [.. parameters];
        var layout = VariableLayout.Of(columns, expressions);
        _reader = new VariableReader(layout, variables, ValueSource.Empty, map, ArrayPoints.PlacesOf(expressions), row, number) { OtherSource = $"-{parameter}", Format = format };
        _buffers = new ColumnBuffers(_reader);
    }

    /// <summary>The variables that are not columns, in their order.</summary>
    public string[] Parameters { get; }

    /// <inheritdoc/>
    public RoundedIntegers Rounded => _reader.Rounded;

    /// <inheritdoc/>
    public void Take(object row, int number) => _buffers.Add(row, number);

    /// <summary>The data that the rows held.</summary>
    public DataRows ToData(RowTotal total) => _buffers.ToData(total);
}
