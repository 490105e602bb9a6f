using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Reports.Plots;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Draws curves and maps of expressions in the terminal.</summary>
[Cmdlet(VerbsCommon.Show, "Expression")]
[OutputType(typeof(string))]
public sealed class ShowExpressionCommand : ExpressionCmdlet
{
    private const int MostAxes = 2;
    private const int LeastWidth = 20;
    private const int LeastHeight = 4;
    private const int MostCells = 10_000;

    // Data and minima have some room around them.
    private const double DataMargin = 0.05;
    private const double StepMargin = 0.2;

    private readonly List<PlotSubject> _subjects = [];
    private ValueSource _at = ValueSource.Empty;
    private RowIntake? _intake;
    private PlotRows? _rows;
    private string[] _axes = [];
    private bool? _takesRows;
    private bool _hasPointsAlone;
    private readonly List<WeightDecayAnalysis> _decays = [];

    /// <summary>Expressions from the pipeline, to be drawn together; or, with an expression at the first position, rows of data.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>What to draw: one expression or several, or a fit, a minimum or a network.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public object? Expression { get; set; }

    /// <summary>The range of the variable, two numbers; or two for each variable in a dictionary.</summary>
    [Parameter(Position = 1)]
    [Alias("XRange", "XLim", "Domain")]
    public object? Range { get; set; }

    /// <summary>The variables of the axes, one for curves and two for a map; by default all that -At does not give.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public string[]? Variable { get; set; }

    /// <summary>Values of the other variables: a dictionary, or an object with properties.</summary>
    [Parameter]
    public object? At { get; set; }

    /// <summary>The range of values to show, two numbers; by default what holds the curves.</summary>
    [Parameter]
    [Alias("YRange", "YLim")]
    public object? ValueRange { get; set; }

    /// <summary>The columns of the rows that are the axes; by default those called like the variables.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public string[]? Feature { get; set; }

    /// <summary>The column of the rows with the values; with two axes, the one that says what a point belongs to.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    public string? Label { get; set; }

    /// <summary>How text in rows is read as a number.</summary>
    [Parameter]
    public NumberFormat NumberFormat { get; set; } = NumberFormat.Plain;

    /// <summary>What is done with rows that lack a value.</summary>
    [Parameter]
    public MissingValueAction MissingValue { get; set; } = MissingValueAction.Error;

    /// <summary>Draw the derivative of each curve too.</summary>
    [Parameter]
    public SwitchParameter Derivative { get; set; }

    /// <summary>Draw tangents that touch the curves at these values of the variable.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? TangentAt { get; set; }

    /// <summary>Use a logarithmic scale for the variable.</summary>
    [Parameter]
    public SwitchParameter LogX { get; set; }

    /// <summary>Use a logarithmic scale for the values.</summary>
    [Parameter]
    public SwitchParameter LogY { get; set; }

    /// <summary>The characters to draw with.</summary>
    [Parameter]
    public PlotStyle Style { get; set; }

    /// <summary>The greatest length of a line; by default what fits the window, or 80 columns where there is none.</summary>
    [Parameter]
    [ValidateRange(LeastWidth, MostCells)]
    public int Width { get; set; }

    /// <summary>The number of rows of the picture, without axis and legend.</summary>
    [Parameter]
    [ValidateRange(LeastHeight, MostCells)]
    public int Height { get; set; }

    private protected override string Example => "For example: Show-Expression 'x^2', or 'sin(x)', 'cos(x)' | Show-Expression -Range -3, 3";

