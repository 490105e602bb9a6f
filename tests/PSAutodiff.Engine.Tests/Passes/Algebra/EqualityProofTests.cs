using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Passes.Algebra;
using PSAutodiff.Passes.Algebra.Equality;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Equality by exact algebra: what is proved, under which conditions, and that nothing false ever is.</summary>
public sealed class EqualityProofTests
{
    private static readonly string[] Parameters = ["b1", "w11", "w21", "b2", "w12", "w22", "c", "u1", "u2"];

    [Theory]
    [InlineData("(a - 1)*(a - 1)", "a^2 - 2*a + 1")]
    [InlineData("(a + b)^3 - (a - b)^3", "2*b*(3*a^2 + b^2)")]
    [InlineData("1/(a - 1) - 1/(a + 1)", "2/(a^2 - 1)")]
    [InlineData("lambda/(lambda + tau)", "1 - tau/(lambda + tau)")]
    [InlineData("exp(-u)/(1 + exp(-u))^2", "sigmoid(u)*(1 - sigmoid(u))")]
    [InlineData("4/(exp(u) + exp(-u))^2", "1 - tanh(u)^2")]
    [InlineData("exp(x)*exp(y)/exp(x + y)", "1")]
    [InlineData("exp(x/2)*exp(x/3)", "exp(5*x/6)")]
    [InlineData("tanh(x/2)", "2*sigmoid(x) - 1")]
    [InlineData("tanh(x + y)", "(tanh(x) + tanh(y))/(1 + tanh(x)*tanh(y))")]
    [InlineData("softplus(x) - softplus(-x)", "x")]
    [InlineData("log((1 + exp(x))^2/exp(x))", "softplus(x) + softplus(-x)")]
    [InlineData("log(exp(a)/(exp(a) + exp(b)))", "-softplus(b - a)")]
    [InlineData("log(8) - 3*log(2)", "0")]
    [InlineData("log(12*exp(x))", "x + 2*log(2) + log(3)")]
    [InlineData("log2(8*exp(x))", "3 + x/log(2)")]
    [InlineData("log10(100)", "2")]
    [InlineData("sqrt(12)*sqrt(3)", "6")]
    [InlineData("1/(sqrt(2) - 1)", "sqrt(2) + 1")]
    [InlineData("sqrt(1 + x^2)^3", "(1 + x^2)*sqrt(1 + x^2)")]
    [InlineData("sqrt(x^2*(1 + y^2))", "abs(x)*sqrt(1 + y^2)")]
    [InlineData("(x^2)^1.5", "abs(x)^3")]
    [InlineData("sqrt(exp(2*x))", "exp(x)")]
    [InlineData("(1 + x^2)^y*(1 + x^2)^-y", "1")]
    [InlineData("2^x*8^(y/3)", "2^(x + y)")]
    [InlineData("z + 1/(y^2/z^2 - 1)", "z + z^2/(y^2 - z^2)")]
    [InlineData("z*abs(y/z - 1)*abs(z)", "z*abs(y - z)")]
    [InlineData("cbrt(x)^3", "x")]
    [InlineData("cbrt(x^3)", "x")]
    [InlineData("cbrt(x*y)", "cbrt(x)*cbrt(y)")]
    [InlineData("cbrt(-8*x^2)", "-2*cbrt(x)^2")]
    [InlineData("cbrt(x)^2", "(x^2)^(1/3)")]
    [InlineData("(cbrt(x) + 1)*(cbrt(x)^2 - cbrt(x) + 1)", "x + 1")]
    [InlineData("cbrt(x)*abs(x)", "cbrt(abs(x))*x")]
    [InlineData("cbrt(exp(x))", "exp(x/3)")]
    [InlineData("sign(cbrt(x)^3)", "sign(x)")]
    [InlineData("abs(x*y)/abs(y)*abs(y)", "abs(x)*abs(y)*(1 + y^2)/(y^2 + 1)")]
    [InlineData("max(a, b) + min(a, b)", "a + b")]
    [InlineData("max(a, b)*min(a, b)", "a*b")]
    [InlineData("relu(x) - relu(-x)", "x")]
    [InlineData("sin(x)^4 - cos(x)^4", "1 - 2*cos(x)^2")]
    [InlineData("sin(a + b)*sin(a - b)", "sin(a)^2 - sin(b)^2")]
    [InlineData("cos(3*x)", "4*cos(x)^3 - 3*cos(x)")]
    [InlineData("sin(x + pi/2)", "cos(x)")]
    [InlineData("acosh(x)", "log(x + sqrt(x^2 - 1))")]
    [InlineData("atanh(tanh(x))", "x")]
    [InlineData("sinh(asinh(x))", "x")]
    [InlineData("sqrt(x*y)*sqrt(y*z)", "abs(y)*sqrt(x*z)")]
    [InlineData("abs(x)/x + 0*log(x*y)", "y/abs(y)")]
    [InlineData("abs(x)/x + 0*log(-x*y)", "-y/abs(y)")]
    [InlineData("cosh(acosh(x))", "x")]
    [InlineData("tanh(atanh(x))", "x")]
    [InlineData("erfc(x)", "1 - erf(x)")]
    [InlineData("atan((x^2 - 1)/(x^2 + x + 1 + x + x^2*0 - x*x + x^2))", "atan(-(1 - x^2)/(x + 1)^2)")]
    [InlineData("floor(x*(y + z))", "floor(x*z + y*x)")]
    [InlineData("select(less(a, b + a - a), (a + b)^2, 1)", "select(less(a, b), a^2 + 2*a*b + b^2, 1)")]
    [InlineData("0.1 + 0.2", "0.3")]
    [InlineData("1e-20*x + 2e-20*x", "3e-20*x")]
    [InlineData("1e16 + 1 - 1e16", "1")]
    [InlineData("detach(x)*x", "x^2")]
    public void Equal_functions_are_proved_so(string one, string other)
    {
        foreach (var (left, right) in new[] { (one, other), (other, one) })
        {
            var proof = Prove(left, right);
            Assert.True(proof.IsEqual, $"{left} and {right}: {proof.Reason}");
            Assert.Null(proof.Reason);
        }
    }

