using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff.Execution.Arrays;

/// <summary>
/// Expressions of arrays as instructions over one flat arena of numbers: inputs, constants, and intermediate values, whose places are used
/// again by liveness. Element-wise results take the place of an argument that is not needed any more. What is joined from many parts, or
/// summed from parts of zeros, is written part by part, so it costs its elements and not a copy of them for each part.
/// </summary>
/// <remarks>
/// Where some variables vary by row, what depends on one of them is computed for blocks of rows by <see cref="RowBlock{T}"/>, all else once before.
/// </remarks>
internal sealed partial class ArrayTape
{
    private readonly StepList _fixed;
    private readonly StepList _list;
    private readonly Loop[] _loops;
    private readonly double[] _constants;
    private readonly Place[] _outputs;
    private double[]? _arena;

    private ArrayTape(StepList fixedList, StepList list, int operationCount, double[] constants, VariableLayout inputs, int length, Place[] outputs)
    {
        _fixed = fixedList;
        _list = list;
        _loops = new LoopFinder(list).Find();
        OperationCount = operationCount;
        _constants = constants;
        ArenaLength = length;
        _outputs = outputs;
        Inputs = inputs;
        foreach (var output in outputs) OutputLength += output.Length;
    }

    /// <summary>The variables that are the same for all rows, in the order of their elements.</summary>
    public VariableLayout Inputs { get; }

    /// <summary>Where the results are.</summary>
    public IReadOnlyList<Place> Outputs => _outputs;

    /// <summary>What is done for every block of rows; nothing where no variable varies.</summary>
    public RowPart Rows { get; private init; } = RowPart.None;

    /// <summary>Number of all elements of the results.</summary>
    public int OutputLength { get; private set; }

    /// <summary>The shapes of the results.</summary>
    public Shape[] OutputShapes => Array.ConvertAll(_outputs, static output => output.Shape);

    /// <summary>Number of operations; some take no instruction, and what joins many takes one for each of them.</summary>
    public int OperationCount { get; }

    /// <summary>Number of pairs of products with one large matrix that a run reads once for both.</summary>
    public int LoopCount => _loops.Length;

    /// <summary>Number of steps of a run, those of rows left out.</summary>
    public int StepCount => _list.Steps.Length;

    /// <summary>Number of all numbers that a run has in memory, those of rows left out.</summary>
    public int ArenaLength { get; }

    /// <summary>Number of elements that one run computes or copies, or looks at where it joins several to one.</summary>
    public double Work => _list.Work;

    /// <summary>Compiles expressions.</summary>
    /// <param name="outputs">The expressions.</param>
    /// <param name="inputs">The variables in the order of their elements.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">A variable is missing or has another shape, or the arrays are too large.</exception>
    public static ArrayTape Compile(RootedGraph outputs, VariableLayout inputs, CancellationToken cancellation = default) =>
        Compile(outputs, inputs, new VariableLayout([]), cancellation);

    /// <summary>Compiles expressions of one row.</summary>
    /// <param name="outputs">The expressions.</param>
    /// <param name="inputs">The variables that are the same for all rows, in the order of their elements.</param>
    /// <param name="columns">The variables that vary by row.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">A variable is missing or has another shape, or the arrays are too large.</exception>
    public static ArrayTape Compile(RootedGraph outputs, VariableLayout inputs, VariableLayout columns, CancellationToken cancellation = default) =>
        Compile(outputs, inputs, columns, null, cancellation);

    /// <summary>Compiles expressions of one row, in single precision if it is said which of the results go into products over all rows.</summary>
    /// <inheritdoc cref="Compile(RootedGraph, VariableLayout, VariableLayout, CancellationToken)"/>
    /// <param name="outputs">The expressions.</param>
    /// <param name="inputs">The variables that are the same for all rows, in the order of their elements.</param>
    /// <param name="columns">The variables that vary by row.</param>
    /// <param name="operands">
    /// Null for double precision; else whether each result is an operand of a product. Products, what activations make of them, and operands are in
    /// single precision then, all else in double.
    /// </param>
    /// <param name="cancellation">Ends it early.</param>
    public static ArrayTape Compile(RootedGraph outputs, VariableLayout inputs, VariableLayout columns, bool[]? operands, CancellationToken cancellation)
    {
        var (graph, roots) = outputs;
        var reachable = outputs.Reachable();
        graph.RequireDefinitions(reachable);
        return new Compiler(graph, roots, reachable, inputs, columns, operands, cancellation).Compile();
    }

    /// <summary>Computes the results.</summary>
    /// <param name="inputs">The elements of all variables, in order.</param>
    /// <param name="results">Gets the elements of all results, in order.</param>
    /// <param name="cancellation">Ends it early.</param>
    public void Run(ReadOnlySpan<double> inputs, Span<double> results, CancellationToken cancellation = default)
    {
        // One arena is kept between runs, those that are cancelled too; threads that meet make their own.
        var arena = Interlocked.Exchange(ref _arena, null) ?? NewArena(cancellation);
        try
        {
            RunIn(arena, inputs, cancellation);
            foreach (var output in _outputs)
            {
                WorkWatch.Copy(arena.AsSpan(output.Start, output.Length), results, cancellation);
                results = results[output.Length..];
            }
        }
        finally
        {
            _arena = arena;
        }
    }

