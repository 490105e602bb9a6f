using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff.Passes.Simplification;

/// <summary>
/// Collects like terms: 2x + y + x = 3x + y. Constants are only put together where that is exact. Under Stable only what then has no
/// rounded value that was not there before is put together: 2x + y may be exact where 3x is not.
/// </summary>
internal sealed class SumCollector : ClusterCollector
{
    private static readonly Identity LikeTerms = new("a * x + b * x = (a + b) * x", RuleSets.StandardAndStable, static (_, _, _) => Term.None);

    // Nobody reads longer literals.
    private const int LongestLiteral = 1000;

    private static readonly Identity Gathered = LikeTerms with { Name = "place(a, 0) + place(b, 1) = [a, b]" };
    private static readonly Identity Scattering = LikeTerms with { Name = "place(a, 0) + place(b, 3) = scatter([a, b], [0, 3])" };

    private readonly List<Part> _parts = [];
    private readonly List<int> _partOf = [];
    private readonly SortedDictionary<long, Term> _placed = [];
    private Dictionary<int, int>? _indexOf;
    private Now _now;

    public SumCollector(GraphBuilder builder, bool[] inner, bool stable, Action<Identity> note)
        : base(Family.Sum, builder, inner, stable, note)
    {
    }

    protected override Term Collect(Now now)
    {
        if (!IsStable && Builder.HasArrays && Gather(now) is { Exists: true } gathered) return gathered;

        _parts.Clear();
        _partOf.Clear();
        _parts.EnsureCapacity(Leaves.Count);
        _partOf.EnsureCapacity(Leaves.Count);
        _indexOf = null;
        var (merged, computed, constant) = (false, false, -1);
        for (var i = 0; i < Leaves.Count; i++)
        {
            var leaf = Leaves[i];
            var (term, factor, leads) = SplitFactor(Builder.Term(now.Of(leaf.Id)), leaf.Inverse);
            var number = term.IsConstant;
            if (number) (term, factor) = (Term.None, factor * term.ConstantValue);
            var index = number ? constant : IndexOf(term.Id);
            if (index < 0 && !number && !IsStable && IndexOfOpposite(term) is var opposite and >= 0 && ExactArithmetic.TryAdd(_parts[opposite].Weight, -factor, out _))
            {
                (index, factor) = (opposite, -factor);
            }

            if (index >= 0 && ExactArithmetic.TryAdd(_parts[index].Weight, factor, out var sum) && (IsStable || ExactArithmetic.IsWritten(sum)))
            {
                // Of terms the first place counts, of constants the last.
                _parts[index] = _parts[index] with { Weight = sum, Leaf = number ? i : _parts[index].Leaf, Merged = true };
                _partOf.Add(index);
                merged |= !number;
                computed |= number;
                continue;
            }

            index = _parts.Count;
            _parts.Add(new Part(term.Id, factor, factor, i, leads, Merged: false));
            _partOf.Add(index);
            if (number) constant = index;
            else if (_indexOf is not null) _indexOf[term.Id] = index;
        }

        if ((!merged && !computed) || (IsStable && !IsSafe())) return Term.None;
        if (merged) Note(LikeTerms);
        if (computed) Note(Constants);
        _now = now;
        var (total, negative) = Rebuild(At, divides: false);
        if (!total.Exists) return Builder.Term(Builder.Constant(0));
        return negative ? -total : total;
    }

    /// <summary>
    /// Elements of a vector, or rows of a matrix, that are placed among zeros and added, as the adjoints of elements and rows are, as one array:
    /// a literal where nothing else is added and most places are taken, else scattered. None where there are not two of them.
    /// </summary>
    private Term Gather(Now now)
    {
        var whole = Builder.ShapeOf(now.Of(Leaves[0].Id));
        var isOfElements = Leaves.Exists(leaf => Builder.Term(now.Of(leaf.Id)) is var term && term.Is<PlaceOperation>() && term.X.Shape.IsNumber);
        if (whole.IsNumber || (whole.IsVector && !isOfElements)) return Term.None;

        // All elements in a row, or rows.
        var shape = isOfElements ? Shape.Vector(whole.Count) : whole.Plain();
        _placed.Clear();
        var (first, count) = (-1, 0);
        for (var i = 0; i < Leaves.Count; i++)
        {
            if (PlaceOf(i) is not { } place) continue;
            if (count++ == 0) first = i;
            var term = Builder.Term(now.Of(Leaves[i].Id)).X;
            if (Leaves[i].Inverse) term = -term;
            if (!_placed.TryAdd(place, term)) _placed[place] += term;
        }

        if (count < 2 || _placed.Count > LongestLiteral) return Term.None;
        var isLiteral = count == Leaves.Count && shape.Rows > 1 && shape.Rows <= (isOfElements ? 2 : 1) * _placed.Count;
        var gathered = _placed.Count == 1 ? _placed.First().Value.Apply<PlaceOperation>(Builder.Term(now.Of(Leaves[first].Id)).Y) : (isLiteral ? Literal(shape) : Scattered(shape)).Reshaped(whole.Plain());
        Note(isLiteral ? Gathered : Scattering);

        var (total, negative) = Rebuild(WithGathered, divides: false);
        return negative ? -total : total;

        (Term Term, bool Negative) WithGathered(int leaf) =>
            leaf == first ? (gathered, Leaves[leaf].Inverse) :
            PlaceOf(leaf) is null ? (Builder.Term(now.Of(Leaves[leaf].Id)), false) :
            (Term.None, false);

        // The place of a leaf; null for others.
        long? PlaceOf(int leaf)
        {
            var term = Builder.Term(now.Of(Leaves[leaf].Id));
            if (!term.Is<PlaceOperation>() || !term.Shape.IsLike(whole) || term.X.Shape.Rank != shape.Rank - 1) return null;
            var part = PartBounds.Of(term.Y.Indices);
            return
                !isOfElements ? (part.Rows.IsIndex && part.Columns.Count == whole.Columns ? part.Rows.Start : null) :
                whole.IsVector ? part.Rows.Start :
                (part.Rows.Start * whole.Columns) + part.Columns.Start;
        }
    }

