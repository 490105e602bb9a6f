using System.Reflection;
using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>An operation with one argument.</summary>
/// <param name="name">Its name.</param>
/// <param name="value">The value, by a static method.</param>
/// <param name="block">The values of a whole block, with the same bits; null where nothing beats calling the method for each.</param>
internal abstract class UnaryOperation(string name, Func<double, double> value, UnaryBlock? block) : Operation(name, 1)
{
    internal override MethodInfo ValueMethod => value.Method;

    internal override MethodInfo? BlockMethod => block?.Method;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override double Evaluate(double x, double y, double z) => value(x);

    internal sealed override void Evaluate(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result)
    {
        if (block is not null && x.Length == result.Length) block(x, result);
        else base.Evaluate(x, y, z, result);
    }

    internal sealed override Term Pullback(int argument, in Locals at, Term adjoint) => Pullback(at.Self, at.X, adjoint);

    protected abstract Term Pullback(Term self, Term x, Term adjoint);
}

/// <summary>An operation with one argument that is a few instructions long, given by its function over lanes.</summary>
internal abstract class UnaryOperation<TFunction>(string name) : UnaryOperation(name, Value, Blocks.Map<TFunction>)
    where TFunction : struct, IUnaryLanes
{
    internal sealed override MethodInfo? BlockMethod => null;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal sealed override double Evaluate(double x, double y, double z) => TFunction.Apply(new OneLane(x)).Value;

    private static double Value(double x) => TFunction.Apply(new OneLane(x)).Value;
}

/// <summary>An operation with two arguments.</summary>
internal abstract class BinaryOperation(string name, Func<double, double, double> value) : Operation(name, 2)
{
    internal sealed override MethodInfo ValueMethod => value.Method;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override double Evaluate(double x, double y, double z) => value(x, y);
}

/// <summary>An operation with two arguments that is a few instructions long, given by its function over lanes.</summary>
internal abstract class BinaryOperation<TFunction>(string name) : BinaryOperation(name, Value)
    where TFunction : struct, IBinaryLanes
{
    internal sealed override void Evaluate(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result) =>
        Blocks.Map<TFunction>(x, y, result);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal sealed override double Evaluate(double x, double y, double z) => TFunction.Apply(new OneLane(x), new OneLane(y)).Value;

    // A call for each link would cost as much as the link waits for the last one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override double Chain(double first, ReadOnlySpan<double> items, int count)
    {
        var value = new OneLane(first);
        if (items.Length == 1)
        {
            for (var i = 0; i < count; i++) value = TFunction.Apply(value, new OneLane(items[0]));
        }
        else
        {
            foreach (var item in items[..count]) value = TFunction.Apply(value, new OneLane(item));
        }

        return value.Value;
    }

    private static double Value(double x, double y) => TFunction.Apply(new OneLane(x), new OneLane(y)).Value;
}

/// <summary>An operation that shares its value with another on the same argument, as it is computed from the argument and that value.</summary>
/// <typeparam name="TOperation">The operation that declares the sharing; no graph has this one.</typeparam>
/// <param name="name">The name of that operation.</param>
/// <param name="value">The value from the argument and the other's value.</param>
/// <param name="block">The values of whole blocks, with the same bits.</param>
internal abstract class JointOperation<TOperation>(string name, Func<double, double, double> value, BinaryBlock block) : BinaryOperation(name, value)
    where TOperation : Operation
{
    private Sharing? _joins;

    internal sealed override Notation Latex => Infix;

    internal sealed override Sharing? Joins => _joins ??= OperationOf<TOperation>.Instance.Shares.Single(sharing => sharing.Joint == this);

    internal sealed override void Evaluate(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result)
    {
        if (x.Length == result.Length && y.Length == result.Length) block(x, y, result);
        else base.Evaluate(x, y, z, result);
    }

    internal sealed override Term Pullback(int argument, in Locals at, Term adjoint) => Term.None;
}

/// <summary>A constant or a variable: no arguments, nothing to differentiate.</summary>
internal abstract class LeafOperation(string name) : Operation(name, 0)
{
    internal override Notation Latex => Notation.Call(Name, 0);

    internal sealed override MethodInfo ValueMethod => throw new InvalidOperationException($"'{Name}' is not computed.");

    internal sealed override double Evaluate(double x, double y, double z) => double.NaN;

    internal sealed override Term Pullback(int argument, in Locals at, Term adjoint) => Term.None;
}
