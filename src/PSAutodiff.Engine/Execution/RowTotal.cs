namespace PSAutodiff;

/// <summary>What rows of data are joined to.</summary>
public enum RowTotal
{
    /// <summary>The mean of what the rows give.</summary>
    Mean,

    /// <summary>The sum of what the rows give.</summary>
    Sum,
}
