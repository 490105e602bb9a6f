using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Training.Models;

/// <summary>
/// A step of plain gradient descent on one row: a program like any other, whose inputs are the columns, the parameters and the learning
/// rate, and whose outputs are the moved parameters and the loss before the step.
/// </summary>
internal static class DescentStep
{
    // No other variable's name has a space.
    private const string Rate = "learning rate";

    /// <summary>Compiles the program of a step. The columns are its first inputs.</summary>
    /// <param name="outputs">The derivatives by the parameters, and the loss.</param>
    /// <param name="columns">The columns, in the order of the values in a row.</param>
    /// <param name="parameters">The parameters, in order.</param>
    /// <param name="products">See <see cref="Execution.Scalar.Tape.Compile"/>.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static CompiledExpression Compile(
        RootedGraph outputs,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> parameters,
        WrittenProducts? products = null,
        CancellationToken cancellation = default)
    {
        int[] roots = [.. outputs.Roots];
        var builder = new GraphBuilder(outputs.Graph, 3 * parameters.Count) { Cancellation = cancellation };
        var rate = builder.Term(builder.Variable(Rate));
        for (var i = 0; i < parameters.Count; i++) roots[i] = (builder.Term(builder.Variable(parameters[i])) - (rate * builder.Term(roots[i]))).Id;

        // The moves together at the end: between the derivatives they would take registers while the loss is computed.
        return CompiledExpression.Compile(builder.Build(roots), [.. columns, .. parameters, Rate], outputs.Roots, columns.Count, cancellation, products);
    }
}
