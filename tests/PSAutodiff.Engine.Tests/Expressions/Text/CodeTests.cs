using System.Text.RegularExpressions;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>
/// Expressions as source code. That the code gives the same values is tested from PowerShell, with the languages themselves; here its form is checked.
/// </summary>
public sealed partial class CodeTests
{
    public static TheoryData<string> Names => [.. RandomExpressions.AllOperations.Select(static op => op.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_operation_shows_each_argument_once_in_every_language(string name)
    {
        var operation = OperationTable.FindFunction(name);
        foreach (var notation in new[] { operation.MathML, operation.CSharp.Notation, operation.Python.Notation, operation.PyTorch.Notation, operation.PowerShell.Notation })
        {
            Assert.Equal(operation.Arity, notation.ArgumentLevels.Length);
            Assert.Equal(
                Enumerable.Range(0, operation.Arity),
                notation.Pieces.Where(static piece => piece.Argument >= 0).Select(static piece => piece.Argument).Order());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_function_that_code_calls_is_there(string name)
    {
        var operation = OperationTable.FindFunction(name);
        var node = Example.Call(operation);
        var csharp = WithoutComment(node, ExprTextFormat.CSharp);
        Assert.All(
            CSharpCall().Matches(csharp).Select(static match => match.Groups[1].Value),
            called => Assert.True(
                called is "Evaluate" or "if" or "return"
                || (called.StartsWith("Math.", StringComparison.Ordinal) && typeof(Math).GetMethods().Any(method => "Math." + method.Name == called))
                || (called.StartsWith("double.", StringComparison.Ordinal) && typeof(double).GetMethods().Any(method => "double." + method.Name == called))
                || csharp.Contains($"private static double {called}(", StringComparison.Ordinal),
                called));
        var powershell = WithoutComment(node, ExprTextFormat.PowerShell);
        Assert.All(
            PowerShellCall().Matches(powershell).Select(static match => match.Groups[1].Value),
            called => Assert.Contains($"function {called}(", powershell, StringComparison.Ordinal));
        Assert.All(
            PowerShellMath().Matches(powershell).Select(static match => match.Groups[1].Value),
            called => Assert.Contains(typeof(Math).GetMethods(), method => method.Name == called));
        var python = WithoutComment(node, ExprTextFormat.Python);
        Assert.All(
            PythonCall().Matches(python).Select(static match => match.Groups[1].Value),
            called => Assert.True(
                called is "evaluate" or "math.lgamma" || called.StartsWith("np.", StringComparison.Ordinal) || python.Contains($"def {called}(", StringComparison.Ordinal),
                called));
    }

    [Fact]
    public void Shared_parts_become_locals()
    {
        var node = ExprNode.Parse("u = x * y; v = exp(u); v / (u + v)");
        Assert.Contains(
            "        double t1 = x * y;\n        double t2 = Math.Exp(t1);\n        return t2 / (t1 + t2);\n",
            node.ToText(ExprTextFormat.CSharp),
            StringComparison.Ordinal);
        Assert.EndsWith("    t1 = x * y\n    t2 = np.exp(t1)\n    return t2 / (t1 + t2)\n", node.ToText(ExprTextFormat.Python), StringComparison.Ordinal);
        Assert.EndsWith("\n$t1 = $x * $y\n$t2 = [Math]::Exp($t1)\n$t2 / ($t1 + $t2)\n", node.ToText(ExprTextFormat.PowerShell), StringComparison.Ordinal);
    }

    [Fact]
    public void Locals_keep_clear_of_variables()
    {
        var node = ExprNode.Parse("sin(t1) * sin(t1) + T2 * exp(t1) * exp(t1)");
        Assert.Contains("double t2 = Math.Sin(t1);", node.ToText(ExprTextFormat.CSharp), StringComparison.Ordinal);

        // PowerShell takes $t2 and $T2 for one.
        Assert.Contains("$t3 = [Math]::Sin($t1)\n", node.ToText(ExprTextFormat.PowerShell), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExprTextFormat.CSharp, "class + x", "double @class, double x", "return @class + x;")]
    [InlineData(ExprTextFormat.CSharp, "Math + Log1p", "double Log1p_, double Math_", "return Math_ + Log1p_;")]
    [InlineData(ExprTextFormat.CSharp, "Math * Math_", "double Math__, double Math_", "return Math__ * Math_;")]
    [InlineData(ExprTextFormat.Python, "lambda + np", "lambda_, np_", "return lambda_ + np_")]
    [InlineData(ExprTextFormat.Python, "ﬁ + fi", "fi, uFB01_", "return uFB01_ + fi")]
    [InlineData(ExprTextFormat.Python, "α", "α", "return α")]
    [InlineData(ExprTextFormat.PowerShell, "x + X", "[double] $X, [double] $x_", "$x_ + $X")]
    [InlineData(ExprTextFormat.PowerShell, "error + true + _", "[double] $__, [double] $error_, [double] $true_", "$error_ + $true_ + $__")]
    public void Names_that_mean_something_else_are_changed(ExprTextFormat format, string text, string parameters, string value)
    {
        var code = ExprNode.Parse(text).ToText(format);
        Assert.Contains($"({parameters})", code, StringComparison.Ordinal);
        Assert.Contains(value, code, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1e-5", "1e-05")]
    [InlineData("-0.0", "-0.0")]
    [InlineData("3", "3.0")]
    [InlineData("-7e22", "-7e+22")]
    [InlineData("pi", "Math.PI")]
    public void Numbers_are_doubles(string text, string literal) =>
        Assert.Contains($"return {literal};", ExprNode.Parse(text).ToText(ExprTextFormat.CSharp), StringComparison.Ordinal);

    [Theory]
    [InlineData("x * (1 / 0)", "return x * np.inf")]
    [InlineData("x - log(0) / 1", "return x - (-np.inf)")]
    [InlineData("x + (0 / 0)", "return x + np.nan")]
    [InlineData("x + (-8)^(1 / 3)", "return x + np.nan")]
    [InlineData("x + 2^-2 * 3", "return x + 0.75")]
    [InlineData("x + log(2)", "return x + np.log(2.0)")]
    public void Python_never_computes_with_its_own_numbers(string text, string value) =>
        Assert.Contains(value, ExprNode.Parse(text).ToText(ExprTextFormat.Python), StringComparison.Ordinal);

    [Theory]
    [InlineData(ExprTextFormat.CSharp)]
    [InlineData(ExprTextFormat.Python)]
    [InlineData(ExprTextFormat.PyTorch)]
    [InlineData(ExprTextFormat.PowerShell)]
    public void No_formula_nests_deeply(ExprTextFormat format)
    {
        var node = ExprNode.Variable("x");
        for (var i = 0; i < 1000; i++) node = ExprNode.Sin(node);
        Assert.All(WithoutComment(node, format).Split('\n'), static line => Assert.InRange(line.Count(static c => c == '('), 0, 21));

        var modest = ExprNode.Variable("x");
        for (var i = 0; i < 19; i++) modest = ExprNode.Sin(modest);
        Assert.DoesNotContain("t1", modest.ToText(format), StringComparison.Ordinal);
    }

    [Fact]
    public void Helpers_that_helpers_call_come_along_once()
    {
        var code = ExprNode.Parse("softplus(x) + log1p(x)").ToText(ExprTextFormat.CSharp);
        Assert.Equal(2, code.Split("private static double Log1p(").Length);
        var script = ExprNode.Parse("softplus(x) + log1p(x)").ToText(ExprTextFormat.PowerShell);
        Assert.Equal(2, script.Split("function Get-Log1p(").Length);
        Assert.True(script.IndexOf("function Get-Log1p(", StringComparison.Ordinal) < script.IndexOf("function Get-Softplus(", StringComparison.Ordinal));
    }

    // The comment holds the expression as infix text, whose calls are none of the language's.
    private static string WithoutComment(ExprNode node, ExprTextFormat format) => string.Join(
        '\n',
        node.ToText(format).Split('\n').Where(static line => !line.StartsWith("# ", StringComparison.Ordinal) && !line.StartsWith("//", StringComparison.Ordinal)));

    [GeneratedRegex(@"([A-Za-z_.][A-Za-z0-9_.]*)\(")]
    private static partial Regex CSharpCall();

    [GeneratedRegex(@"\(((?!if )[A-Za-z]+(?:-[A-Za-z0-9]+)?) \(")]
    private static partial Regex PowerShellCall();

    [GeneratedRegex(@"\[Math\]::([A-Za-z0-9]+)\(")]
    private static partial Regex PowerShellMath();

    [GeneratedRegex(@"([A-Za-z_.][A-Za-z0-9_.]*)\(")]
    private static partial Regex PythonCall();
}
