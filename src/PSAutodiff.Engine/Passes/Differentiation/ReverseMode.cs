using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Passes.Differentiation;

/// <summary>
/// Reverse mode: one sweep from the result down gives each node its adjoint, the derivative of the result with respect to that
/// node (Griewank and Walther, "Evaluating Derivatives", 2nd ed., section 3.2). The adjoints are graphs that share parts with
/// the function and with each other.
/// </summary>
internal static class ReverseMode
{
    /// <summary>The derivatives of a node with respect to several variables, in their order, written into the same builder.</summary>
    public static int[] Differentiate(GraphBuilder builder, int root, IReadOnlyList<string> variables)
    {
        builder.Cancellation.ThrowIfCancellationRequested();
        if (builder.ShapeOf(root) is { IsNumber: false } shape)
        {
            throw new AutodiffException(ErrorIds.DerivativeOfArray, $"Gradients are those of a number, and this expression is {shape.InWords()}. Take a sum or an element of it. Invoke-Differentiate has more: the derivative by one variable, and along a direction (-Direction).");
        }

        var wanted = new NamePlaces(variables);
        var gradient = new int[variables.Count];
        Array.Fill(gradient, Graph.None);
        var sweep = SweepDown(builder, root, Active(builder, root, wanted, gradient));
        for (var i = 0; i < gradient.Length; i++)
        {
            var adjoint = gradient[i] != Graph.None ? sweep.Adjoint(builder, gradient[i]) : Graph.None;
            gradient[i] =
                adjoint != Graph.None ? adjoint :
                wanted[variables[i]] is var place && place < i ? gradient[place] :
                builder.Term(builder.Constant(0)).StretchedTo(builder.FindVariable(variables[i]) is >= 0 and var id ? builder.ShapeOf(id).Plain() : Shape.Number).Id;
        }

        return gradient;
    }

    /// <summary>
    /// The adjoints of nodes that a node needs, by their ids, written into the same builder; <see cref="Graph.None"/> where nothing
    /// arrives, which means 0.
    /// </summary>
    /// <param name="builder">Holds the node; gets the adjoints.</param>
    /// <param name="root">The node.</param>
    /// <param name="active">Which nodes are to get adjoints: with each also its users on the way to the root.</param>
    public static int[] Adjoints(GraphBuilder builder, int root, bool[] active)
    {
        var sweep = SweepDown(builder, root, active);
        for (var id = 0; id <= root; id++) sweep.Adjoints[id] = sweep.Adjoint(builder, id);
        return sweep.Adjoints;
    }

    /// <summary>The derivative of a number by a vector or matrix, and in order what each node gives to its arguments on the way.</summary>
    /// <param name="builder">Holds the node; gets the derivative.</param>
    /// <param name="root">The node.</param>
    /// <param name="variable">The name of the vector or matrix, which the node depends on.</param>
    public static (int Derivative, List<Receipt> Receipts) Trace(GraphBuilder builder, int root, string variable)
    {
        var receipts = new List<Receipt>();
        int[] found = [Graph.None];
        var sweep = SweepDown(builder, root, Active(builder, root, new NamePlaces([variable]), found), receipts);
        var id = builder.FindVariable(variable);
        var derivative = sweep.Adjoint(builder, id);
        return (derivative != Graph.None ? derivative : builder.Term(builder.Constant(0)).StretchedTo(builder.ShapeOf(id).Plain()).Id, receipts);
    }

    /// <summary>The adjoints of all nodes that depend on variables, and in order what each node gives to its arguments on the way.</summary>
    /// <param name="builder">Holds the nodes; gets the adjoints.</param>
    /// <param name="root">The result, a number.</param>
    /// <returns>By node the adjoint, <see cref="Graph.None"/> where nothing arrives; and what is given.</returns>
    public static (int[] Adjoints, List<Receipt> Receipts) TraceAll(GraphBuilder builder, int root)
    {
        var receipts = new List<Receipt>();
        var names = new List<string>();
        for (var id = 0; id <= root; id++)
        {
            if (builder.IsVariable(id)) names.Add(builder.NameOf(id));
        }

        var sweep = SweepDown(builder, root, Active(builder, root, new NamePlaces(names), new int[names.Count]), receipts);
        for (var id = 0; id <= root; id++) sweep.Adjoints[id] = sweep.Adjoint(builder, id);
        return (sweep.Adjoints, receipts);
    }

