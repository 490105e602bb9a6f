using System.Globalization;
using PSAutodiff.Converters;
using PSAutodiff.Fitting;
using PSAutodiff.LinearAlgebra;

namespace PSAutodiff.Rows;

/// <summary>
/// Takes rows for a regression from the pipeline. Which columns are meant is found out with the first row, and with the first few whether they
/// are numbers, dates or categories. Nothing of a row is kept unless a whole covariance couples the rows, the family needs several passes over
/// them, or there are categories, whose levels are known with the last row.
/// </summary>
internal sealed class RegressionRows : IRowSurvey
{
    private readonly RowReader _reader;
    private readonly FeatureReader _features;
    private readonly Func<string[], string, RegressionPlan> _plan;
    private readonly string[] _names;
    private readonly string _label;
    private readonly RowCovariance? _covariance;
    private readonly RegressionFamily _family;
    private readonly FamilyLabels? _familyLabels;
    private readonly string? _weight;
    private readonly double[] _values;

    // One of the two, from the first row on.
    private IRegression? _regression;
    private RowBuffer? _inputs;
    private readonly List<double> _labels = [];
    private readonly List<double> _weights = [];

    /// <summary>Finds the columns.</summary>
    /// <param name="features">Names and wildcards.</param>
    /// <param name="label">A name or wildcard.</param>
    /// <param name="weight">The column of the weights, or null.</param>
    /// <param name="covariance">The covariance of the rows, or null.</param>
    /// <param name="family">How the label is spread.</param>
    /// <param name="hasIntercept">Whether an intercept stands for the first level of each category.</param>
    /// <param name="format">How text is read as a number.</param>
    /// <param name="plan">Makes the plan for feature and label names.</param>
    /// <param name="row">The first row.</param>
    /// <param name="number">The number of that row, from 1.</param>
    /// <exception cref="AutodiffException">The columns do not suit.</exception>
    public RegressionRows(
        string[] features, string label, string? weight, RowCovariance? covariance, RegressionFamily family, bool hasIntercept, NumberFormat format, Func<string[], string, RegressionPlan> plan, object row, int number)
    {
        var cells = new RowCells(row);
        var weights = weight is null ? [] : ColumnSelection.Resolve([weight], cells, number, [], "Weight");
        if (weights.Length > 1) throw new AutodiffException(ErrorIds.WeightInvalid, $"-Weight '{weight}' stands for several columns; it has to be one.");
        var labels = ColumnSelection.Resolve([label], cells, number, weights, "Label", weights);
        if (labels.Length > 1) throw new AutodiffException(ErrorIds.LabelCount, $"-Label '{label}' stands for several columns ({string.Join(", ", labels)}); a regression predicts one.");
        _names = ColumnSelection.Resolve(features, cells, number, [.. labels, .. weights], "Feature", weights);
        _label = labels[0];
        _plan = plan;
        _ = plan(_names, _label);
        _covariance = covariance;
        _family = family;
        _weight = weights is [var column] ? column : null;
        _reader = new RowReader([.. _names, _label, .. weights]) { Format = format };
        _features = new FeatureReader(_reader, _names.Length, isContrast: true, isFirstWhole: !hasIntercept, known: null);
        _values = new double[_names.Length];
        if (family != RegressionFamily.Gaussian) _familyLabels = new FamilyLabels(family, format);
    }

    /// <summary>Number of rows that count.</summary>
    public int Count => _inputs?.Rows ?? _regression?.Rows ?? 0;

    /// <inheritdoc/>
    public RoundedIntegers Rounded => _reader.Rounded;

    /// <summary>Number of rows left out because their weight is 0.</summary>
    public int WithoutWeight { get; private set; }

    /// <inheritdoc/>
    public bool Look(object row, int number) => _features.Look(row, number);

    /// <inheritdoc/>
    public void Decide()
    {
        _features.Decide();
        if (!IsPart || _features.IsPlain) return;
        throw new AutodiffException(ErrorIds.ColumnNotNumeric, "With -AsPartial all features have to be columns of numbers: levels of text, and the day that dates count from, are known only when all rows are seen. Make numbers of such a column first, for example with Select-Object.");
    }

