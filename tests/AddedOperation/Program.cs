using System.Globalization;
using PSAutodiff;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["activation"])
{
    OfActivation();
    return;
}

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

// A network with the activation of docs/how-to/adding-an-activation.md is made, written, trained and kept.
static void OfActivation()
{
    var softsign = Enum.Parse<ActivationFunction>("Softsign");
    Console.WriteLine($"the last of the list: {softsign == Enum.GetValues<ActivationFunction>().Max()}");
    var network = Network.Create(2, [(3, softsign), (1, ActivationFunction.Linear)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
    Console.WriteLine(network);
    Console.WriteLine(network.ToExpression());
    var (inputs, targets) = (new double[,] { { 0, 1 }, { 1, 0 }, { 1, 1 }, { 2, 1 } }, new double[,] { { 1 }, { -1 }, { 0 }, { -1 } });
    Console.WriteLine($"derivatives by differences: {NetworkDerivatives.Check(network, inputs, targets).All(static check => check.Passed)}");
    var trained = NetworkTraining.Run(network, inputs, targets, null, new TrainingOptions { Epochs = 200, BatchSize = 4, Optimizer = TrainingOptimizer.LBFGS });
    Console.WriteLine($"loss below 0.001: {trained.FinalLoss < 0.001}");
    Console.WriteLine($"second derivatives: {NetworkPruning.SecondDerivatives(trained.Network!, inputs, targets).All(double.IsFinite)}");
    Console.WriteLine($"back from JSON: {Network.ParseJson(trained.Network!.ToJson()).ToJson() == trained.Network.ToJson()}");
}
