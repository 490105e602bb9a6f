using System.Text.Json;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Expressions as JSON: what is written reads back exactly, and nothing else is read.</summary>
public sealed class JsonTests
{
    private const string Head = """{"format":"PSAutodiff.Expression","version":1""";

    [Fact]
    public void Expressions_read_back_equal() => RandomExpressions.Odd.Check(400, 60, static node =>
    {
        var json = node.ToText(ExprTextFormat.Json);
        var back = ExprNode.ParseJson(json);
        Assert.Equal(node, back);
        Assert.Equal(node.NodeCount, back.NodeCount);
        Assert.Equal(json, back.ToText(ExprTextFormat.Json));
    });

    [Theory]
    [InlineData(-0.0)]
    [InlineData(0.1)]
    [InlineData(double.Epsilon)]
    [InlineData(double.MaxValue)]
    [InlineData(-double.MinValue / 3)]
    [InlineData(9007199254740993)]
    [InlineData(2.2250738585072014e-308)]
    public void Numbers_read_back_bit_for_bit(double value)
    {
        var back = ExprNode.ParseJson(ExprNode.Constant(value).ToText(ExprTextFormat.Json));
        Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(back.Value!.Value));
    }

    [Fact]
    public void Other_readers_take_it_too()
    {
        using var document = JsonDocument.Parse(ExprNode.Parse("sin(été) + 1e-300").ToText(ExprTextFormat.Json));
        Assert.Equal("été", document.RootElement.GetProperty("nodes")[0].GetProperty("name").GetString());
        Assert.Equal(3, document.RootElement.GetProperty("root").GetInt32());
    }

    [Fact]
    public void A_million_deep_chain_reads_back() => SmallStack.Run(static () =>
    {
        var node = Example.Chain();
        Assert.True(node.Equals(ExprNode.ParseJson(node.ToText(ExprTextFormat.Json))));
    });

    [Fact]
    public void Sixty_four_squarings_read_back() => SmallStack.Run(static () =>
    {
        var json = Example.Squares().ToText(ExprTextFormat.Json);
        Assert.True(json.Length < 2000);
        Assert.True(Example.Squares().Equals(ExprNode.ParseJson(json)));
    });

    [Fact]
    public void White_space_escapes_and_the_order_of_properties_do_not_matter() => Assert.Equal(
        ExprNode.Parse("sin(x) + 2"),
        ExprNode.ParseJson(
            """
             { "root" : 3, "nodes": [ {"name":"\u0078","op":"var"}, {"args":[0], "op":"s\u0069n"},
               {"op":"const","value":2.0e0}, {"op":"sum","args":[1,2]} ], "version":1, "form\u0061t":"PSAutodiff.Expression" }

            """));

    [Fact]
    public void Equal_nodes_that_stand_twice_become_one() => Assert.Equal(
        2,
        ExprNode.ParseJson(Head + ""","nodes":[{"op":"var","name":"x"},{"op":"var","name":"x"},{"op":"mul","args":[0,1]}],"root":2}""").NodeCount);

    [Theory]
    [InlineData("""{"op":"bessel","args":[0]}""", "there is no operation 'bessel'")]
    [InlineData("""{"op":"averyveryverylongnamethatisnooperationandgoesonandonandonandonandonandonandonandonandonandon","args":[0]}""", "no operation 'averyveryverylongnamethatisnooperationan...'")]
    [InlineData("""{"op":"\ud800","args":[0]}""", "there is no operation")]
    [InlineData("""{"op":7,"args":[0]}""", "'op' has to be text")]
    [InlineData("""{"args":[0]}""", "'op' is missing")]
    [InlineData("""{"op":"sin","op":"sin","args":[0]}""", "'op' is given twice")]
    [InlineData("""{"op":"sin","args":[0],"args":[0]}""", "'args' is given twice")]
    [InlineData("""{"op":"sin","args":[0],"color":1}""", "'color' is not a property of a node")]
    [InlineData("""{"op":"sin","args":[0],"value":1}""", "'sin' takes 'op' and 'args' and nothing else")]
    [InlineData("""{"op":"sin"}""", "'args' is missing")]
    [InlineData("""{"op":"sin","args":0}""", "'args' has to be a list")]
    [InlineData("""{"op":"sin","args":[]}""", "'sin' takes 1 argument, not 0")]
    [InlineData("""{"op":"sin","args":[0,0]}""", "'sin' takes 1 argument, not 2")]
    [InlineData("""{"op":"sum","args":[0]}""", "'sum' takes 2 arguments, not 1")]
    [InlineData("""{"op":"select","args":[0,0,0,0]}""", "more than 3 arguments")]
    [InlineData("""{"op":"sin","args":[1]}""", "its argument 1 is not an earlier node")]
    [InlineData("""{"op":"sin","args":[2]}""", "its argument 2 is not an earlier node")]
    [InlineData("""{"op":"sin","args":[-1]}""", "whole number from 0")]
    [InlineData("""{"op":"sin","args":[0.0]}""", "whole number from 0")]
    [InlineData("""{"op":"sin","args":["0"]}""", "whole number from 0")]
    [InlineData("""{"op":"sin","args":[null]}""", "whole number from 0")]
    [InlineData("""{"op":"sin","args":[99999999999]}""", "whole number from 0")]
    [InlineData("""{"op":"const"}""", "'value' is missing")]
    [InlineData("""{"op":"const","value":"1"}""", "'value' has to be a number")]
    [InlineData("""{"op":"const","value":null}""", "'value' has to be a number")]
    [InlineData("""{"op":"const","value":1e999}""", "'value' is too large for a double")]
    [InlineData("""{"op":"const","value":-1e999}""", "'value' is too large for a double")]
    [InlineData("""{"op":"const","value":1,"args":[]}""", "'const' takes 'op' and 'value' and nothing else")]
    [InlineData("""{"op":"const","value":NaN}""", "")]
    [InlineData("""{"op":"var","name":"a\nb"}""", "is not a name for a variable")]
    [InlineData("""{"op":"var","name":" "}""", "' ' is not a name for a variable")]
    [InlineData("""{"op":"var","name":""}""", "is not a name for a variable")]
    [InlineData("""{"op":"var","name":"\udc00"}""", "is not a name for a variable")]
    [InlineData("""{"op":"var","name":null}""", "'name' has to be text")]
    [InlineData("""{"op":"var","value":1}""", "'name' is missing")]
    [InlineData("""{}""", "'op' is missing")]
    [InlineData("""[]""", "a node has to be an object")]
    [InlineData("""7""", "a node has to be an object")]
    [InlineData("""{"op":"sin","args":[[0]]}""", "depth")]
    [InlineData("""{"op":"sin","args":[0],}""", "")]
    [InlineData("""/* */{"op":"sin","args":[0]}""", "")]
    public void A_wrong_node_is_named(string node, string problem)
    {
        var error = AssertRefused(Head + ""","nodes":[{"op":"var","name":"x"},""" + node + """],"root":1}""");
        Assert.Contains("in node 1: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("7", "the text has to be an object")]
    [InlineData("[]", "the text has to be an object")]
    [InlineData("null", "the text has to be an object")]
    [InlineData("{}", "'format' is missing")]
    [InlineData("""{"format":"Other"}""", "'format' has to be \"PSAutodiff.Expression\"")]
    [InlineData("""{"format":1}""", "'format' has to be")]
    [InlineData("""{"format":"PSAutodiff.Expression","version":3}""", "'version' has to be 1, or 2 with vectors or matrices")]
    [InlineData("""{"format":"PSAutodiff.Expression","version":"1"}""", "'version' has to be 1")]
    [InlineData("""{"format":"PSAutodiff.Expression","nodes":[],"root":0}""", "'version' is missing")]
    [InlineData(Head + ""","root":0}""", "'nodes' is missing")]
    [InlineData(Head + ""","nodes":[{"op":"var","name":"x"}]}""", "'root' is missing")]
    [InlineData(Head + ""","nodes":{},"root":0}""", "'nodes' has to be a list")]
    [InlineData(Head + ""","nodes":[],"root":0}""", "'root' is 0, but there are 0 nodes")]
    [InlineData(Head + ""","nodes":[{"op":"var","name":"x"}],"root":1}""", "'root' is 1, but there are 1 nodes")]
    [InlineData(Head + ""","nodes":[{"op":"var","name":"x"}],"root":-1}""", "'root' has to be the index of a node")]
    [InlineData(Head + ""","version":1,"nodes":[{"op":"var","name":"x"}],"root":0}""", "'version' is given twice")]
    [InlineData(Head + ""","nodes":[{"op":"var","name":"x"}],"root":0,"root":0}""", "'root' is given twice")]
    [InlineData(Head + ""","nodes":[{"op":"var","name":"x"}],"root":0,"comment":"x"}""", "'comment' is not a property of an expression")]
    [InlineData(Head + ""","nodes":[{"op":"var","name":"x"}],"root":0} x""", "")]
    [InlineData(Head + ""","nodes":[{"op":"var","name":"x"}],"root":0}{}""", "")]
    [InlineData(Head + ""","nodes":[{"op":"var","name":"x"}],"root":0""", "")]
    public void A_wrong_whole_is_refused(string json, string problem) =>
        Assert.Contains(problem, AssertRefused(json).Message, StringComparison.Ordinal);

    [Fact]
    public void A_lone_surrogate_is_refused() => AssertRefused("{\"format\":\"\ud800\"}");

    [Fact]
    public void Every_beginning_of_a_text_is_refused()
    {
        var json = Example.Story.ToText(ExprTextFormat.Json);
        for (var length = 0; length < json.Length; length++) AssertRefused(json[..length]);
    }

    [Fact]
    public void Hostile_texts_cost_little_memory_and_no_stack() => SmallStack.Run(static () =>
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var text in new[] { new string('[', 1_000_000), string.Concat(Enumerable.Repeat("{\"nodes\":", 100_000)) }) AssertRefused(text);
        AssertRefused(Head + ",\"nodes\":[{\"op\":\"" + new string('x', 1_000_000) + "\"}],\"root\":0}");
        AssertRefused(Head + ",\"nodes\":[],\"root\":2147483647}");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
    });

    private static AutodiffException AssertRefused(string json)
    {
        var error = Assert.Throws<AutodiffException>(() => ExprNode.ParseJson(json));
        Assert.Equal(ErrorIds.ExpressionJson, error.ErrorId);
        Assert.InRange(error.Message.Length, 20, 300);
        return error;
    }
}
