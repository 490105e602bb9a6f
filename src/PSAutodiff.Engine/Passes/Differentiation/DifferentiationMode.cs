namespace PSAutodiff;

/// <summary>How a derivative is built.</summary>
public enum DifferentiationMode
{
    /// <summary>Forward for one variable, reverse for several; parts that do not depend on a variable are left out.</summary>
    Auto,

    /// <summary>The lab's rules literally, one rule for each node, zeros and ones written out.</summary>
    Forward,

    /// <summary>One backward sweep of adjoints gives the derivatives with respect to all variables.</summary>
    Reverse,
}
