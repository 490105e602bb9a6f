using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Loading;
using PSAutodiff.Reports;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Writes expressions, gradients, trainings, networks and minima as a report to look at.</summary>
[Cmdlet(VerbsData.Export, "AutodiffReport", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportAutodiffReportCommand : FileWritingCmdlet
{
    // More points than these hide each other.
    private const int MostPoints = 2000;
    private const int MostAxes = 2;

    private AutodiffReport _report = null!;
    private ValueSource? _at;
    private int _items;
    private bool _any;
    private bool _takesExpression;
    private readonly List<WeightDecayAnalysis> _decays = [];
    private string _file = string.Empty;

    /// <summary>What the report shows, from the pipeline: expressions, gradients, results of trainings, networks, minima, fits.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>What the report shows: one thing or several. In a pipeline, what stands at the first position is the file.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public object? Expression { get; set; }

    /// <inheritdoc/>
    [Parameter(Position = 1, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public override string? Path { get; set; }

    /// <summary>The title of the report.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Title { get; set; } = "PSAutodiff report";

    /// <summary>Values of the variables, for value and gradient on each node: a dictionary, or an object with properties.</summary>
    [Parameter]
    [AllowNull]
    public object? At { get; set; }

    /// <summary>Rows with the points to draw on the decision boundary of a network with two inputs, or over the curve of a network or fit with one.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public object[]? Data { get; set; }

    /// <summary>The columns of the data that are the inputs; by default those the network was trained on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public string[]? Feature { get; set; }

    /// <summary>The column of the data that says what a point belongs to; by default the one the network was trained on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    public string? Label { get; set; }

    /// <summary>One HTML file, or the pictures as SVG files; by default what the extension of the file says.</summary>
    [Parameter]
    public ReportFormat Format { get; set; }

    /// <summary>Open the report in the browser.</summary>
    [Parameter]
    public SwitchParameter Show { get; set; }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _report?.Dispose();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        TakePositions();
        _file = RequireFile("'x^2' | Export-AutodiffReport report.html");
        Format = Require(Path ?? LiteralPath, () => FormatOf(_file));
        Require(this, ReportScript.Read);
        if (At is not null) _at = Require(At, () => new ValueSource(At));
        _report = new AutodiffReport(Title);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (IsBound(nameof(InputObject))) Attempt(InputObject);
        else if (_takesExpression && Conversions.Unwrap(Expression) is object[] several) Array.ForEach(several, Attempt);
        else if (_takesExpression) Attempt(Expression);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!_any) Stop(ErrorIds.ReportEmpty, "Export-AutodiffReport was given nothing to show. Pipe something in, for example: 'x^2' | Export-AutodiffReport report.html");
        if (_items == 0) return;
        AddDecays();
        var texts = Require(_file, () => Format == ReportFormat.Svg ? ReportScript.DrawSvg(_report.Pictures) : [_report.ToHtml(ReportScript.Read())]);
        var files = texts.Select((text, i) => (File: texts.Length == 1 ? _file : Numbered(i + 1), Text: text)).ToArray();

        // With -NoClobber all of them or none too, whatever the answers to -Confirm.
        if (NoClobber && files.FirstOrDefault(static file => File.Exists(file.File)) is { File: { } there }) Require<object>(there, () => throw FilePaths.Exists(there));
        var wanted = Array.FindAll(files, file => ShouldProcess(file.File));
        WriteFiles(wanted);
        foreach (var (file, _) in wanted)
        {
            WriteObject(InvokeProvider.Item.Get([file], force: true, literalPath: true), enumerateCollection: true);
            if (Show && file == files[0].File) Open(file);
        }
    }

    /// <summary>Finds out what stands at the first position: what to show, or the file when that comes from elsewhere or not at all.</summary>
    private void TakePositions()
    {
        if (!IsBound(nameof(Expression))) return;
        var comes = MyInvocation.ExpectingInput || IsBound(nameof(InputObject));
        var isFile = Path is null && LiteralPath is null && (comes ? Expression is not null : Conversions.Unwrap(Expression) is string text && NamedBy(text) is not null);
        if (comes && !isFile)
        {
            Stop(
                ErrorIds.ExpressionRepeated,
                $"Export-AutodiffReport was given something to show through the pipeline or -InputObject, and {ValueSource.Describe(Expression)} at the first position besides. Leave one of them out.",
                Expression);
        }

        if (isFile) Path = LanguagePrimitives.ConvertTo<string>(Expression);
        else _takesExpression = true;
    }

    private void Attempt(object? item)
    {
        _any = true;
        Attempt(item, () =>
        {
            Add(Conversions.Live(item));
            _items++;
        });
    }

    /// <summary>What the name of the file asks for; -Format has to agree, and decides for a name without extension.</summary>
    private ReportFormat FormatOf(string file)
    {
        var extension = System.IO.Path.GetExtension(file);
        if ((NamedBy(file) ?? (extension.Length == 0 && IsBound(nameof(Format)) ? Format : null)) is not { } format)
        {
            throw new AutodiffException(
                ErrorIds.PathInvalid,
                $"'{file}' {(extension.Length == 0 ? "has no extension" : $"ends with '{extension}'")}, which names no kind of report. Reports are .html files, their pictures .svg files.");
        }

        return !IsBound(nameof(Format)) || Format == format
            ? format
            : throw new AutodiffException(ErrorIds.PathInvalid, $"'{file}' ends with '{extension}', but -Format is {Format}. Leave -Format out: the extension decides.");
    }

    private static ReportFormat? NamedBy(string file) => System.IO.Path.GetExtension(file).ToUpperInvariant() switch
    {
        ".HTML" or ".HTM" => ReportFormat.Html,
        ".SVG" => ReportFormat.Svg,
        _ => null,
    };

    private string Numbered(int number) => System.IO.Path.Combine(
        System.IO.Path.GetDirectoryName(_file)!,
        string.Create(CultureInfo.InvariantCulture, $"{System.IO.Path.GetFileNameWithoutExtension(_file)}-{number}{System.IO.Path.GetExtension(_file)}"));

    /// <summary>Analyses of one error, which come one for each tau, have one section.</summary>
    private void AddDecays()
    {
        if (_decays.Count > 0) _report.AddWeightDecay([.. _decays]);
        _decays.Clear();
    }

    private void Add(object? item)
    {
        if (Conversions.Unwrap(item) is WeightDecayAnalysis decay)
        {
            if (_decays.Count > 0 && !decay.IsOfSameError(_decays[0])) AddDecays();
            _decays.Add(decay);
            return;
        }

        AddDecays();
        switch (Conversions.Unwrap(item))
        {
            case ExprGradient gradient:
                AddExpression(gradient.Expression, gradient);
                break;
            case TrainingResult result:
                _report.AddTraining(result, result.Network is null ? [] : PointsFor(result.Network));
                break;
            case Network network:
                _report.AddNetwork(network, PointsFor(network));
                break;
            case Minimum minimum:
                _report.AddMinimum(minimum);
                break;
            case CurveFitResult curve:
                AddCurveFit(curve);
                break;
            case RegressionResult fit:
                // Words are no place in a picture.
                var hasPoints = fit is { Features.Count: 1, Columns.Count: 0 } and not GeneralizedRegressionResult { Classes.Count: > 0 };
                _report.AddFit(fit, hasPoints ? PointsOf([fit.Features[0]], fit.Label) : []);
                break;
            default:
                AddExpression(Read(item), null);
                break;
        }
    }

    private ExprNode Read(object? item)
    {
        try
        {
            return ToExpression(item, _at);
        }
        catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.ExpressionTypeUnsupported)
        {
            throw new AutodiffException(
                ErrorIds.ReportTypeUnsupported,
                $"{ValueSource.Subject(item)} cannot be shown in a report. A report shows expressions, gradients, training results, networks, minima, fits, curve fits and weight decay.");
        }
    }

    private void AddCurveFit(CurveFitResult fit)
    {
        var flat = ExprNode.Flatten([fit.Model, fit.Label], Cancellation);
        string[] columns = [.. fit.Model.Variables.Where(name => !fit.Parameters.Contains(name)).Union(fit.Label.Variables, StringComparer.Ordinal)];
        if (Data is not { Length: > 0 } || VariableLayout.Of(columns, flat).HasArrays)
        {
            _report.AddCurveFit(fit, columns, null);
            return;
        }

        ColumnSelection.Require(columns, new RowCells(Data[0] ?? throw RowException.IsNull(1)), 1, "The report");
        var rows = Shown().ToArray();
        var reader = new RowReader(columns);
        var data = Array.ConvertAll(columns, _ => new double[rows.Length]);
        var values = new double[columns.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            reader.Start(rows[i] ?? throw RowException.IsNull(i + 1), i + 1);
            reader.ReadFinite(values);
            for (var j = 0; j < values.Length; j++) data[j][i] = values[j];
        }

        _report.AddCurveFit(fit, columns, data);
    }

    /// <summary>The rows that a picture shows.</summary>
    private IEnumerable<object?> Shown()
    {
        if (Data!.Length > MostPoints) WriteWarning(string.Create(CultureInfo.InvariantCulture, $"The picture shows the first {MostPoints} of {Data.Length} rows."));
        return Data.Take(MostPoints);
    }

    private void AddExpression(ExprNode expression, ExprGradient? gradient)
    {
        var flat = ExprNode.Flatten([expression], Cancellation);
        if (flat.Graph.Arrays is not null && flat.Graph.HasArrays(flat.Roots))
        {
            var inputs = VariableLayout.Of(expression.Variables, flat);
            _report.AddArrays(expression, inputs, _at?.ElementsOf(inputs), gradient);
            return;
        }

        var at = ValuesOf(expression);
        string[] axes = at is null || at.Count == expression.Variables.Count ? [.. expression.Variables] : [.. expression.Variables.Where(name => !at.ContainsKey(name))];
        _report.AddExpression(expression, at, gradient, PointsFor(axes));
    }

    /// <summary>The values of -At: all that an expression needs, or all but the one variable or two of the axes of its picture.</summary>
    private Dictionary<string, double>? ValuesOf(ExprNode expression)
    {
        if (_at is null) return null;
        var names = _at.Match(expression.Variables);
        string[] given = [.. expression.Variables.Where((_, i) => names[i] is not null)];
        return given.Length > 0 && expression.Variables.Count - given.Length <= MostAxes ? _at.NamedNumbersOf(given) : _at.NamedNumbersOf(expression.Variables);
    }

    /// <summary>The data over the variables of an expression, when the rows have such columns or -Feature names as many.</summary>
    private List<ReportPoint> PointsFor(string[] axes)
    {
        if (Data is not { Length: > 0 } || axes.Length is 0 or > MostAxes) return [];
        var first = new RowCells(Data[0] ?? throw RowException.IsNull(1));
        var columns = Feature is not null ? ColumnSelection.Resolve(Feature, first, 1, [], "Feature") : axes;
        if (columns.Length != axes.Length || NameMatching.Match(columns, new NameGroups(first.Names)).Contains(null)) return [];
        string[] labels = Label is null ? [] : ColumnSelection.Resolve([Label], first, 1, columns, "Label");
        if (labels.Length == 0) labels = [.. first.Names.Except(columns)];
        if (axes.Length == 2) return Points(columns, labels.Length == 1 ? labels : []);
        return labels.Length == 1 ? PointsOf(columns, labels[0]) : [];
    }

    /// <summary>The data of a network with two inputs, or with one input and numbers as labels.</summary>
    private List<ReportPoint> PointsFor(Network network)
    {
        if (Data is not { Length: > 0 } || network.InputSize > 2 || network.Columns.Count > 0) return [];
        var first = new RowCells(Data[0] ?? throw RowException.IsNull(1));
        var label = Label ?? (network.Labels.Count > 0 ? network.Labels[0] : null);
        string[] labels = label is null ? [] : ColumnSelection.Resolve([label], first, 1, [], "Label");
        var columns = LabelledRows.Columns(network, Feature, first, 1, labels, "*");
        if (network.InputSize == 2) return Points(columns, labels);

        // Classes with names have no place beside the output.
        return labels.Length == 0 || network.Classes.Any(static @class => !Conversions.TryGetDouble(@class, out _)) ? [] : PointsOf(columns, labels[0]);
    }

    /// <summary>The data over one column, another being the value.</summary>
    private List<ReportPoint> PointsOf(string[] columns, string value)
    {
        if (Data is not { Length: > 0 }) return [];
        var first = new RowCells(Data[0] ?? throw RowException.IsNull(1));
        ColumnSelection.Require([.. columns, value], first, 1, "The report");
        return Points([.. columns, value], []);
    }

    private List<ReportPoint> Points(string[] columns, string[] labels)
    {
        var points = new List<ReportPoint>();
        var reader = new RowReader([.. columns, .. labels]);
        Span<double> values = stackalloc double[2];
        var number = 0;
        foreach (var row in Shown())
        {
            number++;
            reader.Start(row ?? throw RowException.IsNull(number), number);
            reader.ReadFinite(values);
            var name = labels.Length == 0 ? "data" : LanguagePrimitives.ConvertTo<string>(reader.Cell(columns.Length));
            points.Add(new ReportPoint(values[0], values[1], name));
        }

        return points;
    }

    private void Open(string file)
    {
        try
        {
            Process.Start(new ProcessStartInfo(file) { UseShellExecute = true })?.Dispose();
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            WriteWarning($"The report was written, but '{file}' could not be opened: {exception.Message}");
        }
    }
}
