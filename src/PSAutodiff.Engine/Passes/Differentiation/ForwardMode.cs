using PSAutodiff.Core;

namespace PSAutodiff.Passes.Differentiation;

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
        var tangents = Tangents(builder, root, variable, literal).Tangents;
        return Tangent(builder, root, tangents);
    }

    /// <summary>The directional derivative of a node, written into the same builder: the sum of the derivatives by variables times directions.</summary>
    /// <param name="builder">Holds the node; gets the derivative.</param>
    /// <param name="root">The node to differentiate.</param>
    /// <param name="directions">A node of the variable's shape for each variable that changes.</param>
    public static int Differentiate(GraphBuilder builder, int root, IReadOnlyDictionary<string, Term> directions) =>
        Tangent(builder, root, Tangents(builder, root, name => directions.TryGetValue(name, out var direction) ? direction : Term.None, literal: false).Tangents);

    private static int Tangent(GraphBuilder builder, int root, Term[] tangents) =>
        tangents[root].Exists ? tangents[root].Id : builder.Term(builder.Constant(0)).StretchedTo(builder.ShapeOf(root).Plain()).Id;

    /// <summary>
    /// The derivatives of all nodes the root needs, by id (<see cref="Term.None"/> where nothing was written, which means 0), where
    /// they count (null for everywhere), and whether the nodes depend on the variable. Parameters as above.
    /// </summary>
    public static (Term[] Tangents, Guard[]? Guards, bool[] Depends) Tangents(GraphBuilder builder, int root, string variable, bool literal)
    {
        var one = builder.Term(builder.Constant(1));
        return Tangents(builder, root, name => name == variable ? one : Term.None, literal);
    }

    private static (Term[] Tangents, Guard[]? Guards, bool[] Depends) Tangents(GraphBuilder builder, int root, Func<string, Term> directionOf, bool literal)
    {
        var needed = builder.Reachable(root);
        var tangents = new Term[root + 1];
        var depends = new bool[root + 1];
        Guard[]? guards = null;
        var derivatives = new Term[3].AsSpan();
        var derivativeGuards = new Guard[3].AsSpan();
        var counts = new bool[3].AsSpan();
        for (var id = 0; id <= root; id++)
        {
            tangents[id] = Term.None;
            if (!needed[id]) continue;
            if (builder.IsVariable(id))
            {
                tangents[id] = directionOf(builder.NameOf(id));
                depends[id] = tangents[id].Exists;
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
                var argument = builder.Argument(id, i);
                depends[id] |= depends[argument] && operation.Propagates(i);
                given[i] = depends[argument] || literally ? tangents[argument] : Term.None;
                derivativeGuards[i] = guards is null ? default : guards[argument].Through(operation);
                counts[i] = depends[argument] && tangents[argument].Exists && operation.Propagates(i);
                any |= counts[i];
                if (literally && !given[i].Exists) given[i] = builder.Term(builder.Constant(0));
            }

            if (!any && !literally) continue;
            var at = Sweep.Locals(builder, id);
            var guard = Where(operation, at, counts, derivativeGuards);
            tangents[id] = Tangent(operation, at, given, counts, derivativeGuards, literally, strips: !literal);
            if (tangents[id].Exists) tangents[id] = Sweep.InShape(tangents[id], builder.ShapeOf(id));
            if (guard.IsConditional) (guards ??= new Guard[root + 1])[id] = guard;
        }

        return (tangents, guards, depends);
    }

    /// <summary>The derivative of an operation from those of its arguments, of which some count only where their guards hold.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="at">Its node and arguments.</param>
    /// <param name="derivatives">The derivatives of the arguments, none where they do not depend on the variable.</param>
    /// <param name="counts">Which of these are more than written-out zeros.</param>
    /// <param name="guards">Where these count.</param>
    /// <param name="literally">Whether to take the lab's rule.</param>
    /// <param name="strips">Whether a derivative's own choice is dropped where the whole is chosen in the same way.</param>
    public static Term Tangent(
        Operation operation,
        in Operation.Locals at,
        Span<Term> derivatives,
        ReadOnlySpan<bool> counts,
        ReadOnlySpan<Guard> guards,
        bool literally,
        bool strips)
    {
        // An infinite factor could meet a derivative that does not count: then what counts is chosen. For all together where they
        // count together, else one by one.
        var (chosen, apart, first) = (default(Guard), false, true);
        for (var i = 0; i < derivatives.Length; i++)
        {
            if (!counts[i]) continue;
            var guard = Sweep.Multiplies(operation, i, at, guards[i]) ? guards[i] : default;
            apart |= !first && guard != chosen;
            (chosen, first) = (guard, false);
        }

        if (apart)
        {
            var sum = Term.None;
            for (var i = 0; i < derivatives.Length; i++)
            {
                if (!counts[i]) continue;
                var part = Sweep.Pullback(operation, i, at, derivatives[i], guards[i], strips).Part;
                if (part.Exists) sum = sum.Exists ? sum + part : part;
            }

            return sum;
        }

        for (var i = 0; strips && i < derivatives.Length; i++)
        {
            if (derivatives[i].Exists) derivatives[i] = chosen.Remove(derivatives[i]);
        }

        var tangent = Sweep.Tangent(operation, at, derivatives, literally);
        return tangent.Exists ? chosen.Apply(tangent) : tangent;
    }

    private static Guard Where(Operation operation, in Operation.Locals at, ReadOnlySpan<bool> counts, ReadOnlySpan<Guard> guards)
    {
        var (where, first) = (default(Guard), true);
        for (var i = 0; i < operation.Arity; i++)
        {
            if (!counts[i]) continue;
            var guard = guards[i].And(operation.GuardOf(i, at));
            where = first ? guard : where.Or(guard);
            first = false;
        }

        return where;
    }
}
