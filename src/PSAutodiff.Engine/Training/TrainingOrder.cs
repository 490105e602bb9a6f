using PSAutodiff.Kernels;

namespace PSAutodiff.Training;

/// <summary>The orders of the rows, epoch after epoch: always the given one, or random ones from a seed.</summary>
internal sealed class TrainingOrder
{
    private readonly int[] _rows;
    private readonly int[] _current;
    private readonly RandomSource? _random;

    /// <summary>Begins before the first epoch.</summary>
    /// <param name="rows">What is put into order.</param>
    /// <param name="seed">Seed of random orders; null for the given order.</param>
    public TrainingOrder(int[] rows, int? seed)
    {
        _rows = rows;
        _current = seed is null ? rows : new int[rows.Length];
        if (seed is { } value) _random = new RandomSource(value, TrainingStreams.Order);
    }

    /// <summary>Where the random numbers are; only with a seed.</summary>
    public (ulong S0, ulong S1, ulong S2, ulong S3) State
    {
        get => _random!.State;
        set => _random!.State = value;
    }

    /// <summary>The order of the next epoch, valid until the next call. It depends on <see cref="State"/> and not on earlier orders.</summary>
    public int[] Next()
    {
        if (_random is null) return _rows;
        _rows.CopyTo(_current, 0);
        _random.Shuffle(_current);
        return _current;
    }
}
