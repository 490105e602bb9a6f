using System.Diagnostics;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What is wrong with vectors and matrices in text is said with its place, the operation and both shapes, under ids that stay.</summary>
public sealed class ArrayErrorTests
{
    [Theory]
    [InlineData("A: [2,3]; x: [2]; 1 + A @ x", 25, "ShapeMismatch", "a matrix (2, 3) and a vector (2) do not go together in '@'")]
    [InlineData("A: [2,3]; B: [2,3]; A @ B", 23, "ShapeMismatch", "the 3 columns of the first have to be as many as the 2 rows of the second")]
    [InlineData("A: [2,3]; 2 @ A", 13, "ShapeMismatch", "a product with a number is written '*'")]
    [InlineData("a: [2]; b: [3]; sin(a) + 2*b", 24, "ShapeMismatch", "a vector (2) and a vector (3) do not go together in '+'")]
    [InlineData("a: [2]; b: [3]; max(a, b)", 17, "ShapeMismatch", "in 'max'")]
    [InlineData("a: [2]; b: [3]; select(a, b, 1)", 17, "ShapeMismatch", "in 'select'")]
    [InlineData("a: [2]; b: [3]; x + (a^b)", 23, "ShapeMismatch", "in '^'")]
    [InlineData("A: [2,3]; v: [2]; solve(A, v)", 19, "ShapeMismatch", "a matrix (2, 3) and a vector (2) do not go together in 'solve': the first is a square matrix.")]
    [InlineData("A: [2,2]; v: [3]; solve(A, v)", 19, "ShapeMismatch", "a matrix (2, 2) and a vector (3) do not go together in 'solve': the second is a vector of 2 elements or a matrix of 2 rows.")]
    [InlineData("A: [2,2]; solve(A, 1)", 11, "ShapeMismatch", "a matrix (2, 2) and a number do not go together in 'solve': the second is a vector of 2 elements or a matrix of 2 rows.")]
    [InlineData("A: [2,3]; inv(A)", 11, "ShapeMismatch", "'inv' takes a square matrix, not a matrix (2, 3)")]
    [InlineData("v: [2]; logdet(v)", 9, "ShapeMismatch", "'logdet' takes a square matrix, not a vector (2)")]
    [InlineData("cholesky(2)", 1, "ShapeMismatch", "'cholesky' takes a square matrix, not a number")]
    [InlineData("v: [2]; tril(v)", 9, "ShapeMismatch", "'tril' takes a matrix, not a vector (2)")]
    [InlineData("A: [2,3]; trace(A)", 11, "ShapeMismatch", "'trace' takes a square matrix, not a matrix (2, 3)")]
    [InlineData("A: [2,3]; outer(A, A)", 11, "ShapeMismatch", "it takes two vectors")]
    [InlineData("a: [2]; A: [2,2]; concat(a, A)", 19, "ShapeMismatch", "it takes two vectors or two matrices")]
    [InlineData("A: [2,2]; B: [3,2]; concat(A, B, axis=1)", 21, "ShapeMismatch", "beside each other they need as many rows")]
    [InlineData("a: [6]; reshape(a, 4, 2)", 9, "ShapeMismatch", "8 elements are not 6")]
    [InlineData("a: [3]; broadcast(a, 4)", 9, "ShapeMismatch", "cannot stretch a vector (3) to a vector (4)")]
    [InlineData("2 + x.T", 6, "ShapeMismatch", "'.T' takes a matrix or a vector, not a number")]
    [InlineData("softmax(x)", 1, "ShapeMismatch", "takes a vector or a matrix, not a number")]
    [InlineData("diag(3)", 1, "ShapeMismatch", "takes a vector or a matrix, not a number")]
    [InlineData("column(3)", 1, "ShapeMismatch", "'column' takes a vector, not a number")]
    [InlineData("A: [3,3]; take(A, [[0]])", 11, "ShapeMismatch", "row numbers")]
    [InlineData("a: [3]; scatter(a, [0, 1], 4)", 9, "ShapeMismatch", "for each of the whole numbers")]
    [InlineData("A: [2,3]; sum(A, axis=2)", 11, "IndexInvalid", "There is no axis 2 of a matrix (2, 3) in 'sum': it has the axes 0 and 1")]
    [InlineData("a: [3]; mean(a, axis=1)", 9, "IndexInvalid", "it has axis 0")]
    [InlineData("A: [2,3]; sum(A, 0)", 11, "ExpressionSyntax", "write 'sum(..., axis=0)' for one along an axis or '... + 0'")]
    [InlineData("A: [2,3]; max(A, 1)", 11, "ExpressionSyntax", "'max(..., axis=1)' for one along an axis or 'max(..., 1.0)'")]
    [InlineData("A: [2,3]; min(A, -1)", 11, "ExpressionSyntax", "'min(..., -1.0)'")]
    [InlineData("A: [2,3]; mean(A, 0)", 11, "ArgumentCount", "'mean' takes 1 argument, not 2")]
    [InlineData("A: [2,3]; sum(A, dim=0)", 18, "ExpressionSyntax", "'axis=' names an axis")]
    [InlineData("A: [2,3]; sum(A, axis=x)", 23, "ExpressionSyntax", "expected an axis, 0 or 1")]
    [InlineData("A: [2,3]; tanh(A, axis=0)", 11, "ArgumentCount", "takes no axis")]
    [InlineData("A: [2,2]; A^T", 12, "ExpressionSyntax", "write '.T' for the transpose or '^(T)'")]
    [InlineData("A: [2,2]; b + A ^ T", 17, "ExpressionSyntax", "write '.T' for the transpose")]
    [InlineData("A: [2,2]; A^-1", 12, "ExpressionSyntax", "write '1/...' for the reciprocals of the elements")]
    [InlineData("A: [2,2]; A**-1", 12, "ExpressionSyntax", "or 'inv(...)' for the inverse of a matrix")]
    [InlineData("v: [3]; |v|", 9, "ExpressionSyntax", "write norm(v) for the length of a vector, abs(v)")]
    [InlineData("v: [3]; v[3]", 11, "IndexInvalid", "there is no element 3: there are 3, from 0 to 2")]
    [InlineData("v: [3]; v[-4]", 11, "IndexInvalid", "there is no element -4")]
    [InlineData("v: [3]; v[2:1]", 11, "IndexInvalid", "the range 2:1 is empty")]
    [InlineData("v: [3]; v[1:5]", 11, "IndexInvalid", "the range 1:5 is not there: there are 3 elements, from 0 to 2")]
    [InlineData("v: [3]; v[1.5]", 11, "ExpressionSyntax", "expected an index, a whole number")]
    [InlineData("v: [3]; v[i]", 11, "ExpressionSyntax", "expected an index, a whole number")]
    [InlineData("v: [3]; v[0, 1]", 12, "ExpressionSyntax", "a vector (3) has one index")]
    [InlineData("v: [3]; v[::2]", 12, "ExpressionSyntax", "ranges such as 1:3")]
    [InlineData("A: [2,3]; A[2]", 13, "IndexInvalid", "there is no row 2")]
    [InlineData("A: [2,3]; A[0, 3]", 16, "IndexInvalid", "there is no column 3")]
    [InlineData("x[0]", 2, "ShapeMismatch", "a number has no elements; declare the shape of a variable before its use")]
    [InlineData("[[1, 2], [3]]", 1, "ShapeMismatch", "The first element of this literal is a vector (2), and element 1 is a vector (1)")]
    [InlineData("[1, [2, 3]]", 1, "ShapeMismatch", "The first element of this literal is a number, and element 1 is a vector (2)")]
    [InlineData("2*[[1, 2], 3]", 3, "ShapeMismatch", "The first element of this literal is a vector (2), and element 1 is a number")]
    [InlineData("[[[1]]]", 1, "ShapeMismatch", "a literal of matrices would have three")]
    [InlineData("[]", 1, "ExpressionSyntax", "an array needs at least one element")]
    [InlineData("x + [[], []]", 6, "ExpressionSyntax", "an array needs at least one element")]
    [InlineData("[1, 2", 6, "ExpressionSyntax", "expected ']' for the '[' opened at column 1")]
    [InlineData("x: [0]; x", 5, "ShapeInvalid", "expected a size, a whole number from 1 to 2^53")]
    [InlineData("x: [-1]; x", 5, "ShapeInvalid", "expected a size, a whole number from 1 to 2^53")]
    [InlineData("x: [2.5]; x", 5, "ShapeInvalid", "expected a size, a whole number from 1 to 2^53")]
    [InlineData("x: [9007199254740993]; x", 5, "ShapeInvalid", "expected a size, a whole number from 1 to 2^53")]
    [InlineData("x: []; x", 5, "ShapeInvalid", "expected a size, a whole number from 1 to 2^53")]
    [InlineData("x: [2, 3, 4]; x", 9, "ExpressionSyntax", "an array has one or two")]
    [InlineData("x: [2]; x: [3]; x", 9, "ShapeConflict", "the shape of 'x' is declared already")]
    [InlineData("v: [3]; y = v @ v; v = 2; y + v", 20, "ExpressionSyntax", "'v' is declared as a variable and cannot be bound")]
    [InlineData("v: [3]; v = 2; v", 9, "ExpressionSyntax", "'v' is declared as a variable and cannot be bound")]
    [InlineData("t = x + 1; x: [2]; x", 12, "ShapeConflict", "'x' was used as a number before")]
    [InlineData("x: [2, 3] symmetric; x", 11, "ShapeInvalid", "only a square matrix is symmetric")]
    [InlineData("x: [2, 2] orthogonal; x", 11, "ExpressionSyntax", "expected ';' after the shape of 'x'")]
    [InlineData("zeros(0)", 1, "ShapeInvalid", "'zeros' takes sizes from 1, not 0")]
    [InlineData("eye(-1)", 1, "ShapeInvalid", "'eye' takes sizes from 1, not -1")]
    [InlineData("zeros(n)", 1, "IndexInvalid", "whole numbers that are written there")]
    [InlineData("a: [3]; place(a, 2, 3, 0, 4)", 9, "IndexInvalid", "4")]
    [InlineData("a: [3]; place(a, 0, 2, 0, 4)", 9, "ShapeMismatch", "takes a vector (2) for this part of a vector (4), not a vector (3)")]
    [InlineData("A: [2,2]; A.t", 12, "ExpressionSyntax", "'.' has no meaning here")]
    [InlineData("1/2x", 3, "ExpressionSyntax", "write '/2 * x' or '/(2*x)'")]
    [InlineData("2^3x", 3, "ExpressionSyntax", "write '^3 * x' or '^(3*x)'")]
    [InlineData("A: [2,2]; A @ 2x", 15, "ExpressionSyntax", "write '@2 * x' or '@(2*x)'")]
    [InlineData("2[1, 2]", 2, "ExpressionSyntax", "a product of a number and an array is written with '*'")]
    [InlineData("2|x|", 2, "ExpressionSyntax", "a product with an absolute value is written with '*'")]
    [InlineData("v: [2]; 2.v", 9, "ExpressionSyntax", "write '2.0*v' for a product")]
    [InlineData("2_a", 1, "ExpressionSyntax", "can be read in two ways")]
    [InlineData("2e", 1, "ExpressionSyntax", "e")]
    public void An_error_has_a_place_an_id_and_an_advice(string text, int column, string id, string part)
    {
        var exception = Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse(text));
        Assert.Equal(id, exception.ErrorId);
        Assert.Contains(part, exception.Message, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith($"Column {column}: ", exception.Message, StringComparison.Ordinal);
        var lines = exception.Message.Split('\n');
        Assert.Equal('^', lines[^1].Trim()[0]);
        Assert.NotNull(typeof(AutodiffException).Assembly.GetType("PSAutodiff.ErrorIds")!.GetField(id));
    }

