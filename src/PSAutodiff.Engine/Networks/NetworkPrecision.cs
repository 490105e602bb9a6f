using System.Diagnostics.CodeAnalysis;

namespace PSAutodiff;

/// <summary>The numbers in which a network is trained and evaluated.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The usual names of the two precisions.")]
public enum NetworkPrecision
{
    /// <summary>64-bit floating point.</summary>
    Double,

    /// <summary>32-bit floating point: twice as many numbers in each vector operation, about 7 digits.</summary>
    Single,
}
