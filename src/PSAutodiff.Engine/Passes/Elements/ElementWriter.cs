using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Passes.Elements;

/// <summary>Expressions of vectors and matrices as expressions of their elements, which are numbers.</summary>
internal static class ElementWriter
{
    /// <summary>The elements of all roots, one root after the other.</summary>
    /// <param name="outputs">The expressions.</param>
    /// <param name="builder">Gets the elements.</param>
    /// <param name="variable">The elements of a variable, by its name and shape; null where it has none.</param>
    /// <param name="hasSameBits">Whether the numbers have to have the bits of those that are computed as arrays.</param>
    /// <param name="products">Gets the products of arrays; null if nobody asks.</param>
    /// <returns>Ids of the elements; null where there is no such form.</returns>
    public static int[]? Write(RootedGraph outputs, GraphBuilder builder, Func<string, Shape, Term[]?> variable, bool hasSameBits, WrittenProducts? products = null)
    {
        var (graph, roots) = outputs;
        var reachable = outputs.Reachable();
        var elements = new Term[reachable.Length][];
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id] || graph.IsIndex(id)) continue;
            if (graph.IsVariable(id))
            {
                if (variable(graph.NameOf(id), graph.ShapeOf(id)) is not { } own) return null;
                elements[id] = own;
            }
            else if (graph.IsConstant(id))
            {
                elements[id] = [builder.Term(builder.Constant(graph.ConstantOf(id)))];
            }
            else if (graph.IsArray(id))
            {
                elements[id] = Array.ConvertAll(graph.ArrayOf(id).Elements, element => builder.Term(builder.Constant(element)));
            }
            else if (!TryWriteOut(graph, id, elements, builder, hasSameBits, products))
            {
                return null;
            }
        }

        return [.. roots.SelectMany(root => elements[root]).Select(static element => element.Id)];
    }

    private static bool TryWriteOut(Graph graph, int id, Term[][] elements, GraphBuilder builder, bool hasSameBits, WrittenProducts? products)
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
                HasSameBits = hasSameBits,
                Products = products,
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
