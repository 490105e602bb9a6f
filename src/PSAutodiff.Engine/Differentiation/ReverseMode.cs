using PSAutodiff.Graphs;

namespace PSAutodiff.Differentiation;

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
        var wanted = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < variables.Count; i++) wanted.TryAdd(variables[i], i);
        var gradient = new int[variables.Count];
        Array.Fill(gradient, Graph.None);

        var active = Active(builder, root, wanted);
        var adjoints = new int[root + 1];
        Array.Fill(adjoints, Graph.None);
        adjoints[root] = builder.Constant(1);
        Guard[]? guards = null;
        for (var id = root; id >= 0; id--)
        {
            if (!active[id] || adjoints[id] == Graph.None) continue;
            if (builder.IsVariable(id))
            {
                gradient[wanted[builder.NameOf(id)]] = adjoints[id];
                continue;
            }

            var operation = builder.OperationOf(id);
            if (operation is SelectOperation) guards ??= new Guard[root + 1];
            var at = Sweep.Locals(builder, id);
            var guard = guards is null ? default : guards[id];
            var adjoint = guard.Remove(builder.Term(adjoints[id]));
            for (var i = 0; i < operation.Arity; i++)
            {
                var argument = Sweep.Argument(builder, id, i);
                if (!active[argument] || !operation.Propagates(i)) continue;
                var part = operation.Pullback(i, at, adjoint);
                if (!part.Exists) continue;
                part = guard.Apply(part);
                var first = adjoints[argument] == Graph.None;
                adjoints[argument] = first ? part.Id : (builder.Term(adjoints[argument]) + part).Id;
                if (guards is null) continue;
                var partGuard = operation is SelectOperation ? guard.And(at.X, inverted: i == 2) : guard;
                guards[argument] = first ? partGuard : guards[argument].Or(partGuard);
            }
        }

        for (var i = 0; i < gradient.Length; i++)
        {
            if (gradient[i] != Graph.None) continue;
            var first = wanted[variables[i]];
            gradient[i] = gradient[first] != Graph.None ? gradient[first] : builder.Constant(0);
        }

        return gradient;
    }

    /// <summary>Which nodes the result needs and depend smoothly on a wanted variable.</summary>
    private static bool[] Active(GraphBuilder builder, int root, Dictionary<string, int> wanted)
    {
        var active = Sweep.Needed(builder, root);
        for (var id = 0; id <= root; id++)
        {
            if (!active[id]) continue;
            if (builder.IsVariable(id))
            {
                active[id] = wanted.ContainsKey(builder.NameOf(id));
                continue;
            }

            var operation = builder.OperationOf(id);
            var depends = false;
            for (var i = 0; i < operation.Arity && !depends; i++)
            {
                depends = operation.Propagates(i) && active[Sweep.Argument(builder, id, i)];
            }

            active[id] = depends;
        }

        return active;
    }

    /// <summary>
    /// When an adjoint counts: always, or only where a condition is (or is not) 0. Below a branch of select that is not taken
    /// adjoints are 0, but 0 times an infinite derivative would be NaN; so what flows further down is chosen, not multiplied.
    /// </summary>
    private readonly record struct Guard
    {
        private readonly Term _condition;
        private readonly bool _conditional;
        private readonly bool _inverted;

        private Guard(Term condition, bool inverted)
        {
            _condition = condition;
            _inverted = inverted;
            _conditional = true;
        }

        /// <summary>The value where the guard holds, else 0.</summary>
        public Term Apply(Term value)
        {
            if (!_conditional) return value;
            var zero = value.Constant(0);
            return _inverted ? _condition.Apply<SelectOperation>(zero, value) : _condition.Apply<SelectOperation>(value, zero);
        }

        /// <summary>What <see cref="Apply"/> was applied to, when the value has that form.</summary>
        public Term Remove(Term value)
        {
            if (!_conditional || !value.Is<SelectOperation>() || value.X != _condition) return value;
            var (taken, other) = _inverted ? (value.Z, value.Y) : (value.Y, value.Z);
            return other.Is(0) ? taken : value;
        }

        public Guard And(Term condition, bool inverted)
        {
            if (!_conditional) return new Guard(condition, inverted);
            if (_condition == condition && _inverted == inverted) return this;
            return new Guard(Apply(new Guard(condition, inverted).Apply(condition.Constant(1))), inverted: false);
        }

        public Guard Or(Guard other)
        {
            if (!_conditional || !other._conditional) return default;
            if (_condition == other._condition) return _inverted == other._inverted ? this : default;
            var one = _condition.Constant(1);
            var (mine, theirs) = (Apply(one), other.Apply(one));
            if (mine == theirs || (mine.Is<MaxOperation>() && mine.Y == theirs)) return this;
            return new Guard(mine.Apply<MaxOperation>(theirs), inverted: false);
        }
    }
}
