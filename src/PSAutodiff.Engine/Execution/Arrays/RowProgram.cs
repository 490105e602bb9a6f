using PSAutodiff.Core;

namespace PSAutodiff.Execution.Arrays;

/// <summary>Expressions of one row over arrays, compiled to be computed for many rows or summed over them. Safe to share between threads.</summary>
internal sealed class RowProgram
{
    private RowProgram(ArrayTape rows, RowSum[] sums, ArrayTape? after, int?[] directSums, VariableLayout results)
    {
        (Rows, Sums, After, Results) = (rows, sums, after, results);
        DirectSums = directSums;
    }

    /// <summary>What is computed for each row.</summary>
    public ArrayTape Rows { get; }

    /// <summary>What is summed of it; nothing where the values of all rows are wanted.</summary>
    public RowSum[] Sums { get; }

    /// <summary>The results from the sums, whose inputs are those of <see cref="Rows"/>, the sums and the number of rows; null where each result is a sum.</summary>
    public ArrayTape? After { get; }

    /// <summary>For each sum, where among the elements of the results it belongs; null for the inputs of <see cref="After"/>.</summary>
    public int?[] DirectSums { get; }

    /// <summary>The results, with names that mean nothing.</summary>
    public VariableLayout Results { get; }

    /// <summary>Number of elements that one row computes, copies or looks at, products of sums included.</summary>
    public double WorkOfRow => Rows.Rows.Work + Sums.Sum(static sum => (double)sum.Shape.Count * sum.Depth);

    /// <summary>Compiles expressions whose values are wanted for every row.</summary>
    /// <param name="outputs">The expressions of one row.</param>
    /// <param name="inputs">The variables that are the same for all rows.</param>
    /// <param name="columns">The variables that vary by row.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">A variable is missing or has another shape, or the arrays are too large.</exception>
    public static RowProgram ForValues(RootedGraph outputs, VariableLayout inputs, VariableLayout columns, CancellationToken cancellation) =>
        new(ArrayTape.Compile(outputs, inputs, columns, cancellation), [], null, [], ResultsOf(outputs));

    /// <summary>Compiles expressions whose sums over rows are wanted.</summary>
    /// <inheritdoc cref="ForValues"/>
    public static RowProgram ForSums(RootedGraph outputs, VariableLayout inputs, VariableLayout columns, CancellationToken cancellation)
    {
        var sums = RowSums.Of(outputs, columns, cancellation);
        var rows = ArrayTape.Compile(sums.Rows, inputs, columns, cancellation);
        var results = ResultsOf(outputs);
        var direct = new int?[sums.Sums.Length];
        var graph = sums.After.Graph;
        var areAllDirect = true;
        for (var i = 0; i < sums.After.Length; i++)
        {
            var root = sums.After.Roots[i];
            var sum = graph.IsVariable(root) ? sums.IndexOf(graph.NameOf(root)) : -1;
            if (sum >= 0 && direct[sum] is null) direct[sum] = results.ElementsOf(i).Start.Value;
            else areAllDirect = false;
        }

        if (areAllDirect) return new RowProgram(rows, sums.Sums, null, direct, results);
        string[] names = [.. inputs.Names, .. Enumerable.Range(0, sums.Sums.Length).Select(RowSums.NameOf), RowSums.CountName];
        Shape[] shapes = [.. inputs.Shapes, .. sums.Sums.Select(static sum => sum.Shape), Shape.Number];
        var after = ArrayTape.Compile(sums.After, new VariableLayout(names, shapes), cancellation);
        return new RowProgram(rows, sums.Sums, after, new int?[direct.Length], results);
    }

    private static VariableLayout ResultsOf(RootedGraph outputs) =>
        new(new string[outputs.Length], Array.ConvertAll(outputs.Roots, outputs.Graph.ShapeOf));
}
