using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff;

/// <content>Expressions over rows of data.</content>
public sealed partial class ExprNode
{
    /// <summary>
    /// The mean or sum of this expression of one row over rows of data as one expression, with the numbers of the rows in it. Parts that no
    /// column changes are there once; all others are there for every row. To compute with it, give the rows to what computes.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ExprNode WriteOut(DataRows rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (graph, root) = Flatten(cancellation);
        var reachable = graph.Reachable([root]);
        var builder = new GraphBuilder(reachable.Length) { Cancellation = cancellation };
        var places = new NamePlaces(rows.Names);
        var layout = rows.LayoutIn(new RootedGraph(graph, [root]));
        var map = new int[reachable.Length];
        var varies = new bool[reachable.Length];
        var varying = new List<(int Id, int Column)>();
        for (var id = 0; id < map.Length; id++)
        {
            if (!reachable[id]) continue;
            var column = -1;
            varies[id] = graph.IsVariable(id) ? places.TryGetValue(graph.NameOf(id), out column) : HasVarying(id);
            if (varies[id]) varying.Add((id, graph.IsVariable(id) ? column : -1));
            else map[id] = builder.Copy(graph, id, map);
        }

        var total = Term.None;
        for (var row = 0; row < rows.Count; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var (id, column) in varying) map[id] = column < 0 ? builder.Copy(graph, id, map) : Constant(rows.Columns[column], layout.Shapes[column], row);
            var term = builder.Term(map[root]);
            total = total.Exists ? total + term : term;
        }

        if (rows.Total == RowTotal.Mean && rows.Count > 1) total /= total.Constant(rows.Count);
        return builder.Build().Node(total.Id);

        int Constant(ReadOnlyMemory<double> column, Shape shape, int row) => shape.IsNumber
            ? builder.Constant(column.Span[row])
            : builder.Constant(new ConstantArray(column.Slice(row * (int)shape.Count, (int)shape.Count).ToArray(), shape.Plain()));

        bool HasVarying(int id)
        {
            for (var i = 0; i < graph.OperationOf(id).Arity; i++)
            {
                if (varies[graph.Argument(id, i)]) return true;
            }

            return false;
        }
    }
}
