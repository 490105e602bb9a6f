namespace PSAutodiff.Execution.Scalar;

/// <summary>What is done with the lanes of some rows.</summary>
internal enum LaneForm : byte
{
    /// <summary>X * Y for each pair of terms, to places one after the other.</summary>
    Products,

    /// <summary>X + Y, likewise.</summary>
    Sums,

    /// <summary>X - Y, likewise.</summary>
    Differences,

    /// <summary>X / Y, likewise.</summary>
    Quotients,

    /// <summary>The larger of X and Y, likewise.</summary>
    Larger,

    /// <summary>The smaller one, likewise.</summary>
    Smaller,

    /// <summary>-X, likewise; Y is X.</summary>
    Opposites,

    /// <summary>X where it is above 0, else 0, likewise; Y is X.</summary>
    Ramps,

    /// <summary>Sums of so many products of pairs, in order.</summary>
    Dots,

    /// <summary>The same, to which a value is added at the end.</summary>
    DotsPlus,

    /// <summary>Sums of so many products of pairs, in order, each rounded once with the sum that it is added to.</summary>
    FusedDots,

    /// <summary>The same, to which a value is added at the end.</summary>
    FusedDotsPlus,

    /// <summary>Chains of terms, each a beginning to which products of pairs are added in order.</summary>
    PlusProducts,

    /// <summary>The same, each rounded once with the sum that it is added to.</summary>
    PlusFusedProducts,

    /// <summary>The same of products that are subtracted.</summary>
    MinusProducts,

    /// <summary>The same of values that are added.</summary>
    PlusValues,

    /// <summary>The same of values that are subtracted.</summary>
    MinusValues,

    /// <summary>Values to places one after the other.</summary>
    Copies,

    /// <summary>An operation on values that stand one after the other.</summary>
    Function,

    /// <summary>Two operations at once, the second of which shares the value of the first, likewise.</summary>
    Pair,

    /// <summary>Products of pairs, to outputs.</summary>
    OutputProducts,

    /// <summary>Values, to outputs.</summary>
    OutputValues,
}

/// <summary>A step on the lanes of some rows. Where one of its arguments is a single value, that stands for all it is done with.</summary>
/// <param name="Form">What is done.</param>
/// <param name="Count">How many values, chains or pairs.</param>
/// <param name="Length">Terms of each chain.</param>
/// <param name="First">The first of its terms; of functions the places of the arguments.</param>
/// <param name="Target">The first place or output where values go; of a pair those of both.</param>
/// <param name="Operation">The operation of a function or pair.</param>
internal readonly record struct LaneStep(LaneForm Form, int Count, int Length, int First, int Target, Operation? Operation);

/// <summary>Outputs that are sums over rows of products of one value and several others, as a row of a product of matrices is.</summary>
/// <param name="First">The place of the value.</param>
/// <param name="Second">The number of the first of the others among <see cref="LaneProgram.Seconds"/>, where they stand one after the other: a multiple of <see cref="LaneProgram.Across"/>.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Target">The number of the first output, another multiple of it.</param>
internal readonly record struct LaneLine(int First, int Second, int Count, int Target)
{
    /// <summary>Whether the others are those of another line.</summary>
    public bool IsLike(in LaneLine other) => Second == other.Second && Count == other.Count;
}

/// <summary>
/// A tape for a few rows side by side: what depends on parameters alone is computed once, and every other value has a vector with a place for each
/// row. The same operation on values that are known at the same time is one call, and chains of sums stay in a register. Safe to share between threads.
/// </summary>
internal sealed partial class LaneProgram
{
    /// <summary>Sums that are formed side by side.</summary>
    public const int Across = 4;

    private LaneProgram(Tape.Instruction[] singles, int singleCount, int[] broadcast, int columnCount, int inputCount, int placeCount, LaneStep[] steps, int[] terms, int[] outputs, int outputCount, int totalCount, LaneLine[] lines, int[] seconds)
    {
        (Singles, SingleCount, Broadcast, ColumnCount, InputCount, PlaceCount) = (singles, singleCount, broadcast, columnCount, inputCount, placeCount);
        (Steps, Terms, Outputs, OutputCount) = (steps, terms, outputs, outputCount);
        (TotalCount, Lines, Seconds) = (totalCount, lines, seconds);
    }

    /// <summary>What depends on single values alone: the inputs, the constants, and then values in the order in which they are computed.</summary>
    public Tape.Instruction[] Singles { get; }

    /// <summary>Number of single values.</summary>
    public int SingleCount { get; }

    /// <summary>The single values that rows need; their places follow those of the columns.</summary>
    public int[] Broadcast { get; }

    /// <summary>Number of inputs that vary by row; they have the first places.</summary>
    public int ColumnCount { get; }

    /// <summary>Number of all inputs.</summary>
    public int InputCount { get; }

    /// <summary>Number of vectors.</summary>
    public int PlaceCount { get; }

    /// <summary>What is done, in order.</summary>
    public LaneStep[] Steps { get; }

    /// <summary>The places that steps look at.</summary>
    public int[] Terms { get; }

    /// <summary>For each output of the tape the number of its sum, or the complement of a single value.</summary>
    public int[] Outputs { get; }

    /// <summary>Number of vectors of outputs, whose sums come first.</summary>
    public int OutputCount { get; }

    /// <summary>Number of sums, those of <see cref="Lines"/> too.</summary>
    public int TotalCount { get; }

    /// <summary>The outputs that are products of matrices when they are summed over rows.</summary>
    public LaneLine[] Lines { get; }

    /// <summary>The places of their second factors, which are divided by the number of rows before.</summary>
    public int[] Seconds { get; }

    /// <summary>Makes the program of a tape; null where it would be too large.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="columnCount">How many of its inputs, the first ones, vary by row.</param>
    /// <param name="seconds">For each output that is an element of an outer product which of its arguments, 0 or 1, is that of the second vector; below 0 for others.</param>
    public static LaneProgram? TryCreate(Tape tape, int columnCount, int[] seconds) => tape.Instructions.Length > LongestTape ? null : new Compiler(tape, columnCount).Compile(seconds);
}
