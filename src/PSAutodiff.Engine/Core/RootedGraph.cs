namespace PSAutodiff.Core;

/// <summary>A graph and the nodes in it that are wanted: what passes take and give.</summary>
/// <param name="Graph">The graph, which may hold other nodes too.</param>
/// <param name="Roots">The ids of the nodes, in order.</param>
internal readonly partial record struct RootedGraph(Graph Graph, int[] Roots)
{
    /// <summary>Number of roots.</summary>
    public int Length => Roots.Length;

    /// <summary>The largest id of a root; all nodes that roots need have smaller ones.</summary>
    public int Top
    {
        // A loop, as compiling LINQ's takes longer than most first derivatives.
        get
        {
            var top = Graph.None;
            foreach (var root in Roots) top = Math.Max(top, root);
            return top;
        }
    }

    /// <summary>Some of the roots.</summary>
    public RootedGraph Slice(int start, int length) => this with { Roots = Roots[start..(start + length)] };

    /// <summary>These roots and then others of the same graph.</summary>
    public RootedGraph And(RootedGraph others) => this with { Roots = [.. Roots, .. others.Roots] };

    /// <inheritdoc cref="Graph.Reachable(ReadOnlySpan{int})"/>
    public bool[] Reachable() => Graph.Reachable(Roots);

    /// <inheritdoc cref="Graph.VariablesOf"/>
    public string[] Variables() => Graph.VariablesOf(Roots);

    /// <summary>Refuses vectors and matrices where work is done on numbers alone.</summary>
    /// <param name="what">What does not take them, as the subject of a sentence: Training.</param>
    /// <exception cref="AutodiffException">There is an array.</exception>
    public void RequireNumbers(string what)
    {
        if (Graph.Arrays is null) return;
        var reachable = Reachable();
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id] || (Graph.ShapeOf(id).IsNumber && !Graph.IsIndex(id))) continue;
            throw new AutodiffException(
                ErrorIds.ArraysUnsupported,
                $"{what} works on expressions of numbers, and here {(Graph.IsVariable(id) ? $"'{Graph.NameOf(id)}' is {Graph.ShapeOf(id).InWords()}" : "are vectors or matrices")}.");
        }
    }

    /// <summary>The variables in ordinal order with their shapes.</summary>
    public (string Name, Shape Shape)[] VariablesAndShapes()
    {
        var reachable = Reachable();
        var variables = new List<(string Name, Shape Shape)>();
        for (var id = 0; id < reachable.Length; id++)
        {
            if (reachable[id] && Graph.IsVariable(id)) variables.Add((Graph.NameOf(id), Graph.ShapeOf(id)));
        }

        variables.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return [.. variables];
    }
}
