using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>How a writer looks at nodes, whether they are objects or ids in a graph.</summary>
internal interface INodeView<TNode>
{
    Operation OperationOf(TNode node);

    TNode Argument(TNode node, int index);

    double ConstantOf(TNode node);

    /// <summary>The text of a constant, or null for the shortest that reads back to it.</summary>
    string? DigitsOf(TNode node);

    string NameOf(TNode node);

    Shape ShapeOf(TNode node);

    /// <summary>The whole numbers of a list of them.</summary>
    long[] IndicesOf(TNode node);

    /// <summary>The numbers of an array of them.</summary>
    ConstantArray ArrayOf(TNode node);

    /// <summary>The text in place of the node, such as the name under which it was written before; null when it has to be written out here.</summary>
    string? BindingOf(TNode node);
}

/// <summary>Node objects, looked at one by one: enough to write the beginning of an expression of any size.</summary>
internal readonly struct ObjectView : INodeView<ExprNode>
{
    public Operation OperationOf(ExprNode node) => node.Operation;

    public ExprNode Argument(ExprNode node, int index) => node.Argument(index);

    public double ConstantOf(ExprNode node) => node.ConstantValue;

    public string? DigitsOf(ExprNode node) => null;

    public string NameOf(ExprNode node) => node.VariableName;

    public Shape ShapeOf(ExprNode node) => node.ArrayShape;

    public long[] IndicesOf(ExprNode node) => (long[])node.LeafContent;

    public ConstantArray ArrayOf(ExprNode node) => (ConstantArray)node.LeafContent;

    public string? BindingOf(ExprNode node) => null;
}

/// <summary>Nodes of a graph, some of which may have names of their own.</summary>
internal readonly struct GraphView(Graph graph, string?[]? bindings) : INodeView<int>
{
    public Operation OperationOf(int node) => graph.OperationOf(node);

    public int Argument(int node, int index) => graph.Argument(node, index);

    public double ConstantOf(int node) => graph.ConstantOf(node);

    public string? DigitsOf(int node) => null;

    public string NameOf(int node) => graph.NameOf(node);

    public Shape ShapeOf(int node) => graph.ShapeOf(node);

    public long[] IndicesOf(int node) => graph.IndicesOf(node);

    public ConstantArray ArrayOf(int node) => graph.ArrayOf(node);

    public string? BindingOf(int node) => bindings?[node];
}
