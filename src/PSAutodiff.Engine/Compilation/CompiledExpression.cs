using System.Buffers;
using PSAutodiff.Compilation;
using PSAutodiff.Graphs;

namespace PSAutodiff;

/// <summary>
/// Several expressions compiled into one program, evaluated together on numbers. Safe to share between threads.
/// </summary>
public sealed class CompiledExpression
{
    private readonly Tape _tape;

    private CompiledExpression(Tape tape, IReadOnlyList<string> variables)
    {
        _tape = tape;
        Variables = variables;
    }

    /// <summary>The variables, in the order in which their values are given.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>Number of expressions, and so of results.</summary>
    public int OutputCount => _tape.Outputs.Length;

    internal Tape Tape => _tape;

    /// <summary>Compiles expressions.</summary>
    /// <param name="outputs">The expressions whose values are wanted, in order.</param>
    /// <param name="variables">The order of the variables' values; by default all variables in ordinal order.</param>
    /// <exception cref="AutodiffException">An expression has a variable that <paramref name="variables"/> lacks.</exception>
    public static CompiledExpression Compile(IReadOnlyList<ExprNode> outputs, IReadOnlyList<string>? variables = null)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        var (graph, roots) = ExprNode.Flatten(outputs);
        return Compile(graph, roots, variables);
    }

    internal static CompiledExpression Compile(Graph graph, int[] roots, IReadOnlyList<string>? variables = null)
    {
        variables ??= graph.VariablesOf(roots);
        return new CompiledExpression(Tape.Compile(graph, roots, variables), variables);
    }

    /// <summary>Evaluates all expressions at one point, following IEEE arithmetic.</summary>
    /// <param name="values">Values of <see cref="Variables"/>, in order.</param>
    /// <param name="results">Gets <see cref="OutputCount"/> values, in order.</param>
    public void Evaluate(ReadOnlySpan<double> values, Span<double> results)
    {
        const int onStack = 256;
        double[]? rented = null;
        var registers = _tape.RegisterCount <= onStack
            ? stackalloc double[onStack]
            : rented = ArrayPool<double>.Shared.Rent(_tape.RegisterCount);
        values[.._tape.InputCount].CopyTo(registers);
        _tape.Constants.CopyTo(registers[_tape.InputCount..]);
        _tape.Run(registers);
        for (var i = 0; i < _tape.Outputs.Length; i++) results[i] = registers[_tape.Outputs[i]];
        if (rented is not null) ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>Evaluates a single expression at one point.</summary>
    public double Evaluate(params ReadOnlySpan<double> values)
    {
        Span<double> result = stackalloc double[1];
        Evaluate(values, result);
        return result[0];
    }
}
