using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Execution.Scalar;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>
/// Several expressions compiled into one program and evaluated together, on numbers or on whole columns. Safe to share between
/// threads. How a program is run changes by itself with its size and use; the results do not, bit for bit. Vectors and matrices go in and
/// come out element by element, row after row.
/// </summary>
public sealed class CompiledExpression
{
    private readonly Tape? _tape;
    private readonly ArrayTape? _arrays;
    private readonly RowForms? _rowForms;

    // Small arrays, written out to numbers.
    private readonly CompiledExpression? _elements;
    private readonly ElementRows? _elementRows;
    private readonly TapeRunner? _runner;

    private CompiledExpression(Tape tape, VariableLayout inputs, int firstInputs)
    {
        _tape = tape;
        Inputs = inputs;
        _runner = new TapeRunner(tape, firstInputs);
        (OutputCount, ResultLength) = (tape.Outputs.Length, tape.Outputs.Length);
    }

    private CompiledExpression(ArrayTape arrays, RootedGraph outputs)
    {
        (_arrays, _rowForms) = (arrays, new RowForms(outputs, arrays.Inputs));
        Inputs = arrays.Inputs;
        OutputShapes = arrays.OutputShapes;
        (OutputCount, ResultLength) = (OutputShapes.Length, arrays.OutputLength);
    }

    private CompiledExpression(CompiledExpression elements, VariableLayout inputs, Shape[] results)
    {
        (_elements, _elementRows) = (elements, new ElementRows(elements, inputs, results));
        (Inputs, OutputShapes) = (inputs, results);
        (OutputCount, ResultLength) = (results.Length, elements.OutputCount);
    }

    /// <summary>The variables, in the order in which their values are given.</summary>
    public IReadOnlyList<string> Variables => Inputs.Names;

    /// <summary>Number of expressions.</summary>
    public int OutputCount { get; }

    /// <summary>Number of elements of all results: that of the expressions where all are numbers.</summary>
    public int ResultLength { get; }

    /// <summary>Number of operations that one evaluation takes; shared parts and constants cost nothing twice.</summary>
    public int OperationCount => _tape?.Instructions.Length ?? _elements?.OperationCount ?? _arrays!.OperationCount;

    /// <summary>Number of elements that one evaluation computes, or looks at where it joins several to one.</summary>
    internal double Work => _tape?.Instructions.Length ?? _elements?.Work ?? _arrays!.Work;

    /// <summary>The variables with their shapes.</summary>
    internal VariableLayout Inputs { get; }

    /// <summary>The shapes of the results; null where all are numbers, and all variables too.</summary>
    internal Shape[]? OutputShapes { get; }

    /// <exception cref="AutodiffException">There are arrays.</exception>
    internal Tape Tape => _tape ?? throw NumbersAlone();

    /// <summary>Evaluates at single points, without checks.</summary>
    /// <exception cref="AutodiffException">There are arrays.</exception>
    internal TapeRunner Runner => _runner ?? throw NumbersAlone();

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
        Compile(VariableLayout.Of(variables ?? outputs.Variables(), outputs), outputs, cancellation);

    internal static CompiledExpression Compile(VariableLayout inputs, RootedGraph outputs, CancellationToken cancellation) =>
        inputs.HasArrays || (outputs.Graph.Arrays is not null && outputs.Graph.HasArrays(outputs.Reachable()))
            ? OfArrays(inputs, outputs, cancellation)
            : new(Tape.Compile(outputs, inputs.Names, [], cancellation), inputs, inputs.Length);

    private static CompiledExpression OfArrays(VariableLayout inputs, RootedGraph outputs, CancellationToken cancellation)
    {
        if (ElementForms.Of(outputs, inputs, cancellation) is not { } elements) return new(ArrayTape.Compile(outputs, inputs, cancellation), outputs);
        string[] names = [.. Enumerable.Range(0, inputs.Length).Select(ElementForms.NameOf)];
        return new(new(Tape.Compile(elements, names, [], cancellation), new VariableLayout(names), names.Length), inputs, Array.ConvertAll(outputs.Roots, outputs.Graph.ShapeOf));
    }

