using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using PSAutodiff.Data;
using PSAutodiff.Networks;
using PSAutodiff.Results;

namespace PSAutodiff.Commands;

/// <summary>Prunes a network: sets the weights that matter least to 0 and freezes them, at once or in rounds of pruning and training.</summary>
[Cmdlet(VerbsCommon.Optimize, "NeuralNetwork")]
[OutputType(typeof(Network), typeof(WeightSaliency))]
public sealed class OptimizeNeuralNetworkCommand : TrainingCmdlet
{
    private const string Activity = "Pruning";

    private TrainingOptions? _training;

    /// <summary>How it is measured how much a weight matters.</summary>
    [Parameter]
    public PruningMethod Method { get; set; }

    /// <summary>The part of all weights that is pruned in the end, at least 0 and below 1.</summary>
    [Parameter]
    public double Fraction { get; set; }

    /// <summary>Prune in so many rounds, and train after each.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Iteration { get; set; } = 1;

    /// <summary>Give the saliency of every weight, and prune nothing.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    private bool Trains => _training is not null;

    private bool NeedsData => Method == PruningMethod.OptimalBrainDamage || Trains;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RequireNetwork("Import-Csv train.csv | Optimize-NeuralNetwork $net -Fraction 0.5");
        if (!IsBound(nameof(Fraction)) && !Detailed) Stop(ErrorIds.FractionInvalid, "Optimize-NeuralNetwork needs -Fraction, the part of the weights to prune: 0.7 prunes 70 % of them.");
        Require(Fraction, () =>
        {
            NetworkPruning.CheckFraction(Fraction);
            if (!IsBound(nameof(Iteration)) && !HasTrainingParameter) return true;
            _training = MakeOptions(ofNetwork: true);
            Check(_training);
            return true;
        });
        if (Detailed && Trains) Stop(ErrorIds.TrainingOptionInvalid, "-Detailed describes the network as it is, so it does not go with -Iteration or other parameters of a training run.");
        WarnOfUnused(ofNetwork: true);
        if (!NeedsData && (MyInvocation.ExpectingInput || IsBound(nameof(Data)))) WriteWarning("-Method Magnitude looks at the weights only: the data are not used.");
        if (IsBound(nameof(Fraction)) && Model.FrozenCount > 0 && Fraction * Model.WeightCount <= Model.FrozenCount)
        {
            WriteWarning(string.Create(
                CultureInfo.InvariantCulture,
                $"{Model.FrozenCount} of {Model.WeightCount} weights are pruned already. -Fraction {Fraction} counts these, so no more are pruned."));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (NeedsData) base.ProcessRecord();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (NeedsData)
        {
            RequireData(
                Trains ? "There are no rows to train on. Pipe rows in, or give -Data and -Target."
                    : "Optimal brain damage measures second derivatives of the loss on data, but there are no rows. Pipe rows in, give -Data and -Target, or take -Method Magnitude.");
        }

        var result = Require<object>(null, () => Model.Precision == NetworkPrecision.Single ? Work<float>(Model) : Work<double>(Model));
        WriteObject(result, enumerateCollection: true);
    }

    private object Work<T>(Network network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var loss = LossOf(network);
        if (!NeedsData) return Detailed ? NetworkPruning.Score(network, null, Fraction) : NetworkPruning.Prune(network, null, Fraction);
        var data = TakeData(network);
        var targets = data.KnownTargets(network);
        if (Trains) network = data.Describe(network, network.Scaling, targets);
        var rows = data.ToTrainingData<T>(network, loss);
        var scaled = targets is null ? rows : data.WithScaledTargets(rows, targets);
        var wide = Method == PruningMethod.OptimalBrainDamage ? Widen(rows) : null;
        if (Detailed) return NetworkPruning.Score(network, SecondDerivatives(network), Fraction);
        return Trains ? Rounds(network) : Prune(network, Fraction);

        double[]? SecondDerivatives(Network of) => wide is null ? null : new DenseCurvature(of, loss).Diagonal(wide, Cancellation);

        Network Prune(Network one, double fraction) => NetworkPruning.Prune(one, SecondDerivatives(one), fraction);

        Network Rounds(Network current)
        {
            var clock = Stopwatch.StartNew();
            var before = (double)current.FrozenCount / current.WeightCount;
            WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"Every training run has the seed {_training!.Seed}."));
            for (var round = 1; round <= Iteration; round++)
            {
                current = Prune(current, NetworkPruning.FractionAfter(before, Fraction, round, Iteration));
                var options = _training with { Progress = progress => ShowProgress(round, progress, clock) };
                var result = NetworkTraining.Run(current, scaled, loss, options, Cancellation, targets: targets);
                Cancellation.ThrowIfCancellationRequested();
                if (result.FailedStep is { } failed)
                {
                    throw new AutodiffException(
                        ErrorIds.LossNotFinite,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"Training in round {round} stopped at step {failed.Step}: the loss or a parameter became infinite or NaN. {DivergenceAdvice.For(result)}"));
                }

                current = result.Network!;
                WriteVerbose(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Round {round} of {Iteration}: {current.FrozenCount} of {current.WeightCount} weights pruned, loss {result.FinalLoss:g6} after training."));
            }

            return current;
        }
    }

    // Curvature is measured in double for either precision.
    private static TrainingData<double> Widen<T>(TrainingData<T> data)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (data is TrainingData<double> same) return same;
        return new TrainingData<double>
        {
            Inputs = Array.ConvertAll(data.Inputs, double.CreateTruncating),
            Targets = data.Targets is null ? null : Array.ConvertAll(data.Targets, double.CreateTruncating),
            Classes = data.Classes,
            RowCount = data.RowCount,
            InputSize = data.InputSize,
            OutputSize = data.OutputSize,
        };
    }

    private void ShowProgress(int round, TrainingProgress progress, Stopwatch clock) => ShowProgress(
        Activity,
        string.Create(CultureInfo.InvariantCulture, $"Round {round} of {Iteration}, epoch {progress.Epoch} of {progress.Epochs}, loss {progress.Loss:g6}"),
        clock,
        (round - 1 + progress.Fraction) / Iteration);
}
