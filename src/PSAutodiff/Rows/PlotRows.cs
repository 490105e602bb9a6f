using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Reports;
using PSAutodiff.Reports.Plots;

namespace PSAutodiff.Rows;

/// <summary>Rows of data as points of a plot: two columns of them, and where both are axes of a map a third one that groups them.</summary>
internal sealed class PlotRows : IRowWork
{
    private readonly RowReader _reader;
    private readonly List<ReportPoint> _points = [];

    /// <summary>Finds the columns to draw with functions.</summary>
    /// <param name="axes">The variables of the axes, one or two.</param>
    /// <param name="features">The columns of the axes; null for those called like the variables.</param>
    /// <param name="label">The column of the values of a curve, or of what points on a map belong to; null when none was named.</param>
    /// <param name="usual">The column to take when none was named, if there is one; null when nobody knows.</param>
    /// <param name="row">The first row.</param>
    /// <param name="number">Its number.</param>
    /// <param name="format">How text is read as a number.</param>
    /// <exception cref="AutodiffException">The row lacks a column, or it cannot be told which is meant.</exception>
    public PlotRows(IReadOnlyList<string> axes, string[]? features, string? label, string? usual, object row, int number, NumberFormat format)
    {
        var cells = new RowCells(row);
        var columns = ColumnSelection.Resolve(features ?? axes, cells, number, [], features is null ? "Variable" : "Feature");
        if (columns.Length != axes.Count)
        {
            throw new AutodiffException(
                ErrorIds.FeatureCount,
                string.Create(CultureInfo.InvariantCulture, $"-Feature names {columns.Length} columns ({string.Join(", ", columns)}), but what is drawn depends on {axes.Count}: {string.Join(", ", axes)}."));
        }

        _reader = new RowReader(WithLabel(columns, label, usual, cells, number)) { Format = format };
    }

    /// <summary>Finds the columns to draw alone.</summary>
    /// <param name="features">The column of the horizontal axis, or those of both axes; null for the only one beside the label.</param>
    /// <param name="label">The column of the values, or with two features of what points belong to; null when none was named.</param>
    /// <param name="row">The first row.</param>
    /// <param name="number">Its number.</param>
    /// <param name="format">How text is read as a number.</param>
    /// <exception cref="AutodiffException">The row lacks a column, or it cannot be told which is meant.</exception>
    public PlotRows(string[]? features, string? label, object row, int number, NumberFormat format)
    {
        var cells = new RowCells(row);
        string[] columns;
        if (features is not null)
        {
            columns = ColumnSelection.Resolve(features, cells, number, [], "Feature");
            if (columns.Length > 2)
            {
                throw new AutodiffException(
                    ErrorIds.FeatureCount,
                    string.Create(CultureInfo.InvariantCulture, $"-Feature names {columns.Length} columns ({string.Join(", ", columns)}), but a picture has two axes. Name one column for points over it, or two."));
            }
        }
        else
        {
            var values = ColumnSelection.Resolve([label!], cells, number, [], "Label")[0];
            columns = [Other(values, cells) ?? throw new AutodiffException(ErrorIds.FeatureMissing, $"Over which column are the values of '{values}' drawn? Name it with -Feature. The row has: {string.Join(", ", cells.Names)}.")];
        }

        _reader = new RowReader(WithLabel(columns, label, null, cells, number)) { Format = format };
        Axes = columns;
    }

    /// <summary>The columns of the axes of points that are drawn alone.</summary>
    public string[] Axes { get; } = [];

    /// <summary>What the horizontal and the vertical axis show of points that are drawn alone.</summary>
    public (string X, string Y) Names => (_reader.Columns[0], _reader.Columns[1]);

    /// <inheritdoc/>
    public RoundedIntegers Rounded => _reader.Rounded;

    /// <summary>The numbers of the first column.</summary>
    public double[] X => [.. _points.Select(static point => point.X)];

    /// <summary>The numbers of the second column.</summary>
    public double[] Y => [.. _points.Select(static point => point.Y)];

    /// <summary>The points, grouped by what they belong to where that is known.</summary>
    public IReadOnlyList<PlotPoints> Points
    {
        get
        {
            var name = $"{_reader.Columns[1]} by {_reader.Columns[0]}";
            if (_reader.Columns.Count == 2) return [new PlotPoints(name, X, Y)];
            return [.. ReportPoint.Groups(_points, name).Select(group => group with { Name = group.Name == name ? name : $"{_reader.Columns[2]} = {group.Name}" })];
        }
    }

    /// <inheritdoc/>
    public void Take(object row, int number)
    {
        _reader.Start(row, number);
        Span<double> values = stackalloc double[2];
        _reader.ReadFinite(values);
        _points.Add(new ReportPoint(values[0], values[1], _reader.Columns.Count == 2 ? string.Empty : LanguagePrimitives.ConvertTo<string>(_reader.Cell(2))));
    }

    private static string[] WithLabel(string[] columns, string? label, string? usual, RowCells cells, int number)
    {
        if (label is not null) return [.. columns, ColumnSelection.Resolve([label], cells, number, columns, "Label")[0]];
        if (columns.Length == 2) return usual is not null && NameMatching.Match([usual], new NameGroups(cells.Names))[0] is { } known && !columns.Contains(known, StringComparer.Ordinal) ? [.. columns, known] : columns;
        if (usual is not null) return [.. columns, ColumnSelection.Resolve([usual], cells, number, columns, "Label")[0]];
        return
        [
            .. columns,
            Other(columns[0], cells) ?? throw new AutodiffException(ErrorIds.LabelMissing, $"Which column holds the values to draw over '{columns[0]}'? Name it with -Label. The row has: {string.Join(", ", cells.Names)}."),
        ];
    }

    /// <summary>The only other column; null when there are several or none.</summary>
    private static string? Other(string column, RowCells cells)
    {
        string[] others = [.. cells.Names.Where(name => name != column)];
        return others.Length == 1 ? others[0] : null;
    }
}
