using System.Collections.Specialized;
using System.Text.Json.Serialization;
using PSAutodiff.Execution;
using PSAutodiff.Foundation;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Measurements;

namespace PSAutodiff;

/// <summary>
/// An expression as a function to call: on numbers with <see cref="Invoke"/>, on arrays with <see cref="InvokeMany"/>. Safe to share
/// between threads; after some 1,000 calls it runs as machine code where that is faster, with the same results.
/// </summary>
public sealed class CompiledFunction
{
    private readonly CompiledExpression _compiled;

    /// <summary>Compiles an expression, once as long as it lives.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="variables">The order of the arguments; by default all variables in ordinal order.</param>
    /// <param name="gradient">Whether the derivatives with respect to all arguments are wanted too.</param>
    /// <param name="cancellation">Ends the compiling early.</param>
    /// <exception cref="AutodiffException">The expression has a variable that is no argument.</exception>
    /// <exception cref="OperationCanceledException">The compiling was cancelled.</exception>
    public CompiledFunction(
        ExprNode expression,
        IReadOnlyList<string>? variables = null,
        bool gradient = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(expression);
        Expression = expression;
        Variables = variables ?? expression.Variables;
        HasGradient = gradient;
        _compiled = KeptForms.Get(expression, [gradient ? "gradient" : "value", .. Variables], () => Compile(cancellation));
    }

    // Of its text.
    [JsonConstructor]
    private CompiledFunction(ExprNode expression, bool hasGradient, IReadOnlyList<string> variables)
        : this(expression, Named(variables), hasGradient)
    {
    }

    /// <summary>What was compiled.</summary>
    public ExprNode Expression { get; }

    /// <summary>The arguments in order.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>Whether the derivatives were compiled in.</summary>
    public bool HasGradient { get; }

    /// <summary>Number of operations of one call, the derivatives included when they are compiled in.</summary>
    public int OperationCount => _compiled.OperationCount;

    /// <summary>The value at one point.</summary>
    /// <param name="values">A number for each variable, in the order of <see cref="Variables"/>.</param>
    /// <exception cref="AutodiffException">There are more or fewer numbers than variables.</exception>
    public double Invoke(params double[] values)
    {
        Check(values);
        return _compiled.Evaluate(values);
    }

    /// <summary>The values at many points, on all processors.</summary>
    /// <param name="columns">For each variable, in order, a number for every point or a single number for all.</param>
    /// <exception cref="AutodiffException">There are more or fewer columns than variables, or they differ in length.</exception>
    public double[] InvokeMany(params double[][] columns) => Rows(columns)[0];

    /// <summary>The derivatives at one point: variable name to number, in order.</summary>
    /// <param name="values">A number for each variable, in the order of <see cref="Variables"/>.</param>
    /// <exception cref="AutodiffException">There are more or fewer numbers than variables, or the gradient was not compiled in.</exception>
    public OrderedDictionary InvokeGradient(params double[] values)
    {
        Check(values);
        CheckGradient();
        var results = new double[_compiled.OutputCount];
        _compiled.Evaluate(values, results);
        return NamedNumbers.Of(Variables, i => results[i + 1]);
    }

    /// <summary>The derivatives at many points: variable name to an array, in order.</summary>
    /// <param name="columns">For each variable, in order, a number for every point or a single number for all.</param>
    /// <exception cref="AutodiffException">There are more or fewer columns than variables, they differ in length, or the gradient was not compiled in.</exception>
    public OrderedDictionary InvokeManyGradient(params double[][] columns)
    {
        CheckGradient();
        var results = Rows(columns);
        return NamedNumbers.Of(Variables, i => results[i + 1]);
    }

    /// <summary>The function's head and the expression, for example <c>f(x, y) = x * y</c>.</summary>
    public override string ToString() => $"f({string.Join(", ", Variables)}) = {Expression}";

    private CompiledExpression Compile(CancellationToken cancellation)
    {
        var outputs = HasGradient && Variables.Count > 0 ? [Expression, .. NumericDerivatives.Of(Expression, Variables, cancellation: cancellation).Gradient.Nodes()] : new[] { Expression };
        return CompiledExpression.Compile(outputs, Variables, cancellation);
    }

    private static IReadOnlyList<string> Named(IReadOnlyList<string> variables)
    {
        foreach (var name in variables) VariableNames.Check(name);
        return variables.Distinct(StringComparer.Ordinal).Count() == variables.Count ? variables : throw new FormatException("An argument is named twice.");
    }

    private double[][] Rows(double[][] columns)
    {
        // PowerShell takes the elements of an untyped array for the arguments; with one variable they can only be its values.
        if (Variables.Count == 1 && columns is [_, _, ..] && columns.All(static column => column is [_])) columns = [[.. columns.Select(static column => column[0])]];
        Check(columns);
        return _compiled.EvaluateRows(Array.ConvertAll(columns, static column => (ReadOnlyMemory<double>)column));
    }

    private void Check(Array? given)
    {
        if (given?.Length == Variables.Count) return;
        throw new AutodiffException(
            ErrorIds.ArgumentCount,
            $"The function takes {Variables.Count} {(Variables.Count == 1 ? "argument" : "arguments")} ({string.Join(", ", Variables)}), not {given?.Length ?? 0}.");
    }

    private void CheckGradient()
    {
        if (!HasGradient) throw new AutodiffException(ErrorIds.GradientMissing, "The function was compiled without its derivatives. Use New-CompiledExpression -Gradient.");
    }
}
