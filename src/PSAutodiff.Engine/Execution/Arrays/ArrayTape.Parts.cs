using PSAutodiff.Core;

namespace PSAutodiff.Execution.Arrays;

/// <content>What a tape is made of.</content>
internal sealed partial class ArrayTape
{
    /// <summary>In which memory an array is.</summary>
    internal enum Storage : byte
    {
        /// <summary>One for all rows.</summary>
        Single,

        /// <summary>A column of the data: one array for each row, of which a block takes some.</summary>
        Column,

        /// <summary>One for each row of a block, in memory that is used again and again.</summary>
        Row,

        /// <summary>One for each row of several blocks: the results.</summary>
        Kept,

        /// <summary>As <see cref="Row"/>, in single precision.</summary>
        NarrowRow,

        /// <summary>As <see cref="Kept"/>, in single precision.</summary>
        NarrowKept,
    }

    /// <summary>What an instruction does to its target.</summary>
    internal enum Way : byte
    {
        /// <summary>All of it is computed.</summary>
        Whole,

        /// <summary>The value of a <see cref="PlacingOperation"/> is added to it, which leaves all else as it is.</summary>
        Added,

        /// <summary>The first argument is copied into it. It begins where that is to be, and its shape is the rows of the part and the columns of the whole.</summary>
        Copied,

        /// <summary>
        /// A matrix product over a block of rows, whose first argument varies and whose second one does not, or is the transpose of one that does
        /// not. The third one, where there is one, is what each row's sums begin with.
        /// </summary>
        Product,

        /// <summary>Together with the operation that it shares its value with, whose value goes to the place of the second argument.</summary>
        Both,

        /// <summary>The first argument in the other precision.</summary>
        Converted,
    }

    /// <summary>Where the elements of an array are.</summary>
    /// <param name="Start">The first element; by row the first of a row where all have room for one row, or the number of a column.</param>
    /// <param name="Length">How many there are, by row of one row.</param>
    /// <param name="Shape">Their shape, by row that of one row.</param>
    /// <param name="Storage">In which memory.</param>
    /// <param name="Offset">By row, the elements of the row before it.</param>
    /// <param name="Pitch">By row, the elements from one row to the next.</param>
    internal readonly record struct Place(int Start, int Length, Shape Shape, Storage Storage = Storage.Single, int Offset = 0, int Pitch = 0)
    {
        /// <summary>Whether there is one for each row.</summary>
        public bool Varies => Storage != Storage.Single;

        /// <summary>Whether it is in single precision, whatever the data are in.</summary>
        public bool IsNarrow => Storage is Storage.NarrowRow or Storage.NarrowKept;

        public Span<double> In(double[] arena) => arena.AsSpan(Start, Length);
    }

    /// <summary>An operation and the places of its arguments and result.</summary>
    /// <param name="Operation">The operation.</param>
    /// <param name="Target">Where the result goes.</param>
    /// <param name="X">The first argument.</param>
    /// <param name="Y">The second argument; empty where there is none.</param>
    /// <param name="Z">The third argument.</param>
    /// <param name="Indices">The whole numbers.</param>
    /// <param name="Way">What it does to the target.</param>
    /// <param name="Factor">For products over rows, which of the <see cref="RowPart.Factors"/> is the second argument; for what is computed together, which of its sharings it is.</param>
    internal readonly record struct Instruction(Operation Operation, Place Target, Place X, Place Y, Place Z, long[] Indices, Way Way = Way.Whole, int Factor = -1)
    {
        /// <summary>Whether it goes element by element, with as many of each argument or one for all.</summary>
        public bool IsDirect { get; } = Way == Way.Whole && Operation is not ArrayOperation && IsDirectFor(X, Target) && IsDirectFor(Y, Target) && IsDirectFor(Z, Target);

        /// <summary>Number of elements that it computes or copies, or looks at where it joins several to one; by row, for one.</summary>
        public double Work =>
            Way is Way.Added or Way.Copied ? X.Length :
            Operation is ArrayOperation operation ? Math.Max(Target.Length, operation.WorkOf(new ArgumentShapes(X.Shape, Y.Shape, Shape.Number, Indices))) :
            Target.Length;

        private static bool IsDirectFor(in Place place, in Place target) => place.Length <= 1 || place.Length == target.Length;
    }

    /// <summary>A matrix by which rows are multiplied, packed once for all of them.</summary>
    /// <param name="Place">Where it is.</param>
    /// <param name="Depth">The rows of the right-hand matrix.</param>
    /// <param name="Columns">Its columns.</param>
    /// <param name="IsTransposed">Whether that is the transpose of what is in the place.</param>
    internal readonly record struct Factor(Place Place, int Depth, int Columns, bool IsTransposed)
    {
        /// <summary>The rows of what is in the place.</summary>
        public int Lines => IsTransposed ? Columns : Depth;
    }

    /// <summary>What is done for every block of rows.</summary>
    /// <param name="Columns">The variables that vary.</param>
    /// <param name="Instructions">What is computed, in order.</param>
    /// <param name="Factors">The matrices of products.</param>
    /// <param name="RowLength">Number of numbers in memory for each row of a block.</param>
    /// <param name="KeptLength">Number of numbers in the results of each row.</param>
    internal sealed record RowPart(VariableLayout Columns, Instruction[] Instructions, Factor[] Factors, int RowLength, int KeptLength)
    {
        public static RowPart None { get; } = new(new VariableLayout([]), [], [], 0, 0);

        /// <summary>Number of numbers in single precision in memory for each row of a block.</summary>
        public int NarrowRowLength { get; init; }

        /// <summary>Number of numbers in single precision in the results of each row.</summary>
        public int NarrowKeptLength { get; init; }

        /// <summary>Number of numbers in all results of each row.</summary>
        public int AllKept => KeptLength + NarrowKeptLength;

        /// <summary>Number of elements that one row computes, copies or looks at.</summary>
        public double Work => Instructions.Sum(static instruction => instruction.Work);
    }
}
