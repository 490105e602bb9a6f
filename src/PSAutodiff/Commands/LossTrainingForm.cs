using System.Collections.Specialized;
using System.Globalization;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Measurements;
using PSAutodiff.Remoting;
using PSAutodiff.Results;
using PSAutodiff.Rows;
using PSAutodiff.Training;

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
    private string[] _columnNames = [];

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

    /// <inheritdoc/>
    public IEnumerable<string> NeededColumns =>
        (_read?.Variables ?? []).Where(name => _command.Parameter?.Contains(name, StringComparer.Ordinal) != true && !_values.Has(name) && !_map.Has(name));

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
        _command.WarnOfPi(row, _command.Loss, _command.Prediction);
        var variables = Loss.Variables;
        var names = _columnNames = _map.Others(new RowCells(row), number);
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

        CheckPrediction(columns, names);
        if (columns.Length == 0) _command.WriteWarning("The rows have no column for any variable of the loss, so the loss is the same for every row. Are the names of the columns right?");
        return new LossRows(new VariableReader(VariableLayout.Of(columns, _flat), variables, ValueSource.Empty, _map, ArrayPoints.PlacesOf(_flat), row, number) { Format = _command.NumberFormat });
    }

    /// <inheritdoc/>
    public TrainingResult Train(TrainingOptions options, CancellationToken cancellation)
    {
        RequireRows();
        var rows = _command.Intake.Release<LossRows>();
        var result = _command.Require(_command.InitialValue, () => MakeRecipe(options, rows.InputColumns).Train(rows.Columns, rows.Values, _command.Intake.Numbers(), options, rows.ColumnNames, cancellation));
        Finish(result, rows);
        return result;
    }

    /// <inheritdoc/>
    public ISweepSubject ForSweep(IReadOnlyList<SweepPoint> points, bool withFolds)
    {
        RequireRows();
        var rows = _command.Intake.Release<LossRows>();
        return _command.Require(_command.InitialValue, () =>
        {
            var whole = MakeRecipe(points[0].Setting.Options, rows.InputColumns);
            return new LossSweep(setting => With(whole, setting), rows.Columns, rows.ColumnNames, [.. rows.Values], _command.Intake.Numbers(), result => Finish(result, rows));
        });
    }

    /// <inheritdoc/>
    public IPartReading Reading(RowScriptSource source, CancellationToken cancellation)
    {
        if (_read is null) Take(_command.Require(_command.Loss, () => _command.ReadLoss(_values)));
        if (_command.Prediction is not null && _prediction is null) _prediction = _command.Require(_command.Prediction, () => _command.ReadPrediction(_values));

        // No row shows which variables are columns, so parameters are those that have a value or are named.
        var given = _values.Match(Loss.Variables);
        _parameters ??= [.. Loss.Variables.Where((_, i) => given[i] is not null)];
        if (_parameters.Length == 0) throw new AutodiffException(ErrorIds.ParameterUnknown, "With -RowScript it is not known before the rows which variables are columns. Name the parameters with -Parameter, or give them values with -InitialValue.");
        string[] columns = _columnNames = [.. Loss.Variables.Except(_parameters, StringComparer.Ordinal)];
        if (columns.Length == 0) throw new AutodiffException(ErrorIds.ColumnMissing, "-Parameter and -InitialValue name every variable of the loss, so none is a column of the rows. Leave out those that are.");
        CheckPrediction(columns, columns);
        return new ExpressionReading(source, [Loss], columns, cancellation);
    }

    /// <inheritdoc/>
    public TrainingResult TrainParts(RowScriptParts parts, TrainingOptions options)
    {
        var result = MakeRecipe(options, []).TrainParts(parts.ToData(RowTotal.Mean), options, parts.Token);
        result.NumberFormat = _command.NumberFormat;
        return result;
    }

    private LossRecipe With(LossRecipe whole, TrainingSetting setting)
    {
        var isNormal = setting.Initializer is { } initializer ? initializer == InitialDistribution.Normal : whole.IsNormal;
        var scale = setting.InitialScale ?? (_command.HasInitialScale ? _command.InitialScale : isNormal ? 1 : _command.InitialScale);
        return whole with
        {
            IsNormal = isNormal,
            InitialScale = scale,
            ScalesMatrices = whole.ScalesMatrices || setting.InitialScale is not null,
            Precision = setting.Precision ?? whole.Precision,
            Options = setting.Options,
        };
    }

    private void RequireRows()
    {
        _command.Intake.Require(_command.Intake.Taken, "There are no rows to train on. Pipe data in, for example: Import-Csv data.csv | Start-NetworkTraining ...");
        if (_parameters!.Length == 0) _command.Stop(ErrorIds.ParameterUnknown, "Every variable of the loss is a column of the rows, so nothing is left to train. Name the parameters with -Parameter.");
    }

    private void Finish(TrainingResult result, LossRows rows) => (result.InputColumns, result.NumberFormat) = (rows.InputColumns, _command.NumberFormat);

    // What is predicted has to be made of trained parameters and of columns that rows without a label have too.
    private void CheckPrediction(string[] columns, string[] names)
    {
        if (_prediction is null) return;
        var used = _prediction.Variables;
        string[] others = [.. used.Except(_parameters!, StringComparer.Ordinal)];
        var known = NameMatching.Match(others, new NameGroups(names));
        if (others.Where((variable, i) => known[i] is null && !_map.Has(variable)).FirstOrDefault() is { } unknown)
        {
            throw new AutodiffException(
                ErrorIds.PredictionInvalid,
                $"-Prediction has the variable '{unknown}', which is neither a parameter that is trained ({string.Join(", ", _parameters!)}) nor a column of the rows ({string.Join(", ", names)}).{NearNames.Hint(unknown, [.. _parameters!, .. names])}");
        }

        if (others.Length == used.Count) throw new AutodiffException(ErrorIds.PredictionInvalid, $"-Prediction {_prediction} has none of the parameters that are trained ({string.Join(", ", _parameters!)}), so it predicts nothing. Write what the loss compares with the label.");
        if (columns.Length < 2 || columns.Except(others, StringComparer.Ordinal).Any() || IsPart(_prediction)) return;
        throw new AutodiffException(ErrorIds.PredictionInvalid, $"-Prediction has all columns of the loss in it ({string.Join(", ", columns)}), the label too, which is to be predicted. Write what the loss compares with the label.");
    }

    private bool IsPart(ExprNode expression)
    {
        var both = ExprNode.Flatten([Loss, expression]);
        var reached = both.Slice(0, 1).Reachable();
        return both.Roots[1] < reached.Length && reached[both.Roots[1]];
    }

    private LossRecipe MakeRecipe(TrainingOptions options, IReadOnlyList<VariableColumns> inputColumns) => new()
    {
        Loss = Loss,
        InputColumns = inputColumns,
        Prediction = _prediction,
        Parameters = _parameters!,
        InitialValues = InitialValues(),
        IsNormal = _command.Initializer == InitialDistribution.Normal,
        InitialScale = _command.UsedInitialScale,
        ScalesMatrices = _command.HasInitialScale,
        Precision = _command.Precision,
        Options = options,
    };

    private OrderedDictionary InitialValues()
    {
        var given = new ValueSource(_command.InitialValue);
        var variables = Loss.Variables;
        var names = variables.Zip(given.Match(variables)).ToDictionary(static pair => pair.First, static pair => pair.Second, StringComparer.Ordinal);
        var matched = new HashSet<string>(StringComparer.Ordinal);
        var layout = VariableLayout.Of(_parameters!, _flat);
        var values = new OrderedDictionary(StringComparer.Ordinal);
        for (var i = 0; i < layout.Names.Count; i++)
        {
            if (names[layout.Names[i]] is not { } name) continue;
            var shape = layout.Shapes[i];
            var elements = new double[(int)shape.Count];
            given.ReadElements(name, layout.Names[i], shape, elements);
            matched.Add(name);
            if (!Array.TrueForAll(elements, double.IsFinite)) throw new AutodiffException(ErrorIds.ValueNotFinite, $"The initial value of '{layout.Names[i]}' is not {(shape.IsNumber ? "a finite number" : "of finite numbers")}.");
            values.Add(layout.Names[i], VariableLayout.ValueOf(shape, element => elements[element]));
        }

        var unknown = given.AllNames.FirstOrDefault(name => !matched.Contains(name));
        return unknown is null
            ? values
            : throw new AutodiffException(
                ErrorIds.ParameterUnknown,
                ValueSource.NotAParameter(nameof(_command.InitialValue), unknown, layout.Names, _columnNames));
    }
}
