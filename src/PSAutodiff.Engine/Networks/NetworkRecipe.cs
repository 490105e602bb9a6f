using System.Text.Json.Serialization;

namespace PSAutodiff.Networks;

/// <summary>How a network was trained, so that it can be trained again over other rows.</summary>
/// <param name="Options">How.</param>
/// <param name="Standardizes">Whether the inputs were scaled by the rows.</param>
/// <param name="StartSeed">The seed that the weights were drawn with at the start; null where they were given.</param>
/// <param name="Start">The weights and biases at the start; null where they were drawn.</param>
/// <param name="IsContinued">Whether it had been trained before, by rows that this does not know.</param>
internal sealed record NetworkRecipe(TrainingOptions Options, bool Standardizes, int? StartSeed, double[]? Start, bool IsContinued)
{
    /// <summary>Whether the targets were scaled by the rows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool StandardizesTargets { get; init; }

    /// <summary>Whether it has nothing that came with version 6 of the files of networks.</summary>
    [JsonIgnore]
    public bool IsPlain => Options.IsPlain && !StandardizesTargets;

    /// <summary>How a network is trained.</summary>
    /// <param name="start">The network at the start.</param>
    /// <param name="standardizes">Whether its scaling was made from the rows.</param>
    /// <param name="options">How.</param>
    public static NetworkRecipe Of(Network start, bool standardizes, TrainingOptions options)
    {
        if (start.LossFunction is not null || (start.Scaling is not null && !standardizes)) return new NetworkRecipe(options.Settings(), standardizes, null, null, IsContinued: true);
        var parameters = start.FlatParameters();
        var isDrawn = start.Initializer != NetworkInitializer.Given && start.Seed is { } seed && start.Redrawn(seed).FlatParameters().AsSpan().SequenceEqual(parameters);
        return new NetworkRecipe(options.Settings(), standardizes, isDrawn ? start.Seed : null, isDrawn ? null : parameters, IsContinued: false);
    }

    /// <summary>The network as it was at the start, without columns.</summary>
    /// <param name="trained">What became of it.</param>
    public Network StartOf(Network trained)
    {
        var start = StartSeed is { } seed ? trained.Redrawn(seed) : trained.WithParameters<double>(Start);
        return start.AsNew();
    }

    /// <summary>Throws where it is none of a network.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public void Check(Network trained)
    {
        try
        {
            Options.Check();
        }
        catch (AutodiffException exception)
        {
            throw new FormatException(exception.Message, exception);
        }

        if (Standardizes && trained.Scaling is null) throw new FormatException("The training run scaled inputs, but 'scaling' is not there.");
        if (StandardizesTargets && (trained.Classes.Count > 0 || trained.Layers[^1].Form is not { IsPlain: true, Activation: ActivationFunction.Linear })) throw new FormatException("The training run scaled targets, which are numbers that a linear last layer predicts. This network has classes or another last layer.");
        if (IsContinued) return;
        if (StartSeed is null == (Start is null)) throw new FormatException("A training run starts from a seed or from weights, and one of the two has to be there.");
        if (Start is null ? trained.Initializer == NetworkInitializer.Given : Start.Length != trained.ParameterCount || !Array.TrueForAll(Start, double.IsFinite)) throw new FormatException("The start of the training run is not one of this network.");
    }
}
