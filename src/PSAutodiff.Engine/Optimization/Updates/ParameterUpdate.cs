using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PSAutodiff.Optimization.Updates;

/// <summary>
/// How a gradient moves parameters, with what it remembers of earlier steps. Elementwise only, so the bits do not depend on the width
/// of the machine's vectors.
/// </summary>
/// <typeparam name="T">The numbers: double or float.</typeparam>
internal abstract class ParameterUpdate<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private ParameterUpdate(int count, int memoryCount)
    {
        Memory = new T[memoryCount][];
        for (var i = 0; i < memoryCount; i++) Memory[i] = new T[count];
    }

    /// <summary>All that is remembered from step to step, but for their number: an array of numbers for the parameters, or two, or none.</summary>
    public T[][] Memory { get; }

    /// <summary>An update of so many parameters.</summary>
    public static ParameterUpdate<T> Of<TUpdate>(int count, TUpdate update)
        where TUpdate : struct, IUpdate<T> => new Elementwise<TUpdate>(count, update);

    /// <summary>Takes a step.</summary>
    /// <param name="step">Its number, from 1.</param>
    /// <param name="rate">How far it goes.</param>
    /// <param name="from">The parameters before it.</param>
    /// <param name="gradient">The gradient there.</param>
    /// <param name="to">Gets the parameters after it.</param>
    /// <returns>Whether they, and all that is remembered, are finite numbers.</returns>
    public abstract bool Step(int step, double rate, ReadOnlySpan<T> from, ReadOnlySpan<T> gradient, Span<T> to);

    /// <summary>Updates all parameters, a vector of them at a time.</summary>
    private sealed class Elementwise<TUpdate>(int count, TUpdate update) : ParameterUpdate<T>(count, TUpdate.MemoryCount)
        where TUpdate : struct, IUpdate<T>
    {
        private readonly T[] _first = new T[Vector<T>.Count];
        private readonly T[] _second = new T[Vector<T>.Count];
        private TUpdate _update = update;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override bool Step(int step, double rate, ReadOnlySpan<T> from, ReadOnlySpan<T> gradient, Span<T> to)
        {
            _update.Begin(step, rate);
            var update = _update;
            var width = Vector<T>.Count;
            var first = TUpdate.MemoryCount > 0 ? Memory[0] : [];
            var second = TUpdate.MemoryCount > 1 ? Memory[1] : [];
            var whole = to.Length - (to.Length % width);
            var check = Run(update, from[..whole], gradient, to, first, second);
            if (whole == to.Length) return Vector.EqualsAll(check, Vector<T>.Zero);

            // The rest goes through the same code in a vector filled up with zeros.
            Span<T> lastFrom = stackalloc T[width], lastGradient = stackalloc T[width], lastTo = stackalloc T[width];
            lastFrom.Clear();
            lastGradient.Clear();
            from[whole..].CopyTo(lastFrom);
            gradient[whole..].CopyTo(lastGradient);
            if (TUpdate.MemoryCount > 0) first.AsSpan(whole).CopyTo(_first);
            if (TUpdate.MemoryCount > 1) second.AsSpan(whole).CopyTo(_second);
            check += Run(update, lastFrom, lastGradient, lastTo, _first, _second);
            lastTo[..(to.Length - whole)].CopyTo(to[whole..]);
            if (TUpdate.MemoryCount > 0) _first.AsSpan(0, to.Length - whole).CopyTo(first.AsSpan(whole));
            if (TUpdate.MemoryCount > 1) _second.AsSpan(0, to.Length - whole).CopyTo(second.AsSpan(whole));
            return Vector.EqualsAll(check, Vector<T>.Zero);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static Vector<T> Run(TUpdate update, ReadOnlySpan<T> from, ReadOnlySpan<T> gradient, Span<T> to, Span<T> first, Span<T> second)
        {
            // All are at least as long as the parameters, or not used.
            ref var w = ref MemoryMarshal.GetReference(from);
            ref var g = ref MemoryMarshal.GetReference(gradient[..from.Length]);
            ref var result = ref MemoryMarshal.GetReference(to[..from.Length]);
            ref var m = ref MemoryMarshal.GetReference(TUpdate.MemoryCount > 0 ? first[..from.Length] : first);
            ref var s = ref MemoryMarshal.GetReference(TUpdate.MemoryCount > 1 ? second[..from.Length] : second);

            // x - x is 0 for a finite number and NaN for any other.
            var check = Vector<T>.Zero;
            for (nuint i = 0; i < (nuint)from.Length; i += (nuint)Vector<T>.Count)
            {
                Vector<T> one = default, two = default;
                if (TUpdate.MemoryCount > 0) one = Vector.LoadUnsafe(ref m, i);
                if (TUpdate.MemoryCount > 1) two = Vector.LoadUnsafe(ref s, i);
                var next = update.Next(Vector.LoadUnsafe(ref w, i), Vector.LoadUnsafe(ref g, i), ref one, ref two);
                next.StoreUnsafe(ref result, i);
                check += next - next;
                if (TUpdate.MemoryCount > 0)
                {
                    one.StoreUnsafe(ref m, i);
                    check += one - one;
                }

                if (TUpdate.MemoryCount > 1)
                {
                    two.StoreUnsafe(ref s, i);
                    check += two - two;
                }
            }

            return check;
        }
    }
}
