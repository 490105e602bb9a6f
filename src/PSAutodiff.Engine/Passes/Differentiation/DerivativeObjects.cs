namespace PSAutodiff.Passes.Differentiation;

/// <summary>Makes the objects that hold several derivatives, and takes them apart for passes that treat all nodes together.</summary>
internal static class DerivativeObjects
{
    // Where there is a parameter "tidy", it gives derivatives the form that they are shown in; null leaves them as the rules make them.
    public static ExprGradient Gradient(
        ExprNode expression,
        IReadOnlyList<string> variables,
        DifferentiationMode mode,
        Func<IReadOnlyList<ExprNode>, IReadOnlyList<ExprNode>>? tidy,
        CancellationToken cancellation = default)
    {
        var derivatives = expression.Differentiate(variables, mode == DifferentiationMode.Auto ? DifferentiationMode.Reverse : mode, cancellation);
        return new ExprGradient(expression, variables, tidy is null ? derivatives : tidy(derivatives));
    }

    /// <summary>An <see cref="ExprHessian"/> of numbers; by vectors and matrices one matrix over all elements, an <see cref="ExprNode"/>.</summary>
    public static object Hessian(
        ExprNode expression,
        IReadOnlyList<string> variables,
        Func<IReadOnlyList<ExprNode>, IReadOnlyList<ExprNode>>? tidy,
        CancellationToken cancellation = default)
    {
        if (ExprNode.Flatten([expression], cancellation) is var flat && DerivativeMatrices.HaveArrays(flat, variables)) return DerivativeMatrices.Hessian(flat, variables, tidy, cancellation);
        var (gradient, hessian) = expression.GradientAndHessian(variables, tidy, cancellation);
        return new ExprHessian(expression, variables, gradient, hessian, cancellation);
    }

    /// <summary>An <see cref="ExprJacobian"/> of numbers; of or by vectors and matrices one matrix over all elements, an <see cref="ExprNode"/>.</summary>
    public static object Jacobian(
        IReadOnlyList<ExprNode> expressions,
        IReadOnlyList<string>? variables,
        DifferentiationMode mode,
        Func<IReadOnlyList<ExprNode>, IReadOnlyList<ExprNode>>? tidy,
        CancellationToken cancellation = default)
    {
        // In one graph first: what the expressions share, their derivatives share too.
        var flat = ExprNode.Flatten(expressions, cancellation);
        variables ??= flat.Variables();
        if (variables.Count > 0 && DerivativeMatrices.HaveArrays(flat, variables)) return DerivativeMatrices.Jacobian(flat, variables, tidy, cancellation);
        return new ExprJacobian(variables, [.. flat.Nodes().Select(node => Gradient(node, variables, mode, tidy, cancellation))]);
    }

    /// <summary>All nodes of an object made here, or the node itself; null for anything else.</summary>
    public static IReadOnlyList<ExprNode>? NodesOf(object? value) => value switch
    {
        ExprNode node => [node],
        ExprGradient gradient => [gradient.Expression, .. gradient.Derivatives],
        ExprHessian hessian => [hessian.Expression, .. hessian.FirstDerivatives, .. hessian.Entries.Cast<ExprNode>()],
        ExprJacobian jacobian => [.. jacobian.Rows.SelectMany(static row => NodesOf(row)!)],
        _ => null,
    };

    /// <summary>A Hessian of its nodes, in the order of <see cref="NodesOf"/>.</summary>
    public static ExprHessian Hessian(IReadOnlyList<string> variables, IReadOnlyList<ExprNode> nodes, CancellationToken cancellation = default)
    {
        var size = variables.Count;
        var entries = new ExprNode[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++) entries[i, j] = nodes[1 + size + (i * size) + j];
        }

        return new ExprHessian(nodes[0], variables, [.. nodes.Skip(1).Take(size)], entries, cancellation);
    }

    /// <summary>The same kind of object with other nodes, given in the order of <see cref="NodesOf"/>.</summary>
    public static object Rebuild(object original, IReadOnlyList<ExprNode> nodes, CancellationToken cancellation)
    {
        var next = 0;
        ExprNode[] Take(int count)
        {
            next += count;
            return [.. nodes.Skip(next - count).Take(count)];
        }

        ExprGradient Row(ExprGradient row) => new(Take(1)[0], row.Variables, Take(row.Variables.Count));

        switch (original)
        {
            case ExprGradient gradient:
                return Row(gradient);
            case ExprHessian hessian:
                return Hessian(hessian.Variables, nodes, cancellation);
            case ExprJacobian jacobian:
                return new ExprJacobian(jacobian.Variables, [.. jacobian.Rows.Select(Row)]);
            default:
                return nodes[0];
        }
    }
}