    /// <summary>Whether the rows become a part that is joined with others.</summary>
    public bool IsPart { get; init; }

    /// <summary>What the rows hold, as a part; at least one row was taken.</summary>
    public RegressionPart ToPart() => _regression!.ToPart();

    /// <inheritdoc/>
    public void Take(object row, int number)
    {
        _reader.Start(row, number);
        _features.Read(_values);
        var label = _familyLabels is null ? _reader.FiniteNumber(_values.Length) : double.NaN;
        if (ReadWeight(number) is not { } weight) return;
        _familyLabels?.Add(_reader.Cell(_values.Length), number, _label);
        if (_inputs is null && _regression is null)
        {
            if (_familyLabels is not null || _covariance?.Matrix is not null || _features.HasCategories) _inputs = new RowBuffer(_values.Length);
            else _regression = LinearAlgebraTools.Regression(Plan(_features.Finish(1, out _)));
        }

        if (_regression is not null)
        {
            _regression.Add(_values, label, weight);
            return;
        }

        _inputs!.Add(_values);
        if (_familyLabels is null) _labels.Add(label);
        _weights.Add(weight);
    }

    /// <summary>Fits the model.</summary>
    /// <param name="intake">Knows which rows came.</param>
    /// <param name="work">Where it notes how far it is, and looks whether to stop.</param>
    /// <exception cref="AutodiffException">The covariance does not suit, a category has one level, or numbers are too large.</exception>
    public RegressionResult Finish(RowIntake intake, RegressionWork work)
    {
        _covariance?.RequireRows(intake.Count);
        if (_regression is not null) return _regression.Finish(work);
        var plan = Plan(_features.Finish(Count, out var places));
        var inputs = FeatureReader.Expand(plan.Columns, places, _inputs!);
        double[]? weights = _weight is not null || _covariance is { Matrix: null } ? [.. _weights] : null;
        if (_familyLabels is not null)
        {
            var (numbers, classes) = _familyLabels.Finish($"The column '{_label}'");
            return LinearAlgebraTools.Regression(plan, _family, classes, inputs, numbers, weights, work);
        }

        var regression = _covariance?.Matrix is { } matrix
            ? LinearAlgebraTools.Regression(plan, matrix, Array.ConvertAll(intake.Numbers(), static number => number - 1))
            : LinearAlgebraTools.Regression(plan);
        regression.AddRange(inputs, [.. _labels], weights);
        return regression.Finish(work);
    }

    private RegressionPlan Plan(FeatureColumn[] columns)
    {
        string[] names = [.. columns.SelectMany(static column => column.Inputs)];
        if (names.GroupBy(static name => name, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1)?.Key is { } twice)
        {
            throw new AutodiffException(ErrorIds.ColumnRepeated, $"The level of a category and a column are both called '{twice}'. Rename the column.");
        }

        return _plan(names, _label) with { Columns = _features.IsPlain ? [] : columns, NumberFormat = _reader.Format, Weight = _weight };
    }

    // Null for a row that does not count.
    private double? ReadWeight(int number)
    {
        if (_weight is null)
        {
            if (_covariance?.Variances is not { } variances) return 1;
            // Too many rows are an error in the end.
            return number > _covariance.Size ? null : 1 / variances[number - 1];
        }

        var weight = _reader.FiniteNumber(_values.Length + 1);
        if (weight < 0)
        {
            throw new RowException(
                ErrorIds.WeightInvalid,
                number,
                _reader.Columns[_values.Length + 1],
                string.Create(CultureInfo.InvariantCulture, $"a weight is {(_familyLabels is null ? "an inverse variance" : "a number of trials or equal rows")} and cannot be {weight}.{RowException.LeftOut}"));
        }

        if (weight > 0) return weight;
        WithoutWeight++;
        return null;
    }
}
