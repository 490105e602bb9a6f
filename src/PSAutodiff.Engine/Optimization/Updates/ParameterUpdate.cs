using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSAutodiff.Kernels.Threading;

namespace PSAutodiff.Optimization.Updates;

/// <summary>
/// How a gradient moves parameters, with what it remembers of earlier steps. Elementwise only, so the bits do not depend on the width
/// of the machine's vectors.
/// </summary>
/// <typeparam name="T">The numbers: double or float.</typeparam>
internal abstract class ParameterUpdate<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Parameters that are worth a second thread; a part of the work is a sixteenth of them.
    private const int SharedCount = 1 << 15;

    private const int SharedParts = 16;

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

    /// <summary>The same, shared out where there are many parameters.</summary>
    /// <param name="step">As above.</param>
    /// <param name="rate">As above.</param>
    /// <param name="from">As above.</param>
    /// <param name="gradient">As above.</param>
    /// <param name="to">As above.</param>
    /// <param name="team">Those who share the work; null for a single thread.</param>
    /// <returns>As above.</returns>
    public bool Step(int step, double rate, T[] from, T[] gradient, T[] to, ThreadTeam? team) =>
        team is null || to.Length < SharedCount ? Step(step, rate, from, gradient, to) : StepTogether(step, rate, from, gradient, to, team);

    protected abstract bool StepTogether(int step, double rate, T[] from, T[] gradient, T[] to, ThreadTeam team);

    /// <summary>Updates all parameters, a vector of them at a time.</summary>
    private sealed class Elementwise<TUpdate>(int count, TUpdate update) : ParameterUpdate<T>(count, TUpdate.MemoryCount)
        where TUpdate : struct, IUpdate<T>
    {
        private readonly T[] _first = new T[Vector<T>.Count];
        private readonly T[] _second = new T[Vector<T>.Count];
        private TUpdate _update = update;
        private Shared? _shared;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override bool Step(int step, double rate, ReadOnlySpan<T> from, ReadOnlySpan<T> gradient, Span<T> to)
        {
            _update.Begin(step, rate);
            return Step(from, gradient, to, 0);
        }

        protected override bool StepTogether(int step, double rate, T[] from, T[] gradient, T[] to, ThreadTeam team)
        {
            _update.Begin(step, rate);
            _shared ??= new Shared(this);
            return _shared.Step(from, gradient, to, team);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private bool Step(ReadOnlySpan<T> from, ReadOnlySpan<T> gradient, Span<T> to, int start)
        {
            var update = _update;
            var width = Vector<T>.Count;
            var first = TUpdate.MemoryCount > 0 ? Memory[0].AsSpan(start, to.Length) : [];
            var second = TUpdate.MemoryCount > 1 ? Memory[1].AsSpan(start, to.Length) : [];
            var whole = to.Length - (to.Length % width);
            var check = Run(update, from[..whole], gradient, to, first, second);
            if (whole == to.Length) return Vector.EqualsAll(check, Vector<T>.Zero);

            // The rest goes through the same code in a vector filled up with zeros.
            Span<T> lastFrom = stackalloc T[width], lastGradient = stackalloc T[width], lastTo = stackalloc T[width];
            lastFrom.Clear();
            lastGradient.Clear();
            from[whole..].CopyTo(lastFrom);
            gradient[whole..].CopyTo(lastGradient);
            if (TUpdate.MemoryCount > 0) first[whole..].CopyTo(_first);
            if (TUpdate.MemoryCount > 1) second[whole..].CopyTo(_second);
            check += Run(update, lastFrom, lastGradient, lastTo, _first, _second);
            lastTo[..(to.Length - whole)].CopyTo(to[whole..]);
            if (TUpdate.MemoryCount > 0) _first.AsSpan(0, to.Length - whole).CopyTo(first[whole..]);
            if (TUpdate.MemoryCount > 1) _second.AsSpan(0, to.Length - whole).CopyTo(second[whole..]);
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

        /// <summary>A step whose parameters are shared out, the same ones to the same thread each time. Only the last part may have a rest.</summary>
        private sealed class Shared(Elementwise<TUpdate> all)
        {
            private readonly bool[] _isFinite = new bool[SharedParts];
            private Action<int, int>? _do;
            private (T[] From, T[] Gradient, T[] To) _step;
            private int _length;

            public bool Step(T[] from, T[] gradient, T[] to, ThreadTeam team)
            {
                _step = (from, gradient, to);
                _length = to.Length / SharedParts / Vector<T>.Count * Vector<T>.Count;
                team.Run(SharedParts, other: _do ??= Do);
                return Array.TrueForAll(_isFinite, static isFinite => isFinite);
            }

            private void Do(int part, int worker)
            {
                var start = part * _length;
                var length = part == SharedParts - 1 ? _step.To.Length - start : _length;
                _isFinite[part] = all.Step(_step.From.AsSpan(start, length), _step.Gradient.AsSpan(start, length), _step.To.AsSpan(start, length), start);
            }
        }
    }
}
