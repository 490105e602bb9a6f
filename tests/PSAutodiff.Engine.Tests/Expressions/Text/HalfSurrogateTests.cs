using System.Text.RegularExpressions;
using PSAutodiff.Serialization;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Half a surrogate pair is no text. Wherever it stands, written out or escaped, the error is one of ours.</summary>
public sealed partial class HalfSurrogateTests
{
    private static readonly Network Net = NamedNetwork();

    public static TheoryData<string> Texts => ["Infix", "Let", "ExprJson", "Network", "TrainingResult"];

    [Theory]
    [MemberData(nameof(Texts))]
    public void It_is_refused_at_every_place(string kind)
    {
        var (text, read) = Of(kind);
        read(text);
        var refused = 0;
        foreach (var half in new[] { "\uD800", "\uDFFF", @"\ud800", @"\uDC00", @"\ud800\ud800" })
        {
            foreach (var place in Places().Matches(text).Select(static match => match.Index + 1))
            {
                foreach (var changed in new[] { text.Insert(place, half), text[..place] + half + text[(place + 1)..] })
                {
                    var error = Record.Exception(() => read(changed));
                    Assert.True(error is null or AutodiffException, $"{error?.GetType()} for {changed}");
                    if (error is null) continue;
                    refused++;
                    foreach (var line in error.Message.Split(Environment.NewLine)) Assert.Equal(line, VisibleText.Of(line));
                }
            }
        }

        Assert.True(refused > 10);
    }

    private static (string Text, Action<string> Read) Of(string kind) => kind switch
    {
        "Infix" => ("x + sin( y ) * 2", static text => ExprNode.Parse(text)),
        "Let" => ("t = x * y ; t + t", static text => ExprNode.Parse(text)),
        "ExprJson" => (ExprNode.Parse("x*2 + sin(x)").ToText(ExprTextFormat.Json), static text => ExprNode.ParseJson(text)),
        "Network" => (Net.ToJson(), static text => Network.ParseJson(text)),
        _ => (ObjectText.Write(Result()), static text => ObjectText.Read(text, typeof(TrainingResult))),
    };

    private static Network NamedNetwork() => Network.ParseJson(
        Network.FromWeights([new double[,] { { 1 }, { 2 } }], [[0.5]], [ActivationFunction.Sigmoid]).ToJson()
            .Replace("\"layers\"", "\"features\":[\"a\",\"b\"],\"labels\":[\"l\"],\"classes\":[\"no\",\"yes\"],\"layers\"", StringComparison.Ordinal));

    private static TrainingResult Result()
    {
        var line = new LossTraining(ExprNode.Parse("(y - (a*x + b))^2"), ["x", "y"], ["b", "a"]);
        return line.Train([0.1, 0.2], FakeModel<double>.SomeRows(4, 1), new TrainingOptions { Epochs = 1 });
    }

    // Before letters in texts, and between tokens.
    [GeneratedRegex("[\" \\\\](?=[A-Za-z0-9*+;])")]
    private static partial Regex Places();
}
