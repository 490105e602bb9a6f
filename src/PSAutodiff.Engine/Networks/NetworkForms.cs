using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Networks.Losses;

namespace PSAutodiff.Networks;

/// <summary>
/// What is compiled of a network. It depends on the sizes and activations of the layers and not on the values of the parameters, so trainings and
/// predictions of networks that are made alike share it: the last few are kept.
/// </summary>
internal static class NetworkForms
{
    /// <summary>The name of the inputs of a row, scaled.</summary>
    public const string Inputs = "x";

    /// <summary>The name of the targets of a row.</summary>
    public const string Targets = "y";

    private const int Most = 32;

    private static readonly LinkedList<(string Key, object Form)> Kept = new();

    /// <summary>The outputs of rows as a program of parameters and inputs.</summary>
    /// <param name="network">The network.</param>
    /// <param name="isNarrow">Whether its products are made in single precision.</param>
    public static RowProgram Outputs(Network network, bool isNarrow) => Get(network, $"outputs {isNarrow}", () => ForValues(network, isNarrow, [NetworkExpression.OfVectors(network, InputsOf(network), withValues: false)], Columns(network, withTargets: false)));

    /// <summary>The loss of one row with the parameters as variables.</summary>
    /// <param name="network">The network.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="hasFactors">Whether the inputs of all layers but the first are multiplied by variables <see cref="FactorsName"/>.</param>
    /// <param name="hasMasks">Whether dropout multiplies by variables <see cref="MaskName"/>; else it does nothing.</param>
    public static ExprNode LossOf(Network network, LossFunction loss, bool hasFactors = false, bool hasMasks = false) =>
        NetworkExpression.OfVectors(network, Loss.Of(loss), InputsOf(network), ExprNode.Variable(Targets, Shape.Vector(network.OutputSize)), hasFactors, hasMasks);

    /// <summary>What the factors on the inputs of a layer are called.</summary>
    public static string FactorsName(int layer) => string.Create(CultureInfo.InvariantCulture, $"f{layer + 1}");

    /// <summary>What the mask of the dropout of a layer is called.</summary>
    public static string MaskName(int layer) => string.Create(CultureInfo.InvariantCulture, $"m{layer + 1}");

    /// <summary>A form of all networks that are made alike, made if it is not there.</summary>
    /// <typeparam name="T">What it is. Safe to share between threads.</typeparam>
    /// <param name="network">One of the networks.</param>
    /// <param name="what">What tells it from other forms of these.</param>
    /// <param name="make">Makes it.</param>
    public static T Get<T>(Network network, string what, Func<T> make)
        where T : class
    {
        var key = $"{what};{network}";
        lock (Kept)
        {
            for (var at = Kept.First; at is not null; at = at.Next)
            {
                if (at.Value.Key != key || at.Value.Form is not T form) continue;
                Kept.Remove(at);
                Kept.AddFirst(at);
                return form;
            }
        }

        var made = make();
        lock (Kept)
        {
            Kept.AddFirst((key, made));
            if (Kept.Count > Most) Kept.RemoveLast();
        }

        return made;
    }

    /// <summary>A program that computes expressions of parameters, inputs and targets for every row.</summary>
    /// <param name="network">The network.</param>
    /// <param name="isNarrow">Whether products are made in single precision.</param>
    /// <param name="expressions">The expressions.</param>
    /// <param name="columns">What varies by row.</param>
    public static RowProgram ForValues(Network network, bool isNarrow, ExprNode[] expressions, VariableLayout columns) =>
        RowProgram.ForValues(ExprNode.Flatten(expressions), Parameters(network), columns, default, isNarrow);

    /// <summary>The parameters as matrices and vectors, in order.</summary>
    public static VariableLayout Parameters(Network network) => new(
        [.. network.Layout.ArrayNames()],
        [.. network.Layout.Layers.SelectMany(static layer => layer.Arrays()).Select(static array => array.Shape)]);

    /// <summary>What varies by row.</summary>
    public static VariableLayout Columns(Network network, bool withTargets) => withTargets
        ? new([Inputs, Targets], [Shape.Vector(network.InputSize), Shape.Vector(network.OutputSize)])
        : new([Inputs], [Shape.Vector(network.InputSize)]);

    private static ExprNode InputsOf(Network network) => ExprNode.Variable(Inputs, Shape.Vector(network.InputSize));
}
