using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <summary>Looks at a token now and then in the course of work on many elements, so that it ends within some ten milliseconds.</summary>
/// <param name="cancellation">The token.</param>
internal struct WorkWatch(CancellationToken cancellation)
{
    /// <summary>So many elements are worked on between two looks: memory that is used for the first time takes some ten milliseconds.</summary>
    public const int AtOnce = 1 << 22;

    private int _left = AtOnce;

    /// <summary>Fills elements.</summary>
    public static void Fill(Span<double> elements, double value, CancellationToken cancellation)
    {
        for (; elements.Length > AtOnce; elements = elements[AtOnce..])
        {
            elements[..AtOnce].Fill(value);
            cancellation.ThrowIfCancellationRequested();
        }

        elements.Fill(value);
    }

    /// <summary>Copies elements.</summary>
    public static void Copy(ReadOnlySpan<double> from, Span<double> to, CancellationToken cancellation)
    {
        while (from.Length > AtOnce)
        {
            from[..AtOnce].CopyTo(to);
            cancellation.ThrowIfCancellationRequested();
            from = from[AtOnce..];
            to = to[AtOnce..];
        }

        from.CopyTo(to);
    }

    /// <summary>Says that elements have been worked on, or will be.</summary>
    /// <param name="elements">How many.</param>
    /// <exception cref="OperationCanceledException">The work is to end.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(int elements)
    {
        if ((_left -= elements) > 0) return;
        Look();
    }

    private void Look()
    {
        cancellation.ThrowIfCancellationRequested();
        _left = AtOnce;
    }
}
