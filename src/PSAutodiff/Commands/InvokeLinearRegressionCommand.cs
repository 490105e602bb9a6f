using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Fitting;
using PSAutodiff.Foundation.Names;
using PSAutodiff.LinearAlgebra;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Fits a linear, logistic or Poisson model to rows from the pipeline or to arrays.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "LinearRegression")]
[OutputType(typeof(LinearRegressionResult), typeof(GeneralizedRegressionResult), typeof(RegressionPart))]
public sealed class InvokeLinearRegressionCommand : RowsCmdlet
{
    private const string Activity = "Linear regression";
    private const int MillisecondsBetweenReports = 100;

    private RegressionRows? _rows;
    private string[] _rounded = [];
    private RowCovariance? _covariance;
    private RegressionParts? _parts;

    /// <summary>What to predict: a number for each row of -Data.</summary>
    [Parameter]
    [AllowNull]
    public object? Target { get; set; }

    /// <summary>The columns to predict from, names or wildcards; with -Data the names of its columns.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public string[]? Feature { get; set; }

    /// <summary>The column to predict.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public string? Label { get; set; }

    /// <summary>How the label is spread: numbers with noise, one of two classes, or counts.</summary>
    [Parameter]
    public RegressionFamily Family { get; set; } = RegressionFamily.Gaussian;

    /// <summary>Fit without an intercept.</summary>
    [Parameter]
    public SwitchParameter NoIntercept { get; set; }

    /// <summary>The factor of the squared coefficients in the objective, at least 0.</summary>
    [Parameter]
    public double Ridge { get; set; }

    /// <summary>The factor of the absolute coefficients in the objective, at least 0.</summary>
    [Parameter]
    public double Lasso { get; set; }

    /// <summary>The covariance of the noise of the rows: a matrix, or a list of variances.</summary>
    [Parameter]
    [AllowNull]
    public object? Covariance { get; set; }

    /// <summary>The column of the inverse variances of the rows.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public string? Weight { get; set; }

    /// <summary>Write what the rows hold as a part to be joined with others, instead of a fit.</summary>
    [Parameter]
    public SwitchParameter AsPartial { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        CheckPenalty(Ridge, nameof(Ridge));
        CheckPenalty(Lasso, nameof(Lasso));
        if (AsPartial && (Family != RegressionFamily.Gaussian || IsBound(nameof(Covariance)) || IsBound(nameof(Ridge)) || IsBound(nameof(Lasso))))
        {
            var unfit = Family != RegressionFamily.Gaussian ? nameof(Family) : new[] { nameof(Covariance), nameof(Ridge), nameof(Lasso) }.First(IsBound);
            Stop(ErrorIds.ArgumentInvalid, unfit is nameof(Ridge) or nameof(Lasso)
                ? $"-{unfit} is about all rows together. Give it where the parts are joined: ... | Invoke-LinearRegression -{unfit} 0.1"
                : $"-{unfit} needs all rows at once, so it does not go with -AsPartial. Leave one of the two out.");
        }

        if (Family != RegressionFamily.Gaussian && new[] { nameof(Ridge), nameof(Lasso), nameof(Covariance) }.FirstOrDefault(IsBound) is { } other)
        {
            Stop(ErrorIds.ArgumentInvalid, $"-{other} belongs to least squares, and -Family {Family} is fitted by maximum likelihood. Leave one of the two out.");
        }

        if (IsBound(nameof(Covariance)))
        {
            if (Weight is not null) Stop(ErrorIds.WeightInvalid, "-Weight and -Covariance both say how far to trust each row. Give one of them.");
            _covariance = Require(Covariance, () => RowCovariance.From(Covariance));
        }

        RequireOneSource("what to predict");
        if (!MyInvocation.ExpectingInput) RequireLabel();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsBound(nameof(InputObject))) return;
        var row = _rows is null ? RegressionParts.Live(InputObject) : Conversions.Unwrap(InputObject);
        if (row is not RegressionPart part)
        {
            if (_parts is not null) Stop(ErrorIds.PartInvalid, "Parts of a regression and rows came together. Pipe one of the two in.", row);
            RequireLabel();
            base.ProcessRecord();
            return;
        }

        if (_rows is not null) Stop(ErrorIds.PartInvalid, "Rows and parts of a regression came together. Pipe one of the two in.", part);
        if (new[] { nameof(Feature), nameof(Label), nameof(Weight), nameof(NoIntercept), nameof(Covariance), nameof(Family), nameof(NumberFormat), nameof(MissingValue) }.FirstOrDefault(IsBound) is { } other)
        {
            Stop(ErrorIds.ArgumentInvalid, $"-{other} was settled when the parts were made with -AsPartial, and is not given where they are joined.");
        }

