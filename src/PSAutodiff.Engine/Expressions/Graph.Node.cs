namespace PSAutodiff.Core;

/// <content>Node objects.</content>
internal sealed partial class Graph
{
    /// <summary>A node object for one id; leaves are made whole, others look their arguments up when asked.</summary>
    public ExprNode Node(int id) =>
        IsConstant(id) ? ExprNode.Constant(ConstantOf(id)) :
        IsVariable(id) ? (_nodes[id].Shape == 0 ? ExprNode.Variable(NameOf(id)) : ExprNode.Variable(NameOf(id), ShapeOf(id))) :
        IsIndex(id) ? ExprNode.Indices(IndicesOf(id)) :
        IsArray(id) ? ExprNode.Constant(ArrayOf(id)) :
        new ExprNode(this, id);
}

/// <content>Node objects.</content>
internal readonly partial record struct RootedGraph
{
    /// <summary>Node objects for the roots.</summary>
    public ExprNode[] Nodes() => Array.ConvertAll(Roots, Graph.Node);
}
