using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;
using PSAutodiff.Passes.Elements;

namespace PSAutodiff.Execution.Arrays;

/// <summary>
/// Expressions of small vectors and matrices as expressions of their elements, which are numbers. An operation on three numbers costs less than
/// one on an array of three.
/// </summary>
internal static class ElementForms
{
    private const int LargestArray = 4096;

    // Operations on numbers for one on arrays, beyond which loops over the elements are faster.
    private const int MostForOne = 16;

    // About as many for each element of an operation that does not say it.
    private const int WorkOfElement = 8;

    private const int MostOperations = 1 << 14;

    /// <summary>The elements of all results as expressions of the elements of the variables; null where arrays are better, or have no such form.</summary>
    /// <param name="outputs">The expressions.</param>
    /// <param name="inputs">Their variables.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <param name="mostNumbers">Numbers computed up to which arrays are small, however few operations compute them.</param>
    /// <param name="products">Gets the products of arrays, with which the bits are those of rows of arrays; null if nobody asks.</param>
    public static RootedGraph? Of(RootedGraph outputs, VariableLayout inputs, CancellationToken cancellation, int mostNumbers = 0, WrittenProducts? products = null)
    {
        var (graph, roots) = outputs;
        var reachable = outputs.Reachable();
        if (!IsSmall(graph, reachable, inputs, mostNumbers)) return null;
        graph.RequireDefinitions(reachable);
        var builder = new GraphBuilder { Cancellation = cancellation };
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < inputs.Names.Count; i++) places.Add(inputs.Names[i], i);
        return ElementWriter.Write(outputs, builder, Variable, hasSameBits: mostNumbers == 0, products) is { } elements ? builder.Build(elements) : null;

        // What is missing is said where arrays are computed.
        Term[]? Variable(string name, Shape shape)
        {
            if (!places.TryGetValue(name, out var place) || !inputs.Shapes[place].IsLike(shape)) return null;
            var (start, end) = (inputs.ElementsOf(place).Start.Value, inputs.ElementsOf(place).End.Value);
            return [.. Enumerable.Range(start, end - start).Select(element => builder.Term(builder.Variable(NameOf(element))))];
        }
    }

    /// <summary>The name of an element of the variables, which are counted through.</summary>
    public static string NameOf(int element) => element.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static bool IsSmall(Graph graph, bool[] reachable, VariableLayout inputs, int mostNumbers)
    {
        var (operations, numbers) = (0, 0.0);
        foreach (var shape in inputs.Shapes)
        {
            if (shape.Count > LargestArray) return false;
        }

        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id] || graph.IsIndex(id)) continue;
            var shape = graph.ShapeOf(id);
            if (shape.Count > LargestArray) return false;
            if (graph.IsLeaf(id)) continue;
            var operation = graph.OperationOf(id);
            var work = operation is not ArrayOperation array ? shape.Count : array.OperationsOf(new ArgumentShapes(graph.ShapeOf(graph.X(id)), ShapeOf(graph, id, 1), Shape.Number, []));
            if (work < 0 && mostNumbers > 0) work = WorkOfElement * shape.Count;
            if (work < 0) return false;
            if (work == 0) continue;
            operations++;
            numbers += work;
            if (numbers > MostOperations) return false;
        }

        return operations > 0 && numbers <= Math.Max(mostNumbers, operations * MostForOne);
    }

    private static Shape ShapeOf(Graph graph, int id, int argument) =>
        argument < graph.OperationOf(id).Arity && graph.Argument(id, argument) is var of && !graph.IsIndex(of) ? graph.ShapeOf(of) : Shape.Number;
}
