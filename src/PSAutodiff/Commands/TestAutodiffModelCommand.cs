using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
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

    private const string Activity = "Cross-validation";

    private KeptRows? _kept;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RequireModel("Import-Csv test.csv | Test-AutodiffModel $model");
        RequireOneSource("the right answers");
        if (UsedModel is not Network && IsBound(nameof(LossFunction))) Stop(ErrorIds.ArgumentInvalid, "-LossFunction is for networks. Other models are measured by the mean squared error, and classes by the binary cross-entropy.");
        if (IsBound(nameof(CrossValidationFold)) && ModelFitter.WhyNot(UsedModel) is { } fault) Stop(fault.ErrorId, fault.Message);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!IsBound(nameof(Data))) Intake.Require(Intake.Taken, "There are no rows to test on. Pipe rows in, or give -Data and -Target.");
        WriteObject(Require(null, () => !IsBound(nameof(CrossValidationFold)) ? Measure().ToTest([], []) : IsBound(nameof(Data)) ? CrossValidateArrays() : CrossValidateRows()));
    }

    private protected override IRowWork StartRows(object row, int number)
    {
        if (!IsBound(nameof(CrossValidationFold))) return StartRows(UsedModel, row, number);
        var work = StartRows(UsedModel, row, number);
        return _kept = new KeptRows(work, Fitter(Feature, Label).Others(row, number));
    }

    // A network that was trained without classes gives numbers.
    private IRowWork StartRows(IAutodiffModel model, object row, int number) => model is Network network
        ? new LabelledRows(network, Feature, Label, row, number, numeric: network.LossFunction is not null && network.Classes.Count == 0, FormatFor(UsedModel))
        : new ModelTestRows(model, ModelInputs.Of(model, Map, row, number, FormatFor(UsedModel)), LabelOf(row), Map, row, number, FormatFor(UsedModel));

    private Outcome Measure() => UsedModel switch
    {
        Network network => Measure(network, IsBound(nameof(Data)) ? NetworkData.FromArrays(network, Data, Target) : Intake.Release<LabelledRows>().ToData(Intake.Numbers())),
        _ => IsBound(nameof(Data)) ? MeasureArrays() : Intake.Release<ModelTestRows>().Finish(),
    };

    private Outcome Measure(Network network, NetworkData data)
    {
        var loss = IsBound(nameof(LossFunction)) ? LossFunction : network.LossFunction ?? NetworkTraining.DefaultLoss(network);
        return network.Precision == NetworkPrecision.Single
            ? NetworkOutput.Measure<float>(network, data, loss, ThrottleLimit, Cancellation)
            : NetworkOutput.Measure<double>(network, data, loss, ThrottleLimit, Cancellation);
    }

    private ModelFitter Fitter(string[]? features, string[]? labels) =>
        new(UsedModel, features, labels, UsedModel is ExpressionModel { Recipe: { } recipe } ? new ColumnMap(Column, recipe.Loss.Variables, recipe.InputColumns) : Map, FormatFor(UsedModel)) { Threads = ThrottleLimit };

    private ModelTest CrossValidateRows()
    {
        var kept = _kept!;
        return CrossValidate(kept.Rows, [.. kept.Numbers], Fitter(Feature, Label));
    }

    private ModelTest CrossValidate(IReadOnlyList<object> rows, int[] numbers, ModelFitter fitter)
    {
        var clock = Stopwatch.StartNew();
        var validation = new CrossValidation(UsedModel, fitter, (fitted, chosen) => StrictMessages.Take(rows, numbers, chosen, (row, number) => StartRows(fitted, row, number), Cancellation).Work switch
        {
            LabelledRows work => Measure((Network)fitted, work.ToData(Array.ConvertAll(chosen, row => numbers[row]))),
            var work => ((ModelTestRows)work).Finish(),
        });
        var test = validation.Run(rows, numbers, CrossValidationFold, Seed, (fold, done) => ShowProgress(Activity, string.Create(CultureInfo.InvariantCulture, $"Fold {fold} of {CrossValidationFold}"), clock, done), Cancellation);
        if (clock.Elapsed.TotalSeconds >= 1) EndProgress(Activity);
        foreach (var doubt in validation.Doubts(CrossValidationFold)) WriteWarning(doubt);
        return test;
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

    private ModelTest CrossValidateArrays()
    {
        _ = Measure();
        var rows = ArrayRows.Of(UsedModel, Data, Target);
        return CrossValidate(rows.Rows, rows.Numbers, Fitter(rows.Features, rows.Labels));
    }

    private Outcome MeasureArrays()
    {
        var inputs = NumberTable.From(Data, "-Data").ToMatrix();
        var labels = LabelsOfArrays();
        if (labels.Length != inputs.GetLength(0)) throw new AutodiffException(ErrorIds.LengthMismatch, string.Create(CultureInfo.InvariantCulture, $"-Data has {inputs.GetLength(0)} rows, but -Target has {labels.Length}. Both need one for each row."));
        if (labels.Length == 0) throw new AutodiffException(ErrorIds.RowsMissing, "-Data has no rows.");
        if (UsedModel.OutputSize != 1) throw new AutodiffException(ErrorIds.ShapeMismatch, string.Create(CultureInfo.InvariantCulture, $"The prediction is a vector of {UsedModel.OutputSize} elements; to be measured against a label it has to be a number."));
        return ModelMeasure.Of(UsedModel, inputs, labels, [.. UsedModel.Predict(inputs).Cast<double>()]);
    }

    private double[] LabelsOfArrays()
    {
        var cells = Conversions.Unwrap(Target) is IList list and not Array { Rank: > 1 } ? list.Cast<object?>() : [Target];
        var row = 0;
        if (UsedModel.Classes.Count > 0)
        {
            var collector = new LabelCollector(1, UsedModel.Classes);
            foreach (var label in cells) collector.Add(label, ++row, null);
            return Array.ConvertAll(collector.Finish("-Target").Indices, static index => (double)index);
        }

        var target = NumberTable.FromNumbers(Target, "-Target");
        if (target.Width != 1) throw new AutodiffException(ErrorIds.LabelCount, string.Create(CultureInfo.InvariantCulture, $"-Target has {target.Width} columns, but this model predicts one number for each row."));
        var labels = target.Take<double>(null);
        if (UsedModel is not GeneralizedRegressionResult generalized) return labels;
        var family = new FamilyLabels(generalized.Family, NumberFormat.Plain);
        foreach (var label in labels) family.Add(label, ++row, null);
        return labels;
    }
}
