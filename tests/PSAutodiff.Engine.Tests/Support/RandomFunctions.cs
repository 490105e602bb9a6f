using PSAutodiff.Passes.Definitions;

namespace PSAutodiff.Tests;

/// <summary>Random expressions with functions without definitions, and definitions that they may get.</summary>
internal static class RandomFunctions
{
    private static readonly UnknownFunction[] Functions =
    [
        UnknownFunction.Of("phi", 0), UnknownFunction.Of("phi", 1), UnknownFunction.Of("act", 0), UnknownFunction.Of("act", 2),
        UnknownFunction.Of("f", 0, 0), UnknownFunction.Of("f", 1, 0), UnknownFunction.Of("f", 1, 1),
        UnknownFunction.Of("three", 0, 0, 0), UnknownFunction.Of("three", 0, 1, 2),
    ];

    /// <summary>Functions without definitions among all operations.</summary>
    public static RandomExpressions Everyday { get; } = RandomExpressions.Of([.. Functions, .. RandomExpressions.AllOperations.Where(static (_, i) => i % 4 == 0)]);

    /// <summary>Functions without definitions among operations that are smooth and stay small.</summary>
    public static RandomExpressions Smooth { get; } = RandomExpressions.Of(
        [.. Functions, .. RandomExpressions.AllOperations.Where(static operation => operation is SumOperation or SubOperation or MulOperation or SinOperation or TanhOperation or SigmoidOperation)]);

    /// <summary>Smooth definitions that stay small with all their derivatives; one needs another.</summary>
    public static FunctionDefinitions Definitions { get; } = new(
        [
            FunctionDefinition.Parse("phi", "tanh", [], CancellationToken.None),
            FunctionDefinition.Parse("act", "u => sin(u)/2 + phi(u)*cos(a)", [], CancellationToken.None),
            FunctionDefinition.Parse("f", "(y, x) => sin(x - 2*y)/3 + cos(x*y)/5", [], CancellationToken.None),
            FunctionDefinition.Parse("three", "(x, z, u) => sin(x + z*u)/3 + cos(z)*x/4", [], CancellationToken.None),
        ],
        CancellationToken.None);
}