    /// <summary>The same for runs whose inputs stand in two places, and with parts of the outputs computed before all else.</summary>
    /// <param name="outputs">The expressions whose values are wanted, in order.</param>
    /// <param name="variables">The order of the variables' values.</param>
    /// <param name="first">See <see cref="Tape.Compile"/>.</param>
    /// <param name="firstInputs">How many values stand in the first place; null for all.</param>
    /// <param name="cancellation">Ends the compiling early.</param>
    /// <param name="products">See <see cref="Tape.Compile"/>.</param>
    internal static CompiledExpression Compile(RootedGraph outputs, IReadOnlyList<string> variables, ReadOnlySpan<int> first, int? firstInputs, CancellationToken cancellation, WrittenProducts? products = null) =>
        new(Tape.Compile(outputs, variables, first, cancellation, products), new VariableLayout(variables), firstInputs ?? variables.Count);

    /// <summary>Evaluates all expressions at one point, following IEEE arithmetic.</summary>
    /// <param name="values">Values of <see cref="Variables"/>, in order; of arrays all elements, row after row.</param>
    /// <param name="results">Gets <see cref="ResultLength"/> values, in order.</param>
    /// <exception cref="ArgumentException">There are fewer values than variables have elements, or fewer places than results.</exception>
    public void Evaluate(ReadOnlySpan<double> values, Span<double> results) => Evaluate(values, results, CancellationToken.None);

    internal void Evaluate(ReadOnlySpan<double> values, Span<double> results, CancellationToken cancellation)
    {
        if (values.Length < Inputs.Length) throw new ArgumentException($"The variables have {Inputs.Length} elements but there are {values.Length} values.", nameof(values));
        if (results.Length < ResultLength) throw new ArgumentException($"There are {ResultLength} results but {results.Length} places.", nameof(results));
        if (_runner is not null) _runner.Run(values[.._runner.FirstInputs], values[_runner.FirstInputs..Inputs.Length], results);
        else if (_elements is not null) _elements.Evaluate(values[..Inputs.Length], results, cancellation);
        else _arrays!.Run(values, results, cancellation);
    }

    /// <summary>Evaluates the first expression, a number, at one point.</summary>
    /// <param name="values">Values of <see cref="Variables"/>, in order; of arrays all elements, row after row.</param>
    public double Evaluate(params ReadOnlySpan<double> values)
    {
        const int onStack = 16;
        var results = ResultLength <= onStack ? stackalloc double[onStack] : new double[ResultLength];
        Evaluate(values, results);
        return results[0];
    }

    /// <summary>Evaluates all expressions for many rows, on all processors.</summary>
    /// <param name="columns">
    /// For each variable, in order, a value for every row, or a single value for all rows; of arrays all elements, row after row.
    /// </param>
    /// <param name="cancellation">Ends the evaluation early.</param>
    /// <returns>
    /// For each expression an array with a value for every row, of arrays all elements row after row; one row when all columns are single values.
    /// </returns>
    /// <exception cref="AutodiffException">Columns differ in length.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public double[][] EvaluateRows(IReadOnlyList<ReadOnlyMemory<double>> columns, CancellationToken cancellation = default)
    {
        var inputs = Columns(columns);
        var rowCount = RowCount(inputs);
        var results = new double[OutputCount][];
        for (var i = 0; i < results.Length; i++) results[i] = new double[RowForms.LengthOf(ShapeOf(i), rowCount)];
        Evaluate(inputs, rowCount, results, cancellation);
        return results;
    }

    /// <summary>The same into arrays that are given, and may be used again and again.</summary>
    /// <param name="columns">As above.</param>
    /// <param name="results">For each expression an array with room for its elements in every row.</param>
    /// <param name="cancellation">Ends the evaluation early.</param>
    /// <exception cref="AutodiffException">Columns differ in length.</exception>
    /// <exception cref="ArgumentException">An array is missing or too short.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public void EvaluateRows(IReadOnlyList<ReadOnlyMemory<double>> columns, double[][] results, CancellationToken cancellation = default)
    {
        var inputs = Columns(columns);
        var rowCount = RowCount(inputs);
        ArgumentNullException.ThrowIfNull(results);
        if (results.Length != OutputCount) throw new ArgumentException($"There are {OutputCount} expressions but {results.Length} arrays.", nameof(results));
        for (var i = 0; i < results.Length; i++)
        {
            var needed = RowForms.LengthOf(ShapeOf(i), rowCount);
            if (results[i] is null || results[i].Length < needed) throw new ArgumentException($"Expression {i + 1} has {needed} elements over all rows but {results[i]?.Length ?? 0} places.", nameof(results));
        }

        Evaluate(inputs, rowCount, results, cancellation);
    }

