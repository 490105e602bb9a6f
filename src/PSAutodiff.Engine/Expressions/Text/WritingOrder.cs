using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// The order in which formats list distinct nodes: that of <see cref="PostOrder"/>, so that equal expressions have equal texts.
/// </summary>
internal static class WritingOrder
{
    // Between two looks at the token; a power of two.
    private const int NodesUnwatched = 1 << 12;

    /// <summary>The ids of the nodes that roots need, each root after its own; one by one, so that cancelling ends what is done with them too.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IEnumerable<int> Of(Graph graph, IReadOnlyList<int> roots, CancellationToken cancellation)
    {
        var steps = 0;
        var walk = new PostOrder(graph, roots.Max() + 1);
        foreach (var root in roots)
        {
            walk.Start(root);
            while (walk.TryNext(out var id))
            {
                if ((++steps & (NodesUnwatched - 1)) == 0) cancellation.ThrowIfCancellationRequested();
                yield return id;
            }
        }
    }
}
