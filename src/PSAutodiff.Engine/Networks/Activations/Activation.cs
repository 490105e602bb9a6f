using System.Numerics;
using PSAutodiff.Foundation;

namespace PSAutodiff.Networks.Activations;

/// <summary>
/// What a layer does with its weighted sums z: all that is known of one function phi. Each is a class of its own, which is found by its
/// being there.
/// </summary>
internal abstract class Activation
{
    /// <summary>The function's name for users.</summary>
    public abstract ActivationFunction Function { get; }

    /// <summary>What people write for it, in lower case; its usual name comes first.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Whether the outputs are probabilities.</summary>
    public virtual bool GivesProbabilities => false;

    /// <summary>Whether the outputs of a layer depend on each other, and sum to 1.</summary>
    public virtual bool SumsToOne => false;

    /// <summary>Whether the derivatives need z beside phi(z), for their digits.</summary>
    public virtual bool NeedsSums => false;

    /// <summary>The object of a function.</summary>
    public static Activation Of(ActivationFunction function) => Activation<double>.Of(function);

    /// <summary>The function that people call so, ignoring case; null for none.</summary>
    public static ActivationFunction? Named(string name)
    {
        foreach (var function in Enum.GetValues<ActivationFunction>())
        {
            if (Of(function).Names.Contains(name, StringComparer.OrdinalIgnoreCase)) return function;
        }

        return null;
    }

    /// <summary>The outputs of a layer as expressions.</summary>
    public abstract ExprNode[] ToExpression(ExprNode[] sums);

    /// <summary>The outputs of a layer as a vector.</summary>
    /// <param name="sums">The weighted sums, a vector.</param>
    public abstract ExprNode ToExpression(ExprNode sums);
}

/// <summary>The kernels of an activation, for many rows at a time.</summary>
/// <typeparam name="T">The numbers of the network: double or float.</typeparam>
internal abstract class Activation<T> : Activation
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly Activation<T>[] All = Subclasses.Objects<Activation<T>>(typeof(Activation), static activation => (int)activation.Function, typeof(T));

    /// <summary>The object of a function.</summary>
    public static new Activation<T> Of(ActivationFunction function) => All[(int)function];

    /// <summary>The length of the working memory of <see cref="Apply"/>.</summary>
    public virtual int ScratchLength(int rows, int columns) => 0;

    /// <summary>Replaces weighted sums z by phi(z).</summary>
    /// <param name="values">z, row after row: any number of rows x columns.</param>
    /// <param name="columns">Outputs of the layer.</param>
    /// <param name="scratch">Working memory.</param>
    public abstract void Apply(Span<T> values, int columns, Span<double> scratch);

    /// <summary>Turns the derivatives with respect to phi(z) into those with respect to z.</summary>
    /// <param name="values">phi(z), row after row.</param>
    /// <param name="deltas">The derivatives, row after row.</param>
    /// <param name="columns">Outputs of the layer.</param>
    /// <param name="sums">z, row after row, when they are needed and known.</param>
    public abstract void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default);

    /// <summary>Turns gradient and Hessian of one row with respect to phi(z) into those with respect to z; see <see cref="DenseCurvature"/>.</summary>
    /// <param name="values">phi(z).</param>
    /// <param name="sums">z.</param>
    /// <param name="gradient">The first derivatives.</param>
    /// <param name="hessian">The second ones: row after row, or only the diagonal when it is as long as the gradient.</param>
    /// <param name="scratch">Working memory, twice as long as the gradient.</param>
    public abstract void Curve(ReadOnlySpan<double> values, ReadOnlySpan<double> sums, Span<double> gradient, Span<double> hessian, Span<double> scratch);
}
