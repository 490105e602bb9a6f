using System.Text.RegularExpressions;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Graphs for Graphviz: every node once, every argument one arrow.</summary>
public sealed partial class DotTests
{
    [Fact]
    public void Every_node_stands_once_and_every_argument_is_an_arrow() => RandomExpressions.Odd.Check(200, 60, static node =>
    {
        var lines = node.ToText(ExprTextFormat.Dot).Split('\n');
        Assert.Equal("digraph expression {", lines[0]);
        Assert.Equal(["}", string.Empty], lines[^2..]);
        var (graph, root) = node.Flatten();
        var reachable = graph.Reachable([root]);
        var arrows = Enumerable.Range(0, reachable.Length).Where(id => reachable[id]).Sum(id => graph.OperationOf(id).Arity);
        Assert.Equal(node.NodeCount, lines.Count(static line => Label().IsMatch(line)));
        Assert.Equal(arrows, lines.Count(static line => Arrow().IsMatch(line)));
        Assert.Equal(node.NodeCount + arrows + 5, lines.Length);
    });

    [Fact]
    public void A_part_used_twice_by_one_node_has_two_arrows() =>
        Assert.Contains("    n0 -> n1\n    n0 -> n1\n", ExprNode.Parse("x * x").ToText(ExprTextFormat.Dot), StringComparison.Ordinal);

    [GeneratedRegex("""^    n[0-9]+ \[label="[^"\\]+"(, shape=(plaintext|box))?(, peripheries=2)?\]$""")]
    private static partial Regex Label();

    [GeneratedRegex("^    n[0-9]+ -> n[0-9]+$")]
    private static partial Regex Arrow();
}
