namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>
/// Where the nodes of a graph have values: what is below a fraction line is not 0, what is under a logarithm is above 0. What holds
/// by itself, as that exp(x) is not 0, is no condition.
/// </summary>
/// <param name="atoms">The atoms.</param>
internal sealed class DomainConditions(AtomTable atoms)
{
    private readonly Dictionary<int, List<Condition>> _conditions = [];

    /// <summary>What a node by itself asks for, its arguments having values.</summary>
    public IReadOnlyList<Condition> Of(int node) => _conditions.TryGetValue(node, out var conditions) ? conditions : [];

    public void Clear() => _conditions.Clear();

    /// <summary>The node asks that something be not 0.</summary>
    public void RequireNotZero(int node, FactoredForm form)
    {
        foreach (var (atom, exponent) in form.Powers.Factors)
        {
            if (exponent > 0 && !atoms.OwnSignsOf(atom).NotZero) AddNotZero(node, atom);
        }
    }

    /// <summary>The node asks that something have a sign: above 0, or at least 0.</summary>
    public void RequireSign(int node, FactoredForm form, bool mayBeZero)
    {
        var negated = form.Number.Sign < 0;
        var unknown = new List<(int, int)>();
        foreach (var (atom, exponent) in form.Powers.Factors)
        {
            var signs = atoms.OwnSignsOf(atom);
            if (int.IsEvenInteger(exponent) || signs.NotNegative)
            {
                // Below 0 in sign no power can make up for that, but 0 can.
                if (!signs.NotZero && exponent > 0 && !mayBeZero) AddNotZero(node, atom);
                if (!signs.NotZero && exponent > 0 && mayBeZero && !IsZeroWith(atom, form)) unknown.Add((atom, 2));
            }
            else if (signs.NotPositive && signs.NotZero)
            {
                negated = !negated;
            }
            else
            {
                unknown.Add((atom, 1));
            }
        }

        var decisive = unknown.Exists(static factor => factor.Item2 == 1);
        if (!decisive && !negated) return;
        if (unknown.Count == 0) throw FunctionField.Undefined();

        // Squares matter only where they can make 0 of what would be negative.
        if (decisive && unknown.Exists(static factor => factor.Item2 == 2)) Add(node, new(ConditionKind.NotNegative, negated, new Powers([.. unknown])));
        else Add(node, new(mayBeZero ? ConditionKind.NotNegative : ConditionKind.Positive, negated, new Powers([.. unknown])));
    }

    /// <summary>The node is a function with gaps.</summary>
    public void RequireValue(int node, int atom) => Add(node, new(ConditionKind.Defined, false, new Powers([(atom, 1)])));

    /// <summary>What the conditions of a node tell of the signs of atoms.</summary>
    public void LearnFrom(int node)
    {
        foreach (var (kind, negated, powers) in Of(node))
        {
            if (kind == ConditionKind.Defined) continue;
            if (powers.Factors is not [(var atom, 1)])
            {
                atoms.Learn(new ProductSign(powers, negated, kind == ConditionKind.Positive));
                continue;
            }

            atoms.Learn(atom, kind switch
            {
                ConditionKind.NotZero => new(false, false, true),
                ConditionKind.NotNegative => new(!negated, negated, false),
                _ => new(!negated, negated, true),
            });
        }
    }

    /// <summary>Whether a condition follows from others.</summary>
    public static bool Follows(Condition condition, IReadOnlySet<Condition> others)
    {
        var (kind, negated, powers) = condition;
        if (kind == ConditionKind.NotZero && others.Any(other => other.Kind == ConditionKind.Positive && other.Powers.ExponentOf(powers.Factors[0].Atom) != 0)) return true;
        if (kind == ConditionKind.NotNegative && others.Contains(new(ConditionKind.Positive, negated, powers))) return true;
        if (kind is not (ConditionKind.Positive or ConditionKind.NotNegative) || powers.Factors.Length < 2) return false;

        // A product has the sign that its factors have.
        foreach (var (atom, exponent) in powers.Factors)
        {
            var factor = new Powers([(atom, 1)]);
            if (kind == ConditionKind.NotNegative && int.IsEvenInteger(exponent)) continue;
            if (others.Contains(new(ConditionKind.Positive, false, factor)) || (kind == ConditionKind.NotNegative && others.Contains(new(kind, false, factor)))) continue;
            if (others.Contains(new(ConditionKind.Positive, true, factor)) || (kind == ConditionKind.NotNegative && others.Contains(new(kind, true, factor)))) negated = !negated;
            else return false;
        }

        return !negated;
    }

    // A root or a magnitude is 0 where what it is of is.
    private void AddNotZero(int node, int atom)
    {
        Add(node, new(ConditionKind.NotZero, false, new Powers([(atoms.BaseOf(atom), 1)])));
    }

    /// <summary>Whether the sign of what a root or magnitude is of matters anyway.</summary>
    private bool IsZeroWith(int atom, FactoredForm form) => atoms.BaseOf(atom) != atom && int.IsOddInteger(form.Powers.ExponentOf(atoms.BaseOf(atom)));

    private void Add(int node, Condition condition)
    {
        if (!_conditions.TryGetValue(node, out var conditions)) _conditions.Add(node, conditions = []);
        conditions.Add(condition);
    }
}
