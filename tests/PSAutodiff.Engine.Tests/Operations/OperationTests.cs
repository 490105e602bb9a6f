using System.Reflection;
using PSAutodiff.Core;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What every operation has to offer. The table is enumerated, so a new operation is covered by being there.</summary>
public sealed class OperationTests
{
    private static readonly string[] Arguments = ["a", "b", "c"];

    // Mostly off kinks and jumps, some inside every domain.
    private static readonly double[] Points = [-2.3, -0.83, -0.37, 0.29, 0.71, 1.3, 1.9, 2, 2.65];

    public static TheoryData<string> Names => [.. OperationTable.OfNumbers.Select(static op => op.Name)];

    public static TheoryData<string> NamesInDotnet => [.. OperationTable.ByCode.Where(static op => op.MathName is not null).Select(static op => op.Name)];

    [Fact]
    public void All_operations_of_the_design_are_there()
    {
        string[] promised =
        [
            "const", "var", "sum", "sub", "mul", "div", "exp", "log", "tanh", "neg", "pow", "sqrt", "sin", "cos", "tan", "asin", "acos",
            "atan", "sinh", "cosh", "sigmoid", "softplus", "relu", "abs", "sign", "min", "max", "log1p", "expm1", "less", "select", "detach",
            "log10", "log2", "cbrt", "hypot", "atan2", "floor", "ceil", "round", "mod", "rem", "asinh", "acosh", "atanh", "lessequal", "equal", "and", "or", "not",
            "erf", "erfc", "lgamma", "digamma", "trigamma", "polygamma",
        ];
        Assert.Superset(promised.ToHashSet(), OperationTable.ByCode.Select(static op => op.Name).ToHashSet());
    }

    [Fact]
    public void Codes_are_positions_in_the_table() =>
        Assert.All(OperationTable.ByCode, static (op, code) => Assert.Equal(code, op.Code));

