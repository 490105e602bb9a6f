using System.Collections.Specialized;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff;

/// <summary>The derivatives of an expression: variable name to node, in order. The nodes share parts with each other and the expression.</summary>
[SuppressMessage("Design", "CA1010", Justification = "The generic ordered dictionary comes back from PowerShell jobs unordered.")]
public sealed class ExprGradient : OrderedDictionary
{
    internal ExprGradient(ExprNode expression, IReadOnlyList<string> variables, IReadOnlyList<ExprNode> derivatives)
    {
        Expression = expression;
        Variables = variables;
        Derivatives = derivatives;
        for (var i = 0; i < variables.Count; i++) Add(variables[i], derivatives[i]);
    }

    /// <summary>What was differentiated.</summary>
    public ExprNode Expression { get; }

    /// <summary>The variables, in the order of the entries.</summary>
    public IReadOnlyList<string> Variables { get; }

    internal IReadOnlyList<ExprNode> Derivatives { get; }

    /// <summary>The derivatives as a list of infix texts.</summary>
    public override string ToString() => Listed(Derivatives.Select((node, i) => $"{Variables[i]}: {ExprText.Formula(node)}"));

    /// <summary>A list in braces, cut when it is long.</summary>
    internal static string Listed(IEnumerable<string> items)
    {
        const int longest = 1000;
        var text = new StringBuilder("{ ");
        foreach (var item in items)
        {
            if (text.Length > 2) text.Append("; ");
            if (text.Length > longest) return text.Append("... }").ToString();
            text.Append(item);
        }

        return text.Append(" }").ToString();
    }
}

/// <summary>
/// The second derivatives of an expression: variable name to the gradient of the derivative with respect to it, so that
/// <c>$h.x.y</c> is the mixed derivative. Equal entries are one node.
/// </summary>
[SuppressMessage("Design", "CA1010", Justification = "The generic ordered dictionary comes back from PowerShell jobs unordered.")]
public sealed class ExprHessian : OrderedDictionary
{
    internal ExprHessian(ExprNode expression, IReadOnlyList<string> variables, IReadOnlyList<ExprNode> gradient, ExprNode[,] entries, CancellationToken cancellation)
    {
        Expression = expression;
        Variables = variables;
        FirstDerivatives = gradient;
        Entries = entries;
        for (var i = 0; i < variables.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = new ExprNode[variables.Count];
            for (var j = 0; j < row.Length; j++) row[j] = entries[i, j];
            Add(variables[i], new ExprGradient(gradient[i], variables, row));
        }
    }

    /// <summary>What was differentiated.</summary>
    public ExprNode Expression { get; }

    /// <summary>The variables, in the order of rows and columns.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>The second derivatives as a symmetric n x n matrix in the order of <see cref="Variables"/>.</summary>
    public ExprNode[,] Entries { get; }

    internal IReadOnlyList<ExprNode> FirstDerivatives { get; }

    /// <summary>The gradients of the derivatives as a list.</summary>
    public override string ToString() => ExprGradient.Listed(Variables.Select(name => $"{name}: {this[name]}"));
}

/// <summary>The first derivatives of several expressions: a gradient for each, over the same variables.</summary>
public sealed class ExprJacobian
{
    internal ExprJacobian(IReadOnlyList<string> variables, IReadOnlyList<ExprGradient> rows)
    {
        Variables = variables;
        // An array: PowerShell cannot index what the compiler makes of a collection expression.
        Rows = rows.ToArray();
    }

    /// <summary>The variables, in the order of the columns.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>The gradients, one for each expression, in the order of the expressions.</summary>
    public IReadOnlyList<ExprGradient> Rows { get; }

    /// <summary>The expressions.</summary>
    public IReadOnlyList<ExprNode> Expressions => Rows.Select(static row => row.Expression).ToArray();

    /// <summary>The gradient of one expression.</summary>
    /// <param name="row">Its index, from 0.</param>
    public ExprGradient this[int row] => Rows[row];

    /// <summary>The gradients as a list.</summary>
    public override string ToString() => ExprGradient.Listed(Rows.Select(static row => row.ToString()));
}
