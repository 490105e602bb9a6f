using PSAutodiff.Graphs;

namespace PSAutodiff.Simplification;

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

    /// <summary>The product with another leading constant in place of the one it has; 1 is not written.</summary>
    public static Term Replace(Term product, double constant)
    {
        if (!product.X.IsConstant) return Replace(product.X, constant) * product.Y;
        return constant == 1 ? product.Y : constant * product.Y;
    }
}
