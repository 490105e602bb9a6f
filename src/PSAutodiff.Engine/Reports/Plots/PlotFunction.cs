using PSAutodiff.Execution;

namespace PSAutodiff.Reports.Plots;

/// <summary>An expression as a function of the variables of the axes of a plot, compiled.</summary>
internal sealed class PlotFunction
{
    private readonly CompiledExpression _compiled;
    private readonly ReadOnlyMemory<double>[] _columns;
    private readonly CancellationToken _cancellation;

    /// <param name="expression">The expression.</param>
    /// <param name="axes">The variables of the axes; the expression need not have them.</param>
    /// <param name="at">A value for every other variable.</param>
    /// <param name="cancellation">Ends compiling and evaluating early.</param>
    public PlotFunction(ExprNode expression, IReadOnlyList<string> axes, IReadOnlyDictionary<string, double> at, CancellationToken cancellation = default)
    {
        string[] others = [.. expression.Variables.Except(axes, StringComparer.Ordinal)];
        ExprNode.Flatten([expression], cancellation).RequireNumbers("A plot");
        _compiled = CompiledExpression.Compile([expression], [.. axes, .. others], cancellation);
        _columns = [.. new ReadOnlyMemory<double>[axes.Count], .. others.Select(name => (ReadOnlyMemory<double>)new[] { at[name] })];
        _cancellation = cancellation;
    }

    /// <summary>The values at points.</summary>
    /// <param name="axes">For each axis a coordinate for every point.</param>
    public double[] Evaluate(params double[][] axes)
    {
        var count = axes[0].Length;
        if (count == 0) return [];
        for (var i = 0; i < axes.Length; i++) _columns[i] = axes[i];
        return ManyPoints.Evaluate(_compiled, _columns, count, _cancellation)[0];
    }
}
