using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Fuzz;

/// <summary>What texts give reads back equal in every format that reads back, and can be written in all the others.</summary>
internal static class ExpressionChecks
{
    /// <summary>Formats that write shared parts out each time are cut here.</summary>
    private const int Longest = 20_000;

    public static void ReadsBack(ExprNode node)
    {
        foreach (var format in Enum.GetValues<ExprTextFormat>())
        {
            if (node.Functions.Count > 0 && format is (ExprTextFormat.CSharp or ExprTextFormat.Python or ExprTextFormat.PyTorch or ExprTextFormat.PowerShell))
            {
                RequireRefusal(node, format, ErrorIds.FunctionUndefined);
                continue;
            }

            var text = node.ToText(format, Longest, out var cut);
            if (cut || format is not (ExprTextFormat.Infix or ExprTextFormat.Lab or ExprTextFormat.Let or ExprTextFormat.Json)) continue;
            ExprNode back;
            try
            {
                back = format == ExprTextFormat.Json ? ExprNode.ParseJson(text) : ExprNode.Parse(text);
            }
            catch (AutodiffException exception)
            {
                throw new FaultException($"{format} does not read back, {exception.Message}: {text}");
            }

            if (!back.Equals(node) || back.GetHashCode() != node.GetHashCode()) throw new FaultException($"{format} reads back as something else: {text} as {LetWriter.Write(back)}");
        }
    }

    // No program can compute a function that has no definition, and some formats have no arrays.
    private static void RequireRefusal(ExprNode node, ExprTextFormat format, string id)
    {
        try
        {
            throw new FaultException($"{format} is written, and not refused as {id}: {node.ToText(format)}");
        }
        catch (AutodiffException exception) when (exception.ErrorId == id)
        {
            // As it should be.
        }
    }
}

/// <summary>Texts of expressions.</summary>
internal sealed class ParserTarget : FuzzTarget
{
    public override string Name => "parser";

    public override int SuiteCount => 4000;

    public override byte[] Generate(Random random) => Bytes(Grammar.Program(random));

    public override byte[] Mutate(Random random, byte[] input) => Mutator.ChangeText(random, input);

    public override void Run(byte[] input) => ExpressionChecks.ReadsBack(ExprNode.Parse(Text(input)));
}

/// <summary>Expressions as JSON.</summary>
internal sealed class JsonTarget : FuzzTarget
{
    public override string Name => "json";

    public override int SuiteCount => 4000;

    public override byte[] Generate(Random random) => Bytes(JsonWriter.Write(Grammar.Expression(random, 12)));

    public override byte[] Mutate(Random random, byte[] input) => Mutator.ChangeText(random, input);

    public override void Run(byte[] input) => ExpressionChecks.ReadsBack(ExprNode.ParseJson(Text(input)));
}
