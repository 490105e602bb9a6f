using PSAutodiff.Graphs;

namespace PSAutodiff.Differentiation;

/// <summary>Forward mode: from the leaves up, each node gets its derivative with respect to one variable.</summary>
internal static class ForwardMode
{
    /// <summary>The derivative of a node with respect to a variable, written into the same builder.</summary>
    /// <param name="builder">Holds the node; gets the derivative.</param>
    /// <param name="root">The node to differentiate.</param>
    /// <param name="variable">The name of the variable.</param>
    /// <param name="literal">
    /// Whether operations of the lab write their rules out with all zeros and ones. Otherwise what does not depend on the variable
    /// is left out, and the builder's rules may fold what remains.
    /// </param>
    public static int Differentiate(GraphBuilder builder, int root, string variable, bool literal)
    {
        var (tangents, _) = Tangents(builder, root, variable, literal);
        return tangents[root].Exists ? tangents[root].Id : builder.Constant(0);
    }

    /// <summary>
    /// The derivatives of all nodes the root needs, by id (<see cref="Term.None"/> where nothing was written, which means 0), and
    /// whether the nodes depend on the variable. Parameters as above.
    /// </summary>
    public static (Term[] Tangents, bool[] Depends) Tangents(GraphBuilder builder, int root, string variable, bool literal)
    {
        var needed = Sweep.Needed(builder, root);
        var tangents = new Term[root + 1];
        var depends = new bool[root + 1];
        var derivatives = new Term[3].AsSpan();
        for (var id = 0; id <= root; id++)
        {
            tangents[id] = Term.None;
            if (!needed[id]) continue;
            if (builder.IsVariable(id))
            {
                depends[id] = builder.NameOf(id) == variable;
                if (depends[id]) tangents[id] = builder.Term(builder.Constant(1));
                continue;
            }

            var operation = builder.OperationOf(id);
            if (operation.Arity == 0) continue;
            var given = derivatives[..operation.Arity];
            var any = false;
            var literally = literal && operation.IsLab;
            for (var i = 0; i < given.Length; i++)
            {
                // The written-out zeros of the lab's operations are for the lab's operations: times log(x) of x^y they would be NaN.
                var argument = Sweep.Argument(builder, id, i);
                depends[id] |= depends[argument] && operation.Propagates(i);
                given[i] = depends[argument] || literally ? tangents[argument] : Term.None;
                any |= given[i].Exists && operation.Propagates(i);
                if (literally && !given[i].Exists) given[i] = builder.Term(builder.Constant(0));
            }

            if (any || literally) tangents[id] = operation.Tangent(Sweep.Locals(builder, id), given);
        }

        return (tangents, depends);
    }
}
