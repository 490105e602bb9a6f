namespace PSAutodiff;

/// <summary>A number.</summary>
internal sealed class ConstantLeafOperation() : LeafOperation("const");
