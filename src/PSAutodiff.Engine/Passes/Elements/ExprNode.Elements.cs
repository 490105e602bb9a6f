using PSAutodiff.Core;
using PSAutodiff.Passes.Elements;

namespace PSAutodiff;

/// <content>Vectors and matrices written out in numbers.</content>
public sealed partial class ExprNode
{
    private const double MostElements = 1 << 22;

    /// <summary>
    /// The expression written out in numbers. Elements of variables become variables of their own: b_2 of a vector, W_0_1 of a matrix, with more underscores
    /// where such a name is in use. Each element of a matrix that is declared symmetric is a variable too. Values agree but for rounding; solutions of
    /// equations have infinite or wrong digits in place of NaN where a matrix is singular but for rounding.
    /// </summary>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>An ExprNode for a number, an ExprNode[] for a vector and an ExprNode[,] for a matrix.</returns>
    /// <exception cref="AutodiffException">It would have too many elements.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public object ToScalar(CancellationToken cancellation = default)
    {
        var flat = Flatten([this], cancellation);
        if (flat.Graph.Arrays is null) return this;
        RequireFew(flat);
        var builder = new GraphBuilder { Cancellation = cancellation };
        var names = new ElementNames(flat.VariablesAndShapes());
        var elements = builder.Build(ElementWriter.Write(flat, builder, Variable, hasSameBits: false) ?? throw new InvalidOperationException("An operation is not written out.")).Nodes();
        if (ArrayShape.IsNumber) return elements[0];
        if (ArrayShape.IsVector) return elements;
        var matrix = new ExprNode[(int)ArrayShape.Rows, (int)ArrayShape.Columns];
        for (var i = 0; i < elements.Length; i++) matrix[i / (int)ArrayShape.Columns, i % (int)ArrayShape.Columns] = elements[i];
        return matrix;

        Term[] Variable(string name, Shape shape) => shape.IsNumber
            ? [builder.Term(builder.Variable(name))]
            : [.. Enumerable.Range(0, (int)shape.Count).Select(element => builder.Term(builder.Variable(names.NameOf(name, element))))];
    }

    // Before there is memory for any.
    private static void RequireFew(RootedGraph flat)
    {
        var (graph, reachable, count) = (flat.Graph, flat.Reachable(), 0.0);
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id] || graph.IsIndex(id)) continue;
            count += graph.ShapeOf(id).Count;
            if (graph.OperationOf(id) is not ArrayOperation operation) continue;
            var (x, y) = (ShapeOf(0), ShapeOf(1));
            count += operation.WorkOf(new ArgumentShapes(x, y, Core.Shape.Number, []));
            if (operation.PlacesOf(new ArgumentShapes(x, y, Core.Shape.Number, operation.HasIndices ? graph.IndicesOf(graph.Argument(id, operation.Arity - 1)) : [])) is > 0 and var places && !graph.IsArray(graph.Y(id)) && !graph.IsConstant(graph.Y(id))) count += (double)places * graph.ShapeOf(id).Count;

            Shape ShapeOf(int argument) => argument < operation.ExpressionCount ? graph.ShapeOf(graph.Argument(id, argument)) : Core.Shape.Number;
        }

        if (count > MostElements)
        {
            throw new AutodiffException(ErrorIds.DataTooLarge, FormattableString.Invariant($"Written out in numbers the expression would have about {count:0} elements and operations, and the maximum is {MostElements:0}. Work with it as it is, or with smaller shapes."));
        }
    }
}