    [Theory]
    [InlineData("x/x", "1", "x != 0")]
    [InlineData("x^2/x", "x", "x != 0")]
    [InlineData("log(x^2)", "2*log(x)", "x > 0")]
    [InlineData("log(x*y)", "log(x) + log(y)", "x > 0, y > 0")]
    [InlineData("log(x/y)", "log(x) - log(y)", "x > 0, y > 0")]
    [InlineData("log(-x)", "log(x^2)/2", "x < 0")]
    [InlineData("sqrt(x)^2", "x", "x >= 0")]
    [InlineData("sqrt(-x)^2", "-x", "x <= 0")]
    [InlineData("sqrt(x*y)", "sqrt(x)*sqrt(y)", "x >= 0, y >= 0")]
    [InlineData("x^y", "exp(y*log(x))", "x > 0")]
    [InlineData("x^(1/3)*x^(2/3)", "x", "x >= 0")]
    [InlineData("x^(1/3)", "cbrt(x)", "x >= 0")]
    [InlineData("sqrt(cbrt(x))", "x^(1/6)", "")]
    [InlineData("1/cbrt(x)", "cbrt(x)^2/x", "")]
    [InlineData("log(cbrt(x))", "log(x^2)/6", "x > 0")]
    [InlineData("z + 0*sqrt(y/z^2 - 1/z)", "z", "z != 0, z - y <= 0")]
    [InlineData("log(abs(x))", "log(x)", "x > 0")]
    [InlineData("log(abs(x)*y) + log(x)", "2*log(x) + log(y)", "")]
    [InlineData("log(abs(x)) + sqrt(x)", "log(x) + sqrt(x)", "x > 0")]
    [InlineData("1/sqrt(x)", "sqrt(x)/x", "")]
    [InlineData("(x^2 - 1)/(x - 1)", "x + 1", "x - 1 != 0")]
    [InlineData("1/(1 + 1/x)", "x/(x + 1)", "x != 0")]
    [InlineData("1/(1 + exp(-x))", "exp(x)/(1 + exp(x))", "")]
    [InlineData("tan(x)*cos(x)", "sin(x)", "cos(x) != 0")]
    [InlineData("asin(x) - asin(x) + y", "y", "-1 <= x <= 1")]
    [InlineData("sqrt(x*y)^2", "x*y", "x * y >= 0")]
    [InlineData("sqrt(-x*y)^2", "-x*y", "x * y <= 0")]
    [InlineData("(sqrt(x*y)*z)^2", "x*y*z^2", "x * y >= 0")]
    [InlineData("exp(log(x*y))", "x*y", "x * y > 0")]
    [InlineData("exp(log(x*y*z)/2)^2", "x*y*z", "x * y * z > 0")]
    [InlineData("exp(log(x/y))", "x/y", "x * y > 0")]
    [InlineData("sqrt(x*y)/x", "y/sqrt(x*y)", "y != 0")]
    [InlineData("sqrt(x*y^2)^2", "x*y^2", "x * y^2 >= 0")]
    [InlineData("abs(x)*y + 0*sqrt(x*y)", "x*abs(y)", "x * y >= 0")]
    [InlineData("sqrt((1 + x)*(1 - x))^2", "1 - x^2", "-1 <= x <= 1")]
    [InlineData("sin(asin(x))", "x", "-1 <= x <= 1")]
    [InlineData("cos(acos(x*y))", "x*y", "-1 <= x * y <= 1")]
    [InlineData("tan(atan(x))", "x", "")]
    [InlineData("sin(2*asin(x))", "2*x*sqrt(1 - x^2)", "")]
    [InlineData("cos(asin(x))", "sin(acos(x))", "")]
    [InlineData("sin(atan(x))", "x/sqrt(1 + x^2)", "")]
    [InlineData("exp(log((3 - x)*(2*x + 4)))", "(3 - x)*(2*x + 4)", "-2 < x < 3")]
    [InlineData("acos(x/2)*0", "0", "-2 <= x <= 2")]
    [InlineData("select(less(0, x), x/x, 1)", "select(less(0, x), 1, 1)", "x != 0")]
    [InlineData("log(1 + x^2)", "log((1 + x^2)^2)/2", "")]
    public void Where_one_of_them_has_no_value_is_said(string one, string other, string assumption)
    {
        foreach (var proof in new[] { Prove(one, other), Prove(other, one) })
        {
            Assert.True(proof.IsEqual, proof.Reason);
            Assert.Equal(assumption, string.Join(", ", proof.Assumptions));
        }
    }

