using PSAutodiff.Core;
using PSAutodiff.Execution;
using PSAutodiff.Measurements;

namespace PSAutodiff.Optimization.Roots;

/// <summary>As many equations as variables: their residuals and Jacobian as one compiled program, the residuals alone as another.</summary>
internal sealed class EquationSystem
{
    private readonly RootedGraph _residuals;
    private readonly CompiledExpression _alone;
    private readonly CompiledExpression _withJacobian;
    private readonly RoundingBounds _bounds;

    public EquationSystem(IReadOnlyList<ExprNode> equations, IReadOnlyList<string> variables, CancellationToken cancellation)
    {
        ExprNode.Flatten(equations, cancellation).RequireNumbers("Finding roots");
        Variables = variables;
        (_residuals, var jacobian) = NumericDerivatives.OfSystem(equations, variables, cancellation);
        _alone = CompiledExpression.Compile(_residuals, variables, cancellation);
        _withJacobian = CompiledExpression.Compile(_residuals.And(jacobian), variables, cancellation);
        _bounds = new RoundingBounds(_residuals, new VariableLayout(variables), jumpsAreUnknown: true);
        LargestSeen = new double[equations.Count];
    }

    public IReadOnlyList<string> Variables { get; }

    /// <summary>Number of equations, and of variables.</summary>
    public int Size => Variables.Count;

    /// <summary>How often the equations were computed.</summary>
    public int Evaluations { get; private set; }

    /// <summary>The largest finite magnitude that each residual has had.</summary>
    public double[] LargestSeen { get; }

    /// <summary>Whether a part of the equations was so small where <see cref="Rounding"/> was last asked for that 0 says little of it.</summary>
    public bool HasUnderflowed => _bounds.Underflowed;

    /// <summary>Computes the residuals, and after them the Jacobian row by row where there is room for it.</summary>
    public void Evaluate(ReadOnlySpan<double> point, Span<double> values)
    {
        Evaluations++;
        (values.Length == Size ? _alone : _withJacobian).Evaluate(point, values);
        for (var i = 0; i < Size; i++)
        {
            var size = Math.Abs(values[i]);
            if (size > LargestSeen[i] && double.IsFinite(size)) LargestSeen[i] = size;
        }
    }

    /// <summary>
    /// What rounding may have made of the residuals at a point, that of the variables included, which cannot be set any finer. Infinite
    /// where nothing is known: across a jump, or where the bound is as large as residuals are wont to be, as of sin(1e20).
    /// </summary>
    public double[] Rounding(ReadOnlySpan<double> point)
    {
        const double known = 1e-6;
        _bounds.Evaluate(point, Core.Rounding.Unit);
        var rounding = new double[Size];
        for (var i = 0; i < Size; i++) rounding[i] = _bounds.BoundOf(i);
        if (IsKnown()) return rounding;

        // Too near to a root to have seen large ones; a part of a hundredth away there are some.
        var values = new double[Size];
        foreach (var part in (ReadOnlySpan<double>)[1.01, 0.99])
        {
            var beside = point.ToArray();
            for (var i = 0; i < beside.Length; i++) beside[i] = beside[i] == 0 ? part - 1 : beside[i] * part;
            Evaluate(beside, values);
        }

        for (var i = 0; i < Size; i++)
        {
            if (!(rounding[i] <= known * LargestSeen[i])) rounding[i] = double.PositiveInfinity;
        }

        return rounding;

        bool IsKnown()
        {
            for (var i = 0; i < Size; i++)
            {
                if (!(rounding[i] <= known * LargestSeen[i])) return false;
            }

            return true;
        }
    }
}
