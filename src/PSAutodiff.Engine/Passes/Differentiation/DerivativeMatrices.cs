using PSAutodiff.Core;

namespace PSAutodiff.Passes.Differentiation;

/// <summary>
/// All partial derivatives of expressions with vectors as one matrix: a block for each pair of an expression (or variable) and a variable, with
/// the elements of matrices row by row. A block exists where the derivative along any direction is a matrix times it (<see cref="LinearForms"/>).
/// </summary>
internal static class DerivativeMatrices
{
    // For examples: a name that is none of the expression's own.
    private static readonly string[] DirectionNames = ["v", "d", "u"];

    /// <summary>Whether an expression or one of the variables is a vector or a matrix.</summary>
    public static bool HaveArrays(RootedGraph expressions, IReadOnlyList<string> variables) =>
        expressions.Graph.Arrays is not null
        && (VariableLayout.Of(variables, expressions).HasArrays || Array.Exists(expressions.Roots, root => !expressions.Graph.ShapeOf(root).IsNumber));

    /// <summary>The derivatives of all elements of expressions, one below the other, by all elements of variables, side by side.</summary>
    /// <param name="flat">The expressions.</param>
    /// <param name="variables">The variables, at least one.</param>
    /// <param name="tidy">Gives the matrix another form, or is null.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">A block has no expression.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ExprNode Jacobian(
        RootedGraph flat,
        IReadOnlyList<string> variables,
        Func<IReadOnlyList<ExprNode>, IReadOnlyList<ExprNode>>? tidy,
        CancellationToken cancellation)
    {
        var shapes = VariableLayout.Of(variables, flat).Shapes;
        var builder = ExprNode.Extend(flat, cancellation);
        var rows = new Term[flat.Roots.Length][];
        for (var i = 0; i < rows.Length; i++)
        {
            var root = flat.Roots[i];
            rows[i] = builder.ShapeOf(root).IsNumber
                ? RowOf(builder, root, variables, shapes)
                : [.. variables.Select((name, j) => Block(builder, root, name, shapes[j], "Jacobian"))];
        }

        return Tidied(builder, Joined(rows), tidy);
    }

    /// <summary>The second derivatives of a number by all elements of variables, in their order, a symmetric matrix.</summary>
    /// <param name="expression">A number.</param>
    /// <param name="variables">The variables, at least one.</param>
    /// <param name="tidy">Gives the first derivatives another form, and then the matrix; or is null.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">The expression is not a number, or a block has no expression.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ExprNode Hessian(
        RootedGraph expression,
        IReadOnlyList<string> variables,
        Func<IReadOnlyList<ExprNode>, IReadOnlyList<ExprNode>>? tidy,
        CancellationToken cancellation)
    {
        var shapes = VariableLayout.Of(variables, expression).Shapes;
        var builder = ExprNode.Extend(expression, cancellation);
        var gradient = builder.Build(ReverseMode.Differentiate(builder, expression.Roots[0], variables));
        if (tidy is not null) gradient = ExprNode.Flatten(tidy(gradient.Nodes()), cancellation);
        builder = ExprNode.Extend(gradient, cancellation);
        var blocks = new Term[variables.Count][];
        for (var i = 0; i < blocks.Length; i++) blocks[i] = shapes[i].IsNumber ? RowOf(builder, gradient.Roots[i], variables, shapes) : new Term[variables.Count];
        for (var i = 0; i < blocks.Length; i++)
        {
            // The other half is the same, and that of numbers is there.
            for (var j = 0; j < blocks.Length && !shapes[i].IsNumber; j++)
            {
                blocks[i][j] = j < i || shapes[j].IsNumber ? blocks[j][i].Transposed() : Block(builder, gradient.Roots[i], variables[j], shapes[j], "Hessian");
            }
        }

        return Tidied(builder, Joined(blocks), tidy);
    }

    /// <summary>
    /// The derivative of an array by a number, which has its shape, or by a vector v, from the one along any direction: of m elements by n the
    /// matrix of m rows and n columns, of a number the vector. None where there is no such expression.
    /// </summary>
    public static Term ByForm(GraphBuilder builder, int root, string variable)
    {
        var (id, of) = (builder.FindVariable(variable), builder.ShapeOf(root));
        var by = id >= 0 && id <= root ? builder.ShapeOf(id) : Shape.Number;
        if (by.IsNumber) return builder.Term(ForwardMode.Differentiate(builder, root, variable, literal: false));
        if (of.IsMatrix || !by.IsVector) return Term.None;

        // No variable of an expression can have this name.
        var direction = by.Rows == 1 ? builder.Term(builder.Constant(1)).StretchedTo(by) : builder.Term(builder.Variable("\0" + variable, by));
        var form = ForwardMode.Differentiate(builder, root, new Dictionary<string, Term>(StringComparer.Ordinal) { [variable] = direction });

        // By one element, along which there is nothing but 1.
        return by.Rows == 1
            ? builder.Term(form).StretchedTo(of.Plain()).Reshaped(of.IsNumber ? by.Plain() : Shape.Matrix(of.Rows, 1))
            : LinearForms.MatrixOf(builder, form, direction.Id);
    }

    // Of a number, by one sweep.
    private static Term[] RowOf(GraphBuilder builder, int root, IReadOnlyList<string> variables, Shape[] shapes) =>
        [.. ReverseMode.Differentiate(builder, root, variables).Select((id, j) => InRow(builder.Term(id), Shape.Matrix(1, shapes[j].Count)))];

    private static Term InRow(Term derivative, Shape row) => derivative.IsConstant ? derivative.StretchedTo(row) : derivative.Reshaped(row);

    // Of a vector or matrix.
    private static Term Block(GraphBuilder builder, int root, string variable, Shape by, string what)
    {
        builder.Cancellation.ThrowIfCancellationRequested();
        var (of, id) = (builder.Term(root), builder.FindVariable(variable));
        var whole = Shape.Matrix(of.Shape.Count, by.Count);
        if (id < 0 || id > root || !builder.Reachable(root)[id]) return of.Constant(0).StretchedTo(whole);
        var block = ByForm(builder, root, variable);
        if (by.IsNumber) block = block.StretchedTo(of.Shape.Plain());
        if (block.Exists) return block.Reshaped(whole);
        var direction = Array.Find(DirectionNames, name => builder.FindVariable(name) < 0) ?? "direction";
        throw new AutodiffException(
            ErrorIds.DerivativeOfArray,
            $"The {what} is not a matrix that can be written as an expression: the derivative of {of.Shape.InWords()} by '{variable}', {by.InWords()}, is not one. Take other variables, or differentiate {(what == "Hessian" ? "the gradient " : string.Empty)}along a direction, -Direction @{{ {variable} = '{direction}' }}{(what == "Hessian" ? ", or have its numbers by Measure-Expression -Hessian" : string.Empty)}.");
    }

    private static Term Joined(Term[][] blocks)
    {
        var whole = Term.None;
        foreach (var row in blocks)
        {
            var line = row[0];
            for (var j = 1; j < row.Length; j++) line = line.Apply<ConcatOperation>(row[j], line.Index(1));
            whole = whole.Exists ? whole.Apply<ConcatOperation>(line, line.Index(0)) : line;
        }

        return whole;
    }

    private static ExprNode Tidied(GraphBuilder builder, Term matrix, Func<IReadOnlyList<ExprNode>, IReadOnlyList<ExprNode>>? tidy)
    {
        var nodes = builder.Build([matrix.Id]).Nodes();
        return (tidy is null ? nodes : tidy(nodes))[0];
    }
}
