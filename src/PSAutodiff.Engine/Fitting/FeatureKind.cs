namespace PSAutodiff;

/// <summary>What the cells of a column are, and so how they become numbers.</summary>
public enum FeatureKind
{
    /// <summary>Numbers; true and false count as 1 and 0.</summary>
    Number,

    /// <summary>Dates and times, counted in days from the first one.</summary>
    Date,

    /// <summary>Texts, each of which is one of some levels.</summary>
    Category,
}
