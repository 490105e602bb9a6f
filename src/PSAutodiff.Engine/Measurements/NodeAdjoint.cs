using static System.FormattableString;

namespace PSAutodiff;

/// <summary>A node of an expression at a point: its value, and how the value of the whole expression changes with it.</summary>
/// <param name="Index">Its place in the order in which the nodes are computed, from 0; arguments come before their users.</param>
/// <param name="Op">The name of its operation.</param>
/// <param name="Arguments">The indices of its arguments, in order.</param>
/// <param name="Expression">The node.</param>
/// <param name="Value">Its value.</param>
/// <param name="Adjoint">The derivative of the whole with respect to it; null for a node that depends on no variable.</param>
public sealed record NodeAdjoint(int Index, string Op, IReadOnlyList<int> Arguments, ExprNode Expression, double Value, double? Adjoint)
{
    /// <summary>The node, its value and its adjoint, the same in every culture.</summary>
    public override string ToString() => Adjoint is { } adjoint ? Invariant($"{Expression} = {Value}, adjoint {adjoint}") : Invariant($"{Expression} = {Value}");
}
