using PSAutodiff.Core;
using PSAutodiff.Execution;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Bounds on rounding errors of vectors and matrices, against the same numbers written out and computed in 60 digits.</summary>
public sealed class ArrayBoundsTests
{
    private const double SafetyFactor = 4;

    private static readonly string[] Declarations = ["A: [2, 3]", "B: [3, 2]", "v: [3]", "u: [2]"];

    [Theory]
    [InlineData("A @ v", "a00*v0 + a01*v1 + a02*v2", "a10*v0 + a11*v1 + a12*v2")]
    [InlineData("u @ A", "u0*a00 + u1*a10", "u0*a01 + u1*a11", "u0*a02 + u1*a12")]
    [InlineData("(A @ B)[1]", "a10*b00 + a11*b10 + a12*b20", "a10*b01 + a11*b11 + a12*b21")]
    [InlineData("sum(A)", "a00 + a01 + a02 + a10 + a11 + a12")]
    [InlineData("sum(A, axis=0)", "a00 + a10", "a01 + a11", "a02 + a12")]
    [InlineData("sum(A, axis=1)", "a00 + a01 + a02", "a10 + a11 + a12")]
    [InlineData("mean(A, axis=1)", "(a00 + a01 + a02)/3", "(a10 + a11 + a12)/3")]
    [InlineData("trace(A @ B)", "a00*b00 + a01*b10 + a02*b20 + a10*b01 + a11*b11 + a12*b21")]
    [InlineData("trace(B @ A)", "a00*b00 + a01*b10 + a02*b20 + a10*b01 + a11*b11 + a12*b21")]
    [InlineData("outer(u, v)[0]", "u0*v0", "u0*v1", "u0*v2")]
    [InlineData("norm(v)", "sqrt(v0^2 + v1^2 + v2^2)")]
    [InlineData("logsumexp(v)", "log(exp(v0) + exp(v1) + exp(v2))")]
    [InlineData("logsumexp(30*v)", "log(exp(30*v0) + exp(30*v1) + exp(30*v2))")]
    [InlineData("softmax(v)", "exp(v0)/(exp(v0) + exp(v1) + exp(v2))", "exp(v1)/(exp(v0) + exp(v1) + exp(v2))", "exp(v2)/(exp(v0) + exp(v1) + exp(v2))")]
    [InlineData("softmax(9*A, axis=0)[1]", "exp(9*a10)/(exp(9*a00) + exp(9*a10))", "exp(9*a11)/(exp(9*a01) + exp(9*a11))", "exp(9*a12)/(exp(9*a02) + exp(9*a12))")]
    [InlineData("layernorm(u)", "(u0 - (u0 + u1)/2)/sqrt(((u0 - (u0 + u1)/2)^2 + (u1 - (u0 + u1)/2)^2)/2 + 0.00001)", "(u1 - (u0 + u1)/2)/sqrt(((u0 - (u0 + u1)/2)^2 + (u1 - (u0 + u1)/2)^2)/2 + 0.00001)")]
    [InlineData("max(A/3, axis=1)", "max(max(a00/3, a01/3), a02/3)", "max(max(a10/3, a11/3), a12/3)")]
    [InlineData("min(v*0.1)", "min(min(v0*0.1, v1*0.1), v2*0.1)")]
    [InlineData("(A + v)[1]", "a10 + v0", "a11 + v1", "a12 + v2")]
    [InlineData("exp(A * column(u))[1]", "exp(a10*u1)", "exp(a11*u1)", "exp(a12*u1)")]
    [InlineData("(sin(A).T @ u)[1:]", "sin(a01)*u0 + sin(a11)*u1", "sin(a02)*u0 + sin(a12)*u1")]
    [InlineData("concat(u, [v[0]*v[1], 1/3])[1:]", "u1", "v0*v1", "1/3")]
    [InlineData("diag(diag(exp(v)) @ eye(3))", "exp(v0)", "exp(v1)", "exp(v2)")]
    [InlineData("scatter(v/3, [1, 0, 1], 2)", "v1/3", "v0/3 + v2/3")]
    [InlineData("take(tanh(v), [2, 2])", "tanh(v2)", "tanh(v2)")]
    [InlineData("broadcast(u[0]/7, 2)", "u0/7", "u0/7")]
    [InlineData("solve(A[:, 1:], u)", "(u0*a12 - a02*u1)/(a01*a12 - a02*a11)", "(a01*u1 - u0*a11)/(a01*a12 - a02*a11)")]
    [InlineData("inv(A[:, :2]/3)[1]", "-3*a10/(a00*a11 - a01*a10)", "3*a00/(a00*a11 - a01*a10)")]
    [InlineData("logdet(B @ diag(u) @ B.T + diag(v^2) + 3*eye(3) - B @ diag(u) @ B.T)", "log((v0^2 + 3)*(v1^2 + 3)*(v2^2 + 3))")]
    [InlineData("cholesky(A @ A.T)[1]", "(a00*a10 + a01*a11 + a02*a12)/sqrt(a00^2 + a01^2 + a02^2)", "sqrt(a10^2 + a11^2 + a12^2 - (a00*a10 + a01*a11 + a02*a12)^2/(a00^2 + a01^2 + a02^2))")]
    [InlineData("tril(A/7)[0]", "a00/7", "0*a01", "0*a02")]
    [InlineData("reshape(A/7, 3, 2)[2]", "a11/7", "a12/7")]
    [InlineData("sum((A @ v)^2 - u)", "(a00*v0 + a01*v1 + a02*v2)^2 - u0 + (a10*v0 + a11*v1 + a12*v2)^2 - u1")]
    public void Every_element_is_as_near_to_the_exact_one_as_its_bound_says(string text, params string[] elements)
    {
        var random = new Random(5);
        var node = ExprNode.Parse($"{string.Join("; ", Declarations.Where(declaration => text.Contains(declaration[0])))}; {text}");
        var flat = ExprNode.Flatten([node]);
        var layout = VariableLayout.Of(node.Variables, flat);
        var program = CompiledExpression.Compile([node]);
        var bounds = new RoundingBounds(flat, layout);
        for (var trial = 0; trial < 20; trial++)
        {
            double[] point = [.. Enumerable.Range(0, layout.Length).Select(_ => Math.Round((4 * random.NextDouble()) - 1.7, 3))];
            var at = layout.ElementNames.Zip(point).ToDictionary(static pair => Plain(pair.First), static pair => pair.Second);
            var values = new double[program.ResultLength];
            program.Evaluate(point, values);
            bounds.Evaluate(point, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(elements.Length, values.Length);
            for (var i = 0; i < values.Length; i++)
            {
                var bound = bounds.BoundsOf(0)[i];
                var exact = new PreciseEvaluator(ExprNode.Parse(elements[i])) { MayCancel = true }.Evaluate(at);
                var error = Math.Abs((BigFloat.FromDouble(values[i]) - exact!.Value).ToDoubleRoughly());
                Assert.True(error <= SafetyFactor * bound, $"{text}: element {i} is off by {error:g3}, the bound is {bound:g3}");
                Assert.InRange(bound, 0, 1e-13 * Math.Max(1, Math.Abs(values[i]) * 40));
            }
        }
    }

    [Theory]
    [InlineData("v: [3]; concat(v, v)[1:4]")]
    [InlineData("v: [3]; diag(v).T")]
    [InlineData("v: [3]; take(v, [2, 0])")]
    [InlineData("v: [3]; scatter(v, [2, 0, 1], 4)")]
    [InlineData("v: [3]; max(v) + zeros(2)")]
    [InlineData("v: [3]; winner(v)")]
    [InlineData("v: [3]; broadcast(v, 2, 3)")]
    public void What_is_exact_has_the_bound_0(string text) => Assert.All(Bounds(text, [3, -1, 2]), static bound => Assert.Equal(0, bound));

    [Theory]
    [InlineData("v: [3]; winner(v/3 - [0.1, 1/3, 1/3])", false)]
    [InlineData("v: [3]; winner([v[0]/3 - 0.1, v[0]/3 - 0.1, v[2]])", true)]
    public void A_winner_that_may_be_another_one_is_known_to_1_or_not_at_all(string text, bool jumpsAreUnknown) =>
        Assert.Contains(jumpsAreUnknown ? double.PositiveInfinity : 1, Bounds(text, [0.3, 1, -5], jumpsAreUnknown));

    [Theory]
    [InlineData("v: [3]; sum(1/(v - 0.1 - 0.2 + 5e-17))")]
    [InlineData("v: [3]; norm(1e200*v)*1e200")]
    [InlineData("v: [3]; take(v, v[0]*10 - 1 - 2)")]
    public void Of_what_lies_next_to_a_pole_or_overflows_or_is_at_an_inexact_place_nothing_is_known(string text) =>
        Assert.Contains(double.PositiveInfinity, Bounds(text, [0.3, 0.3, 0.3]));

    [Fact]
    public void Products_that_underflow_are_noticed()
    {
        Assert.True(Underflows("v: [2]; v @ [1e-200, 0]", [1e-200, 1]));
        Assert.True(Underflows("v: [2]; outer(v, v)", [1e-200, 1]));
        Assert.True(Underflows("v: [2]; softmax(v)", [0, 800]));
        Assert.False(Underflows("v: [2]; v @ [1, 0]", [0, 1]));

        static bool Underflows(string text, double[] point)
        {
            var flat = ExprNode.Flatten([ExprNode.Parse(text)]);
            var bounds = new RoundingBounds(flat, VariableLayout.Of(flat.Variables(), flat));
            bounds.Evaluate(point, cancellation: TestContext.Current.CancellationToken);
            return bounds.Underflowed;
        }
    }

    [Fact]
    public void The_error_of_a_long_sum_grows_no_faster_than_its_length()
    {
        double Of(int count) => Bounds($"v: [{count}]; sum(v/3)", [.. Enumerable.Repeat(1.0, count)])[0] / count;
        Assert.InRange(Of(4000), Of(2000), 2.1 * Of(2000));
    }

    private static string Plain(string element) => string.Concat(element.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static double[] Bounds(string text, double[] point, bool jumpsAreUnknown = false)
    {
        var flat = ExprNode.Flatten([ExprNode.Parse(text)]);
        var bounds = new RoundingBounds(flat, VariableLayout.Of(flat.Variables(), flat), jumpsAreUnknown: jumpsAreUnknown);
        bounds.Evaluate(point, cancellation: TestContext.Current.CancellationToken);
        return bounds.BoundsOf(0).ToArray();
    }
}
