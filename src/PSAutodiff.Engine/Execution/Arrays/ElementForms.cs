using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

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

    private const int MostOperations = 1 << 14;

    /// <summary>The elements of all results as expressions of the elements of the variables; null where arrays are better, or have no such form.</summary>
    /// <param name="outputs">The expressions.</param>
    /// <param name="inputs">Their variables.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static RootedGraph? Of(RootedGraph outputs, VariableLayout inputs, CancellationToken cancellation)
    {
        var (graph, roots) = outputs;
        var reachable = outputs.Reachable();
        if (!IsSmall(graph, reachable, inputs)) return null;
        graph.RequireDefinitions(reachable);
        var builder = new GraphBuilder { Cancellation = cancellation };
        var elements = new Term[reachable.Length][];
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < inputs.Names.Count; i++) names.Add(inputs.Names[i], i);
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id] || graph.IsIndex(id)) continue;
            if (graph.IsVariable(id))
            {
                // What is missing is said where arrays are computed.
                if (!names.TryGetValue(graph.NameOf(id), out var place) || !inputs.Shapes[place].IsLike(graph.ShapeOf(id))) return null;
                var range = inputs.ElementsOf(place);
                elements[id] = [.. Enumerable.Range(range.Start.Value, range.End.Value - range.Start.Value).Select(element => builder.Term(builder.Variable(NameOf(element))))];
            }
            else if (graph.IsConstant(id))
            {
                elements[id] = [builder.Term(builder.Constant(graph.ConstantOf(id)))];
            }
            else if (graph.IsArray(id))
            {
                elements[id] = [.. graph.ArrayOf(id).Elements.ToArray().Select(element => builder.Term(builder.Constant(element)))];
            }
            else if (!TryWriteOut(graph, id, elements, builder))
            {
                return null;
            }
        }

        return builder.Build([.. roots.SelectMany(root => elements[root]).Select(static element => element.Id)]);
    }

    /// <summary>The name of an element of the variables, which are counted through.</summary>
    public static string NameOf(int element) => element.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static bool IsSmall(Graph graph, bool[] reachable, VariableLayout inputs)
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
            if (work < 0) return false;
            if (work == 0) continue;
            operations++;
            numbers += work;
            if (numbers > MostOperations) return false;
        }

        return operations > 0 && numbers <= operations * MostForOne;
    }

    private static Shape ShapeOf(Graph graph, int id, int argument) =>
        argument < graph.OperationOf(id).Arity && graph.Argument(id, argument) is var of && !graph.IsIndex(of) ? graph.ShapeOf(of) : Shape.Number;

    private static bool TryWriteOut(Graph graph, int id, Term[][] elements, GraphBuilder builder)
    {
        var (operation, shape) = (graph.OperationOf(id), graph.ShapeOf(id));
        var result = elements[id] = new Term[(int)shape.Count];
        var count = operation.ExpressionCount;
        if (operation is ArrayOperation array)
        {
            var arguments = new ArrayElements
            {
                X = count > 0 ? elements[graph.X(id)] : [],
                Y = count > 1 ? elements[graph.Y(id)] : [],
                ShapeX = count > 0 ? graph.ShapeOf(graph.X(id)) : Shape.Number,
                ShapeY = count > 1 ? graph.ShapeOf(graph.Y(id)) : Shape.Number,
                Shape = shape,
                Indices = array.HasIndices ? graph.IndicesOf(graph.Argument(id, count)) : [],
                Zero = builder.Term(builder.Constant(0)),
            };
            return array.TryWriteOut(arguments, result);
        }

        var places = new double[3][];
        for (var i = 0; i < count; i++)
        {
            var argument = graph.Argument(id, i);
            var from = new double[elements[argument].Length];
            for (var k = 0; k < from.Length; k++) from[k] = k;
            places[i] = new double[result.Length];
            ArrayForms.Stretch(from, graph.ShapeOf(argument), shape, places[i]);
        }

        for (var k = 0; k < result.Length; k++)
        {
            var (x, y, z) = (Element(0), Element(1), Element(2));
            // Of parts of zeros that are summed.
            result[k] = operation is SumOperation && IsZero(x) ? y : operation is SumOperation && IsZero(y) ? x : x.Apply(operation, y, z);

            Term Element(int i) => i < count ? elements[graph.Argument(id, i)][(int)places[i][k]] : Term.None;
        }

        return true;

        static bool IsZero(Term term) => term.IsConstant && BitConverter.DoubleToInt64Bits(term.ConstantValue) == 0;
    }
}
