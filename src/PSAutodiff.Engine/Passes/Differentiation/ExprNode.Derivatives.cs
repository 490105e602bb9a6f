using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Passes.Differentiation;

namespace PSAutodiff;

/// <content>Derivatives of an expression.</content>
public sealed partial class ExprNode
{
    /// <summary>The derivative with respect to one variable.</summary>
    /// <param name="variable">The name of the variable; the derivative is 0 when the expression does not contain it.</param>
    /// <param name="mode">How to build it.</param>
    public ExprNode Differentiate(string variable, DifferentiationMode mode = DifferentiationMode.Auto) =>
        Differentiate([variable], mode)[0];

    /// <summary>The derivatives with respect to several variables, in the order given; they share parts in one graph.</summary>
    /// <param name="variables">Names of variables.</param>
    /// <param name="mode">How to build them.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<ExprNode> Differentiate(
        IReadOnlyList<string> variables,
        DifferentiationMode mode = DifferentiationMode.Auto,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(variables);
        foreach (var variable in variables) VariableNames.Check(variable);
        var flat = Flatten([this], cancellation);
        var builder = Extend(flat, cancellation);
        var derivatives = Derivatives(builder, flat.Roots[0], variables, mode);
        return builder.Build(derivatives).Nodes();
    }

    /// <summary>
    /// The derivatives with respect to all variables (in ordinal order) or to those given, by one reverse sweep; they share parts.
    /// </summary>
    public IReadOnlyList<ExprNode> Gradient(params IReadOnlyList<string> variables) =>
        Differentiate(variables is { Count: > 0 } ? variables : Variables, DifferentiationMode.Reverse);

    /// <summary>The second derivatives, n x n in the order of the variables (all in ordinal order by default); equal entries are one node.</summary>
    /// <exception cref="AutodiffException">One of the variables is a vector or a matrix: <see cref="HessianMatrix"/> has those.</exception>
    public ExprNode[,] Hessian(params IReadOnlyList<string> variables) =>
        GradientAndHessian(variables is { Count: > 0 } ? variables : Variables, tidy: null, CancellationToken.None).Hessian;

    /// <summary>
    /// The second derivatives of a number by all elements of the variables (all in ordinal order by default), elements of matrices row by row, as
    /// one symmetric matrix.
    /// </summary>
    /// <param name="variables">Names of variables, numbers or arrays.</param>
    /// <exception cref="AutodiffException">The expression is not a number, or the matrix cannot be written as an expression.</exception>
    public ExprNode HessianMatrix(params IReadOnlyList<string> variables)
    {
        var names = Checked(variables);
        return DerivativeMatrices.Hessian(Flatten([this]), names, tidy: null, CancellationToken.None);
    }

    /// <summary>
    /// The derivatives of all m elements by all n elements of the variables (all in ordinal order by default) as one matrix of m rows and n columns,
    /// elements of matrices row by row.
    /// </summary>
    /// <param name="variables">Names of variables, numbers or arrays.</param>
    /// <exception cref="AutodiffException">The matrix cannot be written as an expression.</exception>
    public ExprNode JacobianMatrix(params IReadOnlyList<string> variables)
    {
        var names = Checked(variables);
        return DerivativeMatrices.Jacobian(Flatten([this]), names, tidy: null, CancellationToken.None);
    }

    private IReadOnlyList<string> Checked(IReadOnlyList<string> variables)
    {
        if (variables.Count == 0) variables = Variables;
        foreach (var variable in variables) VariableNames.Check(variable);
        return variables.Count > 0 ? variables : throw new AutodiffException(ErrorIds.VariableUnknown, $"'{this}' has no variables to differentiate by.");
    }

    /// <summary>First and second derivatives, the second from the first; what they share is made once.</summary>
    /// <param name="variables">The variables.</param>
    /// <param name="tidy">Gives derivatives another form: the first ones, before they are differentiated, and then all together.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal (ExprNode[] Gradient, ExprNode[,] Hessian) GradientAndHessian(
        IReadOnlyList<string> variables,
        Func<IReadOnlyList<ExprNode>, IReadOnlyList<ExprNode>>? tidy,
        CancellationToken cancellation)
    {
        foreach (var variable in variables) VariableNames.Check(variable);
        if (variables.Count == 0) return ([], new ExprNode[0, 0]);
        var flat = Flatten([this], cancellation);
        if (DerivativeMatrices.HaveArrays(flat, variables)) throw new AutodiffException(ErrorIds.ArraysUnsupported, "The second derivatives by elements of vectors and matrices are one matrix: HessianMatrix.");
        var builder = Extend(flat, cancellation);
        var gradient = builder.Build(ReverseMode.Differentiate(builder, flat.Roots[0], variables));
        if (tidy is not null) gradient = Flatten(tidy(gradient.Nodes()), cancellation);
        builder = Extend(gradient, cancellation);
        IReadOnlyList<ExprNode> nodes = builder.Build([.. gradient.Roots, .. ReverseMode.Hessian(builder, gradient.Roots, variables)]).Nodes();
        if (tidy is not null) nodes = tidy(nodes);
        var hessian = new ExprNode[variables.Count, variables.Count];
        var next = variables.Count;
        for (var i = 0; i < variables.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var j = i; j < variables.Count; j++) hessian[i, j] = hessian[j, i] = nodes[next++];
        }

        return ([.. nodes.Take(variables.Count)], hessian);
    }

    private static int[] Derivatives(GraphBuilder builder, int root, IReadOnlyList<string> variables, DifferentiationMode mode)
    {
        var isOfArray = !builder.ShapeOf(root).IsNumber;
        if (mode != DifferentiationMode.Reverse && (isOfArray || (mode == DifferentiationMode.Forward && HasArrayAmong(builder, root, variables))))
        {
            return [.. variables.Select(variable => ByForm(builder, root, variable))];
        }

        if (mode == DifferentiationMode.Reverse || (mode == DifferentiationMode.Auto && (variables.Count > 1 || HasArrayAmong(builder, root, variables))))
        {
            return ReverseMode.Differentiate(builder, root, variables);
        }

        var literal = mode == DifferentiationMode.Forward;
        if (literal) builder.Rules = RuleSets.None;
        var derivatives = new int[variables.Count];
        for (var i = 0; i < derivatives.Length; i++) derivatives[i] = ForwardMode.Differentiate(builder, root, variables[i], literal);
        return derivatives;
    }

    private static int ByForm(GraphBuilder builder, int root, string variable)
    {
        if (DerivativeMatrices.ByForm(builder, root, variable) is { Exists: true } form) return form.Id;
        throw NoForm(builder.ShapeOf(root), variable, builder.ShapeOf(builder.FindVariable(variable)));
    }

    // Of a number there always is one, which has the shape of what it is by; mode Forward has no form for it.
    private static AutodiffException NoForm(Shape of, string variable, Shape by) => new(
        ErrorIds.DerivativeOfArray,
        of.IsNumber
            ? $"Mode Forward goes along one direction at a time, and finds no single expression for the derivative by all elements of '{variable}', {by.InWords()}. Take -Mode Reverse or Auto, which have one, or give a direction for '{variable}' (-Direction)."
            : $"The derivative of {of.InWords()} by '{variable}', {by.InWords()}, is not a vector or matrix that can be written as an expression. Give a direction for '{variable}' (-Direction), or take a sum or an element of the expression.");

    /// <summary>The derivative by a vector or matrix that the expression does not have: zeros of their shape.</summary>
    /// <exception cref="AutodiffException">They would have more than two axes.</exception>
    internal ExprNode DifferentiateByAbsent(string variable, Shape by) =>
        ArrayShape.IsNumber ? Zeros(by.Sizes) :
        ArrayShape.IsVector && by.IsVector ? Zeros(ArrayShape.Rows, by.Rows) :
        throw NoForm(ArrayShape, variable, by);

    /// <summary>The directional derivative: the sum of the derivatives by variables, each times a direction of the variable's shape.</summary>
    /// <param name="directions">For each variable that changes, how.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">A direction has not the shape of its variable.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ExprNode DifferentiateAlong(IReadOnlyDictionary<string, ExprNode> directions, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(directions);
        string[] names = [.. directions.Keys.Order(StringComparer.Ordinal)];
        var flat = Flatten([this, .. names.Select(name => directions[name])], cancellation);
        var builder = Extend(flat, cancellation);
        var terms = new Dictionary<string, Term>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            VariableNames.Check(names[i]);
            var (direction, variable) = (builder.Term(flat.Roots[1 + i]), builder.FindVariable(names[i]));
            if (variable >= 0 && !direction.Shape.IsLike(builder.ShapeOf(variable)))
            {
                throw new AutodiffException(ErrorIds.ShapeMismatch, $"The direction of '{names[i]}' is {direction.Shape.InWords()}, but '{names[i]}' is {builder.ShapeOf(variable).InWords()}.");
            }

            terms.Add(names[i], direction);
        }

        var derivative = builder.Term(ForwardMode.Differentiate(builder, flat.Roots[0], terms)).StretchedTo(builder.ShapeOf(flat.Roots[0]).Plain());
        return builder.Build([derivative.Id]).Nodes()[0];
    }

    /// <summary>Whether one of the variables is a vector or a matrix there.</summary>
    internal static bool HasArrayAmong(GraphBuilder builder, int root, IReadOnlyList<string> variables)
    {
        foreach (var variable in variables)
        {
            if (builder.FindVariable(variable) is var id && id >= 0 && id <= root && !builder.ShapeOf(id).IsNumber) return true;
        }

        return false;
    }

    /// <summary>A builder that goes on from a graph with derivatives of its roots.</summary>
    internal static GraphBuilder Extend(RootedGraph from, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return new GraphBuilder(from.Graph, extraCapacity: Math.Max(64, from.Top * 2)) { Rules = RuleSets.Fold, Cancellation = cancellation };
    }
}