    [Theory]
    [InlineData("x", "x + 1e-300")]
    [InlineData("sqrt(x^2)", "x")]
    [InlineData("cbrt(x)", "(x^2)^(1/6)")]
    [InlineData("cbrt(x^2)", "cbrt(x)")]
    [InlineData("z + 1/(y^2/z^2 - 1)", "z + z^2/(z^2 - y^2)")]
    [InlineData("cbrt(x + y)", "cbrt(x) + cbrt(y)")]
    [InlineData("cbrt(x)*cbrt(abs(x))", "abs(x)^(2/3)")]
    [InlineData("sign(x)^2", "1")]
    [InlineData("abs(x)", "x")]
    [InlineData("log(x^2)", "log(x)")]
    [InlineData("x^3", "abs(x)^3")]
    [InlineData("sin(x)", "cos(x)")]
    [InlineData("sin(x)^2", "1 + cos(x)^2")]
    [InlineData("exp(x)^2", "exp(x^2)")]
    [InlineData("x^y", "y^x")]
    [InlineData("sqrt(x + y)", "sqrt(x) + sqrt(y)")]
    [InlineData("select(x, 1, 2)", "1")]
    [InlineData("less(x, y)", "less(y, x)")]
    [InlineData("floor(x + 0.5)", "floor(x)")]
    [InlineData("acos(x)", "asin(x)")]
    [InlineData("0.30000000000000004", "0.3")]
    [InlineData("atan2(x, y)", "atan2(y, x)")]
    [InlineData("1/0", "1/0 + 0")]
    [InlineData("log(0)", "x")]
    [InlineData("abs(x*y)", "x*y")]
    [InlineData("sqrt(x*y)^2", "abs(x)*y")]
    [InlineData("abs(x) + 0*sqrt(x*y)", "x")]
    [InlineData("abs(x) + 0*log(x*y)", "x")]
    [InlineData("sqrt(x*y^2)^2", "x*y")]
    [InlineData("abs(x)*z + 0*sqrt(x*y^2)", "x*z")]
    [InlineData("abs(y)*sqrt(x*y)", "y*sqrt(x*y)")]
    [InlineData("sqrt(-x*y)^2", "x*y")]
    [InlineData("asin(sin(x))", "x")]
    [InlineData("sin(acos(x))", "x")]
    [InlineData("cos(atan(x))", "x")]
    [InlineData("log(-1 - x^2)", "x")]
    public void What_is_not_equal_is_not_proved(string one, string other)
    {
        var proof = Prove(one, other);
        Assert.False(proof.IsEqual);
        Assert.NotNull(proof.Reason);
    }