    [Theory]
    [InlineData("A: [2,2]; A^(-1)")]
    [InlineData("A: [2,2]; (A + 2)^-1")]
    [InlineData("A: [2,2]; A^(T)")]
    [InlineData("v: [2]; v^-1")]
    [InlineData("v: [2]; T^v")]
    [InlineData("v: [2]; max(v, 0.0)")]
    [InlineData("v: [2]; min(v, -2.0)")]
    [InlineData("v: [2]; max(v, 1e-5)")]
    [InlineData("v: [2]; max(0, v)")]
    [InlineData("v: [2]; t1 = 3; max(v, t1)")]
    public void What_is_close_to_an_error_is_none_and_reads_back(string text)
    {
        var node = ExprNode.Parse(text);
        Assert.Equal(node, ExprNode.Parse(node.ToText(ExprTextFormat.Infix)));
        Assert.Equal(node, ExprNode.Parse(node.ToText(ExprTextFormat.Lab)));
    }

    [Fact]
    public void Names_with_two_shapes_meet_nowhere()
    {
        var one = ExprNode.Parse("v: [2]; sum(v)");
        var other = ExprNode.Parse("v: [3]; sum(v)");
        var exception = Assert.Throws<AutodiffException>(() => (one + other).Simplify());
        Assert.Equal(ErrorIds.ShapeConflict, exception.ErrorId);
        Assert.Matches(@"'v' is a vector \([23]\) in one part of the expression and a vector \([23]\) in another", exception.Message);
    }

