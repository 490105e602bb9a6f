namespace PSAutodiff;

/// <summary>A vector or matrix of numbers.</summary>
internal sealed class ArrayLeafOperation() : LeafOperation("array");
