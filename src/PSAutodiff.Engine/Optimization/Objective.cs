using PSAutodiff.Core;
using PSAutodiff.Execution;
using PSAutodiff.Measurements;

namespace PSAutodiff.Optimization;

/// <summary>The function to minimise: its value and gradient as one compiled program, its Hessian as another once it is asked for.</summary>
internal sealed class Objective
{
    private readonly ExprNode _function;
    private readonly CompiledExpression _compiled;
    private readonly RootedGraph _outputs;
    private CompiledExpression? _hessian;

    public Objective(ExprNode function, CancellationToken cancellation)
    {
        Variables = function.Variables;
        _function = function;
        var derivatives = NumericDerivatives.Of(function, Variables, cancellation: cancellation);
        Gradient = derivatives.Gradient;
        _outputs = derivatives.Value.And(Gradient);
        _compiled = CompiledExpression.Compile(_outputs, Variables, cancellation);
    }

    public IReadOnlyList<string> Variables { get; }

    public int Dimension => Variables.Count;

    /// <summary>The first derivatives, in the order of the variables.</summary>
    public RootedGraph Gradient { get; }

    /// <summary>The cost of one evaluation.</summary>
    public int OperationCount => _compiled.OperationCount;

    /// <summary>Computes value and gradient at the iterate's point.</summary>
    public void Evaluate(Iterate at)
    {
        _compiled.Evaluate(at.Point, at.Results);
        at.CheckFinite();
    }

    /// <summary>The second derivatives at a point: the full symmetric matrix, row by row.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled while they were compiled, which happens once.</exception>
    public void Hessian(ReadOnlySpan<double> point, double[] matrix, CancellationToken cancellation)
    {
        _hessian ??= CompileHessian(cancellation);
        var results = new double[_hessian.OutputCount];
        _hessian.Evaluate(point, results);
        var next = 0;
        for (var i = 0; i < Dimension; i++)
        {
            for (var j = i; j < Dimension; j++) matrix[(i * Dimension) + j] = matrix[(j * Dimension) + i] = results[next++];
        }
    }

    /// <summary>
    /// What rounding may have made of the value and of the gradient at a point, in their order: the rounding of every operation, and
    /// of the variables, which cannot be set any finer. Infinite where nothing is known, as next to a kink.
    /// </summary>
    public double[] Rounding(ReadOnlySpan<double> point)
    {
        var bounds = new RoundingBounds(_outputs, Variables, jumpsAreUnknown: true);
        bounds.Evaluate(point, Core.Rounding.Unit);
        return [.. Enumerable.Range(0, _outputs.Length).Select(bounds.BoundOf)];
    }

    private CompiledExpression CompileHessian(CancellationToken cancellation) =>
        CompiledExpression.Compile(NumericDerivatives.Of(_function, Variables, hessian: true, cancellation).Hessian, Variables, cancellation);
}
