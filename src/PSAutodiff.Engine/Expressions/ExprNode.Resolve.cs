using PSAutodiff.Core;
using PSAutodiff.Expressions;

namespace PSAutodiff;

/// <content>Replacement of variables.</content>
public sealed partial class ExprNode
{
    /// <summary>The expression with some variables replaced, all at once: what is put in is not searched again.</summary>
    /// <param name="replacements">Names of variables and what takes their place.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">A replacement has not the shape of its variable.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ExprNode Resolve(IReadOnlyDictionary<string, ExprNode> replacements, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(replacements);
        var (graph, root) = Flatten(cancellation);
        var reachable = graph.Reachable([root]);
        var builder = new GraphBuilder(reachable.Length) { Cancellation = cancellation };
        var importer = new GraphImporter(builder);
        var map = new int[reachable.Length];
        for (var id = 0; id < map.Length; id++)
        {
            if (!reachable[id]) continue;
            map[id] = graph.IsVariable(id) && replacements.TryGetValue(graph.NameOf(id), out var replacement)
                ? importer.Import(Shaped(graph.NameOf(id), graph.ShapeOf(id), replacement))
                : builder.Copy(graph, id, map);
        }

        return builder.Build(map[root]).Nodes()[0];
    }

    private static ExprNode Shaped(string name, Shape shape, ExprNode replacement)
    {
        if (!replacement.ArrayShape.IsLike(shape)) throw new AutodiffException(ErrorIds.ShapeMismatch, $"What takes the place of '{name}' is {replacement.ArrayShape.InWords()}, but '{name}' is {shape.InWords()}.");
        if (!shape.IsSymmetric || replacement.ArrayShape.IsSymmetric) return replacement;
        if (replacement.Operation.Code != OperationTable.ArrayCode) throw new AutodiffException(ErrorIds.ValueNotSymmetric, $"'{name}' is declared symmetric, and what takes its place is not known to be. Declare its matrices symmetric, or declare '{name}' without that word.");
        ArrayInput.CheckSymmetric(((ConstantArray)replacement.LeafContent).Elements, (int)shape.Rows, name);
        return replacement;
    }
}
