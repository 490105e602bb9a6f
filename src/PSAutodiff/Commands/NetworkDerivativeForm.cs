using PSAutodiff.Converters;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>The form of Test-Derivative that checks a network on rows of the pipeline.</summary>
/// <param name="command">The command.</param>
/// <param name="network">The network.</param>
/// <param name="check">Checks its derivatives of a loss over data, and writes what comes out.</param>
internal sealed class NetworkDerivativeForm(TestDerivativeCommand command, Network network, Action<Network, NetworkData, LossFunction> check) : IRowsForm
{
    // Differences of numbers of single precision have no digits.
    private readonly Network _network = network.WithPrecision(NetworkPrecision.Double);

    /// <summary>The parameters that only networks have.</summary>
    public static IReadOnlyList<string> Parameters => [nameof(TestDerivativeCommand.Feature), nameof(TestDerivativeCommand.Label), nameof(TestDerivativeCommand.LossFunction)];

    /// <summary>The parameters that only expressions have.</summary>
    public static IReadOnlyList<string> Others => [nameof(TestDerivativeCommand.At), nameof(TestDerivativeCommand.Derivative), nameof(TestDerivativeCommand.Mean), nameof(TestDerivativeCommand.Sum), nameof(TestDerivativeCommand.Shape)];

    /// <inheritdoc/>
    public string Cause => "A network at the first position";

    /// <inheritdoc/>
    public string Example => "For example: Import-Csv xor.csv | Test-Derivative $net -Feature x1, x2 -Label y";

    /// <summary>The network that stands at the first position, by itself or as the result of a training; null for something else.</summary>
    public static Network? NetworkOf(object? value) => Conversions.Live(value) switch
    {
        Network network => network,
        TrainingResult { Network: { } trained } => trained,
        _ => null,
    };

    /// <inheritdoc/>
    public IRowWork Start(object row, int number) =>
        new LabelledRows(_network, command.Feature, command.Label, row, number, numeric: _network.LossFunction is not null && _network.Classes.Count == 0, command.IsBound(nameof(command.NumberFormat)) ? command.NumberFormat : _network.NumberFormat);

    /// <inheritdoc/>
    public void Finish(RowIntake rows)
    {
        var loss = command.IsBound(nameof(command.LossFunction)) ? command.LossFunction : _network.LossFunction ?? NetworkTraining.DefaultLoss(_network);
        check(_network, rows.Release<LabelledRows>().ToData(rows.Numbers()), loss);
    }
}
