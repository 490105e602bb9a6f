namespace PSAutodiff.Core;

/// <summary>A node of a graph, its parts side by side in memory because they are looked at together.</summary>
/// <param name="X">The id of the first argument; for a constant or variable the index of its value or name.</param>
/// <param name="Y">The id of the second argument, or <see cref="Graph.None"/>.</param>
/// <param name="Z">The id of the third argument, or <see cref="Graph.None"/>.</param>
/// <param name="Code">The code of the operation: an index in <see cref="OperationTable.ByCode"/>, or one of a <see cref="FunctionTable"/>.</param>
/// <param name="Shape">What the <see cref="ArrayPools"/> of the graph know the shape by; 0 for numbers. It follows from the rest.</param>
internal readonly record struct GraphNode(int X, int Y, int Z, ushort Code, ushort Shape = 0)
{
    /// <summary>The id of an argument that the operation has.</summary>
    public int Argument(int index) => index switch { 0 => X, 1 => Y, _ => Z };
}
