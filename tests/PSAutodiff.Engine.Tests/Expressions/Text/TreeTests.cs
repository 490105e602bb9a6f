using PSAutodiff.Expressions.Text;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Drawings of expressions for the terminal.</summary>
public sealed class TreeTests
{
    [Theory]
    [InlineData("x", "x")]
    [InlineData("-2.5", "-2.5")]
    [InlineData("sin(x) * sin(x)", "mul\n├─ sin #1\n│  └─ x\n└─ (= #1)")]
    [InlineData(
        "u = x * y; v = exp(u); v / (u + v)",
        "div\n├─ exp #1\n│  └─ mul #2\n│     ├─ x\n│     └─ y\n└─ sum\n   ├─ (= #2)\n   └─ (= #1)")]
    public void Shared_parts_are_drawn_once(string text, string tree) => Assert.Equal(tree, ExprNode.Parse(text).ToText(ExprTextFormat.Tree));

    [Theory]
    [InlineData(0, "... 9 nodes not shown [#")]
    [InlineData(1, "sum\n... 8 nodes not shown [#")]
    [InlineData(4, "sum\n├─ mul\n│  ├─ mul\n│  │  ├─ 4\n... 5 nodes not shown [#")]
    [InlineData(9, "sum\n├─ mul\n│  ├─ mul\n│  │  ├─ 4\n│  │  └─ x\n│  └─ y\n└─ exp\n   └─ mul\n      ├─ -1\n... 0 nodes not shown [#")]
    public void A_drawing_is_cut_at_a_number_of_lines(int lines, string start)
    {
        var text = TreeWriter.Write(Example.Story, lines, 1000, out var cut);
        Assert.True(cut);
        Assert.StartsWith(start, text, StringComparison.Ordinal);
        Assert.Matches(@"\[#[0-9a-f]{8}\]$", text);
    }

    [Fact]
    public void A_drawing_that_fits_is_whole()
    {
        var text = TreeWriter.Write(Example.Story, 10, 1000, out var cut);
        Assert.False(cut);
        Assert.Equal(10, text.Split('\n').Length);
    }

    [Fact]
    public void A_wide_expression_is_cut_at_the_usual_number_of_lines()
    {
        var nodes = Enumerable.Range(0, 8192).Select(static i => ExprNode.Variable("x" + i)).ToList();
        while (nodes.Count > 1) nodes = [.. nodes.Chunk(2).Select(static pair => pair[0] + pair[1])];
        var text = nodes[0].ToText(ExprTextFormat.Tree, int.MaxValue, out var cut);
        Assert.True(cut);
        Assert.Equal(TreeWriter.MaxLines + 1, text.Split('\n').Length);
    }

    [Fact]
    public void Every_part_is_drawn_exactly_once() => RandomExpressions.Everyday.Check(200, 60, static node =>
    {
        var (graph, root) = node.Flatten();
        var lines = node.ToText(ExprTextFormat.Tree).Split('\n').Select(static line => line.TrimStart('│', '├', '└', '─', ' ')).ToArray();
        Assert.Equal(graph.OperationCount([root]), lines.Count(static line => OperationTable.TryFindFunction(line.Split(' ')[0]) is not null));
        var labels = lines.Where(static line => line.Contains(" #", StringComparison.Ordinal) && line[0] != '(').Select(static line => line.Split('#')[1]).ToArray();
        Assert.Equal(labels.Length, labels.Distinct().Count());
        Assert.All(lines.Where(static line => line[0] == '('), line => Assert.Contains(line[4..^1], labels));
    });
}
