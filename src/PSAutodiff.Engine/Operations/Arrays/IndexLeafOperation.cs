namespace PSAutodiff;

/// <summary>A list of whole numbers that belongs to the operation which has it as an argument: an axis, sizes, bounds.</summary>
internal sealed class IndexLeafOperation() : LeafOperation("index");
