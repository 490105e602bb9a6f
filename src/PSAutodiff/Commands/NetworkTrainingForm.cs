using PSAutodiff.Converters;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>The training of a network on labelled rows or arrays.</summary>
internal sealed class NetworkTrainingForm : ITrainingForm
{
    private readonly StartNetworkTrainingCommand _command;
    private readonly Network _network;

    public NetworkTrainingForm(StartNetworkTrainingCommand command)
    {
        _command = command;
        _network = command.Require(command.Network, () => Conversions.ToNetwork(command.Network));
        command.RequireOneSource("what to predict");
    }

    /// <inheritdoc/>
    public IEnumerable<string> NeededColumns => _command.Feature is null ? ModelInputs.ColumnsOf(_network, ColumnMap.Empty) : [];

    /// <inheritdoc/>
    public IRowWork StartRows(object row, int number) => new LabelledRows(_network, _command.Feature, _command.Label, row, number, numeric: false, _command.FormatFor(_network));

    /// <inheritdoc/>
    public TrainingResult Train(TrainingOptions options, CancellationToken cancellation)
    {
        _command.RequireData("There are no rows to train on. Pipe data in, for example: Import-Csv data.csv | Start-NetworkTraining -Network $net ..., or give -Data and -Target.");
        return _command.Require(null, () =>
        {
            var loss = _command.IsBound(nameof(_command.LossFunction)) ? _command.LossFunction : NetworkTraining.DefaultLoss(_network);
            return NetworkFit.Train(_network, _command.TakeData(_network), _command.Standardize, _command.IsBound(nameof(_command.StandardizeTarget)) ? _command.StandardizeTarget : null, loss, options, _command.WriteWarning, cancellation);
        });
    }
}
