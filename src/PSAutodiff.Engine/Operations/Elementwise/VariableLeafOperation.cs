namespace PSAutodiff;

/// <summary>A name whose value is given when measuring.</summary>
internal sealed class VariableLeafOperation() : LeafOperation("var");
