using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The golden data: 600 expressions and 290 edge cases computed with 50 digits elsewhere.</summary>
public sealed class GoldenTests
{
    private const double Tolerance = 1e-11;

    public static TheoryData<string> Files => ["expressions-lab", "expressions-full"];

    private static IEnumerable<(GoldenRecord Record, string[] Names, ExprNode Node)> Records(string file)
    {
        foreach (var record in GoldenRecord.Read(file))
        {
            var names = record.At.Keys.Order(StringComparer.Ordinal).ToArray();
            yield return (record, names, ExprNode.Parse(record.Expression));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void There_are_300_expressions_in_each_file_and_their_variables_are_found(string file)
    {
        var records = Records(file).ToList();
        Assert.Equal(300, records.Count);
        Assert.All(records, static r => Assert.Subset(r.Names.ToHashSet(), r.Node.Variables.ToHashSet()));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Values_agree(string file) => Assert.All(Records(file), static r => AssertValue(r.Record, r.Names, r.Node));

    [Theory]
    [MemberData(nameof(Files))]
    public void Gradients_agree_in_every_mode(string file) => Assert.All(Records(file), static r =>
    {
        foreach (var mode in Enum.GetValues<DifferentiationMode>()) AssertGradient(r.Record, r.Names, r.Node.Differentiate(r.Names, mode));
    });

    [Theory]
    [MemberData(nameof(Files))]
    public void Derivatives_by_one_variable_at_a_time_agree(string file) => Assert.All(Records(file), static r =>
    {
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            AssertGradient(r.Record, r.Names, [.. r.Names.Select(name => r.Node.Differentiate(name, mode))]);
        }
    });

    [Theory]
    [MemberData(nameof(Files))]
    public void Hessians_agree(string file) => Assert.All(Records(file), static r =>
        AssertHessian(r.Record, r.Names, r.Node.Hessian(r.Names)));

    [Theory]
    [MemberData(nameof(Files))]
    public void Hessians_agree_in_every_mode(string file) => Assert.All(Records(file), static r =>
    {
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            var hessian = new ExprNode[r.Names.Length, r.Names.Length];
            var gradient = r.Node.Differentiate(r.Names, mode);
            for (var i = 0; i < r.Names.Length; i++)
            {
                var row = gradient[i].Differentiate(r.Names, mode);
                for (var j = 0; j < r.Names.Length; j++) hessian[i, j] = row[j];
            }

            AssertHessian(r.Record, r.Names, hessian);
        }
    });

    [Theory]
    [MemberData(nameof(Files))]
    public void Simplified_expressions_agree(string file) => Assert.All(Records(file), static r =>
    {
        foreach (var rule in RewritingRules.All)
        {
            if (IsDomainErrorOfTheLab(r.Node, rule)) continue;
            var simplified = r.Node.Simplify(rule);
            AssertValue(r.Record, r.Names, simplified);
            AssertGradient(r.Record, r.Names, simplified.Gradient(r.Names));
            AssertHessian(r.Record, r.Names, simplified.Hessian(r.Names));
        }
    });

    [Theory]
    [MemberData(nameof(Files))]
    public void Simplified_derivatives_agree(string file) => Assert.All(Records(file), static r =>
    {
        foreach (var rule in RewritingRules.All)
        {
            foreach (var mode in Enum.GetValues<DifferentiationMode>())
            {
                if (IsDomainErrorOfTheLab(r.Node, rule)) continue;
                AssertGradient(r.Record, r.Names, ExprNode.Simplify(r.Node.Differentiate(r.Names, mode), rule).Nodes);
            }
        }
    });

    [Fact]
    public void Edge_values_are_within_2_units_in_the_last_place() => Assert.All(GoldenRecord.Read("edges"), static record =>
    {
        var value = ExprNode.Parse(record.Expression).At(("x", record.At["x"]));
        var ulp = Math.BitIncrement(Math.Abs(record.Value)) - Math.Abs(record.Value);
        Assert.True(Math.Abs(value - record.Value) <= 2 * ulp, $"{record.Expression} at {record.At["x"]:R}: {value:R}, not {record.Value:R}");
    });

    [Fact]
    public void Edge_derivatives_are_within_1e_12() => Assert.All(GoldenRecord.Read("edges"), static record =>
    {
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            var derivative = ExprNode.Parse(record.Expression).Differentiate("x", mode).At(("x", record.At["x"]));
            var tolerance = 1e-12 * Math.Max(1, Math.Abs(record.Derivative));
            Assert.True(
                Math.Abs(derivative - record.Derivative) <= tolerance,
                $"{record.Expression} at {record.At["x"]:R}, {mode}: {derivative:R}, not {record.Derivative:R}");
        }
    });

    private static bool IsDomainErrorOfTheLab(ExprNode node, SimplificationRule rule)
    {
        if (rule != SimplificationRule.Lab) return false;
        try
        {
            node.Simplify(rule);
            return false;
        }
        catch (AutodiffException)
        {
            return true;
        }
    }

    private static void AssertValue(GoldenRecord record, string[] names, ExprNode node) =>
        AssertClose(record, "value", [record.Value], Evaluate(record, names, [node]));

    private static void AssertGradient(GoldenRecord record, string[] names, IReadOnlyList<ExprNode> gradient) =>
        AssertClose(record, "gradient", [.. names.Select(name => record.Gradient[name])], Evaluate(record, names, gradient));

    private static void AssertHessian(GoldenRecord record, string[] names, ExprNode[,] hessian) =>
        AssertClose(record, "Hessian", [.. record.Hessian.SelectMany(static row => row)], Evaluate(record, names, [.. hessian.Cast<ExprNode>()]));

    private static double[] Evaluate(GoldenRecord record, string[] names, IReadOnlyList<ExprNode> nodes)
    {
        var results = new double[nodes.Count];
        CompiledExpression.Compile(nodes, names).Evaluate([.. names.Select(name => record.At[name])], results);
        return results;
    }

    private static void AssertClose(GoldenRecord record, string what, double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var off = Math.Abs(actual[i] - expected[i]);
            Assert.True(off <= Tolerance * record.Scale, $"{what} [{i}] of {record.Expression}: {actual[i]:R}, not {expected[i]:R}");
        }
    }
}
