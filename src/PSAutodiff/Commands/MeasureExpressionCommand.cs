using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Measurements;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Evaluates expressions, at given values or for each row from the pipeline.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Expression", DefaultParameterSetName = AtSet)]
[OutputType(typeof(double), typeof(Measurement), typeof(OrderedDictionary), typeof(double[,]), typeof(ExpressionCost), typeof(NodeAdjoint), typeof(PSObject))]
public sealed class MeasureExpressionCommand : AutodiffCmdlet
{
    private const string AtSet = "At";
    private const string RowSet = "Row";

    private ValueSource _at = ValueSource.Empty;
    private RowIntake? _rows;
    private RowTotal? _total;
    private bool _any;

    /// <summary>The expression: a node, text, a script block or a number.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = AtSet)]
    [Parameter(Position = 0, ParameterSetName = RowSet)]
    [AllowNull]
    public object? Expression { get; set; }

    /// <summary>Rows: objects or dictionaries with a value for each variable that -At does not give.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = RowSet)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>Values of variables: a dictionary, or an object with properties.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? At { get; set; }

    /// <summary>The columns that give the elements of variables: a dictionary of names or wildcards by variable.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary? Column { get; set; }

    /// <summary>The shapes of variables of text and script blocks that are vectors and matrices, by name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Shape { get; set; }

    /// <summary>How text in rows is read as a number.</summary>
    [Parameter(ParameterSetName = RowSet)]
    public NumberFormat NumberFormat { get; set; } = NumberFormat.Plain;

    /// <summary>What is done with rows that lack a value.</summary>
    [Parameter(ParameterSetName = RowSet)]
    public MissingValueAction MissingValue { get; set; } = MissingValueAction.Error;

    /// <summary>Also give the first derivatives.</summary>
    [Parameter]
    public SwitchParameter Gradient { get; set; }

    /// <summary>Also give the first and second derivatives.</summary>
    [Parameter]
    public SwitchParameter Hessian { get; set; }

    /// <summary>Give the mean over rows from the pipeline, or over the lists of -At, instead of a result for each.</summary>
    [Parameter]
    public SwitchParameter Mean { get; set; }

    /// <summary>Give the sum over rows from the pipeline, or over the lists of -At, instead of a result for each.</summary>
    [Parameter]
    public SwitchParameter Sum { get; set; }

    /// <summary>Give the size of the expression and the operations of an evaluation instead of evaluating it.</summary>
    [Parameter(ParameterSetName = AtSet)]
    public SwitchParameter Cost { get; set; }

    /// <summary>Give every node of the expression with its value and its adjoint, the derivative of the whole with respect to it.</summary>
    [Parameter(ParameterSetName = AtSet)]
    public SwitchParameter Adjoint { get; set; }

    /// <summary>Give each row again with the result as a further property of this name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AsProperty { get; set; }

    private string TotalExample => $"For example: Import-Csv data.csv | Measure-Expression '(y - w*x)^2' -At @{{ w = 1 }} -{_total}";

