using System.Globalization;
using PSAutodiff;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// It is parsed, printed and evaluated.
var f = ExprNode.Parse("softsign(2*x)");
Console.WriteLine($"{f} at 3: {At(f, 3)}");
Console.WriteLine($"at infinity: {At(f, double.PositiveInfinity)}");

// It is differentiated forward and in reverse, and the derivative agrees with differences.
var derivative = f.Differentiate("x");
Console.WriteLine($"derivative: {derivative}");
var difference = (At(f, 3 + 1e-6) - At(f, 3 - 1e-6)) / 2e-6;
Console.WriteLine($"by differences: {Math.Abs(At(derivative, 3) - difference) < 1e-9}");

// Its identities are applied.
Console.WriteLine($"softsign(-x) + softsign(x): {ExprNode.Parse("softsign(-x) + softsign(x)").Simplify(SimplificationRule.Standard)}");

// All formats write it.
foreach (var format in new[] { ExprTextFormat.Latex, ExprTextFormat.MathML, ExprTextFormat.CSharp, ExprTextFormat.Python, ExprTextFormat.PyTorch, ExprTextFormat.PowerShell })
{
    Console.WriteLine($"{format}: {f.ToText(format).Contains("softsign", StringComparison.OrdinalIgnoreCase)}");
}

// All ways of running give the same bits: one by one, in machine code, over rows.
var compiled = CompiledExpression.Compile([f, derivative]);
var xs = Enumerable.Range(0, 3000).Select(static i => (i - 1500) / 7.0).ToArray();
var rows = compiled.EvaluateRows([xs]);
var results = new double[2];
var same = true;
for (var i = 0; i < xs.Length; i++)
{
    compiled.Evaluate([xs[i]], results);
    same &= results[0].Equals(rows[0][i]) && results[1].Equals(rows[1][i]);
}

Console.WriteLine($"same bits in every way of running: {same}");

static double At(ExprNode node, double x) => CompiledExpression.Compile([node], ["x"]).Evaluate(x);
