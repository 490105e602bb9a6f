using PSAutodiff.Core;
using PSAutodiff.Execution.Scalar;

namespace PSAutodiff;

/// <summary>
/// Several expressions compiled into one program and evaluated together, on numbers or on whole columns. Safe to share between
/// threads. How a program is run changes by itself with its size and use; the results do not, bit for bit.
/// </summary>
public sealed class CompiledExpression
{
    private readonly Tape _tape;

    private CompiledExpression(Tape tape, IReadOnlyList<string> variables, int firstInputs)
    {
        _tape = tape;
        Variables = variables;
        Runner = new TapeRunner(tape, firstInputs);
    }

    /// <summary>The variables, in the order in which their values are given.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>Number of expressions, and so of results.</summary>
    public int OutputCount => _tape.Outputs.Length;

    /// <summary>Number of operations that one evaluation takes; shared parts and constants cost nothing twice.</summary>
    public int OperationCount => _tape.Instructions.Length;

    internal Tape Tape => _tape;

    /// <summary>Evaluates at single points, without checks.</summary>
    internal TapeRunner Runner { get; }

    /// <summary>Compiles expressions.</summary>
    /// <param name="outputs">The expressions whose values are wanted, in order.</param>
    /// <param name="variables">The order of the variables' values; by default all variables in ordinal order.</param>
    /// <param name="cancellation">Ends the compiling early.</param>
    /// <exception cref="AutodiffException">An expression has a variable that <paramref name="variables"/> lacks.</exception>
    /// <exception cref="OperationCanceledException">The compiling was cancelled.</exception>
    public static CompiledExpression Compile(
        IReadOnlyList<ExprNode> outputs,
        IReadOnlyList<string>? variables = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        return Compile(ExprNode.Flatten(outputs, cancellation), variables, cancellation);
    }

    internal static CompiledExpression Compile(RootedGraph outputs, IReadOnlyList<string>? variables = null, CancellationToken cancellation = default) =>
        Compile(outputs, variables ?? outputs.Variables(), [], null, cancellation);

    /// <summary>The same for runs whose inputs stand in two places, and with parts of the outputs computed before all else.</summary>
    /// <param name="outputs">The expressions whose values are wanted, in order.</param>
    /// <param name="variables">The order of the variables' values.</param>
    /// <param name="first">See <see cref="Tape.Compile"/>.</param>
    /// <param name="firstInputs">How many values stand in the first place; null for all.</param>
    /// <param name="cancellation">Ends the compiling early.</param>
    internal static CompiledExpression Compile(RootedGraph outputs, IReadOnlyList<string> variables, ReadOnlySpan<int> first, int? firstInputs, CancellationToken cancellation) =>
        new(Tape.Compile(outputs, variables, first, cancellation), variables, firstInputs ?? variables.Count);

    /// <summary>Evaluates all expressions at one point, following IEEE arithmetic.</summary>
    /// <param name="values">Values of <see cref="Variables"/>, in order.</param>
    /// <param name="results">Gets <see cref="OutputCount"/> values, in order.</param>
    /// <exception cref="ArgumentException">There are fewer values than variables or fewer places than outputs.</exception>
    public void Evaluate(ReadOnlySpan<double> values, Span<double> results)
    {
        if (values.Length < _tape.InputCount) throw new ArgumentException($"There are {_tape.InputCount} variables but {values.Length} values.", nameof(values));
        if (results.Length < _tape.Outputs.Length) throw new ArgumentException($"There are {_tape.Outputs.Length} outputs but {results.Length} places.", nameof(results));
        Runner.Run(values[..Runner.FirstInputs], values[Runner.FirstInputs.._tape.InputCount], results);
    }

    /// <summary>Evaluates the first expression at one point.</summary>
    /// <param name="values">Values of <see cref="Variables"/>, in order.</param>
    public double Evaluate(params ReadOnlySpan<double> values)
    {
        const int onStack = 16;
        var results = OutputCount <= onStack ? stackalloc double[onStack] : new double[OutputCount];
        Evaluate(values, results);
        return results[0];
    }

    /// <summary>Evaluates all expressions for many rows, on all processors.</summary>
    /// <param name="columns">For each variable, in order, a value for every row, or a single value for all rows.</param>
    /// <param name="cancellation">Ends the evaluation early.</param>
    /// <returns>For each expression an array with a value for every row; one row when all columns are single values.</returns>
    /// <exception cref="AutodiffException">Columns differ in length.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public double[][] EvaluateRows(IReadOnlyList<ReadOnlyMemory<double>> columns, CancellationToken cancellation = default)
    {
        var rowCount = RowCount(columns);
        var results = new double[OutputCount][];
        for (var i = 0; i < results.Length; i++) results[i] = new double[rowCount];
        ReadOnlyMemory<double>[] inputs = [.. columns];
        if (FewRows.Suits(Runner, rowCount)) FewRows.Evaluate(Runner, inputs, rowCount, results, cancellation);
        else new RowEvaluator(_tape, inputs) { Cancellation = cancellation }.Evaluate(rowCount, results);
        return results;
    }

    /// <summary>
    /// The sums of all expressions over many rows, on all processors, without a result for each row in memory. The order of
    /// summation is fixed, so the sums do not depend on the number of processors.
    /// </summary>
    /// <param name="columns">For each variable, in order, a value for every row, or a single value for all rows.</param>
    /// <param name="cancellation">Ends the evaluation early.</param>
    /// <exception cref="AutodiffException">Columns differ in length.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public double[] SumRows(IReadOnlyList<ReadOnlyMemory<double>> columns, CancellationToken cancellation = default)
    {
        var rowCount = RowCount(columns);
        return new RowEvaluator(_tape, [.. columns]) { Cancellation = cancellation }.Sum(rowCount);
    }

    /// <summary>The number of rows of columns, of which single values stand for all rows.</summary>
    internal int RowCount(IReadOnlyList<ReadOnlyMemory<double>> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count != Variables.Count) throw new ArgumentException($"There are {Variables.Count} variables but {columns.Count} columns.", nameof(columns));
        var longest = -1;
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Length == 1) continue;
            if (longest < 0) longest = i;
            if (columns[i].Length == columns[longest].Length) continue;
            throw new AutodiffException(
                ErrorIds.LengthMismatch,
                $"Variable '{Variables[longest]}' has {columns[longest].Length} values, but '{Variables[i]}' has {columns[i].Length}. Give each the same number, or a single value for all.");
        }

        return longest < 0 ? 1 : columns[longest].Length;
    }
}