    // Names without values are those of the axes.
    private protected override bool HasValues => false;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RequireNames(Variable);
        if (RepeatedName(Variable) is { } twice) Stop(ErrorIds.VariableNameInvalid, $"-Variable names '{twice}' more than once.", twice);
        if (Variable is { Length: > MostAxes }) Stop(ErrorIds.ArgumentInvalid, string.Create(CultureInfo.InvariantCulture, $"-Variable names {Variable.Length} variables, but a picture has at most two axes. Give the others values with -At."), Variable);
        _at = Require(At, () => new ValueSource(At));
        if (!IsBound(nameof(Width))) Width = Views.Columns(Host) - 1;
        if (!IsBound(nameof(Height))) Height = Math.Clamp(Width / 5, 8, 24);
        if (!MyInvocation.ExpectingInput && IsBound(nameof(Expression))) AddAll(Expression);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsBound(nameof(InputObject))) return;
        if (!MyInvocation.ExpectingInput)
        {
            if (IsBound(nameof(Expression))) Stop(ErrorIds.ExpressionRepeated, "Show-Expression was given an expression by -Expression and another by -InputObject. Leave one of them out.", Expression);
            AddAll(InputObject);
            return;
        }

        _takesRows ??= StartPipeline();
        if (_takesRows.Value) (_intake ??= new RowIntake(this, StartRows) { MissingValue = MissingValue }).Take(InputObject);
        else Add(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_takesRows is null && MyInvocation.ExpectingInput && IsBound(nameof(Expression)))
        {
            Stop(ErrorIds.RowsMissing, "Nothing came through the pipeline: neither rows to draw with the expression, nor expressions. Leave the pipeline out, or look at what should have come.");
        }

        if (_hasPointsAlone)
        {
            _intake!.Require(_intake.Taken, string.Empty);
            Attempt(null, WritePoints);
            return;
        }

        if (_intake is null && RowsCmdlet.TableParameters.FirstOrDefault(IsBound) is { } table) Stop(ErrorIds.ArgumentInvalid, $"-{table} is about rows from the pipeline, and none came. Leave -{table} out.");
        if (_decays.Count > 0) Attempt(_decays, WriteDecays);
        if (_decays.Count == 0 || _subjects.Count > 0) base.EndProcessing();
        _intake?.Finish();
        if (_subjects.Count == 0) return;
        if (_axes.Length == 0) _axes = Require(Variable, FindAxes);
        if (_axes.Length == 1) Attempt(_subjects, WriteCurves);
        else WriteMaps();
        if (_at.Rounded.Warning is { } warning) WriteWarning(warning);
    }

    /// <summary>Looks at the first object of the pipeline: with rows, the first position is the expression; with expressions, the range.</summary>
    private bool StartPipeline()
    {
        if (!PlotSubjects.IsSubject(InputObject))
        {
            if (!IsBound(nameof(Expression)))
            {
                StartPoints();
                return true;
            }

            AddAll(Expression);
            if (_subjects.Count == 0) throw new PipelineStoppedException();
            _axes = Require(Variable, FindAxes);
            return true;
        }

        if (!IsBound(nameof(Expression))) return false;
        if (IsBound(nameof(Range))) Stop(ErrorIds.ExpressionRepeated, $"Show-Expression was given expressions through the pipeline and {ValueSource.Describe(Expression)} at the first position, with -Range besides. Leave the pipeline or the first position out.", Expression);
        Range = Expression;
        return false;
    }

    /// <summary>There are rows and no function.</summary>
    private void StartPoints()
    {
        if (Feature is null && Label is null)
        {
            Stop(ErrorIds.ExpressionMissing, $"{ValueSource.Subject(InputObject)} cannot be drawn. If the pipeline has rows of data, name the columns to draw: $rows | Show-Expression -Feature x -Label y. Or name the expression to draw with them: $rows | Show-Expression 'a*x + b' -At @{{ a = 2; b = 1 }} -Label y", InputObject);
        }

        foreach (var parameter in new[] { nameof(Variable), nameof(At), nameof(Derivative), nameof(TangentAt) })
        {
            if (IsBound(parameter)) Stop(ErrorIds.ArgumentInvalid, $"-{parameter} is for expressions, but there are points alone. Name an expression at the first position, or leave -{parameter} out.");
        }

        _hasPointsAlone = true;
    }

    private PlotRows StartRows(object row, int number)
    {
        WarnOfPi(row, Expression);
        return _rows = _hasPointsAlone
            ? new PlotRows(Feature, Label, row, number, NumberFormat)
            : new PlotRows(_axes, Feature, Label, _subjects.FirstOrDefault()?.Label, row, number, NumberFormat);
    }

    /// <summary>One thing to draw, or each of a list.</summary>
    private void AddAll(object? value)
    {
        if (Conversions.Unwrap(value) is object[] several)
        {
            foreach (var one in several) Add(one);
        }
        else
        {
            Add(value);
        }
    }

    private void Add(object? value)
    {
        if (Conversions.Live(value) is WeightDecayAnalysis decay) _decays.Add(decay);
        else AddSubject(value);
    }

    private void AddSubject(object? value) => ProcessExpression(value, () => PlotSubjects.Of(value, Cancellation), subjects =>
    {
        foreach (var subject in subjects) WarnOfNames(value, subject.Expression);
        _subjects.AddRange(subjects);
    });

    private string[] FindAxes()
    {
        string[] variables = [.. _subjects.SelectMany(static subject => subject.Expression.Variables).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (Variable is not null)
        {
            var unknown = variables.Length == 0 ? null : Variable.FirstOrDefault(name => !variables.Contains(name, StringComparer.Ordinal));
            return unknown is null
                ? Variable
                : throw new AutodiffException(ErrorIds.VariableUnknown, $"There is no variable '{unknown}' to draw over. The variables are: {string.Join(", ", variables)}.{NearNames.Hint(unknown, variables)}");
        }

        var given = _at.Match(variables);
        string[] free = [.. variables.Where((_, i) => given[i] is null)];
        return free.Length switch
        {
            0 when variables.Length > 0 => throw new AutodiffException(ErrorIds.VariableUnknown, $"-At has a value for every variable, so no axis is left. Name one with -Variable: {string.Join(", ", variables)}."),
            0 => ["x"],
            <= MostAxes => free,
            _ => throw new AutodiffException(ErrorIds.VariableNotBound, string.Create(CultureInfo.InvariantCulture, $"{free.Length} variables have no value: {string.Join(", ", free)}. A picture has one axis or two: give the others values, for example with -At @{{ {free[0]} = 1 }}.")),
        };
    }

    /// <summary>The geometry of weight decay: a picture for each error, with the minima of all its decays.</summary>
    private void WriteDecays()
    {
        foreach (var (i, group) in _decays.GroupBy(decay => _decays.First(decay.IsOfSameError)).Index())
        {
            if (group.Key.Variables.Count != 2)
            {
                throw new AutodiffException(ErrorIds.ArgumentInvalid, string.Create(CultureInfo.InvariantCulture, $"The geometry of weight decay is drawn for two weights, not for {group.Key.Variables.Count}: {string.Join(", ", group.Key.Variables)}."));
            }

            if (i > 0) WriteObject(string.Empty);
            Write(TerminalPlot.Draw(DecayPlot.Of([.. group], Width / (2.0 * Height)), Width, Height, Style, OutputColors.IsOn(this), Cancellation));
        }
    }

    /// <summary>Points without a function.</summary>
    private void WritePoints()
    {
        var (x, y) = _rows!.Names;
        var ranges = PlotRanges.Of(Range, _rows.Axes, nameof(Range), LogX);
        var (from, to) = ranges[0] ?? Widened(_rows.X, LogX);
        var plot = new Plot
        {
            XName = VisibleText.Of(x),
            YName = _rows.Axes.Length == 2 ? VisibleText.Of(y) : string.Empty,
            X = new PlotScale(from, to, LogX),
            Values = ValueRange is not null ? PlotRanges.Pair(ValueRange, nameof(ValueRange), LogY) : ranges.Length == 2 ? ranges[1] ?? Widened(_rows.Y, LogY) : null,
            IsLog = LogY,
        };
        plot.Points.AddRange(_rows.Points);
        Write(TerminalPlot.Draw(plot, Width, Height, Style, OutputColors.IsOn(this), Cancellation));
    }

    private void WriteCurves()
    {
        var axis = _axes[0];
        var drawn = _subjects.ConvertAll(subject => (Subject: subject, Values: ValuesOf(subject)));
        var tangents = Array.ConvertAll(TangentAt ?? [], static value => PlotRanges.Number(value, nameof(TangentAt)));
        var (from, to) = RangeOf(drawn, tangents);
        var plot = new Plot
        {
            XName = VisibleText.Of(axis),
            X = new PlotScale(from, to, LogX),
            Values = ValueRange is null ? null : PlotRanges.Pair(ValueRange, nameof(ValueRange), LogY),
            IsLog = LogY,
        };
        var curves = new PlotCurves(plot, axis, TerminalPlot.PointsFor(Width, Style), Cancellation);
        foreach (var (subject, values) in drawn)
        {
            curves.Add(subject, values);
            if (Derivative) curves.AddDerivative(subject, values);
            foreach (var at in tangents)
            {
                if (!curves.AddTangent(subject, values, at)) WriteWarning(string.Create(CultureInfo.InvariantCulture, $"There is no tangent of {subject.Name} at {axis} = {at}: the value or the derivative is not finite there."));
            }
        }

        if (_rows is not null) plot.Points.AddRange(_rows.Points);
        Write(TerminalPlot.Draw(plot, Width, Height, Style, OutputColors.IsOn(this), Cancellation));
    }

    private void WriteMaps()
    {
        foreach (var parameter in new[] { nameof(Derivative), nameof(TangentAt), nameof(LogY), nameof(LogX) })
        {
            if (IsBound(parameter)) Stop(ErrorIds.ArgumentInvalid, $"-{parameter} is for curves, but '{_axes[0]}' and '{_axes[1]}' make a map. Give one of them a value with -At.");
        }

        var isFirst = true;
        foreach (var subject in _subjects)
        {
            Attempt(subject.Expression, () =>
            {
                var function = new PlotFunction(subject.Expression, _axes, ValuesOf(subject), Cancellation);
                var ranges = PlotRanges.Of(Range, _axes, nameof(Range), isLog: false);
                var chosen = ranges.Any(static range => range is null) ? DefaultRange.Of([function], MostAxes) : null;
                var plot = new SurfacePlot
                {
                    Name = subject.Name,
                    Evaluate = (x, y) => function.Evaluate(x, y),
                    XName = VisibleText.Of(_axes[0]),
                    YName = VisibleText.Of(_axes[1]),
                    X = Scale(0, _rows?.X),
                    Y = Scale(1, _rows?.Y),
                    Values = ValueRange is null ? null : PlotRanges.Pair(ValueRange, nameof(ValueRange), isLog: false),
                };
                foreach (var (name, steps) in subject.Steps) plot.Points.Add(new PlotPoints(name, [.. PlotCurves.Coordinates(steps, _axes[0])], [.. PlotCurves.Coordinates(steps, _axes[1])]));
                if (_rows is not null) plot.Points.AddRange(_rows.Points);
                if (!isFirst) WriteObject(string.Empty);
                isFirst = false;
                Write(TerminalMap.Draw(plot, Width, Height, Style, OutputColors.IsOn(this), Cancellation));

                PlotScale Scale(int axis, double[]? data)
                {
                    var (from, to) = ranges[axis] ?? Around(data, [subject], _axes[axis]) ?? chosen![axis];
                    return new PlotScale(from, to);
                }
            });
        }
    }

    /// <summary>The horizontal range: what was given, what holds the data or the steps to minima, or the usual one.</summary>
    private (double From, double To) RangeOf(List<(PlotSubject Subject, Dictionary<string, double> Values)> drawn, double[] tangents)
    {
        if (PlotRanges.Of(Range, _axes, nameof(Range), LogX)[0] is { } given) return given;
        if (Around(_rows?.X, _subjects, _axes[0]) is not { } range)
        {
            range = DefaultRange.Of(drawn.ConvertAll(one => new PlotFunction(one.Subject.Expression, _axes, one.Values, Cancellation)), 1)[0];
        }

        if (tangents.Any(at => at <= range.From || at >= range.To)) range = DefaultRange.Around([range.From, range.To, .. tangents], 2 * DataMargin);
        return OnScale(range, LogX);
    }

    /// <summary>A range around data; on a logarithmic scale as much wider by a factor.</summary>
    private static (double From, double To) Widened(double[] data, bool isLog)
    {
        var positive = isLog ? Array.FindAll(data, static value => value > 0) : data;
        return positive.Length == 0 ? OnScale((-1, 0), isLog) : isLog ? (Math.Max(double.Epsilon, positive.Min() / (1 + DataMargin)), Math.Min(double.MaxValue, positive.Max() * (1 + DataMargin))) : DefaultRange.Around(data, DataMargin);
    }

    private static (double From, double To) OnScale((double From, double To) range, bool isLog) => !isLog || range.From > 0 ? range :
        range.To > 0 ? (Math.Min(0.01, range.To / 100), range.To) :
        throw new AutodiffException(ErrorIds.RangeInvalid, "A logarithmic scale has places for numbers above 0 only. Say which with -Range, for example -Range 0.1, 100.");

    private static (double From, double To)? Around(double[]? data, IReadOnlyList<PlotSubject> subjects, string axis)
    {
        if (data is { Length: > 0 }) return DefaultRange.Around(data, DataMargin);
        double[] steps = [.. subjects.SelectMany(subject => subject.Steps).SelectMany(steps => PlotCurves.Coordinates(steps.At, axis))];
        return steps.Length > 0 ? DefaultRange.Around(steps, StepMargin) : null;
    }

    private Dictionary<string, double> ValuesOf(PlotSubject subject) =>
        _at.NamedNumbersOf([.. subject.Expression.Variables.Except(_axes, StringComparer.Ordinal)]);

    private void Write(IEnumerable<string> lines)
    {
        foreach (var line in lines) WriteObject(line);
    }
}