    [Fact]
    public void The_derivative_of_softmax_is_proved_in_both_cases()
    {
        string[] logits = ["a", "b", "c"];
        var outputs = logits.Select(static name => ExprNode.Parse($"exp({name})/(exp(a) + exp(b) + exp(c))")).ToArray();
        for (var i = 0; i < 3; i++)
        {
            for (var j = 0; j < 3; j++)
            {
                var formula = outputs[i] * ((i == j ? 1 : 0) - outputs[j]);
                var proof = Prove(outputs[i].Differentiate(logits[j]), formula);
                Assert.True(proof.IsEqual, $"{i} {j}: {proof.Reason}");
                Assert.Empty(proof.Assumptions);
            }
        }
    }

    [Fact]
    public void The_two_forms_of_the_log_likelihood_are_proved_equal()
    {
        foreach (var f in new[] { "sigmoid(fin)", "1/(1 + exp(-1*fin))", "exp(fin)/(1 + exp(fin))", "(1 + tanh(fin/2))/2" })
        {
            var proof = Prove($"-y*log({f}) - (1 - y)*log(1 - {f})", "fin - fin*y + log(1 + exp(-1*fin))");
            Assert.True(proof.IsEqual, proof.Reason);
            Assert.Empty(proof.Assumptions);
        }
    }

    [Theory]
    [InlineData("-(y*log(p) + (1 - y)*log(1 - p))", "p - y", "")]
    [InlineData("-(y*log(p + 1e-15) + (1 - y)*log(1 - p + 1e-15))", "((1 - y)/(1 - p + 1e-15) - y/(p + 1e-15))*p*(1 - p)", "")]
    [InlineData("(p - y)^2/2", "(p - y)*p*(1 - p)", "")]
    public void The_chain_products_of_all_nine_parameters_are_proved(string loss, string outer, string assumption)
    {
        var parts = new Dictionary<string, ExprNode>
        {
            ["z1"] = ExprNode.Parse("tanh(b1 + (x1*w11 + x2*w21))"),
            ["z2"] = ExprNode.Parse("tanh(b2 + (x1*w12 + x2*w22))"),
        };
        var fin = ExprNode.Parse("c + (z1*u1 + z2*u2)").Resolve(parts);
        parts["p"] = (1 / (1 + ExprNode.Exp(-1 * ExprNode.Variable("fin")))).Resolve(new Dictionary<string, ExprNode> { ["fin"] = fin });
        var whole = ExprNode.Parse(loss).Resolve(parts);
        foreach (var parameter in Parameters)
        {
            var inner = parameter switch
            {
                "c" => "1",
                "u1" => "z1",
                "u2" => "z2",
                "b1" => "u1*(1 - z1^2)",
                "b2" => "u2*(1 - z2^2)",
                _ => $"u{parameter[2]}*(1 - z{parameter[2]}^2)*x{parameter[1]}",
            };
            var proof = Prove(whole.Differentiate(parameter), ExprNode.Parse($"({outer})*({inner})").Resolve(parts));
            Assert.True(proof.IsEqual, $"{parameter}: {proof.Reason}");
            Assert.Equal(assumption, string.Join(", ", proof.Assumptions));
        }
    }

    [Fact]
    public void The_rows_of_the_elastic_net_are_proved_to_be_its_penalty()
    {
        var rows = "(y1 - a*x11 - b*x12)^2 + (y2 - a*x21 - b*x22)^2";
        Assert.True(Prove($"{rows} + lambda*(a^2 + b^2)", $"{rows} + (0 - a*sqrt(lambda))^2 + (0 - b*sqrt(lambda))^2").IsEqual);
        Assert.False(Prove($"{rows} + lambda*(a^2 + b^2)", $"{rows} + (0 - a*lambda)^2 + (0 - b*lambda)^2").IsEqual);
    }

