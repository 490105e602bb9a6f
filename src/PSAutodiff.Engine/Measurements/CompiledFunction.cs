using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Text.Json.Serialization;
using PSAutodiff.Core;
using PSAutodiff.Execution;
using PSAutodiff.Foundation;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Measurements;

namespace PSAutodiff;

/// <summary>
/// An expression as a function to call: at one point with <see cref="Invoke(double[])"/>, at many with <see cref="InvokeMany(double[][])"/>. Safe to share
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
    /// <returns>A double; a double[] or double[,] where the value is an array.</returns>
    /// <exception cref="AutodiffException">There are more or fewer numbers than variables.</exception>
    public object Invoke(params double[] values)
    {
        if (_compiled.OutputShapes is not null) return ResultOf([.. values.Cast<object>()]);
        Check(values);
        return _compiled.Evaluate(values);
    }

    /// <summary>The value at one point, where a variable or the value is a vector or a matrix.</summary>
    /// <param name="values">For each variable, in the order of <see cref="Variables"/>, a number, a list of numbers, or a matrix or list of lists.</param>
    /// <returns>A double, a double[] or a double[,].</returns>
    /// <exception cref="AutodiffException">There are more or fewer values than variables, or one has not the shape of its variable.</exception>
    public object Invoke(params object[] values) => ResultOf(values);

    /// <summary>The values at many points, on all processors.</summary>
    /// <param name="columns">For each variable, in order, a number for every point or a single number for all.</param>
    /// <exception cref="AutodiffException">There are more or fewer columns than variables, or they differ in length.</exception>
    public double[] InvokeMany(params double[][] columns) => Rows(columns)[0];

    /// <summary>The values at many points, on all processors.</summary>
    /// <param name="columns">For each variable, in order, a list with a number for every point or a single number for all.</param>
    /// <exception cref="AutodiffException">There are more or fewer columns than variables, they differ in length, or one has something other than numbers.</exception>
    public double[] InvokeMany(params object[] columns) => Rows(Columns(columns))[0];

    /// <summary>The derivatives at one point: variable name to number, in order.</summary>
    /// <param name="values">A number for each variable, in the order of <see cref="Variables"/>.</param>
    /// <exception cref="AutodiffException">There are more or fewer numbers than variables, or the gradient was not compiled in.</exception>
    public OrderedDictionary InvokeGradient(params double[] values)
    {
        if (_compiled.OutputShapes is not null) return InvokeGradient([.. values.Cast<object>()]);
        Check(values);
        CheckGradient();
        var results = new double[_compiled.OutputCount];
        _compiled.Evaluate(values, results);
        return NamedNumbers.Of(Variables, i => results[i + 1]);
    }

    /// <summary>The derivatives at one point, where a variable is a vector or a matrix: variable name to a number or an array of its shape, in order.</summary>
    /// <param name="values">For each variable, in the order of <see cref="Variables"/>, a number, a list of numbers, or a matrix or list of lists.</param>
    /// <exception cref="AutodiffException">There are more or fewer values than variables, one has not the shape of its variable, or the gradient was not compiled in.</exception>
    public OrderedDictionary InvokeGradient(params object[] values)
    {
        CheckGradient();
        var results = Results(values, nameof(InvokeManyGradient));
        return _compiled.Inputs.Fold(i => results[i + 1]);
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

    /// <summary>The derivatives at many points: variable name to an array, in order.</summary>
    /// <param name="columns">For each variable, in order, a list with a number for every point or a single number for all.</param>
    /// <exception cref="AutodiffException">As for the other one, or a column has something other than numbers.</exception>
    public OrderedDictionary InvokeManyGradient(params object[] columns)
    {
        CheckGradient();
        return InvokeManyGradient(Columns(columns));
    }

    /// <summary>The function's head and the expression, for example <c>f(x, y) = x * y</c>.</summary>
    public override string ToString() => $"f({string.Join(", ", Variables)}) = {Expression}";

    private CompiledExpression Compile(CancellationToken cancellation)
    {
        var outputs = HasGradient && Variables.Count > 0 ? [Expression, .. NumericDerivatives.Of(Expression, Variables, cancellation: cancellation).Gradient.Nodes()] : new[] { Expression };
        return CompiledExpression.Compile(outputs, Variables, cancellation);
    }

    private object ResultOf(object[] values)
    {
        var results = Results(values, nameof(InvokeMany));
        return VariableLayout.ValueOf(_compiled.OutputShapes?[0] ?? Shape.Number, i => results[i]);
    }

    private double[] Results(object[] values, string many)
    {
        var inputs = _compiled.Inputs;

        // PowerShell takes the elements of an array that is the only argument for the arguments.
        if (Variables.Count == 1 && !inputs.Shapes[0].IsNumber && values is { Length: > 1 }) values = [values];
        Check(values);
        var elements = new double[inputs.Length];
        var advice = inputs.HasArrays ? string.Empty : $" For many points, with a list of values for each variable, call {many}.";
        for (var i = 0; i < values.Length; i++) ArrayInput.Read(values[i], inputs.Shapes[i], Variables[i], elements.AsSpan(inputs.ElementsOf(i)), advice);
        var results = new double[_compiled.ResultLength];
        _compiled.Evaluate(elements, results);
        return results;
    }

    private static IReadOnlyList<string> Named(IReadOnlyList<string> variables)
    {
        foreach (var name in variables) VariableNames.Check(name);
        return variables.Distinct(StringComparer.Ordinal).Count() == variables.Count ? variables : throw new FormatException("An argument is named twice.");
    }

    private double[][] Rows(double[][] columns)
    {
        RequireNumbers();

        // PowerShell takes the elements of an untyped array for the arguments; with one variable they can only be its values.
        if (Variables.Count == 1 && columns is [_, _, ..] && columns.All(static column => column is [_])) columns = [[.. columns.Select(static column => column[0])]];
        Check(columns);
        return _compiled.EvaluateRows(Array.ConvertAll(columns, static column => (ReadOnlyMemory<double>)column));
    }

    private void RequireNumbers()
    {
        if (_compiled.OutputShapes is not null) Expression.OfNumbers("InvokeMany");
    }

    /// <summary>Columns of numbers of lists of whatever numbers there are.</summary>
    private double[][] Columns(object[] given)
    {
        RequireNumbers();

        // PowerShell takes the elements of an untyped array for the arguments; with one variable they can only be its values.
        if (Variables.Count == 1 && given is not [_] && !Array.Exists(given, static value => NumberInput.Unwrap(value) is IList)) given = [given];
        Check(given);
        var columns = new double[given.Length][];
        for (var i = 0; i < given.Length; i++)
        {
            var value = NumberInput.Unwrap(given[i]);
            if (value is double[] numbers)
            {
                columns[i] = numbers;
                continue;
            }

            var list = value is IList and not Array { Rank: > 1 } ? (IList)value : new[] { value };
            columns[i] = new double[list.Count];
            for (var j = 0; j < list.Count; j++)
            {
                if (!NumberInput.TryGetDouble(list[j], out columns[i][j])) throw new AutodiffException(ErrorIds.ValueNotNumeric, string.Create(CultureInfo.InvariantCulture, $"Value {j + 1} of '{Variables[i]}' is not a number.{NumberInput.CommaHint(list[j])}"));
            }
        }

        return columns;
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
