using PSAutodiff.Core;
using PSAutodiff.Execution;

namespace PSAutodiff.Fitting;

/// <summary>Predicts by an expression of columns; compiled once as long as the expression lives.</summary>
internal sealed class ExpressionPrediction
{
    private readonly CompiledExpression _compiled;

    private ExpressionPrediction(ExprNode expression)
    {
        Flat = ExprNode.Flatten([expression]);
        Inputs = VariableLayout.Of(expression.Variables, Flat);
        _compiled = CompiledExpression.Compile(Inputs, Flat, CancellationToken.None);
        OutputSize = _compiled.ResultLength;
    }

    /// <summary>The variables of the expression.</summary>
    public VariableLayout Inputs { get; }

    /// <summary>The expression in a graph of its own.</summary>
    public RootedGraph Flat { get; }

    /// <summary>Number of outputs.</summary>
    public int OutputSize { get; }

    /// <summary>The prediction of an expression.</summary>
    public static ExpressionPrediction Of(ExprNode expression) => KeptForms.Get(expression, ["prediction"], () => new ExpressionPrediction(expression));

    /// <summary>The outputs for rows of inputs.</summary>
    public double[,] Predict(double[,] inputs)
    {
        ModelRows.Check(inputs, Inputs.Length);
        var outputs = new double[inputs.GetLength(0), OutputSize];
        var results = new double[OutputSize];
        for (var row = 0; row < inputs.GetLength(0); row++)
        {
            _compiled.Evaluate(ModelRows.Of(inputs, row), results);
            Buffer.BlockCopy(results, 0, outputs, row * OutputSize * sizeof(double), OutputSize * sizeof(double));
        }

        return outputs;
    }
}
