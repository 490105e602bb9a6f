using System.Globalization;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Fitting;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Kernels;
using PSAutodiff.Measurements;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>The training of the parameters of a loss expression on rows.</summary>
internal sealed class LossTrainingForm : ITrainingForm
{
    private readonly StartNetworkTrainingCommand _command;
    private readonly CancellationToken _cancellation;
    private readonly ValueSource _values;
    private ExprNode? _read;
    private RootedGraph _flat;
    private ColumnMap _map = ColumnMap.Empty;
    private ExprNode? _prediction;
    private string[]? _parameters;

    public LossTrainingForm(StartNetworkTrainingCommand command, CancellationToken cancellation)
    {
        (_command, _cancellation) = (command, cancellation);
        _values = command.Require(command.InitialValue, () => new ValueSource(command.InitialValue) { LeavesOthers = true });
        command.LearnShapes(command.Loss, _values);
        _parameters = command.Parameter;
        if (AutodiffCmdlet.RepeatedName(_parameters) is { } twice) command.Stop(ErrorIds.ParameterUnknown, $"-Parameter names '{twice}' more than once.", twice);
        if (command.BeforeRows(command.Loss, () => command.ReadLoss(_values)) is { } loss) Take(loss);
    }

    private ExprNode Loss => _read!;

    private void Take(ExprNode loss)
    {
        _read = loss;
        _flat = ExprNode.Flatten([loss], _cancellation);
        _map = _command.Require(_command.Column, () => new ColumnMap(_command.Column, loss.Variables));
        if (_command.Prediction is not null) _prediction = _command.BeforeRows(_command.Prediction, () => _command.ReadPrediction(_values));
        foreach (var parameter in _command.Parameter ?? [])
        {
            if (loss.Variables.Contains(parameter, StringComparer.Ordinal)) continue;
            _command.Stop(
                ErrorIds.ParameterUnknown,
                $"The loss has no variable '{parameter}' to train. It has: {string.Join(", ", loss.Variables)}.{NearNames.Hint(parameter, loss.Variables)}",
                parameter);
        }
    }

    /// <inheritdoc/>
    public IRowWork StartRows(object row, int number)
    {
        if (_command.LearnShapes(_command.Loss, _values, row, number) || _read is null) Take(_command.Require(_command.Loss, () => _command.ReadLoss(_values)));
        if (_command.Prediction is not null && _prediction is null) _prediction = _command.Require(_command.Prediction, () => _command.ReadPrediction(_values));
        var variables = Loss.Variables;
        var names = _map.Others(new RowCells(row), number);
        var matches = NameMatching.Match(variables, new NameGroups(names));
        var found = variables.Where((variable, i) => matches[i] is not null || _map.Has(variable)).ToHashSet(StringComparer.Ordinal);
        if (_parameters is null)
        {
            // Without -Parameter the first row decides: what it has is data, what it lacks is trained.
            _parameters = [.. variables.Where(variable => !found.Contains(variable))];
            ParameterNames.Check(_parameters, names, "trained");
            var given = _command.Require(_command.InitialValue, () => new ValueSource(_command.InitialValue));
            foreach (var warning in ParameterNames.Warnings(Loss, _flat, _parameters, names, given, "trained")) _command.WriteWarning(warning);
        }

        string[] columns = [.. variables.Except(_parameters, StringComparer.Ordinal)];
        if (columns.FirstOrDefault(column => !found.Contains(column)) is { } missing)
        {
            throw new AutodiffException(
                ErrorIds.ColumnMissing,
                string.Create(CultureInfo.InvariantCulture, $"-Parameter does not name the variable '{missing}' of the loss, so it has to be a column, but row {number} has no such column. It has: {string.Join(", ", names)}.{NearNames.Hint(missing, names)}"));
        }

        if (columns.Length == 0) _command.WriteWarning("The rows have no column for any variable of the loss, so the loss is the same for every row. Are the names of the columns right?");
        return new LossRows(new VariableReader(VariableLayout.Of(columns, _flat), variables, ValueSource.Empty, _map, ArrayPoints.PlacesOf(_flat), row, number) { Format = _command.NumberFormat });
    }