    private MeasuredParts Parts => Hessian ? MeasuredParts.Hessian : Gradient ? MeasuredParts.Gradient : MeasuredParts.Value;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        var hasRows = IsBound(nameof(InputObject)) || (MyInvocation.ExpectingInput && IsBound(nameof(Expression)));
        _at = Require(At, () => new ValueSource(At) { LeavesOthers = hasRows });
        _total = TotalOf(Mean, Sum);
        if (_total is not null && AsProperty is not null) Stop(ErrorIds.ArgumentInvalid, $"-AsProperty adds a result to each row, but -{_total} gives one for all rows. Leave one of them out.");
        if (MyInvocation.ExpectingInput && IsBound(nameof(Expression))) _rows = PrepareRows();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_rows is not null || ParameterSetName == RowSet)
        {
            _any = true;
            if (_rows is null or { Count: 0 }) WarnOfPi(InputObject, Expression);
            (_rows ??= PrepareRows()).Take(InputObject);
        }
        else if (IsBound(nameof(Expression)))
        {
            _any = true;
            Attempt(Expression, ProcessExpression);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_total is null) _rows?.Finish();
        else if (_rows is not null) FinishTotal(_rows, _total.Value);
        if (_at.Rounded.Warning is { } warning) WriteWarning(warning);
        if (_any) return;
        var (id, message) = _rows is null
            ? (ErrorIds.ExpressionMissing, "Measure-Expression was given no expression. For example: 'x^2' | Measure-Expression -At @{ x = 3 }")
            : (ErrorIds.RowsMissing, "No rows came through the pipeline, so there was nothing to measure.");
        WriteError(Record(new AutodiffException(id, message), null));
    }

    private ExprNode Read(object? expression) => ToExpression(expression, _at);

    private CompiledMeasurement Prepare(object? expression) => CompiledMeasurement.For(expression, _total is null ? Parts : MeasuredParts.Value, Read, Cancellation);

    // What is wrong with -At is wrong for every row, so it is said once.
    private RowIntake PrepareRows()
    {
        LearnShapes(Expression, _at);
        var measurement = BeforeRows(Expression, () => Prepare(Expression));
        var map = measurement is null ? ColumnMap.Empty : Require(Column, () => new ColumnMap(Column, measurement.Variables));

        // Without columns no row is needed to find out what is read.
        if (measurement is not null && Column is null && _total is null && (RowShapes.TextOf(Expression) is null || Array.TrueForAll(_at.Match(measurement.Variables), static name => name is not null)))
            return new RowIntake(this, Require(At, () => new RowMeasurement(measurement, _at, map, null, 0, NumberFormat, Write, Cancellation))) { MissingValue = MissingValue };
        return new RowIntake(this, Start) { MissingValue = MissingValue };

        IRowWork Start(object row, int number)
        {
            if (LearnShapes(Expression, _at, row, number) || measurement is null)
            {
                measurement = Prepare(Expression);
                map = new ColumnMap(Column, measurement.Variables);
            }

            return _total is null
                ? new RowMeasurement(measurement, _at, map, row, number, NumberFormat, Write, Cancellation)
                : new JoinedRows(ExprNode.Flatten(measurement.Outputs, Cancellation), measurement.Variables, _at, nameof(At), [], map, row, number, leavesOthers: false, this, NumberFormat);
        }
    }

    private void ProcessExpression()
    {
        if (Adjoint)
        {
            WriteAdjoints();
            return;
        }

        if (Column is not null) throw new AutodiffException(ErrorIds.ArgumentInvalid, "-Column names columns of rows from the pipeline, and none come: Import-Csv data.csv | Measure-Expression 'x @ w' -Column @{ x = 'a', 'b' } -At @{ w = 1, 2 }");
        var measurement = Prepare(Expression);
        if (Cost)
        {
            WriteObject(ExpressionCost.Of(measurement.Outputs, measurement.OperationCount));
            return;
        }

        if (measurement.Inputs.HasArrays)
        {
            MeasureArrays(measurement);
            return;
        }

        var names = _at.Require(measurement.Variables);
        if (names.Any(_at.IsList))
        {
            if (AsProperty is not null) throw new AutodiffException(ErrorIds.ValueNotNumeric, "-AsProperty adds one result to one row; with lists of values in -At there are many.");
            var columns = Array.ConvertAll(names, name => (ReadOnlyMemory<double>)_at.ColumnOf(name));
            if (_total is { } total)
            {
                Write(At, MeasureTotal(measurement, columns, total));
                return;
            }

            // One after the other, each made as it is written: WriteObject would collect them all first.
            foreach (var point in measurement.MeasureMany(columns, Cancellation)) WriteObject(point);
            return;
        }

        if (_total is not null) throw new AutodiffException(ErrorIds.RowsMissing, $"-{_total} joins rows from the pipeline, or lists of values in -At, and there are neither. {TotalExample}");
        Write(At, measurement.Measure(Array.ConvertAll(names, _at.NumberOf), Cancellation));
    }

    // A list for a number means many points, as it does without arrays.
    private void MeasureArrays(CompiledMeasurement measurement)
    {
        if (_total is not null) throw new AutodiffException(ErrorIds.RowsMissing, $"-{_total} joins rows from the pipeline here, as a list may be an array. {TotalExample}");
        foreach (var point in _at.PointsOf(measurement.Inputs)) Write(At, measurement.Measure(point, Cancellation));
    }

    /// <summary>What the points are joined to that lists of values make.</summary>
    private object MeasureTotal(CompiledMeasurement measurement, ReadOnlyMemory<double>[] columns, RowTotal total)
    {
        var count = measurement.CountPoints(columns);
        var listed = Enumerable.Range(0, columns.Length).ToLookup(i => columns[i].Length == count && count > 1);
        var data = new DataRows([.. listed[true].Select(i => measurement.Variables[i])], [.. listed[true].Select(i => columns[i])], count, total);
        return MeasureTotal(data, [.. listed[false].Select(i => measurement.Variables[i])], [.. listed[false].Select(i => columns[i].Span[0])]);
    }

    private object MeasureTotal(DataRows data, IReadOnlyList<string> parameters, double[] values) =>
        CompiledMeasurement.For(Expression, Parts, parameters, Read, Cancellation).Measure(data, parameters, values, Cancellation);

    private void FinishTotal(RowIntake rows, RowTotal total)
    {
        rows.Require(rows.Taken, $"-{total} is for rows from the pipeline, and none came. {TotalExample}");
        Attempt(Expression, () =>
        {
            var joined = rows.Release<JoinedRows>();
            var parameters = VariableLayout.Of(joined.Parameters, ExprNode.Flatten(Prepare(Expression).Outputs, Cancellation));
            WriteObject(MeasureTotal(joined.ToData(total), joined.Parameters, _at.ElementsOf(parameters)));
        });
    }

    private void WriteAdjoints()
    {
        if (Gradient || Hessian || Cost || AsProperty is not null || _total is not null) throw new AutodiffException(ErrorIds.ArgumentInvalid, "-Adjoint gives a row for each node, and cannot be combined with -Gradient, -Hessian, -Cost, -Mean, -Sum or -AsProperty. Leave these out.");
        var table = AdjointTable.Of(Read(Expression), Cancellation);
        var names = _at.Require(table.Variables);
        if (names.FirstOrDefault(_at.IsList) is { } list) throw new AutodiffException(ErrorIds.ValueNotNumeric, $"-Adjoint measures at one point, but -At gives several values for '{list}'. Give one, or run the command for each point.");
        foreach (var node in table.Measure(Array.ConvertAll(names, _at.NumberOf)))
        {
            Cancellation.ThrowIfCancellationRequested();
            WriteObject(node);
        }
    }

    private void Write(object? row, object result)
    {
        if (AsProperty is null || row is null)
        {
            WriteObject(AsProperty is null ? result : WithProperty(new PSObject(), result));
            return;
        }

        WriteObject(WithProperty(Conversions.CopyRow(row), result));
    }

    private PSObject WithProperty(PSObject row, object result)
    {
        if (row.Properties[AsProperty!] is not null)
        {
            throw new AutodiffException(ErrorIds.PropertyExists, $"The row has a property '{AsProperty}' already. Choose another name for -AsProperty.");
        }

        row.Properties.Add(new PSNoteProperty(AsProperty!, result));
        return row;
    }

    /// <summary>One expression over many rows; which variables -At gives is found out with the first.</summary>
    private sealed class RowMeasurement : IRowWork
    {
        private readonly CompiledMeasurement _measurement;
        private readonly Action<object, object> _write;
        private readonly CancellationToken _cancellation;
        private readonly double[] _values;
        private readonly VariableReader _reader;

        // Of the variables that -At does not give.
        private readonly double[] _cells;
        private readonly Range[] _targets;

        public RowMeasurement(CompiledMeasurement measurement, ValueSource at, ColumnMap map, object? row, int number, NumberFormat format, Action<object, object> write, CancellationToken cancellation)
        {
            (_measurement, _write, _cancellation) = (measurement, write, cancellation);
            var inputs = measurement.Inputs;
            _values = new double[inputs.Length];

            // Numbers by names that differ in case alone are found row by row, as columns may be nearer.
            var names = inputs.HasArrays ? at.Match(inputs.Names) : [.. inputs.Names.Select(name => at.Has(name) ? name : null)];
            var columns = new List<string>();
            var targets = new List<Range>();
            for (var i = 0; i < names.Length; i++)
            {
                var (name, shape) = (names[i], inputs.Shapes[i]);
                if (!map.Has(inputs.Names[i]) && name is not null && (at.Has(inputs.Names[i]) || !shape.IsNumber))
                {
                    at.ReadElements(name, inputs.Names[i], shape, _values.AsSpan(inputs.ElementsOf(i)));
                    continue;
                }

                columns.Add(inputs.Names[i]);
                targets.Add(inputs.ElementsOf(i));
            }

            _targets = [.. targets];
            var layout = inputs.Only(columns);
            _cells = new double[layout.Length];
            _reader = new VariableReader(layout, inputs.Names, at, map, measurement.Places, row, number) { Format = format };
        }

        /// <inheritdoc/>
        public RoundedIntegers Rounded => _reader.Rounded;

        /// <inheritdoc/>
        public void Take(object row, int number)
        {
            _reader.Start(row, number);
            _reader.Read(_cells, finite: false);
            var cells = _cells.AsSpan();
            foreach (var target in _targets)
            {
                var place = _values.AsSpan(target);
                cells[..place.Length].CopyTo(place);
                cells = cells[place.Length..];
            }

            object result;
            try
            {
                result = _measurement.Measure(_values, _cancellation);
            }
            catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.IndexInvalid)
            {
                throw new RowException(exception.ErrorId, number, null, $"is left out. {exception.Message}");
            }

            _write(row, result);
        }
    }
}
