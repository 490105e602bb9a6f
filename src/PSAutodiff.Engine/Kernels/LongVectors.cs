using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <summary>What <see cref="Vectors"/> joins, with the same bits, of so many elements that somebody may want to end it.</summary>
internal static class LongVectors
{
    /// <summary>The sum, as <see cref="Vectors.Sum(ReadOnlySpan{double})"/> forms it.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static double Sum(ReadOnlySpan<double> x, CancellationToken cancellation)
    {
        if (x.Length <= WorkWatch.AtOnce) return Vectors.Sum(x);
        var sum = new PieceSum();
        for (; x.Length > WorkWatch.AtOnce; x = x[WorkWatch.AtOnce..])
        {
            cancellation.ThrowIfCancellationRequested();
            sum.Add(x[..WorkWatch.AtOnce]);
        }

        return sum.End(x);
    }

    /// <summary>The sum of products, as <see cref="Vectors.Dot(ReadOnlySpan{double}, ReadOnlySpan{double})"/> forms it.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y, CancellationToken cancellation)
    {
        var sum = 0.0;
        var watch = new WorkWatch(cancellation);
        for (var i = 0; i < x.Length; i++)
        {
            watch.Count(1);
            sum += x[i] * y[i];
        }

        return sum;
    }

    /// <summary>The Euclidean norm, as <see cref="Vectors.Norm(ReadOnlySpan{double})"/> forms it.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static double Norm(ReadOnlySpan<double> x, CancellationToken cancellation)
    {
        var watch = new WorkWatch(cancellation);
        var largest = 0.0;
        for (var rest = x; !rest.IsEmpty; rest = rest[Math.Min(WorkWatch.AtOnce, rest.Length)..])
        {
            cancellation.ThrowIfCancellationRequested();
            largest = Math.Max(largest, Vectors.Largest(rest[..Math.Min(WorkWatch.AtOnce, rest.Length)]));
        }

        if (largest == 0 || !double.IsFinite(largest)) return largest;
        var sum = 0.0;
        foreach (var value in x)
        {
            watch.Count(1);
            sum += value / largest * (value / largest);
        }

        return largest * Math.Sqrt(sum);
    }

    /// <summary>The greatest element; NaN when one is NaN.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static double Greatest(ReadOnlySpan<double> x, CancellationToken cancellation)
    {
        var greatest = double.NegativeInfinity;
        for (; !x.IsEmpty; x = x[Math.Min(WorkWatch.AtOnce, x.Length)..])
        {
            cancellation.ThrowIfCancellationRequested();
            greatest = Math.Max(greatest, Vectors.Greatest(x[..Math.Min(WorkWatch.AtOnce, x.Length)]));
        }

        return greatest;
    }

    /// <summary>The smallest element; NaN when one is NaN.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static double Least(ReadOnlySpan<double> x, CancellationToken cancellation)
    {
        var least = double.PositiveInfinity;
        for (; !x.IsEmpty; x = x[Math.Min(WorkWatch.AtOnce, x.Length)..])
        {
            cancellation.ThrowIfCancellationRequested();
            least = Math.Min(least, Vectors.Least(x[..Math.Min(WorkWatch.AtOnce, x.Length)]));
        }

        return least;
    }

    /// <summary>Where the first of the greatest elements is, or the first NaN where there is one.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static int FirstGreatest(ReadOnlySpan<double> x, CancellationToken cancellation)
    {
        var first = 0;
        for (var start = 0; start < x.Length && !double.IsNaN(x[first]); start += Math.Min(WorkWatch.AtOnce, x.Length - start))
        {
            cancellation.ThrowIfCancellationRequested();
            var next = start + Vectors.FirstGreatest(x.Slice(start, Math.Min(WorkWatch.AtOnce, x.Length - start)));
            if (x[next] > x[first] || double.IsNaN(x[next])) first = next;
        }

        return first;
    }

    /// <summary>A sum of 64 elements or more that come in pieces, with the bits of <see cref="Vectors.Sum(ReadOnlySpan{double})"/>. All pieces but the last are a multiple of eight long.</summary>
    public struct PieceSum
    {
        // What any number may be added to without a change.
        private Vector512<double> _sums = Vector512.Create(-0.0);

        public PieceSum()
        {
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(ReadOnlySpan<double> piece)
        {
            var sums = _sums;
            for (var i = 0; i + Vectors.Lanes <= piece.Length; i += Vectors.Lanes) sums += Vector512.Create(piece[i..]);
            _sums = sums;
        }

        /// <summary>The sum with the last piece.</summary>
        public double End(ReadOnlySpan<double> piece)
        {
            Add(piece);
            var sum = Vectors.Joined(_sums);
            foreach (var value in piece[(piece.Length - (piece.Length % Vectors.Lanes))..]) sum += value;
            return sum;
        }
    }
}