    /// <inheritdoc/>
    public TrainingResult Train(TrainingOptions options, CancellationToken cancellation)
    {
        _command.Intake.Require(_command.Intake.Taken, "There are no rows to train on. Pipe data in, for example: Import-Csv data.csv | Start-NetworkTraining ...");
        if (_parameters!.Length == 0) _command.Stop(ErrorIds.ParameterUnknown, "Every variable of the loss is a column of the rows, so nothing is left to train. Name the parameters with -Parameter.");
        var rows = _command.Intake.Release<LossRows>();
        var result = _command.Require(_command.InitialValue, () =>
            new LossTraining(Loss, rows.Columns, _parameters, _command.Precision, cancellation) { StartFromSeed = StartValues, ColumnNames = rows.ColumnNames }
                .Run(StartValues(options.Seed), rows.Values, _command.Intake.Numbers(), options, cancellation));
        (result.InputColumns, result.NumberFormat) = (rows.InputColumns, _command.NumberFormat);
        if (_prediction is not null) result.Prediction = _command.Require(_command.Prediction, () => new ExpressionModel(FitMessages.With(_prediction, VariableLayout.Of(result.Parameters!), VariableLayout.ElementsOf(result.Parameters!))).Expression);
        return result;
    }

    // A matrix by Glorot and Bengio (2010), as the layers of a network, unless a scale is given.
    private void Draw(RandomSource random, Shape shape, Span<double> elements)
    {
        var isNormal = _command.Initializer == InitialDistribution.Normal;
        var scale = shape.IsMatrix && !_command.HasInitialScale ? Math.Sqrt((isNormal ? 2.0 : 6.0) / (shape.Rows + shape.Columns)) : _command.UsedInitialScale;
        foreach (ref var element in elements) element = isNormal ? random.NextNormal() * scale : random.NextUniform(scale);
        if (!shape.IsSymmetric) return;
        var size = (int)shape.Rows;
        for (var i = 0; i < elements.Length; i++) elements[i] = elements[Math.Min(i, (i % size * size) + (i / size))];
    }

    private double[] StartValues(int seed)
    {
        var random = new RandomSource(seed);
        var given = new ValueSource(_command.InitialValue);
        var variables = Loss.Variables;
        var names = variables.Zip(given.Match(variables)).ToDictionary(static pair => pair.First, static pair => pair.Second, StringComparer.Ordinal);
        var matched = new HashSet<string>(StringComparer.Ordinal);
        var layout = VariableLayout.Of(_parameters!, _flat);
        var start = new double[layout.Length];
        for (var i = 0; i < layout.Names.Count; i++)
        {
            // Drawn for every parameter, so that giving one a value does not change the start of the others.
            var elements = start.AsSpan(layout.ElementsOf(i));
            var shape = layout.Shapes[i];
            Draw(random, shape, elements);
            if (names[layout.Names[i]] is { } name)
            {
                given.ReadElements(name, layout.Names[i], shape, elements);
                matched.Add(name);
            }

            foreach (var element in elements)
            {
                if (!double.IsFinite(element)) throw new AutodiffException(ErrorIds.ValueNotFinite, $"The start value of '{layout.Names[i]}' is not {(shape.IsNumber ? "a finite number" : "of finite numbers")}.");
            }
        }

        var unknown = given.AllNames.FirstOrDefault(name => !matched.Contains(name));
        return unknown is null
            ? start
            : throw new AutodiffException(
                ErrorIds.ParameterUnknown,
                $"-InitialValue names '{unknown}', which is no parameter. The parameters are: {string.Join(", ", layout.Names)}.{NearNames.Hint(unknown, layout.Names)}");
    }
}
