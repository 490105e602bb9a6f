namespace PSAutodiff.Fuzz;

/// <summary>Texts with vectors and matrices: read, written in every format, simplified by every rule and differentiated, each time back through text.</summary>
internal sealed class ArraysTarget : FuzzTarget
{
    private const int MostNodes = 120;

    // Texts, of which one is simplified and differentiated: that takes ten times as long as the rest.
    private const int OneOf = 10;

    public override string Name => "arrays";

    public override int SuiteCount => 1500;

    public override byte[] Generate(Random random) => Bytes(ArrayGrammar.Make(random, 1 + random.Next(10), isSmooth: false, isNumber: random.Next(2) == 0).Text);

    public override byte[] Mutate(Random random, byte[] input) => Mutator.ChangeText(random, input);

    public override void Run(byte[] input)
    {
        var node = ExprNode.Parse(Text(input));
        ExpressionChecks.ReadsBack(node);
        if (node.NodeCount > MostNodes || input.Length % OneOf != 0) return;
        foreach (var rule in Enum.GetValues<SimplificationRule>())
        {
            if (Simplified(node, rule) is not { } simple) continue;
            Require(simple.ArrayShape.IsLike(node.ArrayShape), $"{rule} makes {simple.ArrayShape} of {node.ArrayShape}");
            ExpressionChecks.ReadsBack(simple);
        }

        if (!node.ArrayShape.IsNumber) return;
        foreach (var derivative in node.Gradient()) ExpressionChecks.ReadsBack(derivative);
    }

    // The rules of algebra and of the lab refuse some numbers.
    private static ExprNode? Simplified(ExprNode node, SimplificationRule rule)
    {
        try
        {
            return rule == SimplificationRule.Collect ? node.Collect("s0") : node.Simplify(rule);
        }
        catch (AutodiffException exception) when (exception.ErrorId is ErrorIds.DivisionByZero or ErrorIds.LogarithmDomain or ErrorIds.AlgebraTooLarge or ErrorIds.ShapeMismatch && rule is SimplificationRule.Lab or >= SimplificationRule.Expand)
        {
            return null;
        }
    }
}