    [Fact]
    public void A_difference_too_small_for_doubles_is_computed_exactly()
    {
        var proof = Prove("x^2/3 + 1e-300", "x^2/3");
        Assert.Equal("1E-300", proof.DifferenceAt(new Dictionary<string, double> { ["x"] = 3 })!.Value.ToText());
        Assert.Null(Prove("x + sin(x)", "x").DifferenceAt(new Dictionary<string, double> { ["x"] = 3 }));

        // At a point where one of them has no value nothing is said.
        Assert.Null(Prove("x/(x - 1)", "x").DifferenceAt(new Dictionary<string, double> { ["x"] = 1 }));
        Assert.Equal(Rational.Of(-1, 2), Prove("(x + 1)/x", "(x + 2)/x").DifferenceAt(new Dictionary<string, double> { ["x"] = 2 }));
    }

    [Fact]
    public void What_explodes_is_left_alone_soon()
    {
        var watch = Stopwatch.StartNew();
        string[] texts =
        [
            "(a+b+c+d+e)^40", "(x+1)^1001", "((((x+y+z)^9)^9)^9)^9", "1/(a+b) + 1/(b+c) + 1/(c+d) + 1/(d+e) + 1/(e+f) + 1/(f+g) + 1/(g+h) + 1/(h+i) + 1/(i+j) + 1/(j+k) + 1/(k+l) + 1/(l+m)",
            "(7/3)^1000^1000", "exp(1e9*x) + exp(x)", "sin(1000*x)*sin(999*x)*sin(x/1000)", "sqrt(1+sqrt(1+sqrt(1+sqrt(1+sqrt(1+x)))))^200", "(exp(x)+exp(y)+exp(z)+exp(x*y))^30", "x^0.001*x^0.0007",
        ];
        foreach (var text in texts)
        {
            // Against its own shift, as nothing cancels term by term.
            var shifted = ExprNode.Parse(text).Resolve(new Dictionary<string, ExprNode> { ["x"] = ExprNode.Parse("x + 1"), ["a"] = ExprNode.Parse("a + 1") });
            Assert.False(EqualityProof.Of(ExprNode.Flatten([ExprNode.Parse(text), shifted + 0], Token), Token).IsEqual, text);
        }

        var squarings = Enumerable.Range(0, 64).Aggregate(ExprNode.Parse("x + y"), static (z, _) => z * z);
        Assert.NotNull(Prove(squarings, squarings * ExprNode.Parse("x/x")).Reason);

        // Generous: machines differ, and none should need a tenth of it.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 60);
    }

    [Fact]
    public void Deep_chains_are_read_without_recursion_and_a_million_nodes_not_at_all() => SmallStack.Run(static () =>
    {
        Assert.True(Prove(Chain(5_000, exchanged: false), Chain(5_000, exchanged: true)).IsEqual);
        var watch = Stopwatch.StartNew();
        Assert.StartsWith("Too large for algebra", Prove(Chain(500_000, exchanged: false), Chain(500_000, exchanged: true)).Reason, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);

        static ExprNode Chain(int depth, bool exchanged)
        {
            var (node, y) = (ExprNode.Variable("x"), ExprNode.Variable("y"));
            for (var i = 0; i < depth; i++) node = ExprNode.Atan(exchanged ? y + node : node + y);
            return node;
        }
    });

    [Fact]
    public void Nothing_false_is_proved_of_random_pairs() => CheckRandomPairs(4_000, seed: 20_241, withDomains: 4_000);

    [Fact]
    [Trait("Category", "Slow")]
    public void Nothing_false_is_proved_of_eight_thousand_more() => CheckRandomPairs(8_000, seed: 7, withDomains: 1_000);

    [Fact(Explicit = true)]
    [Trait("Category", "Nightly")]
    public void Nothing_false_is_proved_of_two_hundred_thousand_random_pairs() => CheckRandomPairs(200_000, seed: 7, withDomains: 50_000);