    private static Swept SweepDown(GraphBuilder builder, int root, bool[] active, List<Receipt>? receipts = null)
    {
        var adjoints = new int[root + 1];
        Array.Fill(adjoints, Graph.None);
        adjoints[root] = builder.Constant(1);
        var hasArrays = builder.HasArrays;

        // A choice among arrays is made element by element, where each arrives.
        var choices = hasArrays ? null : ExtremeChains.Find(builder, root, active);
        var chosen = choices is null ? null : new Guard[root + 1];
        Guard[]? guards = null;
        var order = hasArrays ? LeftToRight(builder, root) : null;
        for (var i = order?.Count ?? root + 1; i-- > 0;)
        {
            var id = order?[i] ?? i;
            if (!active[id] || adjoints[id] == Graph.None || builder.IsVariable(id)) continue;
            var operation = builder.OperationOf(id);
            var at = Sweep.Locals(builder, id);
            var guard = guards is null ? default : guards[id];
            var choice = chosen is null ? default : chosen[id];
            var isPlain = guards is null && chosen is null && !operation.HasGuards;
            for (var j = 0; j < operation.Arity; j++)
            {
                var argument = builder.Argument(id, j);
                if (!active[argument] || !operation.Propagates(j)) continue;
                var part = Term.None;
                Guard partGuard = default, partChoice = default;
                if (isPlain)
                {
                    part = operation.Pullback(j, at, builder.Term(adjoints[id]));
                }
                else if (choices is not null && choices[id])
                {
                    (part, partGuard, partChoice) = (builder.Term(adjoints[id]), guard, choice.And(operation.GuardOf(j, at)));
                }
                else
                {
                    (part, partGuard) = Sweep.Pullback(operation, j, at, builder.Term(adjoints[id]), hasArrays ? guard.Through(operation) : guard);
                    partChoice = choice;
                }

                if (!part.Exists) continue;
                if (hasArrays) (part, partGuard) = (Sweep.InShape(part, builder.ShapeOf(argument)), partGuard.InShape(builder.ShapeOf(argument)));
                var first = adjoints[argument] == Graph.None;
                if (!first && chosen is not null && chosen[argument] != partChoice)
                {
                    // What is chosen by different conditions is chosen before it is added.
                    guards ??= new Guard[root + 1];
                    (adjoints[argument], guards[argument]) = (chosen[argument].Apply(builder.Term(adjoints[argument])).Id, guards[argument].And(chosen[argument]));
                    (part, partGuard) = (partChoice.Apply(part), partGuard.And(partChoice));
                    partChoice = default;
                }

                if (partGuard.IsConditional) guards ??= new Guard[root + 1];
                adjoints[argument] = first ? part.Id : (builder.Term(adjoints[argument]) + part).Id;
                receipts?.Add(new Receipt(id, j, argument, part.Id, adjoints[argument]));
                if (guards is not null) guards[argument] = first ? partGuard : guards[argument].Or(partGuard);
                if (chosen is not null) chosen[argument] = partChoice;
            }
        }

        return new Swept(adjoints, chosen);
    }

    /// <summary>
    /// The nodes that a node needs, such that from the end on each comes before its arguments, and of these what only the first needs before what
    /// the others need: the terms of a gradient then stand in the order of those of the function. Gradients of numbers keep the order of their ids.
    /// </summary>
    private static List<int> LeftToRight(GraphBuilder builder, int root)
    {
        var order = new List<int>();
        var state = new byte[root + 1];
        var stack = new Stack<int>();
        stack.Push(root);
        while (stack.TryPeek(out var id))
        {
            var next = Graph.None;
            for (var i = builder.OperationOf(id).Arity - 1; i >= 0 && next == Graph.None && state[id] == 0; i--)
            {
                if (state[builder.Argument(id, i)] == 0) next = builder.Argument(id, i);
            }

            if (next != Graph.None)
            {
                stack.Push(next);
                continue;
            }

            stack.Pop();
            if (state[id] == 0) order.Add(id);
            state[id] = 1;
        }

        return order;
    }

    /// <summary>The second derivatives, from the first: row by row, each from the diagonal on, as the other half is the same.</summary>
    public static int[] Hessian(GraphBuilder builder, ReadOnlySpan<int> gradient, IReadOnlyList<string> variables)
    {
        var half = new List<int>();
        for (var i = 0; i < variables.Count; i++) half.AddRange(Differentiate(builder, gradient[i], [.. variables.Skip(i)]));
        return [.. half];
    }

    /// <summary>Which nodes the result needs and depend smoothly on a wanted variable.</summary>
    /// <param name="builder">Holds the nodes.</param>
    /// <param name="root">The result.</param>
    /// <param name="wanted">The place of each wanted variable.</param>
    /// <param name="found">Gets the ids of those that the result needs, at their places.</param>
    private static bool[] Active(GraphBuilder builder, int root, NamePlaces wanted, int[] found)
    {
        var active = builder.Reachable(root);
        for (var id = 0; id <= root; id++)
        {
            if (!active[id]) continue;
            if (builder.IsVariable(id))
            {
                active[id] = wanted.TryGetValue(builder.NameOf(id), out var place);
                if (active[id]) found[place] = id;
                continue;
            }

            var operation = builder.OperationOf(id);
            var depends = false;
            for (var i = 0; i < operation.Arity && !depends; i++)
            {
                depends = operation.Propagates(i) && active[builder.Argument(id, i)];
            }

            active[id] = depends;
        }

        return active;
    }

    /// <summary>What a node gives to an argument.</summary>
    /// <param name="From">The node.</param>
    /// <param name="Index">Which argument it is.</param>
    /// <param name="To">The argument's node.</param>
    /// <param name="Part">What it gives.</param>
    /// <param name="Adjoint">What the argument has got then.</param>
    public readonly record struct Receipt(int From, int Index, int To, int Part, int Adjoint);

    /// <summary>
    /// The adjoints of nodes, and the choices that are still to be made: below a minimum or maximum of many an adjoint is that of the
    /// winner, chosen where it arrives at a variable and not on the way, so that only the winner's has to be computed.
    /// </summary>
    private readonly record struct Swept(int[] Adjoints, Guard[]? Chosen)
    {
        public int Adjoint(GraphBuilder builder, int id) =>
            Adjoints[id] == Graph.None || Chosen is null ? Adjoints[id] : Chosen[id].Apply(builder.Term(Adjoints[id])).Id;
    }
}
