using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Networks that know categories and dates among their columns.</summary>
public sealed class NetworkTableTests
{
    private static readonly FeatureColumn[] Columns =
    [
        new() { Name = "x" },
        new() { Name = "colour", Kind = FeatureKind.Category, Levels = ["blue", "dark \"red\""] },
        new() { Name = "day", Kind = FeatureKind.Date, FirstDate = new DateTime(2026, 3, 1, 14, 30, 0, DateTimeKind.Unspecified) },
    ];

    private static readonly Network Example = Network
        .FromWeights([new double[,] { { 1 }, { 2 }, { 3 }, { 4 } }], null, [ActivationFunction.Linear])
        .WithColumns(["x", "colour=blue", "colour=dark \"red\"", "day"], ["y"], [], null, Columns);

    [Fact]
    public void Keep_them_through_their_text_and_write_the_version_that_can_hold_them()
    {
        var text = Example.ToJson();
        Assert.Contains("\"version\": 4", text, StringComparison.Ordinal);
        var back = Network.ParseJson(text);
        Assert.Equal(text, back.ToJson());
        Assert.Equal(Example.Features, back.Features);
        Assert.Equal(["x", "colour", "day"], back.Columns.Select(static column => column.Name));
        Assert.Equal(Columns[1].Levels, back.Columns[1].Levels);
        Assert.Equal(Columns[2].FirstDate, back.Columns[2].FirstDate);
        Assert.Contains("\"version\": 1", Example.WithColumns([], [], [], null).ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Keep_how_text_is_read_as_a_number()
    {
        var network = Example.WithColumns(Example.Features, Example.Labels, [], null, Columns, NumberFormat.Formatted);
        var text = network.ToJson();
        Assert.Contains("\"version\": 5", text, StringComparison.Ordinal);
        Assert.Equal(NumberFormat.Formatted, Network.ParseJson(text).NumberFormat);
        Assert.Equal(text, Network.ParseJson(text).ToJson());
        Assert.Equal(NumberFormat.Plain, Network.ParseJson(Example.ToJson()).NumberFormat);
        Assert.Throws<AutodiffException>(() => Network.ParseJson(text.Replace("\"version\": 5", "\"version\": 4", StringComparison.Ordinal)));
        Assert.Throws<AutodiffException>(() => Network.ParseJson(text.Replace("\"Formatted\"", "\"Other\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("\"version\": 4", "\"version\": 3", "'columns'")]
    [InlineData("\"kind\": \"Category\", \"levels\": [\"blue\", \"dark \\u0022red\\u0022\"]", "\"kind\": \"Category\", \"levels\": [\"blue\"]", "'levels' has to be a list of two or more")]
    [InlineData("\"levels\": [\"blue\", \"dark \\u0022red\\u0022\"]", "\"levels\": [\"blue\", \"blue\"]", "'levels' has to be a list of two or more different")]
    [InlineData("\"kind\": \"Date\"", "\"kind\": \"Number\"", "'firstDate' has to be there for dates")]
    [InlineData("2026-03-01T14:30:00.0000000", "March", "'firstDate' is not a date")]
    [InlineData("\"name\": \"x\"", "\"name\": \"z\"", "do not make the inputs")]
    [InlineData("\"kind\": \"Number\"", "\"kind\": \"Numbers\"", "Numbers")]
    public void Refuse_texts_whose_columns_do_not_fit(string part, string other, string says)
    {
        var text = Example.ToJson();
        Assert.Contains(part, text, StringComparison.Ordinal);
        var error = Assert.Throws<AutodiffException>(() => Network.ParseJson(text.Replace(part, other, StringComparison.Ordinal)));
        Assert.Equal(ErrorIds.NetworkJson, error.ErrorId);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Make_inputs_of_cells_one_for_each_level()
    {
        var inputs = new double[4];
        FeatureColumn.Encode(Columns, [7, 1, 2.5], inputs);
        Assert.Equal([7, 0, 1, 2.5], inputs);
        var contrast = new FeatureColumn { Name = "c", Kind = FeatureKind.Category, Levels = ["a", "b", "c"], IsContrast = true };
        Assert.Equal(["c=b", "c=c"], contrast.Inputs);
        var two = new double[2];
        contrast.Encode(0, two);
        Assert.Equal([0, 0], two);
        contrast.Encode(2, two);
        Assert.Equal([0, 1], two);
        Assert.Equal("day: days from 2026-03-01 14:30:00", Columns[2].ToString());
    }
}
