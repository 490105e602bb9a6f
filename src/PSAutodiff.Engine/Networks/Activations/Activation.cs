using PSAutodiff.Foundation;

namespace PSAutodiff.Networks.Activations;

/// <summary>What a layer does with its weighted sums z: a name and an expression. Each is a class of its own, which is found by its being there.</summary>
internal abstract class Activation
{
    private static readonly Activation[] All = Subclasses.Objects<Activation>(typeof(Activation), static activation => (int)activation.Function);

    /// <summary>The function's name for users.</summary>
    public abstract ActivationFunction Function { get; }

    /// <summary>What people write for it, in lower case; its usual name comes first.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Whether the outputs are probabilities.</summary>
    public virtual bool GivesProbabilities => false;

    /// <summary>Whether the outputs of a layer depend on each other, and sum to 1; else each comes from its own sum alone.</summary>
    public virtual bool SumsToOne => false;

    /// <summary>What makes a module of it in <c>torch.nn</c>, such as <c>Tanh()</c>; null where there is none.</summary>
    public virtual string? Torch => null;

    /// <summary>The object of a function.</summary>
    public static Activation Of(ActivationFunction function) => All[(int)function];

    /// <summary>The function that people call so, ignoring case; null for none.</summary>
    public static ActivationFunction? Named(string name)
    {
        foreach (var function in Enum.GetValues<ActivationFunction>())
        {
            if (Of(function).Names.Contains(name, StringComparer.OrdinalIgnoreCase)) return function;
        }

        return null;
    }

    /// <summary>The outputs of a layer as a vector.</summary>
    /// <param name="sums">The weighted sums, a vector; a number for one that does not mix them.</param>
    public abstract ExprNode ToExpression(ExprNode sums);

    /// <summary>The outputs of a layer as numbers.</summary>
    public virtual ExprNode[] ToExpression(ExprNode[] sums) => Array.ConvertAll(sums, ToExpression);
}
