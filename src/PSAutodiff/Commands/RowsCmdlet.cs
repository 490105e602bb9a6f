using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>A cmdlet that works on rows from the pipeline, or on a matrix.</summary>
public abstract class RowsCmdlet : AutodiffCmdlet
{
    private static readonly string[] NamingParameters = ["Feature", "Label", "Weight"];

    private RowIntake? _intake;
    private string[]? _needed;

    /// <summary>The rows: objects or dictionaries with a value for each column that is needed.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public virtual object? InputObject { get; set; }

    /// <summary>The numbers as a matrix: rows x columns.</summary>
    [Parameter]
    [AllowNull]
    public virtual object? Data { get; set; }

    /// <summary>How text in rows is read as a number.</summary>
    [Parameter]
    public NumberFormat NumberFormat { get; set; } = NumberFormat.Plain;

    /// <summary>What is done with rows that lack a value.</summary>
    [Parameter]
    public MissingValueAction MissingValue { get; set; } = MissingValueAction.Error;

    /// <summary>The parameters about the cells of rows.</summary>
    internal static IReadOnlyList<string> TableParameters => [nameof(NumberFormat), nameof(MissingValue)];

    /// <summary>Takes the rows in.</summary>
    internal RowIntake Intake => _intake ??= new RowIntake(this, StartRows) { MissingValue = MissingValue, Lacking = Lacking };

    /// <summary>The names that columns are to have, as far as they are known before the rows. Those of parameters that are none only delay the start.</summary>
    private protected virtual IEnumerable<string> NeededColumns =>
        from parameter in NamingParameters
        where IsBound(parameter)
        from name in Conversions.Unwrap(MyInvocation.BoundParameters[parameter]) switch { string one => [one], string[] several => several, _ => [] }
        where !WildcardPattern.ContainsWildcardCharacters(name)
        select name;

    private int Lacking(object row)
    {
        var cells = new RowCells(row);
        return (_needed ??= [.. NeededColumns.Distinct(StringComparer.Ordinal)]).Count(name => cells.Alike(name).Count == 0);
    }

    /// <summary>How text in rows is read for a model: as this command says, else as in the rows that it was made from.</summary>
    internal NumberFormat FormatFor(IAutodiffModel model) => IsBound(nameof(NumberFormat)) ? NumberFormat : model.NumberFormat;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (IsBound(nameof(InputObject))) Intake.Take(InputObject);
    }

    /// <summary>Finds out with the first row which columns are meant.</summary>
    /// <param name="row">The row.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <exception cref="AutodiffException">The columns do not suit.</exception>
    private protected abstract IRowWork StartRows(object row, int number);

    /// <summary>The parameters that name columns of rows and mean nothing with -Data.</summary>
    private protected virtual IEnumerable<string> ColumnParameters => ["Feature", "Label"];

    /// <summary>
    /// Ends the command when rows and arrays are mixed, or one of -Data and -Target was given without the other. These are no sets of
    /// parameters: of a mixture PowerShell would only say that it cannot resolve them.
    /// </summary>
    /// <param name="target">What -Target holds; null when there is no such parameter.</param>
    internal void RequireOneSource(string? target)
    {
        var hasTarget = target is not null && IsBound("Target");
        if (!IsBound(nameof(Data)))
        {
            if (hasTarget) Stop(ErrorIds.DataInvalid, $"-Target holds {target} and goes with -Data, which holds the inputs. With rows from the pipeline, name their column with -Label.");
            return;
        }

        if (MyInvocation.ExpectingInput || IsBound(nameof(InputObject))) Stop(ErrorIds.DataInvalid, "There are rows from the pipeline and also -Data. Give one of the two.");
        if (target is not null && !hasTarget) Stop(ErrorIds.DataInvalid, $"-Data holds the inputs and needs -Target, which holds {target}.");
        if (TableParameters.FirstOrDefault(IsBound) is { } table) Stop(ErrorIds.DataInvalid, $"-{table} is about the cells of rows from the pipeline and does not go with -Data, which holds numbers. Leave one of the two out.");
        if (ColumnParameters.FirstOrDefault(IsBound) is { } column) Stop(ErrorIds.DataInvalid, $"-{column} names columns of rows from the pipeline and does not go with -Data. Leave one of the two out.");
    }
}