    private Term Literal(Shape shape)
    {
        var literal = Element(0);
        for (var i = 1; i < shape.Rows; i++) literal = literal.Apply<StackOperation>(Element(i));
        return literal;

        Term Element(long place) => _placed.TryGetValue(place, out var element) ? element : Builder.Term(Builder.Constant(0)).StretchedTo(shape.IsVector ? Shape.Number : Shape.Vector(shape.Columns));
    }

    private Term Scattered(Shape shape)
    {
        var literal = Term.None;
        foreach (var (_, element) in _placed) literal = literal.Exists ? literal.Apply<StackOperation>(element) : element;
        double[] places = [.. _placed.Keys.Select(static place => (double)place)];
        return literal.Apply<ScatterOperation>(literal.Constant(places, Shape.Vector(places.Length)), literal.Index(shape.Rows));
    }

    private (Term Term, bool Negative) At(int index)
    {
        var leaf = Leaves[index];
        var part = _parts[_partOf[index]];
        if (!part.Merged) return (Builder.Term(_now.Of(leaf.Id)), false);
        if (part.Leaf != index || part.Weight == 0) return (Term.None, false);
        var negative = (part.Weight < 0) ^ leaf.Inverse;
        var weight = Math.Abs(part.Weight);
        if (part.Id == Graph.None) return (Builder.Term(Builder.Constant(weight)), negative);
        var term = Builder.Term(part.Id);

        // 3 * (x * y) for x * y + x * y + x * y, but 5 * x * y for 2 * x * y + 3 * x * y: what the others are multiplied with stays.
        return (weight == 1 ? term : part.Leads || !IsStable ? Coefficient.Put(weight, term) : weight * term, negative);
    }

    /// <summary>Whether at most one sum is left, of terms that were there before or are exact.</summary>
    private bool IsSafe()
    {
        var count = 0;
        foreach (var part in _parts) count += part.Weight != 0 ? 1 : 0;
        if (count <= 1) return true;
        if (count > 2) return false;
        foreach (var part in _parts)
        {
            var weight = Math.Abs(part.Weight);
            if (part.Merged && part.Id != Graph.None && weight is not (0 or 1) && !(double.IsPow2(weight) && weight <= Math.Abs(part.OwnWeight))) return false;
        }

        return true;
    }

    /// <summary>A term as constant times rest, and whether the constant stands within the rest, as in (2 * x) * y.</summary>
    private static (Term Factor, double Coefficient, bool Leads) SplitFactor(Term term, bool negative)
    {
        if (term.Is<NegOperation>()) (term, negative) = (term.X, !negative);
        var sign = negative ? -1.0 : 1.0;
        return Coefficient.Of(term) is { } coefficient ? (Coefficient.Replace(term, 1), sign * coefficient, !term.X.IsConstant) : (term, sign, false);
    }

    private int IndexOf(int id)
    {
        if (Leaves.Count <= LeavesSearchedOneByOne)
        {
            for (var i = _parts.Count - 1; i >= 0; i--)
            {
                if (_parts[i].Id == id) return i;
            }

            return -1;
        }

        if (_indexOf is null)
        {
            _indexOf = new Dictionary<int, int>(Leaves.Count);
            for (var i = 0; i < _parts.Count; i++) _indexOf[_parts[i].Id] = i;
        }

        return _indexOf.TryGetValue(id, out var index) ? index : -1;
    }

    /// <summary>Where the same stands with opposite signs in a difference: y / (b - a) for y / (a - b). Looked for among a few only.</summary>
    private int IndexOfOpposite(Term term)
    {
        if (Leaves.Count > LeavesSearchedOneByOne || !(term.Is<DivOperation>() || term.Is<MulOperation>())) return -1;
        for (var i = _parts.Count - 1; i >= 0; i--)
        {
            if (_parts[i].Id != Graph.None && AreOpposite(term, Builder.Term(_parts[i].Id))) return i;
        }

        return -1;

        static bool AreOpposite(Term x, Term y) =>
            x.Operation == y.Operation
            && ((x.X == y.X && Logistic.AreOppositeDifferences(x.Y, y.Y)) || (x.Y == y.Y && Logistic.AreOppositeDifferences(x.X, y.X)));
    }

    /// <summary>Like terms that are put together, or a term by itself.</summary>
    /// <param name="Id">The term without its constant; none for a constant alone.</param>
    /// <param name="Weight">What it is multiplied with in all.</param>
    /// <param name="OwnWeight">What its first place had.</param>
    /// <param name="Leaf">The leaf in whose place it stands.</param>
    /// <param name="Leads">Whether a constant leads the factors of its first place.</param>
    /// <param name="Merged">Whether it is more than one leaf.</param>
    private readonly record struct Part(int Id, double Weight, double OwnWeight, int Leaf, bool Leads, bool Merged);
}
