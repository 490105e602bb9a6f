using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Passes.Differentiation;
using PSAutodiff.Passes.Simplification;

namespace PSAutodiff.Measurements;

/// <summary>
/// The one recipe by which numbers of derivatives are made, whoever asks for them: the expression is simplified by
/// <see cref="SimplificationRule.Stable"/>, differentiated, and all that is simplified once more, together. By several variables it is
/// differentiated in reverse. By one, forward: that costs the same, and the derivative of a quotient has no factor x / y^2 then, which
/// is 0 before the derivative is. Formulas of derivatives, which people read, are those of the expression as it is written.
/// </summary>
/// <param name="Value">The expression, simplified.</param>
/// <param name="Gradient">The first derivatives, in the order of the variables; in the same graph.</param>
/// <param name="Hessian">
/// The second derivatives, row by row, each from the diagonal on; none unless they are asked for. Where a variable is an array, the derivatives
/// of the gradient along a direction, in the order of the variables.
/// </param>
internal sealed record NumericDerivatives(RootedGraph Value, RootedGraph Gradient, RootedGraph Hessian)
{
    /// <summary>The names of the direction, one for each variable; none where second derivatives stand for themselves.</summary>
    public IReadOnlyList<string> Direction { get; private init; } = [];

    /// <summary>The second derivatives as a whole matrix, row by row.</summary>
    public RootedGraph Symmetric()
    {
        var size = Gradient.Length;
        var roots = new int[size * size];
        var next = 0;
        for (var i = 0; i < size; i++)
        {
            for (var j = i; j < size; j++) roots[(i * size) + j] = roots[(j * size) + i] = Hessian.Roots[next++];
        }

        return Hessian with { Roots = roots };
    }

    /// <summary>Makes them.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="variables">The variables.</param>
    /// <param name="hessian">Whether second derivatives are wanted too.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static NumericDerivatives Of(
        ExprNode expression,
        IReadOnlyList<string> variables,
        bool hessian = false,
        CancellationToken cancellation = default)
    {
        foreach (var variable in variables) VariableNames.Check(variable);
        IReadOnlyList<string> direction = [];
        var written = ExprNode.Flatten([expression], cancellation);
        var layout = VariableLayout.Of(variables, written);

        // Derivatives by a matrix that is promised to be symmetric are those by any matrix: what the promise makes equal has not the same ones.
        var promises = Array.Exists(layout.Shapes, static shape => shape.IsSymmetric);
        var all = Simplified(promises ? WithShapes(written, layout, static shape => shape.Plain()) : written);
        if (variables.Count > 0)
        {
            var builder = ExprNode.Extend(all, cancellation);
            all = Simplified(builder.Build([.. all.Roots, .. Derivatives(builder, all.Roots[0], layout)]));
            if (hessian)
            {
                // From first derivatives that are simplified already.
                builder = ExprNode.Extend(all, cancellation);
                if (layout.HasArrays) direction = FreeNames(variables, expression.Variables);
                var second = layout.HasArrays ? Along(builder, all.Roots.AsSpan(1), layout, direction) : SecondDerivatives(builder, all.Roots.AsSpan(1), variables);
                all = Simplified(builder.Build([.. all.Roots, .. second]));
            }
        }

        if (promises) all = WithShapes(all, layout, static shape => shape);
        return new NumericDerivatives(all[..1], all[1..(variables.Count + 1)], all[(variables.Count + 1)..]) { Direction = direction };

        RootedGraph Simplified(RootedGraph input) => Simplify(input, cancellation);
    }

    /// <summary>The values and the first derivatives of several expressions, in one graph.</summary>
    /// <param name="expressions">The expressions.</param>
    /// <param name="variables">The variables.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The expressions, simplified, and their derivatives, a row of all variables for each.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static (RootedGraph Values, RootedGraph Jacobian) OfSystem(
        IReadOnlyList<ExprNode> expressions,
        IReadOnlyList<string> variables,
        CancellationToken cancellation = default)
    {
        foreach (var variable in variables) VariableNames.Check(variable);
        var all = Simplify(ExprNode.Flatten(expressions, cancellation), cancellation);
        var builder = ExprNode.Extend(all, cancellation);
        var derivatives = new List<int>();
        var layout = new VariableLayout(variables);
        foreach (var root in all.Roots) derivatives.AddRange(Derivatives(builder, root, layout));
        all = Simplify(builder.Build([.. all.Roots, .. derivatives]), cancellation);
        return (all[..expressions.Count], all[expressions.Count..]);
    }

    /// <summary>A copy in which variables have other shapes of the same sizes.</summary>
    private static RootedGraph WithShapes(RootedGraph input, VariableLayout variables, Func<Shape, Shape> shapeOf)
    {
        var shapes = Enumerable.Range(0, variables.Names.Count).ToDictionary(i => variables.Names[i], i => shapeOf(variables.Shapes[i]), StringComparer.Ordinal);
        var (graph, reachable) = (input.Graph, input.Reachable());
        var builder = new GraphBuilder(reachable.Length);
        var map = new int[reachable.Length];
        for (var id = 0; id < map.Length; id++)
        {
            if (!reachable[id]) continue;
            map[id] = graph.IsVariable(id) && shapes.TryGetValue(graph.NameOf(id), out var shape) ? builder.Variable(graph.NameOf(id), shape) : builder.Copy(graph, id, map);
        }

        return builder.Build(Array.ConvertAll(input.Roots, root => map[root]));
    }

    // Names for a direction that nothing else has.
    private static string[] FreeNames(IReadOnlyList<string> variables, IReadOnlyList<string> taken)
    {
        var prefix = "d_";
        while (taken.Any(name => name.StartsWith(prefix, StringComparison.Ordinal))) prefix = "_" + prefix;
        return [.. variables.Select(name => prefix + name)];
    }

    private static int[] Along(GraphBuilder builder, ReadOnlySpan<int> gradient, VariableLayout variables, IReadOnlyList<string> direction)
    {
        var directions = new Dictionary<string, Term>(StringComparer.Ordinal);
        for (var i = 0; i < direction.Count; i++) directions.Add(variables.Names[i], builder.Term(builder.Variable(direction[i], variables.Shapes[i].Plain())));
        var second = new int[gradient.Length];
        for (var i = 0; i < second.Length; i++) second[i] = builder.Term(ForwardMode.Differentiate(builder, gradient[i], directions)).StretchedTo(variables.Shapes[i].Plain()).Id;
        return second;
    }

    private static int[] Derivatives(GraphBuilder builder, int root, VariableLayout variables)
    {
        if (variables is { Names.Count: 1, HasArrays: false }) return [ForwardMode.Differentiate(builder, root, variables.Names[0], literal: false)];
        var derivatives = ReverseMode.Differentiate(builder, root, variables.Names);

        // A variable that simplifying took away has a derivative of its shape too.
        for (var i = 0; i < derivatives.Length && variables.HasArrays; i++) derivatives[i] = builder.Term(derivatives[i]).StretchedTo(variables.Shapes[i].Plain()).Id;
        return derivatives;
    }

    private static int[] SecondDerivatives(GraphBuilder builder, ReadOnlySpan<int> gradient, IReadOnlyList<string> variables) => variables.Count == 1
        ? Derivatives(builder, gradient[0], new VariableLayout(variables))
        : ReverseMode.Hessian(builder, gradient, variables);

    private static RootedGraph Simplify(RootedGraph input, CancellationToken cancellation) =>
        Simplifier.Simplify(input, SimplificationRule.Stable, cancellation: cancellation).Output;
}