    [Fact]
    public void An_operation_with_guards_says_that_it_has_them() => Assert.All(OperationTable.ByCode, static op =>
    {
        const BindingFlags declared = BindingFlags.Instance | BindingFlags.NonPublic;
        var isOverridden = op.GetType().GetMethod(nameof(Operation.GuardOf), declared)!.DeclaringType != typeof(Operation);
        Assert.Equal(isOverridden, op.HasGuards);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void The_first_derivatives_are_the_slopes(string name) => AssertSlopes(Call(name), 1);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_second_derivatives_are_the_slopes_of_the_first(string name) => AssertSlopes(Call(name), 2);

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Names))]
    public void Derivatives_pass_through_its_arguments_by_the_chain_rule(string name)
    {
        var node = Call(name);
        var (a, b, c) = (ExprNode.Variable("a"), ExprNode.Variable("b"), ExprNode.Variable("c"));
        ExprNode[] inner = [name == "polygamma" ? 2 : 1.2 * ExprNode.Sin(a + b), (0.4 * a) - (0.3 * b), ExprNode.Tanh(a * b) + c];
        AssertSlopes(ExprNode.Apply(name, inner.AsSpan(0, node.Operation.Arity)), 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_text_reads_back(string name)
    {
        var node = Call(name);
        Assert.Equal(node, ExprNode.Parse(Texts.Infix(node)));
        Assert.Equal(node, ExprNode.Parse(Texts.Lab(node)));
        Assert.Equal(node, ExprNode.Parse(Texts.Let(node)));
        Assert.Equal(node, ExprNode.Parse($"{name}({string.Join(", ", node.Variables)})"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_reads_back_inside_itself_and_under_every_other_operation(string name)
    {
        var node = Call(name);
        foreach (var outer in RandomExpressions.AllOperations)
        {
            for (var position = 0; position < outer.Arity; position++)
            {
                var arguments = Enumerable.Range(0, outer.Arity).Select(i => i == position ? node : ExprNode.Variable("p" + i)).ToArray();
                var whole = ExprNode.Apply(outer.Name, arguments);
                Assert.Equal(whole, ExprNode.Parse(Texts.Infix(whole)));
                Assert.Equal(whole, ExprNode.Parse(Texts.Lab(whole)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_has_notations_that_show_each_argument(string name)
    {
        var operation = OperationTable.FindFunction(name);
        foreach (var notation in new[] { operation.Infix, operation.Lab, operation.Latex })
        {
            Assert.Equal(operation.Arity, notation.ArgumentLevels.Length);
            Assert.Equal(
                Enumerable.Range(0, operation.Arity),
                notation.Pieces.Where(static p => p.Argument >= 0).Select(static p => p.Argument).Order());
            Assert.InRange(notation.Level, 0, Notation.Atom);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_latex_balances(string name)
    {
        var latex = string.Concat(OperationTable.FindFunction(name).Latex.Pieces.Select(static p => p.Text));
        Assert.Equal(latex.Count(static c => c == '{'), latex.Count(static c => c == '}'));
        Assert.Equal(Count(@"\left"), Count(@"\right"));
        Assert.Equal(Count(@"\begin"), Count(@"\end"));

        int Count(string command) => latex.Split(command).Length - 1;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Folding_constants_gives_the_value_of_evaluating_them(string name)
    {
        var operation = OperationTable.FindFunction(name);
        var variables = Call(name).Variables;
        foreach (var values in Tuples(operation.Arity, [-3, -1, -0.5, 0, 0.25, 1, 2, 700, 1e308]))
        {
            var expected = Call(name).At([.. variables.Zip(values)]);
            var constant = ExprNode.Apply(name, [.. values.Select(static v => (ExprNode)v)]);
            var folded = constant.Simplify(SimplificationRule.Stable);
            if (double.IsFinite(expected)) Assert.Equal(expected, folded.Value);
            else Assert.False(double.IsFinite(folded.At()), $"{constant} became {folded}");

            // What is not exact stays as it is written, and is the same number when it is measured.
            var written = constant.Simplify();
            if (!double.IsFinite(expected)) Assert.False(double.IsFinite(written.At()), $"{constant} became {written}");
            else Assert.True(Math.Abs(written.At() - expected) <= Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected), $"{constant} became {written}");
        }
    }

    [Theory]
    [MemberData(nameof(NamesInDotnet))]
    public void Its_name_in_dotnet_is_the_same_function(string name)
    {
        var operation = OperationTable.FindFunction(name);
        var types = Enumerable.Repeat(typeof(double), operation.Arity).ToArray();
        var method = typeof(Math).GetMethod(operation.MathName!, types);
        Assert.NotNull(method);
        foreach (var values in Tuples(operation.Arity, [-0.7, 0.4, 0.9]))
        {
            var expected = Convert.ToDouble(method.Invoke(null, [.. values.Cast<object>()]), null);
            var actual = operation.Evaluate(values[0], values.Length > 1 ? values[1] : 0, values.Length > 2 ? values[2] : 0);
            if (double.IsNaN(expected)) Assert.Equal(double.NaN, actual);
            else Assert.Equal(expected, actual, 4e-16 * Math.Max(1, Math.Abs(expected)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Not_a_number_and_infinities_throw_nothing(string name)
    {
        double[] values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, double.Epsilon, double.MaxValue, -1];
        var node = Call(name);
        foreach (var tuple in Tuples(node.Operation.Arity, values))
        {
            var value = node.At([.. node.Variables.Zip(tuple)]);
            if (node.Operation.IsCommutative) Assert.Equal(value, node.At([.. node.Variables.Zip(tuple.Reverse())]));
        }
    }

    private static ExprNode Call(string name) => ExprNode.Apply(
        name,
        [.. Arguments.Take(OperationTable.FindFunction(name).Arity).Select(static a => ExprNode.Variable(a))]);

    private static IEnumerable<double[]> Tuples(int count, double[] values) => count == 0
        ? [[]]
        : Tuples(count - 1, values).SelectMany(rest => values.Select(value => (double[])[.. rest, value]));

    private static void AssertSlopes(ExprNode node, int order)
    {
        var checkedPoints = 0;
        var names = node.Variables;
        var points = Tuples(names.Count, names.Count == 1 ? [.. Points, .. Points.Select(static p => p / 3), .. Points.Select(static p => p * 1.1)] : Points);
        foreach (var values in points)
        {
            var at = names.Zip(values).ToDictionary(static p => p.First, static p => p.Second);
            foreach (var mode in Enum.GetValues<DifferentiationMode>())
            {
                var derivatives = names.Select(name => (name, of: node)).ToList();
                for (var i = 1; i < order; i++)
                {
                    derivatives = [.. derivatives.SelectMany(d => names.Select(name => (name, of: d.of.Differentiate(d.name, mode))))];
                }

                foreach (var (name, function) in derivatives)
                {
                    if (new PreciseEvaluator(function).Derivative(at, name) is not { } slope) continue;
                    var expected = slope.ToDoubleRoughly();
                    var actual = PlainEvaluator.Evaluate(function.Differentiate(name, mode), at);
                    Assert.True(
                        Math.Abs(actual - expected) <= 1e-12 * Math.Max(1, Math.Abs(expected)),
                        $"d/d{name} {function} ({mode}) at {string.Join(", ", values)} is {actual:R}, not {expected:R}");
                    checkedPoints++;
                }
            }
        }

        Assert.True(checkedPoints >= 10, $"only {checkedPoints} points of {node} could be checked");
    }
}
