namespace PSAutodiff.Execution.Scalar;

/// <summary>How a step over a block of rows is computed.</summary>
internal enum RowForm : byte
{
    /// <summary>The operation on X, Y and Z.</summary>
    Apply,

    /// <summary>X + Y.</summary>
    Add,

    /// <summary>X - Y.</summary>
    Subtract,

    /// <summary>X * Y.</summary>
    Multiply,

    /// <summary>Two operations on X at once; Y is where the second one's values go.</summary>
    Pair,

    /// <summary>Z + X * Y.</summary>
    PlusProduct,

    /// <summary>X * Y + Z.</summary>
    ProductPlus,

    /// <summary>Z - X * Y.</summary>
    MinusProduct,

    /// <summary>X * Y - Z.</summary>
    ProductMinus,

    /// <summary>Z + (X - Y) * (X - Y).</summary>
    PlusSquaredDifference,

    /// <summary>X * Y, of which only the sum over the rows is wanted.</summary>
    SumOfProducts,

    /// <summary>X, of which only the sum over the rows is wanted.</summary>
    Sum,

    /// <summary>A region, the one of index Sum, on the rows where X is not 0.</summary>
    Region,
}

/// <summary>A step over a block of rows. Places are those of <see cref="RowPlan"/>.</summary>
/// <param name="Operation">The operation, of a pair the second one, which shares the first one's value.</param>
/// <param name="Form">How it is computed.</param>
/// <param name="Target">Where the values go.</param>
/// <param name="X">The place of the first argument.</param>
/// <param name="Y">The place of the second argument.</param>
/// <param name="Z">The place of the third argument.</param>
/// <param name="Sum">The sum that the values are added to, or -1; the number of a region.</param>
/// <param name="SecondSum">The same for the second one of a pair.</param>
internal readonly record struct RowStep(Operation Operation, RowForm Form, int Target, int X, int Y, int Z, int Sum, int SecondSum);
