using System.Collections;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>A cmdlet that works on rows with a model of any kind.</summary>
public abstract class ModelRowsCmdlet : RowsCmdlet
{
    /// <summary>The model: a network, a regression, a fitted curve, or the result of a training.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    [Alias("Network")]
    public object? Model { get; set; }

    /// <summary>The columns that are the inputs of a network, in order; by default those it was trained on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public string[]? Feature { get; set; }

    /// <summary>The columns that give the elements of variables of a fitted curve or trained loss: a dictionary of names or wildcards by variable.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary? Column { get; set; }

    /// <summary>The model that was given.</summary>
    private protected IAutodiffModel UsedModel { get; private set; } = null!;

    /// <summary>The columns of variables.</summary>
    private protected ColumnMap Map { get; private set; } = ColumnMap.Empty;

    /// <inheritdoc/>
    private protected override IEnumerable<string> NeededColumns => base.NeededColumns.Concat(Feature is null ? ModelInputs.ColumnsOf(UsedModel, Map) : []);

    /// <inheritdoc/>
    private protected override IEnumerable<string> ColumnParameters => [.. base.ColumnParameters, nameof(Column)];

    /// <summary>Ends the command when no model was given, or parameters do not go with it.</summary>
    private protected void RequireModel(string example)
    {
        if (!IsBound(nameof(Model))) Stop(ErrorIds.ModelMissing, $"{MyInvocation.MyCommand.Name} needs -Model, for example: {example}");
        UsedModel = Require(Model, () => Conversions.ToModel(Model));
        if (UsedModel is not Network && Feature is not null) Stop(ErrorIds.ArgumentInvalid, "-Feature names the inputs of a network. This model knows its columns: rename those of the rows, or name the elements of variables with -Column.");
        if (UsedModel is Network or RegressionResult && Column is not null) Stop(ErrorIds.ArgumentInvalid, "-Column gives the elements of variables of a fitted curve or trained loss, and this model has none. Name the inputs of a network with -Feature.");
        if (UsedModel is not (Network or RegressionResult)) Map = Require(Column, () => new ColumnMap(Column, UsedModel is CurveFitResult fit ? fit.Prediction.Inputs.Names : UsedModel.Expression.Variables, UsedModel.InputColumns));
    }
}