    private void Evaluate(ReadOnlyMemory<double>[] inputs, int rowCount, double[][] results, CancellationToken cancellation)
    {
        if (_elementRows is not null) _elementRows.Evaluate(inputs, rowCount, results, cancellation);
        else if (_rowForms is not null) _rowForms.Evaluate(inputs, rowCount, results, cancellation);
        else EvaluateRows(inputs, rowCount, results, cancellation);
    }

    private Shape ShapeOf(int output) => OutputShapes is { } shapes ? shapes[output] : Shape.Number;

    /// <summary>The same of numbers into given arrays, without checks.</summary>
    internal void EvaluateRows(ReadOnlyMemory<double>[] columns, int rowCount, double[][] results, CancellationToken cancellation)
    {
        if (FewRows.Suits(Runner, rowCount)) FewRows.Evaluate(Runner, columns, rowCount, results, cancellation);
        else new RowEvaluator(Tape, columns) { Cancellation = cancellation }.Evaluate(rowCount, results);
    }

    /// <summary>
    /// The sums of all expressions over many rows, on all processors, without a result for each row in memory. The order of
    /// summation is fixed, so the sums do not depend on the number of processors.
    /// </summary>
    /// <param name="columns">
    /// For each variable, in order, a value for every row, or a single value for all rows; of arrays all elements, row after row.
    /// </param>
    /// <param name="cancellation">Ends the evaluation early.</param>
    /// <returns><see cref="ResultLength"/> sums, in order.</returns>
    /// <exception cref="AutodiffException">Columns differ in length.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public double[] SumRows(IReadOnlyList<ReadOnlyMemory<double>> columns, CancellationToken cancellation = default)
    {
        var inputs = Columns(columns);
        var rowCount = RowCount(inputs);
        if (_elementRows is not null) return _elementRows.Sum(inputs, rowCount, cancellation);
        if (_rowForms is not null) return _rowForms.Sum(inputs, rowCount, cancellation);
        return new RowEvaluator(Tape, inputs) { Cancellation = cancellation }.Sum(rowCount);
    }

    /// <summary>The number of rows of columns, of which single values stand for all rows.</summary>
    internal int RowCount(IReadOnlyList<ReadOnlyMemory<double>> columns) => RowCount(Columns(columns));

    // Looked at often: through the interface each look would cost as much as some steps over the rows.
    private ReadOnlyMemory<double>[] Columns(IReadOnlyList<ReadOnlyMemory<double>> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count != Variables.Count) throw new ArgumentException($"There are {Variables.Count} variables but {columns.Count} columns.", nameof(columns));
        return columns as ReadOnlyMemory<double>[] ?? [.. columns];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int RowCount(ReadOnlyMemory<double>[] columns)
    {
        var (first, count) = (-1, 1);
        for (var i = 0; i < columns.Length; i++)
        {
            var size = OutputShapes is null ? 1 : (int)Inputs.Shapes[i].Count;
            if (columns[i].Length == size) continue;
            var (rows, rest) = Math.DivRem(columns[i].Length, size);
            if (rest != 0) throw new AutodiffException(ErrorIds.LengthMismatch, $"Variable '{Variables[i]}' is {Inputs.Shapes[i].InWords()} and has {columns[i].Length} elements over all rows, which is not a whole number of rows.");
            if (first < 0) (first, count) = (i, rows);
            if (rows == count) continue;
            throw new AutodiffException(
                ErrorIds.LengthMismatch,
                $"Variable '{Variables[first]}' has {count} values, but '{Variables[i]}' has {rows}. Give each the same number, or a single value for all.");
        }

        return count;
    }

    private AutodiffException NumbersAlone()
    {
        var name = Enumerable.Range(0, Variables.Count).FirstOrDefault(i => !Inputs.Shapes[i].IsNumber, -1);
        return new AutodiffException(
            ErrorIds.ArraysUnsupported,
            $"This works on expressions of numbers so far, and here {(name < 0 ? "are vectors or matrices" : $"'{Variables[name]}' is {Inputs.Shapes[name].InWords()}")}. Evaluate at one point at a time.");
    }
}
