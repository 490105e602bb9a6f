using System.Management.Automation;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>A cmdlet that works on rows from the pipeline, or on a matrix.</summary>
public abstract class RowsCmdlet : AutodiffCmdlet
{
    private protected const string RowsSet = "Rows";
    private protected const string DataSet = "Data";

    private RowIntake? _intake;

    /// <summary>The rows: objects or dictionaries with a value for each column that is needed.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = RowsSet)]
    [AllowNull]
    public virtual object? InputObject { get; set; }

    /// <summary>The numbers as a matrix: rows x columns.</summary>
    [Parameter(ParameterSetName = DataSet)]
    [AllowNull]
    public virtual object? Data { get; set; }

    /// <summary>Takes the rows in.</summary>
    internal RowIntake Intake => _intake ??= new RowIntake(this, StartRows);

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

    /// <summary>Ends the command when one of -Data and -Target was given without the other.</summary>
    /// <param name="data">What -Data holds.</param>
    /// <param name="target">What -Target holds.</param>
    /// <param name="label">What -Label names.</param>
    internal void RequirePair(string data, string target, string label)
    {
        if (IsBound(nameof(Data)) != IsBound("Target")) Stop(ErrorIds.DataInvalid, $"-Data, {data}, and -Target, {target}, go together. Of rows from the pipeline -Label names {label}.");
    }
}
