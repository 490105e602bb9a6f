using System.Globalization;
using System.Numerics;
using PSAutodiff.Converters;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>The training of a network on labelled rows or arrays.</summary>
internal sealed class NetworkTrainingForm : ITrainingForm
{
    private const int MostColumnsNamed = 5;

    private readonly StartNetworkTrainingCommand _command;
    private readonly Network _network;

    public NetworkTrainingForm(StartNetworkTrainingCommand command)
    {
        _command = command;
        _network = command.Require(command.Network, () => Conversions.ToNetwork(command.Network));
        command.RequireOneSource("what to predict");
    }

    /// <inheritdoc/>
    public IRowWork StartRows(object row, int number) => new LabelledRows(_network, _command.Feature, _command.Label, row, number, numeric: false, _command.FormatFor(_network));

    /// <inheritdoc/>
    public TrainingResult Train(TrainingOptions options, CancellationToken cancellation)
    {
        _command.RequireData("There are no rows to train on. Pipe data in, for example: Import-Csv data.csv | Start-NetworkTraining -Network $net ..., or give -Data and -Target.");
        return _command.Require(null, () =>
        {
            var data = _command.TakeData(_network);
            var network = data.Describe(_network, _network.Scaling ?? (_command.Standardize ? MeasureScaling(data) : null));
            var loss = _command.IsBound(nameof(_command.LossFunction)) ? _command.LossFunction : NetworkTraining.DefaultLoss(_network);
            return network.Precision == NetworkPrecision.Single ? Run<float>() : Run<double>();

            TrainingResult Run<T>()
                where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
                NetworkTraining.Run(network, data.ToTrainingData<T>(network, loss), loss, options, cancellation, data.RowNumbers);
        });
    }

    private FeatureScaling MeasureScaling(NetworkData data)
    {
        var (means, deviations) = data.Inputs.MeasureScaling();
        var constant = new List<string>();
        for (var i = 0; i < deviations.Length; i++)
        {
            if (deviations[i] > 0) continue;
            deviations[i] = 1;
            constant.Add(data.Features.Length > 0 ? $"'{data.Features[i]}'" : (i + 1).ToString(CultureInfo.InvariantCulture));
        }

        if (constant.Count > 0)
        {
            _command.WriteWarning(string.Create(
                CultureInfo.InvariantCulture,
                $"{constant.Count} input column{(constant.Count == 1 ? " has" : "s have")} the same value in every row and {(constant.Count == 1 ? "is" : "are")} only moved to 0: {string.Join(", ", constant.Take(MostColumnsNamed))}{(constant.Count > MostColumnsNamed ? ", ..." : string.Empty)}."));
        }

        return new FeatureScaling(means, deviations);
    }
}
