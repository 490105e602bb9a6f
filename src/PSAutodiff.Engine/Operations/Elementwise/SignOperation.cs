using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The sign of a number: -1, 0 or 1, with derivative 0 everywhere.</summary>
internal sealed class SignOperation() : StepOperation<SignOperation.Function>("sign")
{
    internal override bool IsWhole => true;

    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{sign}", 1);

    internal override string? MathName => nameof(Math.Sign);

    // Math.Sign throws on NaN.
    internal override CodeForm CSharp => new(
        Notation.Call("Sign", 1),
        new CodeHelper("Sign", "private static double Sign(double x) => x > 0 ? 1 : x < 0 ? -1 : x;"));

    internal override CodeForm PowerShell => new(
        CodeForm.PowerShellCall("Get-Sign", 1),
        new CodeHelper(
            "Get-Sign",
            """
            function Get-Sign([double] $x) {
                if ($x -gt 0) { 1.0 } elseif ($x -lt 0) { -1.0 } else { $x }
            }
            """));

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Odd<SignOperation>(),
    ];

    /// <summary>The value, over lanes.</summary>
    // Zeros keep their sign and NaN stays NaN.
    internal readonly struct Function : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => T.SelectLess(x, T.Broadcast(0), T.Broadcast(-1), T.SelectLess(T.Broadcast(0), x, T.Broadcast(1), x));
    }
}

public sealed partial class ExprNode
{
    /// <summary>The sign of a number: -1, 0 or 1, with derivative 0 everywhere.</summary>
    public static ExprNode Sign(ExprNode x) => Apply<SignOperation>(x);
}
