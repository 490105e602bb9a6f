using PSAutodiff.Graphs;

namespace PSAutodiff;

/// <summary>An operation with one argument.</summary>
internal abstract class UnaryOperation(string name) : Operation(name, 1)
{
    internal sealed override double Evaluate(double x, double y, double z) => Evaluate(x);

    internal sealed override Term Pullback(int argument, in Locals at, Term adjoint) => Pullback(at.Self, at.X, adjoint);

    protected abstract double Evaluate(double x);

    protected abstract Term Pullback(Term self, Term x, Term adjoint);
}

/// <summary>An operation with two arguments.</summary>
internal abstract class BinaryOperation(string name) : Operation(name, 2)
{
    internal sealed override double Evaluate(double x, double y, double z) => Evaluate(x, y);

    protected abstract double Evaluate(double x, double y);
}

/// <summary>A constant or a variable: no arguments, nothing to differentiate.</summary>
internal abstract class LeafOperation(string name) : Operation(name, 0)
{
    internal override Operations.Notation Latex => Operations.Notation.Call(Name, 0);

    internal sealed override double Evaluate(double x, double y, double z) => double.NaN;

    internal sealed override Term Pullback(int argument, in Locals at, Term adjoint) => Term.None;
}
