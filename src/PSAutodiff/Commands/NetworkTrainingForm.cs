using PSAutodiff.Converters;
using PSAutodiff.Remoting;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>The training of a network on labelled rows or arrays.</summary>
internal sealed class NetworkTrainingForm : ITrainingForm
{
    private readonly StartNetworkTrainingCommand _command;
    private readonly Network _network;
    private KeptRows? _kept;
    private string[] _columns = [];
    private NetworkReading? _reading;

    public NetworkTrainingForm(StartNetworkTrainingCommand command)
    {
        _command = command;
        _network = command.Require(command.Network, () => Conversions.ToNetwork(command.Network));
        command.RequireOneSource("what to predict");
    }

    /// <inheritdoc/>
    public IEnumerable<string> NeededColumns => _command.Feature is null ? ModelInputs.ColumnsOf(_network, ColumnMap.Empty) : [];

    /// <inheritdoc/>
    public IRowWork StartRows(object row, int number)
    {
        var work = new LabelledRows(_network, _command.Feature, _command.Label, row, number, numeric: false, _command.FormatFor(_network));
        if (!_command.HasFolds) return work;
        _columns = work.ColumnNames;
        return _kept = new KeptRows(work, null);
    }

    /// <inheritdoc/>
    public TrainingResult Train(TrainingOptions options, CancellationToken cancellation)
    {
        RequireData();
        return _command.Require(null, () => NetworkFit.Train(_network, _command.TakeData(_network), _command.Standardize, StandardizesTargets, Loss ?? NetworkTraining.DefaultLoss(_network), options, _command.WriteWarning, cancellation));
    }

    /// <inheritdoc/>
    public ISweepSubject ForSweep(IReadOnlyList<SweepPoint> points, bool withFolds)
    {
        RequireData();
        return _command.Require(null, () =>
        {
            if (withFolds && (_network.LossFunction is not null || (_network.Scaling is not null && !_command.Standardize)))
            {
                throw new AutodiffException(ErrorIds.RecipeMissing, "The network was trained before, so it may know the rows of every fold. Train a network of New-NeuralNetwork with -CrossValidationFold.");
            }

            var rows = !withFolds ? new ArrayRows([], [], []) : _kept is null ? ArrayRows.Of(_network, _command.Data, _command.Target) : ArrayRows.Read(_kept, _columns);
            var data = _kept is null ? _command.TakeData(_network) : _kept.Release<LabelledRows>().ToData(_command.Intake.Numbers());
            return new NetworkSweep(_network, data, rows, _command.Standardize, StandardizesTargets, Loss).For(points, withFolds);
        });
    }

    /// <inheritdoc/>
    public IPartReading Reading(RowScriptSource source, CancellationToken cancellation) =>
        _reading = new NetworkReading(source, _network, _command.Feature, _command.Label, UsedLoss);

    /// <inheritdoc/>
    public TrainingResult TrainParts(RowScriptParts parts, TrainingOptions options)
    {
        var scales = _network.Scaling is null && _command.Standardize;
        var summary = _reading!.Summary();
        var network = summary.Describe(_network, scales, _command.FormatFor(_network));
        if (scales && summary.Constant is { Length: > 0 } constant) _command.WriteWarning($"Input columns with the same value in every row are only moved to 0: {string.Join(", ", constant)}.");
        _reading.Known = summary.Known();
        parts.Settle(_reading.Known);
        return NetworkTraining.RunParts(network, parts.ToData(RowTotal.Mean), UsedLoss, options, scales, parts.Token);
    }

    private LossFunction UsedLoss => Loss ?? NetworkTraining.DefaultLoss(_network);

    private LossFunction? Loss => _command.IsBound(nameof(_command.LossFunction)) ? _command.LossFunction : null;

    private bool? StandardizesTargets => _command.IsBound(nameof(_command.StandardizeTarget)) ? _command.StandardizeTarget : null;

    private void RequireData() => _command.RequireData("There are no rows to train on. Pipe data in, for example: Import-Csv data.csv | Start-NetworkTraining -Network $net ..., or give -Data and -Target.");
}