    /// <summary>
    /// Pairs of which every second one is equal by construction: what is proved equal has equal values to 27 digits and more. Domains take longer:
    /// they are looked at for the first pairs alone.
    /// </summary>
    private static void CheckRandomPairs(int pairs, int seed, int withDomains)
    {
        var (proved, checkedPairs, checkedDomains) = (0, 0, 0);
        var longest = new ConcurrentBag<TimeSpan>();
        Parallel.For(0, pairs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, () => TimeSpan.Zero, Check, longest.Add);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{proved} of {pairs / 2} pairs that are equal were proved so, {checkedPairs} proofs compared with values, {checkedDomains} points where one has none with what was assumed; the longest took {longest.Max().TotalMilliseconds:F0} ms");
        Assert.True(checkedDomains > withDomains / 200, $"{checkedDomains}");
        Assert.True(proved > 0.8 * pairs / 2, $"{proved} of {pairs / 2}");
        Assert.True(checkedPairs > 0.5 * proved, $"{checkedPairs} of {proved}");

        TimeSpan Check(int i, ParallelLoopState state, TimeSpan longest)
        {
            var random = new RandomIdentities(seed + i);
            var one = random.Expression(8);
            var isEqual = i % 2 == 0;
            var other = random.Rewritten(one, 1 + (i % 4));
            if (!isEqual) other = random.Spoiled(other);
            var watch = Stopwatch.StartNew();
            var proof = Prove(one, other);
            if (watch.Elapsed > longest) longest = watch.Elapsed;
            if (isEqual && proof.IsEqual) Interlocked.Increment(ref proved);
            if (isEqual)
            {
                foreach (var x in new[] { 1, 2, -3.5 }) Assert.False(proof.DifferenceAt(At(x, 0.5, 3)) is { IsZero: false }, $"{Texts.Let(one)} and {Texts.Let(other)} are not different");
            }

            if (!proof.IsEqual) return longest;
            if (HaveEqualValues(one, other, first: i)) Interlocked.Increment(ref checkedPairs);
            if (i < withDomains) Interlocked.Add(ref checkedDomains, CheckDomains(one, other, proof));
            return longest;
        }
    }

    /// <summary>
    /// Compares values at two points of five at which both are far from what rounding decides: another function differs at nearly all of them, and
    /// over all pairs every point comes first. False where there is no such point.
    /// </summary>
    private static bool HaveEqualValues(ExprNode one, ExprNode other, int first)
    {
        const int enough = 2;
        var (left, right) = (new PreciseEvaluator(one), new PreciseEvaluator(other));
        var points = 0;
        Dictionary<string, double>[] all = [At(0.7, 1.3, 2.1), At(-0.6, 0.4, -1.9), At(1.7, -2.3, 0.2), At(-1.1, -0.3, -0.9), At(3.1, 0.05, 1.6)];
        for (var i = 0; i < all.Length && points < enough; i++)
        {
            var at = all[(first + i) % all.Length];
            if (!IsOrdinary(one, other, at) || left.Evaluate(at) is not { } a || right.Evaluate(at) is not { } b) continue;
            points++;
            var difference = a - b;
            var isSmall = difference.Sign == 0 || difference.Magnitude - (a.Sign == 0 ? 0 : Math.Max(0, a.Magnitude)) < -90;
            Assert.True(isSmall, $"{Texts.Let(one)} and {Texts.Let(other)} are called equal, and are not");
        }

        return points > 0;
    }

    /// <summary>Where only one of them has a value something is assumed that does not hold there, and where both have one all of it holds.</summary>
    private static int CheckDomains(ExprNode one, ExprNode other, EqualityProof proof)
    {
        var count = 0;
        foreach (var at in new[] { At(0.7, 1.3, 2.1), At(-0.6, 0.4, -1.9), At(1.7, -2.3, 0.2), At(-1.1, -0.3, -0.9) })
        {
            if ((HasValue(one, at), HasValue(other, at)) is not ({ } first, { } second) || (!first && !second)) continue;
            if (first != second) count++;
            var holds = proof.Assumptions.Select(assumption => Holds(assumption, at)).ToArray();
            if (first && second) Assert.False(holds.Contains(false), $"{Texts.Let(one)} and {Texts.Let(other)} both have values where {string.Join(", ", proof.Assumptions)} does not hold");
            else Assert.True(holds.Any(static known => known is not true), $"{Texts.Let(one)} and {Texts.Let(other)}: one has no value, although {string.Join(", ", proof.Assumptions)}");
        }

        return count;
    }

