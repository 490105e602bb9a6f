namespace PSAutodiff.Core;

/// <summary>An index of one array by those of another: the index along one of its axes plus an offset, or the same place for all.</summary>
/// <param name="Axis">The axis of the other array; -1 for none.</param>
/// <param name="Offset">What is added, or the place.</param>
internal readonly record struct LoopTerm(int Axis, long Offset)
{
    public static LoopTerm At(long place) => new(-1, place);

    public static LoopTerm Along(int axis, long offset = 0) => new(axis, offset);

    /// <summary>The same by the indices of a third array, by which those of the other are known.</summary>
    public LoopTerm After(LoopMap inner) => Axis < 0 ? this : inner[Axis] with { Offset = inner[Axis].Offset + Offset };
}

/// <summary>Where the elements of one array are in another.</summary>
/// <param name="First">The first index.</param>
/// <param name="Second">The second, of a matrix.</param>
internal readonly record struct LoopMap(LoopTerm First, LoopTerm Second)
{
    /// <summary>Where they are.</summary>
    public static LoopMap Same { get; } = new(LoopTerm.Along(0), LoopTerm.Along(1));

    public LoopTerm this[int axis] => axis == 0 ? First : Second;

    /// <summary>A place in a vector.</summary>
    public static LoopMap Of(LoopTerm first) => new(first, LoopTerm.At(0));

    /// <summary>The same from the indices of a third array.</summary>
    public LoopMap After(LoopMap inner) => new(First.After(inner), Second.After(inner));

    /// <summary>From the indices of an array to those of one that is stretched to it.</summary>
    public static LoopMap Stretched(Shape from, Shape to)
    {
        var last = Along(from.Last, to.Last, to.Rank - 1);
        return from.Rank < 2 ? Of(last) : new(Along(from.Rows, to.Rows, 0), last);

        static LoopTerm Along(long own, long whole, int axis) => own == 1 && whole != 1 ? LoopTerm.At(0) : LoopTerm.Along(axis);
    }
}
