using PSAutodiff.Core;

namespace PSAutodiff.Operations.Elementwise;

/// <summary>The constant that leads a product written from left to right, as the 4 of <c>4 * x * y</c>.</summary>
internal static class Coefficient
{
    // Products are searched a few factors deep only, so that looking costs the same for every node.
    private const int MaxFactors = 8;

    /// <summary>The leading constant, or null when there is none.</summary>
    public static double? Of(Term product)
    {
        for (var i = 0; i < MaxFactors && product.Is<MulOperation>(); i++)
        {
            product = product.X;
            if (product.IsConstant) return product.ConstantValue;
        }

        return null;
    }

    /// <summary>Whether a product has a factor or a power of it, above a fraction line, among its first few.</summary>
    public static bool HasFactor(Term product, Term factor)
    {
        for (var i = 0; i < MaxFactors && product != factor; i++)
        {
            if (product.Is<MulOperation>() && IsZeroWith(product.Y, factor)) return true;
            if (!product.Is<NegOperation>() && !product.Is<DivOperation>() && !product.Is<MulOperation>()) break;
            product = product.X;
        }

        return IsZeroWith(product, factor) || (product.Is<PowOperation>() && product.X == factor);
    }

    // x, abs(x), or x^3.
    private static bool IsZeroWith(Term part, Term factor) =>
        part == factor || (part.Is<AbsOperation>() && part.X == factor) || (part.Is<PowOperation>() && part.X == factor && Ratio.Of(part.Y) is { Above: > 0 });

    /// <summary>The product of the other factors of a product; none where it has no such factor among its last few.</summary>
    /// <param name="product">The product, written from left to right.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="most">How many products of others may be made anew.</param>
    public static Term Without(Term product, Term factor, int most = MaxFactors)
    {
        var part = product;
        for (var depth = 0; part.Is<MulOperation>() && depth <= most; depth++)
        {
            if (part.Y == factor) return Rebuilt(product, part.X, depth);
            if (part.X == factor) return Rebuilt(product, part.Y, depth);
            part = part.X;
        }

        return Term.None;
    }

    // No deeper than the few factors that were looked at.
    private static Term Rebuilt(Term product, Term first, int depth) => depth == 0 ? first : Rebuilt(product.X, first, depth - 1) * product.Y;

    /// <summary>The product with another leading constant in place of the one it has; 1 is not written.</summary>
    public static Term Replace(Term product, double constant)
    {
        if (!product.X.IsConstant) return Replace(product.X, constant) * product.Y;
        return constant == 1 ? product.Y : constant * product.Y;
    }

    /// <summary>A constant times a product that has none: 3 * (x * y) is written 3 * x * y, as people do, but not for many factors.</summary>
    public static Term Put(double constant, Term product)
    {
        var factors = 0;
        for (var first = product; first.Is<MulOperation>(); first = first.X)
        {
            if (++factors > MaxFactors) return constant * product;
        }

        return Put(constant, product, factors);
    }

    // No deeper than the few factors that were counted.
    private static Term Put(double constant, Term product, int factors) =>
        factors == 0 ? constant * product : Put(constant, product.X, factors - 1) * product.Y;
}
