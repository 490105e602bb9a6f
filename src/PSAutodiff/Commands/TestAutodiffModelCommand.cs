using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using PSAutodiff.Converters;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Measures a model on labelled rows.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AutodiffModel")]
[Alias("Test-NeuralNetwork")]
[OutputType(typeof(ModelTest))]
public sealed class TestAutodiffModelCommand : ModelRowsCmdlet
{
    /// <summary>The columns of the labels, or an expression of columns; by default what the model was made to predict.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public string[]? Label { get; set; }

    /// <summary>The right answers: a matrix of rows x outputs, or a list of numbers or classes.</summary>
    [Parameter]
    [AllowNull]
    public object? Target { get; set; }

    /// <summary>The loss of a network; by default what it was trained with.</summary>
    [Parameter]
    public LossFunction LossFunction { get; set; }

    /// <summary>Deal the rows to so many parts, and measure each with a model that is fitted to all others.</summary>
    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int CrossValidationFold { get; set; }

    /// <summary>The seed by which rows are dealt to folds.</summary>
    [Parameter]
    public int Seed { get; set; } = 1;

    /// <summary>The most threads to use.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int ThrottleLimit { get; set; } = Environment.ProcessorCount;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RequireModel("Import-Csv test.csv | Test-AutodiffModel $model");
        RequireOneSource("the right answers");
        if (UsedModel is Network && IsBound(nameof(CrossValidationFold))) Stop(ErrorIds.ArgumentInvalid, "A network does not say how it was trained, so cross-validation cannot train it again. Train it with Start-NetworkTraining -ValidationFraction, or on a part of the rows, and test it on the others.");
        if (UsedModel is not Network && IsBound(nameof(LossFunction))) Stop(ErrorIds.ArgumentInvalid, "-LossFunction is for networks. Other models are measured by the mean squared error, and classes by the binary cross-entropy.");
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!IsBound(nameof(Data))) Intake.Require(Intake.Taken, "There are no rows to test on. Pipe rows in, or give -Data and -Target.");
        WriteObject(Require(null, () => UsedModel switch
        {
            Network { Precision: NetworkPrecision.Single } network => Measure<float>(network),
            Network network => Measure<double>(network),
            _ => Measure(),
        }));
    }

    // A network that was trained without classes gives numbers.
    private protected override IRowWork StartRows(object row, int number) => UsedModel is Network network
        ? new LabelledRows(network, Feature, Label, row, number, numeric: network.LossFunction is not null && network.Classes.Count == 0, FormatFor(network))
        : new ModelTestRows(UsedModel, ModelInputs.Of(UsedModel, Map, row, number, FormatFor(UsedModel)), LabelOf(row), Map, row, number, FormatFor(UsedModel));

    private ModelTest Measure<T>(Network network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var data = IsBound(nameof(Data)) ? NetworkData.FromArrays(network, Data, Target) : Intake.Release<LabelledRows>().ToData(Intake.Numbers());
        var loss = IsBound(nameof(LossFunction)) ? LossFunction : network.LossFunction ?? NetworkTraining.DefaultLoss(network);
        return NetworkOutput.Test<T>(network, data, loss, ThrottleLimit, Cancellation);
    }

    private ModelTest Measure()
    {
        var (inputs, labels) = IsBound(nameof(Data)) ? FromArrays() : Intake.Release<ModelTestRows>().Finish();
        return IsBound(nameof(CrossValidationFold))
            ? ModelMeasure.CrossValidate(UsedModel, inputs, labels, CrossValidationFold, Seed, Cancellation)
            : ModelMeasure.Test(UsedModel, inputs, labels);
    }

    private ExprNode LabelOf(object row)
    {
        if (Label is { Length: > 1 }) throw new AutodiffException(ErrorIds.LabelCount, $"-Label names {Label.Length} columns ({string.Join(", ", Label)}), but this model predicts one.");
        if (Label is [var label]) return new RowCells(row).Alike(label) is [var column, ..] ? ExprNode.Variable(column) : ToExpression(label);
        return UsedModel switch
        {
            RegressionResult regression => ExprNode.Variable(regression.Label),
            CurveFitResult fit => fit.Label,
            _ => throw new AutodiffException(ErrorIds.LabelMissing, "A trained loss does not say which column it predicts. Name it with -Label."),
        };
    }

    private (double[,] Inputs, double[] Labels) FromArrays()
    {
        var inputs = NumberTable.From(Data, "-Data").ToMatrix();
        double[] labels;
        if (UsedModel.Classes.Count > 0)
        {
            var collector = new LabelCollector(1, UsedModel.Classes);
            var row = 0;
            foreach (var label in Conversions.Unwrap(Target) is IList list ? list.Cast<object?>() : [Target]) collector.Add(label, ++row, null);
            labels = Array.ConvertAll(collector.Finish("-Target").Indices, static index => (double)index);
        }
        else
        {
            var target = NumberTable.FromNumbers(Target, "-Target");
            if (target.Width != 1) throw new AutodiffException(ErrorIds.LabelCount, string.Create(CultureInfo.InvariantCulture, $"-Target has {target.Width} columns, but this model predicts one number for each row."));
            labels = target.Take<double>(null);
        }

        if (labels.Length != inputs.GetLength(0)) throw new AutodiffException(ErrorIds.LengthMismatch, string.Create(CultureInfo.InvariantCulture, $"-Data has {inputs.GetLength(0)} rows, but -Target has {labels.Length}. Both need one for each row."));
        return labels.Length > 0 ? (inputs, labels) : throw new AutodiffException(ErrorIds.RowsMissing, "-Data has no rows.");
    }
}
