using System.Globalization;
using PSAutodiff.Converters;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Kernels;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>The training of the parameters of a loss expression on rows.</summary>
internal sealed class LossTrainingForm : ITrainingForm
{
    private readonly StartNetworkTrainingCommand _command;
    private readonly ExprNode _loss;
    private string[]? _parameters;

    public LossTrainingForm(StartNetworkTrainingCommand command, CancellationToken cancellation)
    {
        _command = command;
        _loss = command.Require(command.Loss, () => Conversions.ToExpression(command.Loss, cancellation).OfNumbers("Training"));
        _parameters = command.Parameter;
        foreach (var parameter in _parameters ?? [])
        {
            if (_loss.Variables.Contains(parameter, StringComparer.Ordinal)) continue;
            command.Stop(
                ErrorIds.ParameterUnknown,
                $"The loss has no variable '{parameter}' to train. It has: {string.Join(", ", _loss.Variables)}.{NearNames.Hint(parameter, _loss.Variables)}",
                parameter);
        }

        if (AutodiffCmdlet.RepeatedName(_parameters) is { } twice) command.Stop(ErrorIds.ParameterUnknown, $"-Parameter names '{twice}' more than once.", twice);
    }

    /// <inheritdoc/>
    public IRowWork StartRows(object row, int number)
    {
        var variables = _loss.Variables;
        var names = new RowCells(row).Names.ToArray();
        var matches = NameMatching.Match(variables, new NameGroups(names));
        var found = variables.Where((_, i) => matches[i] is not null).ToHashSet(StringComparer.Ordinal);
        if (_parameters is null)
        {
            // Without -Parameter the first row decides: what it has is data, what it lacks is trained.
            _parameters = [.. variables.Where(variable => !found.Contains(variable))];
            CheckParameters(_parameters, names);
            WarnOfParameters(_parameters, names);
        }

        string[] columns = [.. variables.Except(_parameters, StringComparer.Ordinal)];
        if (columns.FirstOrDefault(column => !found.Contains(column)) is { } missing)
        {
            throw new AutodiffException(
                ErrorIds.ColumnMissing,
                string.Create(CultureInfo.InvariantCulture, $"-Parameter does not name the variable '{missing}' of the loss, so it has to be a column, but row {number} has no such column. It has: {string.Join(", ", names)}.{NearNames.Hint(missing, names)}"));
        }

        if (columns.Length == 0) _command.WriteWarning("The rows have no column for any variable of the loss, so the loss is the same for every row. Are the names of the columns right?");
        return new LossRows(columns, variables);
    }

    /// <inheritdoc/>
    public TrainingResult Train(TrainingOptions options, CancellationToken cancellation)
    {
        _command.Intake.Require(_command.Intake.Taken, "There are no rows to train on. Pipe data in, for example: Import-Csv data.csv | Start-NetworkTraining ...");
        if (_parameters!.Length == 0) _command.Stop(ErrorIds.ParameterUnknown, "Every variable of the loss is a column of the rows, so nothing is left to train. Name the parameters with -Parameter.");
        var rows = _command.Intake.Release<LossRows>();
        return _command.Require(_command.InitialValue, () =>
            new LossTraining(_loss, rows.Columns, _parameters, cancellation) { StartFromSeed = StartValues }
                .Run(StartValues(options.Seed), rows.Values, _command.Intake.Numbers(), options, cancellation));
    }

    // A column that is named a-b cannot be meant by a minus b: then a and b would be trained in silence.
    private static void CheckParameters(string[] parameters, string[] columns)
    {
        foreach (var column in columns)
        {
            var words = parameters.Where(parameter => NearNames.Contains(column, parameter)).ToArray();
            if (words.Length < 2) continue;
            throw new AutodiffException(
                ErrorIds.VariableAmbiguous,
                $"'{words[0]}' and '{words[1]}' are no columns, so they would be trained, but there is a column '{column}'. Write {VariableNames.Quote(column)} in the loss for the column, or name what is to be trained with -Parameter.");
        }
    }

    // A column that is misspelt in the loss would be trained in silence. Who names a parameter means it.
    private void WarnOfParameters(string[] parameters, string[] columns)
    {
        var given = _command.Require(_command.InitialValue, () => new ValueSource(_command.InitialValue));
        var unnamed = parameters.Where(parameter => !given.Has(parameter)).ToArray();
        const string advice = "If it is meant to be trained, name the parameters with -Parameter or give it an -InitialValue.";
        foreach (var (parameter, column) in NearNames.Pairs(unnamed, columns))
        {
            var nearness = string.Equals(parameter, column, StringComparison.OrdinalIgnoreCase) ? "differs from that of the column '{0}' in case alone" : "is nearly that of the column '{0}'";
            _command.WriteWarning($"'{parameter}' is no column, so it is trained, but its name {string.Format(CultureInfo.InvariantCulture, nearness, column)}. {advice}");
        }

        foreach (var parameter in unnamed.Where(parameter => MistakenNames.IsSuspectedParameter(_loss, parameter)))
        {
            _command.WriteWarning($"'{parameter}' is no column, so it is trained. {MistakenNames.AdviceFor(parameter)} {advice}");
        }
    }

    private double[] StartValues(int seed)
    {
        var random = new RandomSource(seed);
        var given = new ValueSource(_command.InitialValue);
        var variables = _loss.Variables;
        var names = variables.Zip(given.Match(variables)).ToDictionary(static pair => pair.First, static pair => pair.Second, StringComparer.Ordinal);
        var matched = new HashSet<string>(StringComparer.Ordinal);
        var start = new double[_parameters!.Length];
        for (var i = 0; i < start.Length; i++)
        {
            // Drawn for every parameter, so that giving one a value does not change the start of the others.
            var drawn = _command.Initializer == InitialDistribution.Normal ? random.NextNormal() * _command.UsedInitialScale : random.NextUniform(_command.UsedInitialScale);
            var name = names[_parameters[i]];
            start[i] = name is null ? drawn : given.NumberOf(name);
            if (name is not null) matched.Add(name);
            if (!double.IsFinite(start[i]))
            {
                throw new AutodiffException(ErrorIds.ValueNotFinite, $"The start value of '{_parameters[i]}' is not a finite number.");
            }
        }

        var unknown = given.AllNames.FirstOrDefault(name => !matched.Contains(name));
        return unknown is null
            ? start
            : throw new AutodiffException(
                ErrorIds.ParameterUnknown,
                $"-InitialValue names '{unknown}', which is no parameter. The parameters are: {string.Join(", ", _parameters)}.{NearNames.Hint(unknown, _parameters)}");
    }
}
