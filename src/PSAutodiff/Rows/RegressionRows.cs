using System.Globalization;
using PSAutodiff.Converters;
using PSAutodiff.Fitting;
using PSAutodiff.LinearAlgebra;

namespace PSAutodiff.Rows;

/// <summary>
/// Takes rows for a regression from the pipeline. Which columns are meant is found out with the first row. Nothing of a row is kept
/// unless a whole covariance couples the rows, or the family needs several passes over them.
/// </summary>
internal sealed class RegressionRows : IRowWork
{
    private readonly RowReader _reader;
    private readonly RegressionPlan _plan;
    private readonly RowCovariance? _covariance;
    private readonly bool _hasWeight;
    private readonly double[] _values;

    // Without a covariance matrix the regression; with one, the rows. Of other families than Gaussian the numbers of the rows.
    private readonly IRegression? _regression;
    private readonly List<double[]> _kept = [];
    private readonly RegressionFamily _family;
    private readonly FamilyLabels? _labels;
    private readonly RowBuffer? _inputs;
    private readonly List<double> _weights = [];

    /// <summary>Finds the columns.</summary>
    /// <param name="features">Names and wildcards.</param>
    /// <param name="label">A name or wildcard.</param>
    /// <param name="weight">The column of the weights, or null.</param>
    /// <param name="covariance">The covariance of the rows, or null.</param>
    /// <param name="family">How the label is spread.</param>
    /// <param name="plan">Makes the plan for feature and label names.</param>
    /// <param name="row">The first row.</param>
    /// <param name="number">The number of that row, from 1.</param>
    /// <exception cref="AutodiffException">The columns do not suit.</exception>
    public RegressionRows(string[] features, string label, string? weight, RowCovariance? covariance, RegressionFamily family, Func<string[], string, RegressionPlan> plan, object row, int number)
    {
        var cells = new RowCells(row);
        var weights = weight is null ? [] : ColumnSelection.Resolve([weight], cells, number, [], "Weight");
        if (weights.Length > 1) throw new AutodiffException(ErrorIds.WeightInvalid, $"-Weight '{weight}' stands for several columns; it has to be one.");
        var labels = ColumnSelection.Resolve([label], cells, number, weights, "Label");
        if (labels.Length > 1) throw new AutodiffException(ErrorIds.LabelCount, $"-Label '{label}' stands for several columns ({string.Join(", ", labels)}); a regression predicts one.");
        var columns = ColumnSelection.Resolve(features, cells, number, [.. labels, .. weights], "Feature");
        _plan = plan(columns, labels[0]);
        _covariance = covariance;
        _hasWeight = weights.Length > 0;
        _reader = new RowReader([.. columns, labels[0], .. weights]);
        _values = new double[columns.Length + 1];
        _family = family;
        if (family != RegressionFamily.Gaussian) (_labels, _inputs) = (new FamilyLabels(family), new RowBuffer(columns.Length));
        else if (covariance?.Matrix is null) _regression = LinearAlgebraTools.Regression(_plan);
    }

    /// <summary>Number of rows that count.</summary>
    public int Count => _inputs?.Rows ?? _regression?.Rows ?? _kept.Count;

    /// <inheritdoc/>
    public RoundedIntegers Rounded => _reader.Rounded;

    /// <summary>Number of rows left out because their weight is 0.</summary>
    public int WithoutWeight { get; private set; }

    /// <inheritdoc/>
    public void Take(object row, int number)
    {
        _reader.Start(row, number);
        _reader.ReadFinite(_values.AsSpan(0, _values.Length - 1));
        if (_labels is null) _values[^1] = _reader.FiniteNumber(_values.Length - 1);
        if (_labels is null && _regression is null)
        {
            _kept.Add([.. _values]);
            return;
        }

        var weight = 1.0;
        if (_hasWeight)
        {
            weight = _reader.FiniteNumber(_values.Length);
            if (weight < 0)
            {
                throw new RowException(
                    ErrorIds.WeightInvalid,
                    number,
                    _reader.Columns[_values.Length],
                    string.Create(CultureInfo.InvariantCulture, $"a weight is {(_labels is null ? "an inverse variance" : "a number of trials or equal rows")} and cannot be {weight}. The row was left out."));
            }

            if (weight == 0)
            {
                WithoutWeight++;
                return;
            }
        }
        else if (_covariance is not null)
        {
            // Too many rows are an error in the end.
            if (number > _covariance.Size) return;
            weight = 1 / _covariance.Variances![number - 1];
        }

        if (_labels is not null)
        {
            _labels.Add(_reader.Cell(_values.Length - 1), number, _reader.Columns[_values.Length - 1]);
            _inputs!.Add(_values.AsSpan(0, _values.Length - 1));
            _weights.Add(weight);
            return;
        }

        _regression!.Add(_values.AsSpan(0, _values.Length - 1), _values[^1], weight);
    }

    /// <summary>Fits the model.</summary>
    /// <param name="intake">Knows which rows came.</param>
    /// <param name="work">Where it notes how far it is, and looks whether to stop.</param>
    /// <exception cref="AutodiffException">The covariance does not suit, or numbers are too large.</exception>
    public RegressionResult Finish(RowIntake intake, RegressionWork work)
    {
        if (_labels is not null)
        {
            var (numbers, classes) = _labels.Finish($"The column '{_plan.Label}'");
            return LinearAlgebraTools.Regression(_plan, _family, classes, _inputs!.Take<double>(null), numbers, _hasWeight ? [.. _weights] : null, work);
        }

        _covariance?.RequireRows(intake.Count);
        if (_regression is not null) return _regression.Finish(work);
        var regression = LinearAlgebraTools.Regression(_plan, _covariance!.Matrix!, Array.ConvertAll(intake.Numbers(), static number => number - 1));
        foreach (var row in _kept) regression.Add(row.AsSpan(0, row.Length - 1), row[^1], 1);
        return regression.Finish(work);
    }
}
