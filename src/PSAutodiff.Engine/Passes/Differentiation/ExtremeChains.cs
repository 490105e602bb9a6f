using PSAutodiff.Core;

namespace PSAutodiff.Passes.Differentiation;

/// <summary>Minima and maxima of many: min(min(min(a, b), c), d) and so on.</summary>
internal static class ExtremeChains
{
    // The choice between few is made at once: their adjoints are short.
    private const int Many = 8;

    /// <summary>Which nodes are part of a minimum or maximum of many; null where none is.</summary>
    /// <param name="builder">Holds the nodes.</param>
    /// <param name="root">The last one.</param>
    /// <param name="active">Which nodes count.</param>
    public static bool[]? Find(GraphBuilder builder, int root, bool[] active)
    {
        int[]? sizes = null;
        var isAny = false;
        for (var id = 0; id <= root; id++)
        {
            if (!active[id] || !IsExtreme(builder, id)) continue;
            sizes ??= new int[root + 1];
            sizes[id] = Size(builder.X(id), id) + Size(builder.Y(id), id);
            isAny |= sizes[id] >= Many;
        }

        if (!isAny) return null;
        var isPart = new bool[root + 1];
        for (var id = root; id >= 0; id--)
        {
            isPart[id] |= sizes![id] >= Many;
            if (!isPart[id]) continue;
            if (IsOneWith(builder, builder.X(id), id)) isPart[builder.X(id)] = true;
            if (IsOneWith(builder, builder.Y(id), id)) isPart[builder.Y(id)] = true;
        }

        return isPart;

        // Shared parts count as often as they are used; then no more than the largest number.
        int Size(int argument, int user) => active[argument] && IsOneWith(builder, argument, user) ? Math.Min(sizes[argument], Many) : 1;
    }

    private static bool IsExtreme(GraphBuilder builder, int id) => builder.OperationOf(id) is MaxOperation or MinOperation;

    private static bool IsOneWith(GraphBuilder builder, int argument, int user) => builder.OperationOf(argument) == builder.OperationOf(user);
}
