namespace PSAutodiff.Passes.Simplification;

/// <summary>Which functions are taken apart, see <see cref="FunctionParts"/>.</summary>
internal enum PartKinds : byte
{
    /// <summary>None.</summary>
    None,

    /// <summary>Logistic functions.</summary>
    Logistic,

    /// <summary>Those and tangents, secants and the like.</summary>
    All,
}