    /// <summary>Whether there is a value; null where rounding or overflow can be to blame.</summary>
    private static bool? HasValue(ExprNode node, Dictionary<string, double> at)
    {
        var (graph, root) = node.Flatten();
        var reachable = graph.Reachable([root]);
        var values = new double[reachable.Length];
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id]) continue;
            values[id] =
                graph.IsVariable(id) ? at[graph.NameOf(id)] :
                graph.IsConstant(id) ? graph.ConstantOf(id) :
                graph.OperationOf(id).Evaluate(values[graph.X(id)], graph.Y(id) < 0 ? 0 : values[graph.Y(id)], graph.Z(id) < 0 ? 0 : values[graph.Z(id)]);

            // floor(5^5) - floor(sqrt(25)^5) is 0 or not.
            if (IsNextToStep(graph, id, values)) return null;

            // At the very border of asin, acosh and others rounding decides, and so it does on whether an exponent is whole.
            if (double.IsNaN(values[id])) return Math.Abs(Math.Abs(values[graph.X(id)]) - 1) < 1e-9 || (graph.Y(id) >= 0 && IsNearWhole(values[graph.Y(id)])) ? null : false;
            if (Math.Abs(values[id]) is not (> 1e-6 and < 1e6) && !graph.IsConstant(id)) return null;
        }

        return true;
    }

    private static bool IsNextToStep(Graph graph, int id, double[] values)
    {
        if (graph.IsLeaf(id)) return false;
        var (x, y) = (values[graph.X(id)], graph.Y(id) < 0 ? 0 : values[graph.Y(id)]);
        return graph.OperationOf(id).Name switch
        {
            "floor" or "ceil" => IsNear(x, Math.Round(x)),
            "round" => IsNear(x, Math.Floor(x) + 0.5),
            "mod" or "rem" => IsNear(x / y, Math.Round(x / y)),
            "less" or "lessequal" or "equal" => IsNear(x, y),
            _ => false,
        };

        static bool IsNear(double x, double y) => Math.Abs(x - y) <= 1e-9 * Math.Max(1, Math.Abs(x));
    }

    private static bool IsNearWhole(double value) => value != Math.Round(value) && Math.Abs(value - Math.Round(value)) < 1e-9;

    /// <summary>Whether an assumption holds; null where that is not sure.</summary>
    private static bool? Holds(string assumption, Dictionary<string, double> at)
    {
        // Where texts are cut.
        if (assumption.Contains("... [#", StringComparison.Ordinal)) return null;
        // From a number to another: both sides hold.
        if (assumption.Split(" <= ") is [var low, var between, var high]) return And(Holds($"{between} >= {low}", at), Holds($"{between} <= {high}", at));
        if (assumption.Split(" < ") is [var above, var inside, var below]) return And(Holds($"{inside} > {above}", at), Holds($"{inside} < {below}", at));
        var words = assumption.EndsWith(" has a value", StringComparison.Ordinal) ? [assumption[..^" has a value".Length], "value", "0"] : assumption.Split(' ');
        var left = ExprNode.Parse(string.Join(' ', words[..^2]));
        if (HasValue(left, at) is not { } hasValue) return null;
        if (words[^2] == "value" || !hasValue) return hasValue;
        var value = CompiledExpression.Compile([left]).Evaluate([.. left.Variables.Select(name => at[name])]);
        var limit = double.Parse(words[^1], CultureInfo.InvariantCulture);
        return words[^2] switch
        {
            ">" => value > limit,
            ">=" => value >= limit,
            "<" => value < limit,
            "<=" => value <= limit,
            _ => value != limit,
        };

        static bool? And(bool? one, bool? other) => one is false || other is false ? false : one is null || other is null ? null : true;
    }

    /// <summary>Whether no part is so large or small that log(exp(u)) and the like lose all digits that there are.</summary>
    private static bool IsOrdinary(ExprNode one, ExprNode other, Dictionary<string, double> at)
    {
        var (graph, roots) = ExprNode.Flatten([one, other], Token);
        var reachable = graph.Reachable(roots);
        var values = new double[reachable.Length];
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id]) continue;
            values[id] =
                graph.IsVariable(id) ? at[graph.NameOf(id)] :
                graph.IsConstant(id) ? graph.ConstantOf(id) :
                graph.OperationOf(id).Evaluate(values[graph.X(id)], Value(graph.Y(id)), Value(graph.Z(id)));
            if (values[id] != 0 && Math.Abs(values[id]) is not (> 1e-9 and < 1e9)) return false;
        }

        return true;

        double Value(int id) => id < 0 ? 0 : values[id];
    }

    private static Dictionary<string, double> At(double x, double y, double z) => new() { ["x"] = x, ["y"] = y, ["z"] = z };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static EqualityProof Prove(string one, string other) => Prove(ExprNode.Parse(one), ExprNode.Parse(other));

    private static EqualityProof Prove(ExprNode one, ExprNode other) => EqualityProof.Of(ExprNode.Flatten([one, other], Token), Token);
}
