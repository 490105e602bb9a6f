using PSAutodiff.Core;

namespace PSAutodiff.Execution.Arrays;

/// <summary>Expressions of one row over arrays, compiled to be computed for many rows or summed over them. Safe to share between threads.</summary>
internal sealed class RowProgram
{
    private RowProgram(ArrayTape rows, RowSum[] sums, SumTarget[] targets, RowRest? rest, VariableLayout results) =>
        (Rows, Sums, Targets, Rest, Results) = (rows, sums, targets, rest, results);

    /// <summary>What is computed for each row.</summary>
    public ArrayTape Rows { get; }

    /// <summary>What is summed of it; nothing where the values of all rows are wanted.</summary>
    public RowSum[] Sums { get; }

    /// <summary>For each sum, where its elements belong.</summary>
    public SumTarget[] Targets { get; }

    /// <summary>How the results are made that are no sums themselves; null where each is one.</summary>
    public RowRest? Rest { get; }

    /// <summary>The results, with names that mean nothing.</summary>
    public VariableLayout Results { get; }

    /// <summary>Number of elements that one row computes, copies or looks at, products of sums included.</summary>
    public double WorkOfRow => Rows.Rows.Work + Sums.Sum(static sum => sum.WorkOfRow);

    /// <summary>Compiles expressions whose values are wanted for every row.</summary>
    /// <param name="outputs">The expressions of one row.</param>
    /// <param name="inputs">The variables that are the same for all rows.</param>
    /// <param name="columns">The variables that vary by row.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">A variable is missing or has another shape, or the arrays are too large.</exception>
    /// <param name="isNarrow">Whether products are made in single precision; the values are in double then too.</param>
    public static RowProgram ForValues(RootedGraph outputs, VariableLayout inputs, VariableLayout columns, CancellationToken cancellation, bool isNarrow = false) =>
        new(ArrayTape.Compile(outputs, inputs, columns, isNarrow ? new bool[outputs.Length] : null, cancellation), [], [], null, ResultsOf(outputs));

    /// <summary>Compiles expressions whose sums over rows are wanted.</summary>
    /// <inheritdoc cref="ForValues"/>
    /// <param name="outputs">The expressions of one row.</param>
    /// <param name="inputs">The variables that are the same for all rows.</param>
    /// <param name="columns">The variables that vary by row.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <param name="isNarrow">Whether products are made in single precision; it is run with numbers of that then.</param>
    public static RowProgram ForSums(RootedGraph outputs, VariableLayout inputs, VariableLayout columns, CancellationToken cancellation, bool isNarrow = false)
    {
        var sums = RowSums.Of(outputs, columns, cancellation);
        var operands = new bool[sums.Rows.Length];
        foreach (var sum in sums.Sums)
        {
            if (sum.Kind == RowSumKind.Product) operands[sum.X] = operands[sum.Y] = true;
        }

        var rows = ArrayTape.Compile(sums.Rows, inputs, columns, isNarrow ? operands : null, cancellation);
        var results = ResultsOf(outputs);
        var targets = new SumTarget[sums.Sums.Length];

        // A result that is a sum is summed where it belongs, unless something else is made of that sum too.
        int[] sumOf = [.. sums.After.Roots.Select(sums.IndexOf)];
        int[] apart = [.. Enumerable.Range(0, sumOf.Length).Where(i => sumOf[i] < 0)];
        var isUsed = Only(apart).Reachable();
        var counts = sums.After.Roots.CountBy(static root => root).ToDictionary();
        int[] rest = [.. Enumerable.Range(0, sumOf.Length).Where(i => sumOf[i] < 0 || IsShared(sums.After.Roots[i]))];
        for (var i = 0; i < sumOf.Length; i++)
        {
            if (sumOf[i] >= 0) targets[sumOf[i]] = new SumTarget(results.ElementsOf(i).Start.Value, IsResult: true);
        }

        if (rest.Length == 0) return new RowProgram(rows, sums.Sums, targets, null, results);
        var variables = Only(rest).VariablesAndShapes();
        var layout = new VariableLayout([.. variables.Select(static one => one.Name)], [.. variables.Select(static one => one.Shape)]);
        var inputOf = Enumerable.Range(0, inputs.Names.Count).ToDictionary(i => inputs.Names[i], StringComparer.Ordinal);
        var (given, count) = (new List<(Range From, int To)>(), -1);
        for (var i = 0; i < variables.Length; i++)
        {
            var (name, at) = (variables[i].Name, layout.ElementsOf(i).Start.Value);
            if (name == RowSums.CountName) count = at;
            else if (sums.IndexOf(name) is >= 0 and var sum) targets[sum] = new SumTarget(at, IsResult: false);
            else given.Add((inputs.ElementsOf(inputOf[name]), at));
        }

        var tape = ArrayTape.Compile(Only(rest), layout, cancellation);
        return new RowProgram(rows, sums.Sums, targets, new RowRest(tape, [.. given], count, [.. rest.Select(i => results.ElementsOf(i).Start.Value)]), results);

        bool IsShared(int root) => (root < isUsed.Length && isUsed[root]) || counts[root] > 1;

        RootedGraph Only(int[] some) => sums.After with { Roots = [.. some.Select(i => sums.After.Roots[i])] };
    }

    private static VariableLayout ResultsOf(RootedGraph outputs) =>
        new(new string[outputs.Length], Array.ConvertAll(outputs.Roots, outputs.Graph.ShapeOf));
}

/// <summary>Where the elements of a sum over rows belong.</summary>
/// <param name="Start">The first of them.</param>
/// <param name="IsResult">Whether that is among the elements of the results, and not in the memory of <see cref="RowRest"/>.</param>
internal readonly record struct SumTarget(int Start, bool IsResult);

/// <summary>How results are made of sums over rows.</summary>
/// <param name="Tape">What is computed; its inputs are the sums that are needed and some of those of all rows.</param>
/// <param name="Given">The inputs of all rows that are needed: which elements, and where they go.</param>
/// <param name="Count">Where the number of rows goes; -1 for nowhere.</param>
/// <param name="Results">For each result, where its elements belong.</param>
internal sealed record RowRest(ArrayTape Tape, (Range From, int To)[] Given, int Count, int[] Results);
