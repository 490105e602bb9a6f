using PSAutodiff.Core;

namespace PSAutodiff.Operations.Elementwise;

/// <summary>Values that are whole numbers, infinite or NaN, whatever the variables are.</summary>
internal static class Whole
{
    public static bool Is(Term x) =>
        x.Is<FloorOperation>() || x.Is<CeilOperation>() || x.Is<RoundOperation>() || x.Is<SignOperation>() || Truth.Is(x)
        || (x.IsConstant && double.IsInteger(x.ConstantValue));
}
