namespace PSAutodiff;

/// <summary>A number.</summary>
internal sealed class ConstantOperation() : LeafOperation("const");