    /// <summary>Computes all that does not vary by row.</summary>
    /// <param name="arena">Where it is computed; see <see cref="NewArena"/>.</param>
    /// <param name="inputs">The elements of <see cref="Inputs"/>, in order.</param>
    /// <param name="cancellation">Ends it early.</param>
    public void RunIn(double[] arena, ReadOnlySpan<double> inputs, CancellationToken cancellation)
    {
        WorkWatch.Copy(inputs[..Inputs.Length], arena, cancellation);
        RunIn(arena, cancellation);
    }

    /// <summary>The same with the inputs at the beginning of the arena, as far as they are looked at there.</summary>
    /// <inheritdoc cref="RunIn(double[], ReadOnlySpan{double}, CancellationToken)"/>
    public void RunIn(double[] arena, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(arena.Length, ArenaLength, nameof(arena));
        var next = 0;
        foreach (var loop in _loops)
        {
            Run(_list, next, loop.First, arena, cancellation);
            Run(loop, arena, cancellation);
            next = loop.Last + 1;
        }

        Run(_list, next, _list.Steps.Length, arena, cancellation);
    }

    /// <summary>Which inputs are looked at but as matrices of products over rows.</summary>
    public bool[] FindRead()
    {
        var isRead = new bool[Inputs.Length];
        foreach (ref readonly var step in _list.Steps.AsSpan())
        {
            for (var argument = 0; argument < 3; argument++) MarkExtent(_list.ExtentOf(step, argument));
        }

        foreach (var instruction in Rows.Instructions)
        {
            Mark(instruction.X);
            if (instruction.Way != Way.Product) Mark(instruction.Y);
            Mark(instruction.Z);
        }

        foreach (var output in _outputs) Mark(output);
        return [.. Enumerable.Range(0, Inputs.Names.Count).Select(i => isRead.AsSpan(Inputs.ElementsOf(i)).Contains(true))];

        void Mark(in Place place)
        {
            if (!place.Varies) MarkExtent(new Extent(place.Start, place.Length));
        }

        void MarkExtent(Extent extent)
        {
            if (extent.Start < isRead.Length) isRead.AsSpan(extent.Start, Math.Min(extent.Length, isRead.Length - extent.Start)).Fill(true);
        }
    }

    /// <summary>Memory with the constants in it, and with all that depends on them alone.</summary>
    /// <param name="cancellation">Ends it early.</param>
    public double[] NewArena(CancellationToken cancellation = default)
    {
        var arena = GC.AllocateUninitializedArray<double>(ArenaLength);
        _constants.CopyTo(arena, Inputs.Length);
        Run(_fixed, 0, _fixed.Steps.Length, arena, cancellation);
        return arena;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(in Instruction instruction, double[] arena, CancellationToken cancellation)
    {
        var result = instruction.Target.In(arena);
        if (instruction.Way == Way.Copied)
        {
            Copy(instruction.X.In(arena), instruction.Target.Shape, result, cancellation);
            return;
        }

        if (instruction.Operation is ArrayOperation operation)
        {
            var operands = new ArrayOperands
            {
                X = instruction.X.In(arena),
                Y = instruction.Y.In(arena),
                ShapeX = instruction.X.Shape,
                ShapeY = instruction.Y.Shape,
                Shape = instruction.Target.Shape,
                Indices = instruction.Indices,
                Cancellation = cancellation,
            };
            if (instruction.Way == Way.Added) ((PlacingOperation)operation).Add(operands, result);
            else operation.Execute(operands, result);
            return;
        }

        var (x, y, z) = (instruction.X, instruction.Y, instruction.Z);
        var columns = (int)instruction.Target.Shape.Last;
        var watch = new WorkWatch(cancellation);
        for (var row = 0; row < result.Length / columns; row++)
        {
            watch.Count(columns);
            Evaluate(instruction.Operation, Row(x, row, columns, arena), Row(y, row, columns, arena), Row(z, row, columns, arena), result.Slice(row * columns, columns), cancellation);
        }
    }

    /// <summary>Element by element, some at a time where there are many.</summary>
    internal static void Evaluate(Operation operation, ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result, CancellationToken cancellation)
    {
        if (result.Length <= WorkWatch.AtOnce)
        {
            operation.Evaluate(x, y, z, result);
            return;
        }

        for (var first = 0; first < result.Length; first += Math.Min(WorkWatch.AtOnce, result.Length - first))
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(WorkWatch.AtOnce, result.Length - first);
            operation.Evaluate(Part(x, first, count), Part(y, first, count), Part(z, first, count), result.Slice(first, count));
        }

        static ReadOnlySpan<double> Part(ReadOnlySpan<double> elements, int first, int count) => elements.Length <= 1 ? elements : elements.Slice(first, count);
    }

    // Rows of a part to their places within the rows of the whole.
    private static void Copy(ReadOnlySpan<double> part, Shape rows, Span<double> result, CancellationToken cancellation)
    {
        var columns = part.Length / (int)rows.Rows;
        var watch = new WorkWatch(cancellation);
        for (var i = 0; i < (int)rows.Rows; i++, watch.Count(columns)) part.Slice(i * columns, columns).CopyTo(result[(i * (int)rows.Columns)..]);
    }

    private static ReadOnlySpan<double> Row(in Place place, int row, int columns, double[] arena)
    {
        var all = place.In(arena);
        if (all.Length <= 1) return all;
        var (shape, width) = (place.Shape, (int)place.Shape.Last);
        return shape.IsMatrix && shape.Rows > 1 ? all.Slice(row * width, width) : all[..width];
    }
}
