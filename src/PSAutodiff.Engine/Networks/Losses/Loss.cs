using System.Numerics;
using PSAutodiff.Data;
using PSAutodiff.Foundation;
using PSAutodiff.Networks.Activations;

namespace PSAutodiff.Networks.Losses;

/// <summary>
/// What a network's predictions p are measured by against targets y: all that is known of one function. Each is a class of its own, which
/// is found by its being there.
/// </summary>
internal abstract class Loss
{
    private static readonly Loss[] All = Subclasses.Objects<Loss>(typeof(Loss), static loss => (int)loss.Function);

    /// <summary>The function's name for users.</summary>
    public abstract LossFunction Function { get; }

    /// <summary>The activation of a last layer with which loss and derivatives are computed from its weighted sums; null for none.</summary>
    public virtual ActivationFunction? FusesWith => null;

    /// <summary>The numbers that can be targets: from the least to the greatest.</summary>
    public abstract (double Least, double Greatest) Targets { get; }

    /// <summary>The object of a function.</summary>
    /// <exception cref="AutodiffException">There is no such function.</exception>
    public static Loss Of(LossFunction function) =>
        (uint)function < (uint)All.Length ? All[(int)function] : throw new AutodiffException(ErrorIds.LossFunctionInvalid, $"There is no loss function {function}.");

    /// <summary>The loss that goes with a network when none is named: the one that fuses with its last layer, else the mean squared error.</summary>
    public static LossFunction DefaultFor(Network network) => Array.Find(All, loss => loss.FusesInto(network))?.Function ?? LossFunction.MeanSquaredError;

    /// <summary>Whether the loss is computed from the weighted sums of a network's last layer.</summary>
    public bool FusesInto(Network network) => FusesWith == network.LastActivation;

    /// <summary>Gradient and diagonal of the Hessian of one row's loss with respect to predictions, or the whole Hessian with respect to weighted sums when they were fused.</summary>
    /// <param name="fused">Whether the last layer has the activation <see cref="FusesWith"/>, by whose weighted sums the derivatives are then. Predictions follow in either case.</param>
    /// <param name="p">The predictions.</param>
    /// <param name="y">The targets.</param>
    /// <param name="gradient">Gets the first derivatives.</param>
    /// <param name="hessian">Gets the second ones, row after row; zeros before.</param>
    public abstract void Differentiate(bool fused, ReadOnlySpan<double> p, ReadOnlySpan<double> y, Span<double> gradient, Span<double> hessian);

    /// <summary>The loss of one row as an expression.</summary>
    /// <param name="fused">Whether what follows are the weighted sums of a last layer with <see cref="FusesWith"/>, not predictions.</param>
    /// <param name="predictions">The predictions, or the weighted sums when they were fused.</param>
    /// <param name="targets">As many targets.</param>
    public abstract ExprNode ToExpression(bool fused, ExprNode[] predictions, ExprNode[] targets);

    /// <summary>The loss of one row as an expression of vectors.</summary>
    /// <param name="fused">Whether what follows are the weighted sums of a last layer with <see cref="FusesWith"/>, not predictions.</param>
    /// <param name="predictions">The predictions, or the weighted sums when they were fused.</param>
    /// <param name="targets">The targets, a vector of the same length.</param>
    public abstract ExprNode ToExpression(bool fused, ExprNode predictions, ExprNode targets);

    /// <summary>What to do when it takes outputs for probabilities that a last layer does not promise; null when it does not.</summary>
    public virtual string? AdviceFor(Activation last) => null;

    /// <summary>Throws unless the last layer gives what the loss measures; else a training falls without end, or nowhere.</summary>
    /// <param name="network">
    /// The network. With a last layer that promises no probabilities its outputs are looked at when its weights were given; drawn ones do not keep
    /// to 0 to 1.
    /// </param>
    /// <param name="data">The rows that it will measure; null when they are not known, so that no outputs are looked at.</param>
    /// <exception cref="AutodiffException">They do not go together.</exception>
    public virtual void CheckLayer<T>(Network network, TrainingData<T>? data)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
    }

    /// <summary>Throws unless the loss can measure all targets.</summary>
    /// <param name="targets">The targets, row after row: rows x columns.</param>
    /// <param name="columns">Number of outputs.</param>
    /// <param name="place">What an error calls a target, or with a column below 0 a row; both from 0.</param>
    /// <exception cref="AutodiffException">It cannot measure one; the message names it.</exception>
    public virtual void CheckTargets<T>(ReadOnlySpan<T> targets, int columns, Func<int, int, string> place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
    }

    /// <summary>A term for each output, summed.</summary>
    protected static ExprNode Sum(ExprNode[] predictions, ExprNode[] targets, Func<ExprNode, ExprNode, ExprNode> term) =>
        predictions.Zip(targets, term).Aggregate(static (x, y) => x + y);
}