        _parts ??= new RegressionParts();
        Require<object?>(part, () =>
        {
            _parts.Add(part);
            return null;
        });
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_parts is null && Label is null && MyInvocation.ExpectingInput && !IsBound(nameof(Data)) && !IsBound(nameof(Feature))) Stop(ErrorIds.RowsMissing, "Nothing came through the pipeline: neither rows, of which -Label names the column to predict, nor parts of a regression that -AsPartial made.");
        if (_parts is null) RequireLabel();
        Intake.Settle();
        if (_rows is { Count: 0, WithoutWeight: > 0 }) Stop(ErrorIds.WeightInvalid, "All weights are 0, so no row counts.");
        if (_parts is null && !IsBound(nameof(Data))) Intake.Require(_rows?.Count ?? 0, "There are no rows to fit. Pipe data in, for example: Import-Csv data.csv | Invoke-LinearRegression -Feature a, b -Label y, or give -Data and -Target.");
        if (AsPartial)
        {
            WriteObject(Require(null, () => _parts?.Join(0, 0).ToPart() ?? _rows?.ToPart() ?? ReadArrays().ToPart()));
            WriteWarnings();
            return;
        }

        var result = Require(null, Fit);
        WriteObject(result);
        WriteWarnings();
        if (result is GeneralizedRegressionResult generalized) WarnOf(generalized);
        if (result is not LinearRegressionResult linear) return;
        if (result.RankDeficient && linear.Ridge == 0) WriteWarning(Explain(result, isLasso: linear.Lasso > 0));
        if (!result.Converged) WriteWarning("The coordinate descent did not converge: the coefficients are not final. A larger -Lasso, a -Ridge above 0 or other units of the columns help.");
    }

    // The others name the columns of -Data too.
    private protected override IEnumerable<string> ColumnParameters => [nameof(Weight)];

    private protected override IRowWork StartRows(object row, int number) =>
        _rows = new RegressionRows(Feature ?? ["*"], Label!, Weight, _covariance, Family, !NoIntercept, NumberFormat, MakePlan, row, number) { IsPart = AsPartial };

    private void RequireLabel()
    {
        if (Label is null && !IsBound(nameof(Data))) Stop(ErrorIds.LabelMissing, "Which column is to be predicted? Name it with -Label." + ColumnSelection.HintOfFormula(Feature));
    }

    private void WriteWarnings()
    {
        foreach (var warning in _rounded) WriteWarning(warning);
        if (_rows is { WithoutWeight: > 0 and var left }) WriteWarning(string.Create(CultureInfo.InvariantCulture, $"Rows left out because their weight is 0: {left}."));
    }

    private RegressionResult Fit()
    {
        // With many columns, or a covariance of thousands of rows, it takes seconds; when nobody waits for it any more it ends at its next look.
        var work = new RegressionWork(Cancellation);
        var clock = Stopwatch.StartNew();
        var fit = Task.Run(() => _parts?.Join(Ridge, Lasso).Finish(work) ?? (_rows is null ? FitArrays(work) : _rows.Finish(Intake, work)));
        while (Task.WaitAny([fit], MillisecondsBetweenReports, Cancellation) < 0) ShowProgress(Activity, work.Stage, clock, work.Done);
        if (clock.Elapsed.TotalSeconds >= 1) EndProgress(Activity);
        return fit.GetAwaiter().GetResult();
    }

    private static string Explain(RegressionResult result, bool isLasso)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"The data do not determine all coefficients: their rank is {result.Rank}, but there are {result.Coefficients.Count} coefficients.");
        text += result.Coefficients.Count > result.Rows
            ? (result.Rows == 1 ? " There is only one row." : string.Create(CultureInfo.InvariantCulture, $" There are only {result.Rows} rows."))
            : $" These columns depend on each other: {string.Join(", ", result.Aliased)}.";
        if (result.Constant.Count > 0) text += $" The same value in every row, as the intercept has: {string.Join(", ", result.Constant)}.";
        return text + (isLasso ? " Other coefficients may fit equally well." : " Of all coefficients that fit equally well, the shortest were taken (the pseudo-inverse).");
    }

    private void WarnOf(GeneralizedRegressionResult result)
    {
        if (result.RankDeficient) WriteWarning(Explain(result, isLasso: false));
        if (result.Separated.Count > 0)
        {
            var what = result.Family == RegressionFamily.Binomial ? "tell the two classes apart without an error in some rows" : "tell rows with the count 0 apart";
            WriteWarning($"The data are separated: {string.Join(", ", result.Separated)} {what}, so the likelihood grows without bound and these coefficients have no finite value. Those in the result are where the search ended, and their standard errors are infinite. Leave out a column, or use more data.");
        }
        else if (!result.Converged)
        {
            WriteWarning(string.Create(CultureInfo.InvariantCulture, $"The coefficients were still moving after {result.Iterations} steps: they are not final. Look for rows far from all others, and scale columns of very different size."));
        }

        if (double.IsNaN(result.Aic))
        {
            WriteWarning(result.Family == RegressionFamily.Binomial
                ? "Some labels times their weights are not whole numbers of trials, so there is no likelihood: Aic and Bic are NaN."
                : "Some labels are not whole numbers, so there is no likelihood: Aic and Bic are NaN.");
        }
    }

    private void CheckPenalty(double penalty, string parameter)
    {
        if (penalty >= 0 && double.IsFinite(penalty)) return;
        Stop(ErrorIds.PenaltyInvalid, string.Create(CultureInfo.InvariantCulture, $"-{parameter} has to be a finite number of at least 0, not {penalty}."), penalty);
    }

    private RegressionPlan MakePlan(string[] features, string label)
    {
        foreach (var name in features.Append(label)) VariableNames.Check(name);
        if (features.Length == 0 && NoIntercept) throw new AutodiffException(ErrorIds.FeatureMissing, "There is nothing to fit: no feature, and no intercept.");
        if (!NoIntercept && features.Contains(RegressionPlan.Intercept, StringComparer.OrdinalIgnoreCase))
        {
            throw new AutodiffException(ErrorIds.ColumnRepeated, "A feature is called 'Intercept', as the intercept is. Rename the column, or leave the intercept out with -NoIntercept.");
        }

        return new RegressionPlan(features, label, !NoIntercept, Ridge, Lasso) { IsWeighted = Weight is not null || IsBound(nameof(Covariance)) };
    }

    private RegressionResult FitArrays(RegressionWork work) =>
        Family == RegressionFamily.Gaussian ? ReadArrays().Finish(work) : FitFamily(ReadData(), work);

    private NumberTable ReadData()
    {
        var data = NumberTable.From(Data, "-Data");
        return data.Rows > 0 ? data : throw new AutodiffException(ErrorIds.RowsMissing, "-Data has no rows.");
    }

    private IRegression ReadArrays()
    {
        var data = ReadData();
        var target = NumberTable.FromNumbers(Target, "-Target");
        if (target.Width != 1) throw new AutodiffException(ErrorIds.DataInvalid, string.Create(CultureInfo.InvariantCulture, $"-Target has {target.Width} columns. A regression predicts one: give a number for each row."));
        RequireRows(target.Rows, data.Rows);
        _rounded = [.. new[] { data.Rounded.Warning, target.Rounded.Warning }.OfType<string>()];
        var plan = PlanOf(data);
        _covariance?.RequireRows(data.Rows);
        var regression = _covariance?.Matrix is { } matrix ? LinearAlgebraTools.Regression(plan, matrix, null) : LinearAlgebraTools.Regression(plan);
        regression.AddRange(data.ToDoubles(), target.Take<double>(null), _covariance?.Variances?.Select(static variance => 1 / variance).ToArray());
        return regression;
    }

    // Labels of two classes are no numbers.
    private GeneralizedRegressionResult FitFamily(NumberTable data, RegressionWork work)
    {
        var labels = new FamilyLabels(Family, NumberFormat);
        var row = 0;
        foreach (var label in Conversions.Unwrap(Target) is IList list ? list.Cast<object?>() : [Target]) labels.Add(label, ++row, null);
        RequireRows(row, data.Rows);
        if (data.Rounded.Warning is { } warning) _rounded = [warning];
        var (numbers, classes) = labels.Finish("-Target");
        return LinearAlgebraTools.Regression(PlanOf(data), Family, classes, data.Take<double>(null), numbers, null, work);
    }

    private static void RequireRows(int targets, int rows)
    {
        if (targets == rows) return;
        throw new AutodiffException(
            ErrorIds.LengthMismatch,
            string.Create(CultureInfo.InvariantCulture, $"-Data has {rows} rows, but -Target has {targets}. Both need one for each row."));
    }

    private RegressionPlan PlanOf(NumberTable data)
    {
        var names = Feature ?? [.. Enumerable.Range(1, data.Width).Select(static i => string.Create(CultureInfo.InvariantCulture, $"x{i}"))];
        if (names.Length != data.Width)
        {
            throw new AutodiffException(
                ErrorIds.FeatureCount,
                string.Create(CultureInfo.InvariantCulture, $"-Feature names {names.Length} columns, but -Data has {data.Width}. Name each of them."));
        }

        if (RepeatedName(names) is { } twice) throw new AutodiffException(ErrorIds.ColumnRepeated, $"-Feature names '{twice}' more than once.");
        return MakePlan(names, Label ?? "y");
    }
}
