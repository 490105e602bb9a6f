using System.Globalization;
using PSAutodiff.Networks;

namespace PSAutodiff;

/// <summary>What is known of a layer beside its numbers: how many outputs it has, and what it does with its weighted sums. Immutable.</summary>
public sealed class LayerForm
{
    private readonly LayerStep[] _steps;

    /// <summary>Makes the form of a layer that does nothing but its activation.</summary>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="activation">phi.</param>
    public LayerForm(int outputs, ActivationFunction activation)
        : this(outputs, activation, activation == ActivationFunction.Linear ? [] : [LayerStep.Activation])
    {
    }

    /// <summary>Makes the form of a layer.</summary>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="activation">phi; <see cref="ActivationFunction.Linear"/> where <paramref name="steps"/> have none.</param>
    /// <param name="steps">What is done with the weighted sums, in order, each at most once.</param>
    /// <param name="skip">With <see cref="LayerStep.Skip"/>, over how many layers: 1 adds what this layer took in, 2 what the one before took in; else 0.</param>
    /// <param name="projects">Whether what is added is multiplied by a matrix that is trained.</param>
    /// <param name="dropout">With <see cref="LayerStep.Dropout"/>, the part of the outputs that become 0, above 0 and below 1; else 0.</param>
    /// <exception cref="AutodiffException">The steps and the numbers do not go together.</exception>
    public LayerForm(int outputs, ActivationFunction activation, IReadOnlyList<LayerStep> steps, int skip = 0, bool projects = false, double dropout = 0)
    {
        ArgumentNullException.ThrowIfNull(steps);
        _steps = [.. steps];
        (Outputs, Activation, Skip, Projects, Dropout) = (outputs, activation, skip, projects, dropout);
        if (Problem() is { } problem) throw new AutodiffException(ErrorIds.NetworkInvalid, $"The layer of {outputs.ToString(CultureInfo.InvariantCulture)} outputs: {problem}.");
    }

    /// <summary>Number of outputs.</summary>
    public int Outputs { get; }

    /// <summary>phi.</summary>
    public ActivationFunction Activation { get; }

    /// <summary>What is done with the weighted sums, in order.</summary>
    public IReadOnlyList<LayerStep> Steps => (LayerStep[])_steps.Clone();

    /// <summary>Over how many layers a skip connection reaches; 0 for none.</summary>
    public int Skip { get; }

    /// <summary>Whether what a skip connection adds is multiplied by a matrix that is trained.</summary>
    public bool Projects { get; }

    /// <summary>The part of the outputs that become 0 at each step of a training; 0 for none.</summary>
    public double Dropout { get; }

    /// <summary>The number of outputs and the steps, such as <c>16 LayerNorm Tanh Skip</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Outputs} {Text}");

    /// <summary>Whether the weights are normalised before anything else is added to them.</summary>
    internal bool Normalizes => _steps.AsSpan().Contains(LayerStep.LayerNorm);

    /// <summary>Whether the layer does nothing but its activation.</summary>
    internal bool IsPlain => _steps is [] or [LayerStep.Activation];

    internal ReadOnlySpan<LayerStep> StepSpan => _steps;

    /// <summary>The activation where it is the last step, so that it says what the outputs are; else linear.</summary>
    internal ActivationFunction Last => _steps is [.., LayerStep.Activation] ? Activation : ActivationFunction.Linear;

    /// <summary>The steps as text, such as <c>LayerNorm Tanh Skip</c>.</summary>
    internal string Text => _steps.Length == 0 ? nameof(ActivationFunction.Linear) : string.Join(' ', _steps.Select(step => step switch
    {
        LayerStep.Activation => Activation.ToString(),
        LayerStep.Skip => (Projects ? "Project" : "Skip") + (Skip > 1 ? string.Create(CultureInfo.InvariantCulture, $"={Skip}") : string.Empty),
        LayerStep.Dropout => string.Create(CultureInfo.InvariantCulture, $"Dropout={Dropout}"),
        _ => step.ToString(),
    }));

    internal LayerForm WithOutputs(int outputs) => new(outputs, Activation, _steps, Skip, Projects, Dropout);

    /// <summary>Throws where the layers of a network cannot stand one after the other so.</summary>
    /// <exception cref="AutodiffException">A skip connection reaches too far or between different widths, one output alone is normalized, or the last layer has dropout.</exception>
    internal static void Check(int inputSize, IReadOnlyList<LayerForm> forms)
    {
        for (var l = 0; l < forms.Count; l++)
        {
            var form = forms[l];
            if (form.Normalizes && form.Outputs == 1) throw Invalid(l, "layer normalization makes its one output 0 whatever comes in, as that is its own mean. Give it more outputs, or leave layernorm out");
            if (form.Skip > l + 1) throw Invalid(l, $"its skip connection reaches over {form.Skip} layers, but there {(l == 0 ? "is only 1" : $"are only {l + 1}")} up to it. Let it reach over {l + 1} at most");
            var width = SourceOf(l, inputSize, forms);
            if (form.Skip > 0 && !form.Projects && width != form.Outputs)
            {
                throw Invalid(l, $"its skip connection adds {width} numbers ({(form.Skip == l + 1 ? "the inputs" : $"the outputs of layer {l + 1 - form.Skip}")}) to {form.Outputs} outputs, and the two have to be equally many. Change a size, or write project in place of skip: then a matrix of {width} x {form.Outputs} is trained that makes one of the other");
            }

            if (form.Dropout > 0 && l == forms.Count - 1) throw Invalid(l, "it is the last, and with dropout its predictions would be missing while it is trained. Put dropout after a layer before it");
        }

        static AutodiffException Invalid(int layer, string problem) => new(ErrorIds.NetworkInvalid, $"{LayerPlace.TitleOf(layer)}: {problem}.");
    }

    /// <summary>How many numbers the skip connection of a layer adds; 0 for none.</summary>
    internal static int SourceOf(int layer, int inputSize, IReadOnlyList<LayerForm> forms) =>
        forms[layer].Skip == 0 ? 0 : forms[layer].Skip == layer + 1 ? inputSize : forms[layer - forms[layer].Skip].Outputs;

    private string? Problem()
    {
        if (!Enum.IsDefined(Activation)) return string.Create(CultureInfo.InvariantCulture, $"it has the activation {Activation}, which does not exist");
        foreach (var step in _steps)
        {
            if (!Enum.IsDefined(step)) return string.Create(CultureInfo.InvariantCulture, $"it has the step {step}, which does not exist");
            if (_steps.Count(other => other == step) > 1) return $"it has {step} twice, and each step stands once";
        }

        var (skips, drops) = (_steps.Contains(LayerStep.Skip), _steps.Contains(LayerStep.Dropout));
        return
            _steps.Contains(LayerStep.Activation) != (Activation != ActivationFunction.Linear) ? $"its steps are {(_steps.Length == 0 ? "none" : string.Join(", ", _steps))}, but its activation is {Activation}" :
            skips ? Skip >= 1 ? Rest() : string.Create(CultureInfo.InvariantCulture, $"its skip connection reaches over a number of layers from 1, not {Skip}") :
            Skip != 0 || Projects ? "it has the length of a skip connection, but none among its steps" :
            Rest();

        string? Rest() => drops
            ? Dropout is > 0 and < 1 ? null : string.Create(CultureInfo.InvariantCulture, $"its dropout is the part of the outputs that become 0, above 0 and below 1, not {Dropout}")
            : Dropout == 0 ? null : "it has a part of outputs that become 0, but no dropout among its steps";
    }
}
