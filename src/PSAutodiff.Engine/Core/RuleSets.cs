namespace PSAutodiff.Core;

/// <summary>The sets of identities an identity can belong to.</summary>
[Flags]
internal enum RuleSets
{
    None = 0,

    /// <summary>The identities of the teaching lab, with its two domain errors.</summary>
    Lab = 1,

    /// <summary>Dropping zeros and ones: what differentiation applies to the terms it makes.</summary>
    Fold = 2,

    /// <summary>The default of simplification.</summary>
    Standard = 4,

    /// <summary>Rewrites that keep digits and stay finite.</summary>
    Stable = 8,

    /// <summary>Moving signs outwards: part of Standard and Stable, but left out where a shared sign would make the graph larger.</summary>
    Signs = 16,

    /// <summary>Forms as textbooks have them, which may overflow where the original does not.</summary>
    Textbook = 32,

    /// <summary>What holds for Standard and Stable alike.</summary>
    StandardAndStable = Standard | Stable,

    /// <summary>What every rule set but the lab's has.</summary>
    NotLab = Fold | Standard | Stable,

    /// <summary>What every rule set has.</summary>
    All = Lab | NotLab,
}
