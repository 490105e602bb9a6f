using PSAutodiff.Core;

namespace PSAutodiff.Passes.Differentiation;

/// <summary>What the forward and the reverse sweep over a graph in progress have in common.</summary>
internal static class Sweep
{
    public static Operation.Locals Locals(GraphBuilder builder, int id)
    {
        var arity = builder.OperationOf(id).Arity;
        return new Operation.Locals(
            builder.Term(id),
            builder.Term(builder.X(id)),
            arity > 1 ? builder.Term(builder.Y(id)) : Term.None,
            arity > 2 ? builder.Term(builder.Z(id)) : Term.None);
    }

    /// <summary>
    /// What an operation makes of a derivative that counts where a guard holds: of the adjoint of its node for that of an argument, or
    /// of an argument's derivative for its own. And where that counts.
    /// </summary>
    public static (Term Part, Guard Guard) Pullback(
        Operation operation,
        int argument,
        in Operation.Locals at,
        Term derivative,
        Guard guard,
        bool strips = true)
    {
        var multiplies = Multiplies(operation, argument, at, guard);
        var part = operation.Pullback(argument, at, multiplies && strips ? guard.Remove(derivative) : derivative);
        if (!part.Exists) return (part, default);
        var own = operation.GuardOf(argument, at);
        var both = guard.And(own);
        return ((multiplies ? both : own).Apply(part), both);
    }

    /// <summary>A derivative in the shape of what it is the derivative of, or by: stretched, or summed over what was stretched.</summary>
    public static Term InShape(Term derivative, Shape shape)
    {
        var given = derivative.Shape;
        return
            given.IsLike(shape) ? derivative :
            given.StretchesTo(shape) ? derivative.StretchedTo(shape.Plain()) :
            derivative.SummedTo(shape.Plain());
    }

    /// <summary>The derivative of an operation from those of its arguments (<see cref="Term.None"/>: does not depend on the variable).</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="at">Its node and arguments.</param>
    /// <param name="derivatives">The derivatives of the arguments.</param>
    /// <param name="literally">Whether to take the lab's rule; all derivatives have to be there for it.</param>
    public static Term Tangent(Operation operation, in Operation.Locals at, ReadOnlySpan<Term> derivatives, bool literally)
    {
        if ((literally ? operation.LabTangent(at, derivatives) : operation.Tangent(at, derivatives)) is { } written) return written;
        var total = Term.None;
        for (var i = 0; i < derivatives.Length; i++)
        {
            if (!derivatives[i].Exists || !operation.Propagates(i)) continue;
            var (part, _) = Pullback(operation, i, at, derivatives[i], default);
            if (part.Exists) total = total.Exists ? total + part : part;
        }

        return total;
    }

    /// <summary>
    /// Whether an operation may multiply a guarded derivative by an infinite one. Powers of powers are left as they are where all that
    /// could go wrong is an exponent 0: choosing at every level would cost more than the powers.
    /// </summary>
    public static bool Multiplies(Operation operation, int argument, in Operation.Locals at, Guard guard) =>
        guard.IsConditional && !operation.HasFiniteSlope(argument, at) && !(guard.IsOfExponent && operation is PowOperation);
}
