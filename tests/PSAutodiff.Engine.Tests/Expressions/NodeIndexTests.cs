using PSAutodiff.Core;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Elements and parts of nodes as languages that bind late ask for them: errors come through, which shells lose where indexers throw.</summary>
public sealed class NodeIndexTests
{
    private static readonly ExprNode Vector = ExprNode.Variable("v", Shape.Vector(3));
    private static readonly ExprNode Matrix = ExprNode.Variable("A", Shape.Matrix(2, 3));

    [Fact]
    public void Elements_rows_and_parts_are_those_of_the_text()
    {
        dynamic vector = Vector;
        dynamic matrix = Matrix;
        Assert.Equal(ExprNode.Parse("v: [3]; v[2]"), (ExprNode)vector[-1]);
        Assert.Equal(ExprNode.Parse("v: [3]; v[1:]"), (ExprNode)vector[List(1, 2)]);
        Assert.Equal(ExprNode.Parse("v: [3]; v[1:]"), (ExprNode)vector[new List<long> { -2, -1 }]);
        Assert.Equal(ExprNode.Parse("A: [2, 3]; A[1]"), (ExprNode)matrix[1L]);
        Assert.Equal(ExprNode.Parse("A: [2, 3]; A[1, :2]"), (ExprNode)matrix[1.0, List(0, 1)]);
        Assert.Equal(ExprNode.Parse("A: [2, 3]; A[0, 2]"), (ExprNode)matrix[0, -1]);
    }

    private static object[] List(params object[] places) => places;

    [Fact]
    public void A_number_is_a_list_of_one()
    {
        dynamic number = ExprNode.Variable("x");
        Assert.Equal(ExprNode.Variable("x"), (ExprNode)number[0]);
        Assert.Equal(ExprNode.Variable("x"), (ExprNode)number[List(-1)]);
    }

    [Fact]
    public void What_is_not_there_is_an_error_with_an_id()
    {
        dynamic vector = Vector;
        dynamic matrix = Matrix;
        dynamic number = ExprNode.Variable("x");
        foreach (var call in new Func<object>[]
        {
            () => vector[3], () => vector[0, 1], () => vector[1.5], () => vector["a"], () => vector[null!], () => vector[Array.Empty<object>()], () => vector[List(0, 2)], () => vector[List(1, 2, 3)],
            () => matrix[2], () => matrix[0, 3], () => matrix[0, 0, 0], () => number[1], () => number[0, 0], () => number[List(0, 1)],
        })
        {
            Assert.Equal(ErrorIds.IndexInvalid, Assert.Throws<AutodiffException>(call).ErrorId);
        }
    }

    [Fact]
    public void Everything_else_is_bound_as_for_any_object()
    {
        dynamic vector = Vector;
        Assert.Equal("v", (string)vector.Name);
        Assert.Equal(Vector + Vector, (ExprNode)(vector + vector));
        Assert.Equal(Vector.Sum(), (ExprNode)vector.Sum());
    }
}
