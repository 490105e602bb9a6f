using PSAutodiff.Core;

namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>Writes functions by those that algebra knows: sigmoid, tanh and others by exp, log1p by log, max by abs.</summary>
/// <param name="builder">Where they come to be; it goes on from the graph that is read.</param>
internal sealed class ElementaryForms(GraphBuilder builder)
{
    // Definitions that lead to each other end somewhere.
    private const int MostDefinitions = 8;

    /// <summary>What became of the nodes, by their ids.</summary>
    public int[] Forms { get; private set; } = [];

    /// <summary>The nodes that were written another way, in order.</summary>
    public List<int> Changed { get; } = [];

    /// <summary>The roots written so.</summary>
    public int[] Write(RootedGraph input)
    {
        var reachable = input.Reachable();
        Forms = new int[reachable.Length];
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id]) continue;
            if (builder.OperationOf(id).Arity == 0)
            {
                Forms[id] = id;
                continue;
            }

            var (y, z) = (builder.Y(id), builder.Z(id));
            var node = builder.Plain(id, Forms[builder.X(id)], y < 0 ? y : Forms[y], z < 0 ? z : Forms[z]);
            Forms[id] = Expand(node, MostDefinitions);
            if (Forms[id] != node) Changed.Add(id);
        }

        return Array.ConvertAll(input.Roots, root => Forms[root]);
    }

    // Goes as deep as definitions lead to definitions.
    private int Expand(int node, int definitions)
    {
        var operation = builder.OperationOf(node);
        if (operation.Arity == 0 || definitions == 0) return node;
        var (x, y, z) = (builder.X(node), builder.Y(node), builder.Z(node));
        var form = operation.ForAlgebra(builder.Term(x), builder.Term(y), builder.Term(z));
        if (!form.Exists) return node;
        var forms = new Dictionary<int, int>();
        foreach (var argument in new[] { x, y, z })
        {
            if (argument >= 0) forms[argument] = argument;
        }

        var stack = new Stack<int>([form.Id]);
        while (stack.TryPeek(out var id))
        {
            if (forms.ContainsKey(id) || builder.OperationOf(id).Arity == 0)
            {
                forms.TryAdd(id, id);
                stack.Pop();
                continue;
            }

            var ready = true;
            for (var i = 0; i < builder.OperationOf(id).Arity; i++)
            {
                if (forms.ContainsKey(builder.Argument(id, i))) continue;
                stack.Push(builder.Argument(id, i));
                ready = false;
            }

            if (!ready) continue;
            var (second, third) = (builder.Y(id), builder.Z(id));
            forms[id] = Expand(builder.Plain(id, forms[builder.X(id)], second < 0 ? second : forms[second], third < 0 ? third : forms[third]), definitions - 1);
            stack.Pop();
        }

        return forms[form.Id];
    }
}