    [Fact]
    public void Huge_arrays_are_declared_in_no_time()
    {
        var clock = Stopwatch.StartNew();
        var node = ExprNode.Parse("x: [1000000000, 8]; y: [1000000000]; w: [8]; sum((x @ w - y)^2) + sum(zeros(1000000000, 8) + ones(8)) + trace(eye(1000000000))");
        var gradient = node.Gradient("w")[0].Simplify(SimplificationRule.Textbook);
        Assert.Contains("x.T @ (x @ w - y)", gradient.ToText(ExprTextFormat.Infix), StringComparison.Ordinal);
        Assert.Equal(node, ExprNode.Parse(node.ToText(ExprTextFormat.Infix)));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
    }

    [Theory]
    [InlineData("x: [1000000000, 8]; sum(x)")]
    [InlineData("sum(sin(zeros(1000000000, 1000000000) + z))")]
    [InlineData("sum(eye(45000) @ (z + zeros(45000, 46000)))")]
    [InlineData("x: [2000000]; sum(sin(outer(x, x)))")]
    public void What_is_too_large_to_be_computed_is_refused(string text)
    {
        var node = ExprNode.Parse(text);
        var exception = Assert.Throws<AutodiffException>(() => CompiledExpression.Compile([node], node.Variables));
        Assert.Equal(ErrorIds.DataTooLarge, exception.ErrorId);
        Assert.Contains("elements", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_that_no_number_can_hold_are_refused()
    {
        var text = "x: [9000000000000000]; t0 = concat(x, x); " + string.Concat(Enumerable.Range(1, 12).Select(static i => $"t{i} = concat(t{i - 1}, t{i - 1}); ")) + "sum(t12)";
        Assert.Equal(ErrorIds.DataTooLarge, Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse(text)).ErrorId);
        var reshaped = Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse("x: [9000000000000000, 9000000000000000]; reshape(x, 9000000000000000, 8000000000000000)"));
        Assert.Equal(ErrorIds.ShapeMismatch, reshaped.ErrorId);
    }

    [Theory]
    [InlineData("a: [3]; take(a, [0.5])")]
    [InlineData("a: [3]; k: [2]; take(a, k)")]
    [InlineData("a: [3]; take(a, 3)")]
    [InlineData("a: [3]; scatter(a, [0, 1, 7], 3)")]
    public void Choosing_by_what_is_no_whole_number_in_range_is_refused_where_it_is_computed(string text)
    {
        var node = ExprNode.Parse(text);
        var compiled = CompiledExpression.Compile([node], node.Variables);
        var exception = Assert.Throws<AutodiffException>(() => compiled.Evaluate(Enumerable.Repeat(-0.5, compiled.Inputs.Length).ToArray(), new double[3]));
        Assert.Equal(ErrorIds.IndexInvalid, exception.ErrorId);
        Assert.Contains("choose by whole numbers from 0 to 2", exception.Message, StringComparison.Ordinal);
    }
}
