using System.Diagnostics.CodeAnalysis;

namespace PSAutodiff;

/// <summary>The type of the numbers in an IDX file; the values are the format's own codes.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "They are names of types.")]
[SuppressMessage("Design", "CA1008:Enums should have zero value", Justification = "The format has no code 0.")]
public enum IdxElementType
{
    /// <summary>8 bits, 0 to 255.</summary>
    Byte = 0x08,

    /// <summary>8 bits, -128 to 127.</summary>
    SByte = 0x09,

    /// <summary>16 bits, signed.</summary>
    Int16 = 0x0B,

    /// <summary>32 bits, signed.</summary>
    Int32 = 0x0C,

    /// <summary>32-bit floating point.</summary>
    Single = 0x0D,

    /// <summary>64-bit floating point.</summary>
    Double = 0x0E,
}
