using System.Numerics;
using System.Runtime.InteropServices;
using PSAutodiff.Kernels;

namespace PSAutodiff.Training.Rules;

/// <summary>
/// How a gradient moves parameters, with what it remembers of earlier steps. Elementwise only, so the bits do not depend on the width
/// of the machine's vectors.
/// </summary>
/// <typeparam name="T">The numbers: double or float.</typeparam>
internal abstract class TrainingRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly (int Start, int Length)[] _decayed;
    private readonly bool _decaysWeights;
    private readonly T _decay;

    private protected TrainingRule(TrainingOptions options, int count, Func<int, bool> isDecayed, int memoryCount)
    {
        Memory = new T[memoryCount][];
        for (var i = 0; i < memoryCount; i++) Memory[i] = new T[count];
        _decayed = options.WeightDecay > 0 ? Ranges(count, isDecayed) : [];
        _decaysWeights = options.Optimizer == TrainingOptimizer.AdamW;
        _decay = T.CreateTruncating(_decaysWeights ? 1 - (options.LearningRate * options.WeightDecay) : options.WeightDecay);
    }

    /// <summary>All that is remembered from step to step, but for their number: an array of numbers for the parameters, or two, or none.</summary>
    public T[][] Memory { get; }

    /// <summary>The rule of an optimizer.</summary>
    /// <param name="options">Names the optimizer and its settings.</param>
    /// <param name="count">Number of parameters.</param>
    /// <param name="isDecayed">Whether weight decay applies to a parameter.</param>
    public static TrainingRule<T> Create(TrainingOptions options, int count, Func<int, bool> isDecayed)
    {
        var (rate, momentum) = (options.LearningRate, options.Momentum);
        return options.Optimizer switch
        {
            TrainingOptimizer.GradientDescent => With(new GradientDescentRule<T>(rate)),
            TrainingOptimizer.Momentum => With(new MomentumRule<T>(rate, momentum)),
            TrainingOptimizer.Nesterov => With(new NesterovRule<T>(rate, momentum)),
            TrainingOptimizer.RMSProp => With(new RmsPropRule<T>(rate)),
            TrainingOptimizer.Adam or TrainingOptimizer.AdamW => With(new AdamRule<T>(rate)),
            _ => throw new ArgumentOutOfRangeException(nameof(options)),
        };

        TrainingRule<T> With<TRule>(TRule rule)
            where TRule : struct, IElementRule<T> => new Elementwise<TRule>(options, count, isDecayed, rule);
    }

    /// <summary>Takes a step.</summary>
    /// <param name="step">Its number, from 1.</param>
    /// <param name="from">The parameters before it.</param>
    /// <param name="gradient">The gradient there; weight decay may be added to it.</param>
    /// <param name="to">Gets the parameters after it.</param>
    /// <returns>Whether they, and all that is remembered, are finite numbers.</returns>
    public bool Step(int step, ReadOnlySpan<T> from, Span<T> gradient, Span<T> to)
    {
        if (_decayed.Length > 0 && _decaysWeights)
        {
            from.CopyTo(to);
            foreach (var (start, length) in _decayed) Vectors.Scale(to.Slice(start, length), _decay);
            from = to;
        }
        else
        {
            foreach (var (start, length) in _decayed) Vectors.AddScaled(gradient.Slice(start, length), _decay, from.Slice(start, length));
        }

        return Move(step, from, gradient, to);
    }

    protected abstract bool Move(int step, ReadOnlySpan<T> from, ReadOnlySpan<T> gradient, Span<T> to);

    private static (int Start, int Length)[] Ranges(int count, Func<int, bool> isDecayed)
    {
        var ranges = new List<(int Start, int Length)>();
        for (var i = 0; i < count; i++)
        {
            if (!isDecayed(i)) continue;
            var start = i;
            while (i < count && isDecayed(i)) i++;
            ranges.Add((start, i - start));
        }

        return [.. ranges];
    }

    /// <summary>Applies a rule to all parameters, a vector of them at a time.</summary>
    private sealed class Elementwise<TRule>(TrainingOptions options, int count, Func<int, bool> isDecayed, TRule rule)
        : TrainingRule<T>(options, count, isDecayed, TRule.MemoryCount)
        where TRule : struct, IElementRule<T>
    {
        private readonly T[] _first = new T[Vector<T>.Count];
        private readonly T[] _second = new T[Vector<T>.Count];
        private TRule _rule = rule;

        protected override bool Move(int step, ReadOnlySpan<T> from, ReadOnlySpan<T> gradient, Span<T> to)
        {
            _rule.Begin(step);
            var rule = _rule;
            var width = Vector<T>.Count;
            var first = TRule.MemoryCount > 0 ? Memory[0] : [];
            var second = TRule.MemoryCount > 1 ? Memory[1] : [];
            var whole = to.Length - (to.Length % width);
            var check = Run(rule, from[..whole], gradient, to, first, second);
            if (whole == to.Length) return Vector.EqualsAll(check, Vector<T>.Zero);

            // The rest goes through the same code in a vector filled up with zeros.
            Span<T> lastFrom = stackalloc T[width], lastGradient = stackalloc T[width], lastTo = stackalloc T[width];
            lastFrom.Clear();
            lastGradient.Clear();
            from[whole..].CopyTo(lastFrom);
            gradient[whole..].CopyTo(lastGradient);
            if (TRule.MemoryCount > 0) first.AsSpan(whole).CopyTo(_first);
            if (TRule.MemoryCount > 1) second.AsSpan(whole).CopyTo(_second);
            check += Run(rule, lastFrom, lastGradient, lastTo, _first, _second);
            lastTo[..(to.Length - whole)].CopyTo(to[whole..]);
            if (TRule.MemoryCount > 0) _first.AsSpan(0, to.Length - whole).CopyTo(first.AsSpan(whole));
            if (TRule.MemoryCount > 1) _second.AsSpan(0, to.Length - whole).CopyTo(second.AsSpan(whole));
            return Vector.EqualsAll(check, Vector<T>.Zero);
        }

        private static Vector<T> Run(TRule rule, ReadOnlySpan<T> from, ReadOnlySpan<T> gradient, Span<T> to, Span<T> first, Span<T> second)
        {
            // All are at least as long as the parameters, or not used.
            ref var w = ref MemoryMarshal.GetReference(from);
            ref var g = ref MemoryMarshal.GetReference(gradient[..from.Length]);
            ref var result = ref MemoryMarshal.GetReference(to[..from.Length]);
            ref var m = ref MemoryMarshal.GetReference(TRule.MemoryCount > 0 ? first[..from.Length] : first);
            ref var s = ref MemoryMarshal.GetReference(TRule.MemoryCount > 1 ? second[..from.Length] : second);

            // x - x is 0 for a finite number and NaN for any other.
            var check = Vector<T>.Zero;
            for (nuint i = 0; i < (nuint)from.Length; i += (nuint)Vector<T>.Count)
            {
                Vector<T> one = default, two = default;
                if (TRule.MemoryCount > 0) one = Vector.LoadUnsafe(ref m, i);
                if (TRule.MemoryCount > 1) two = Vector.LoadUnsafe(ref s, i);
                var next = rule.Next(Vector.LoadUnsafe(ref w, i), Vector.LoadUnsafe(ref g, i), ref one, ref two);
                next.StoreUnsafe(ref result, i);
                check += next - next;
                if (TRule.MemoryCount > 0)
                {
                    one.StoreUnsafe(ref m, i);
                    check += one - one;
                }

                if (TRule.MemoryCount > 1)
                {
                    two.StoreUnsafe(ref s, i);
                    check += two - two;
                }
            }

            return check;
        }
    }
}
