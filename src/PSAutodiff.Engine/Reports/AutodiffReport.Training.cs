using System.Globalization;
using PSAutodiff.Core;

namespace PSAutodiff.Reports;

/// <content>Results of trainings.</content>
internal sealed partial class AutodiffReport
{
    private const int MostPoints = 4000;
    private const int MostSamples = 12;
    private const int MostGaps = 100;
    private const int LargestTable = 200;
    private const int MostMaps = 20;

    /// <summary>Adds the result of a training: its losses, its restarts, and its parameters or its network.</summary>
    /// <param name="result">The result.</param>
    /// <param name="points">Points to draw on the decision boundary of its network.</param>
    public void AddTraining(TrainingResult result, IReadOnlyList<ReportPoint> points)
    {
        StartSection($"Training of {(result.Network is null ? "a loss expression" : result.Network.ToString())}");
        Note(Invariant($"Final loss {result.FinalLoss:g6} after {result.Steps} steps in {result.Epochs} epochs ({result.StopReason}); {result.Optimizer}, learning rate {result.LearningRate:g6}, batch size {result.BatchSize}, seed {result.Seed}."));
        if (result.FailedStep is { } failed) Note(Invariant($"At step {failed.Step} (epoch {failed.Epoch}) the loss or a parameter was no longer finite: the loss was {failed.Loss}."));
        if (result.Steps > 0) Losses(result);
        if (result.Restarts.Count > 1)
        {
            Table(
                "Restarts",
                ["restart", "seed", "final loss", "validation loss", "steps", "ended", "kept"],
                result.Restarts.Take(LargestTable).Select(static restart => new[]
                {
                    restart.Restart.ToString(CultureInfo.InvariantCulture),
                    restart.Seed.ToString(CultureInfo.InvariantCulture),
                    Invariant(restart.FinalLoss),
                    restart.ValidationLoss is { } loss ? Invariant(loss) : string.Empty,
                    restart.Steps.ToString(CultureInfo.InvariantCulture),
                    restart.StopReason.ToString(),
                    restart.IsBest ? "yes" : string.Empty,
                }));
        }

        if (result.Parameters is { } parameters)
        {
            var layout = VariableLayout.Of(parameters);
            var elements = VariableLayout.ElementsOf(parameters);
            Table("Parameters", ["name", "value"], layout.ElementNames.Take(LargestTable).Select((name, i) => new[] { name, Invariant(elements[i]) }));
            if (elements.Length > LargestTable) Note(Invariant($"These are the first {LargestTable} of {elements.Length} parameters."));
            for (var i = 0; i < Math.Min(layout.Names.Count, MostMaps); i++)
            {
                if (layout.Shapes[i].IsMatrix) HeatMap(layout.Names[i], new ArrayCells(layout.Shapes[i], elements.AsMemory(layout.ElementsOf(i))), static row => Invariant($"row {row}"), static column => Invariant($"column {column}"));
            }
        }

        if (result.Network is not null) Network(result.Network, points);
    }

    private void Losses(TrainingResult result)
    {
        Heading("Loss");
        var notFinite = new List<int>();
        for (var i = 0; i < result.Steps; i++)
        {
            if (!double.IsFinite(result.Loss[i])) notFinite.Add(i + 1);
        }

        if (result.FailedStep is { } failed && !notFinite.Contains(failed.Step)) notFinite.Add(failed.Step);
        var what = result.Samples is { Length: > 1 and <= MostSamples } ? "Loss of every step, colored by sample" : "Loss of every step";
        var gaps = notFinite.Count == 0 ? string.Empty : Invariant($" {notFinite.Count} losses are not finite, the first at step {notFinite[0]}: gaps, marked by dashed lines.");
        var description = Invariant($"{what}{(result.StepsPerEpoch > 1 ? ", and mean per epoch," : string.Empty)} over {result.Steps} steps; the final loss is {result.FinalLoss:g6}.{gaps}");
        _pictures.Start("curves", "Loss per step", description);
        _pictures.Text("x", "step");
        _pictures.Text("y", "loss");
        _pictures.Numbers("gaps", CurveThinning.Thin([.. notFinite.Select(static step => (double)step)], MostGaps).Select(i => (double)notFinite[i]));
        _pictures.Array("series", () =>
        {
            var bySample = BySample(result);
            foreach (var (name, steps) in bySample) Curve(name, steps, [.. steps.Select(step => result.Loss[step - 1])], isMain: false, isDots: bySample.Length > 1);
            // With one step in an epoch the two are the same.
            if (result.StepsPerEpoch > 1) Curve("mean per epoch", Ends(result, result.EpochLoss.Count), result.EpochLoss, isMain: true, isDots: false);
            if (result.ValidationLoss.Count > 0) Curve("validation", Ends(result, result.ValidationLoss.Count), result.ValidationLoss, isMain: false, isDots: false);
        });
        _pictures.End();
        Figure(
            description + " Drag or use the slider to zoom.",
            TerminalChart.Columns(result.EpochLoss.Count > 1 ? result.EpochLoss : result.Loss, PlainWidth - 12, PlainHeight / 2).Split('\n'));
    }

    /// <summary>The steps, from 1, of each sample when they are few; else all of them.</summary>
    private static (string Name, int[] Steps)[] BySample(TrainingResult result)
    {
        if (result.Samples is not { Length: > 1 and <= MostSamples }) return [("loss", [.. Enumerable.Range(1, result.Steps)])];
        return [.. result.History.GroupBy(static step => step.Sample!.Value).OrderBy(static group => group.Key)
            .Select(static group => (Invariant($"sample {group.Key}"), group.Select(static step => step.Step).ToArray()))];
    }

    private static int[] Ends(TrainingResult result, int epochs) =>
        [.. Enumerable.Range(1, epochs).Select(epoch => (int)Math.Min((long)epoch * result.StepsPerEpoch, result.Steps))];

    private void Curve(string name, int[] steps, IReadOnlyList<double> values, bool isMain, bool isDots) => _pictures.Object(() =>
    {
        _pictures.Text("name", name);
        _pictures.Flag("main", isMain);
        _pictures.Flag("dots", isDots);
        _pictures.Array("points", () =>
        {
            foreach (var i in CurveThinning.Thin(values, MostPoints)) _pictures.Numbers(steps[i], values[i]);
        });
    });
}
