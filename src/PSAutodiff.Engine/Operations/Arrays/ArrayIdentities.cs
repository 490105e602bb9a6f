using PSAutodiff.Core;

namespace PSAutodiff.Operations.Arrays;

/// <summary>Identities that every operation element by element has where it is applied to arrays. Numbers are not asked for them.</summary>
internal static class ArrayIdentities
{
    private static readonly Rule[] All =
    [
        new(new("what is stretched anyway need not be stretched before", RuleSets.NotLab, NotAlone), Unstretched),
        new(new("f(broadcast(x)) = broadcast(f(x))", RuleSets.NotLab, NotAlone), Outside),
        new(new("a * (b * A) = (a * b) * A", RuleSets.Standard, NotAlone), static (operation, x, y, _) => operation is MulOperation ? ArrayForms.NumbersTogether(x, y) : Term.None),
        new(new("A / a / b = A / (a * b)", RuleSets.Standard, NotAlone), static (operation, x, y, _) => operation is DivOperation ? ArrayForms.DivisorsTogether(x, y) : Term.None),
        new(new("place(a) * B = place(a * B[i])", RuleSets.Standard, NotAlone) { Growth = 1 }, PlaceOutside),
    ];

    private delegate Term RewriteOf(Operation operation, Term x, Term y, Term z);

    /// <summary>The identity that applies first, and what it gives; none for none.</summary>
    public static (Identity? Identity, Term Result) Rewrite(Operation operation, RuleSets rules, Term x, Term y, Term z)
    {
        foreach (var (identity, rewrite) in All)
        {
            if ((identity.Sets & rules) != 0 && rewrite(operation, x, y, z) is { Exists: true } result) return (identity, result);
        }

        return default;
    }

    // Each is one of an operation, and says nothing without it.
    private static Term NotAlone(Term x, Term y, Term z) => Term.None;

    // What is 0 elsewhere stays so. Of a single row or element, as little is gained by others.
    private static Term PlaceOutside(Operation operation, Term x, Term y, Term z)
    {
        if (operation is not (MulOperation or DivOperation or NegOperation)) return Term.None;
        var place = IsElement(x) ? x : operation is MulOperation && y.Exists && IsElement(y) ? y : Term.None;
        if (!place.Exists) return Term.None;
        if (operation is NegOperation) return (-place.X).Apply<PlaceOperation>(place.Y);
        var other = place == x ? y : x;
        if (!other.Shape.IsNumber)
        {
            if (!ShapeOf(operation, x, y, z).IsLike(place.Shape)) return Term.None;
            other = PartBounds.OfStretched(other.Shape, place.Shape, PartBounds.Of(place.Y.Indices))!.Value.Of(other);
        }

        return (place == x ? place.X.Apply(operation, other, Term.None) : other.Apply(operation, place.X, Term.None)).Apply<PlaceOperation>(place.Y);

        static bool IsElement(Term term) => !term.Shape.IsNumber && term.Is<PlaceOperation>() && PartBounds.Of(term.Y.Indices).Rows.IsIndex;
    }

    // One at a time: two that are both stretched keep the larger one.
    private static Term Unstretched(Operation operation, Term x, Term y, Term z)
    {
        var shape = ShapeOf(operation, x, y, z);
        for (var i = 0; i < operation.Arity && operation.Arity > 1; i++)
        {
            var inner = Inner(i switch { 0 => x, 1 => y, _ => z });
            if (!inner.Exists) continue;
            var (a, b, c) = (i == 0 ? inner : x, i == 1 ? inner : y, i == 2 ? inner : z);
            if (ShapeOf(operation, a, b, c).IsLike(shape)) return a.Apply(operation, b, c);
        }

        return Term.None;
    }

    // All arguments are stretched numbers or stretched in the same way.
    private static Term Outside(Operation operation, Term x, Term y, Term z)
    {
        var shape = ShapeOf(operation, x, y, z);
        var (a, b, c) = (OrNumber(x), OrNumber(y), OrNumber(z));
        return !a.Exists || (y.Exists && !b.Exists) || (z.Exists && !c.Exists) ? Term.None : a.Apply(operation, b, c).StretchedTo(shape.Plain());

        static Term OrNumber(Term term) => !term.Exists ? term : term.Shape.IsNumber ? term : Inner(term) is { Exists: true, Shape.IsNumber: true } number ? number : Term.None;
    }

    private static Term Inner(Term term) =>
        !term.Exists || term.Shape.IsNumber ? Term.None :
        term.Is<ZerosOperation>() ? term.Constant(0) :
        term.Is<OnesOperation>() ? term.Constant(1) :
        term.Is<BroadcastOperation>() ? term.X :
        Term.None;

    private static Shape ShapeOf(Operation operation, Term x, Term y, Term z) =>
        operation.ShapeOf(new ArgumentShapes(x.Shape, y.Exists ? y.Shape : Shape.Number, z.Exists ? z.Shape : Shape.Number, []));

    /// <summary>An identity and what it gives for an operation and its arguments.</summary>
    private readonly record struct Rule(Identity Identity, RewriteOf Rewrite);
}
