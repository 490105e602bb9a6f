// The two systems of the PowerShell demo, from C#: what the engine does without PowerShell.
using System.Globalization;
using PSAutodiff;

Console.OutputEncoding = System.Text.Encoding.UTF8;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var x = ExprNode.Variable("x");
var y = ExprNode.Variable("y");
var z = (4 * x * y) + ExprNode.Exp(-1 * y);
Console.WriteLine($"z           {z.ToText(ExprTextFormat.Lab)}");
Console.WriteLine($"at x=2, y=3 {CompiledExpression.Compile([z]).Evaluate(2, 3)}");
var dzdx = z.Differentiate("x", DifferentiationMode.Forward);
Console.WriteLine($"dz/dx       {dzdx.ToText(ExprTextFormat.Lab)}");
Console.WriteLine($"simplified  {dzdx.Simplify(SimplificationRule.Lab).ToText(ExprTextFormat.Lab)}");
Console.WriteLine($"d2z/dxdy    {z.Differentiate("x").Differentiate("y").Simplify()}");

var fin = ExprNode.Parse("c + (tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2)");
var label = ExprNode.Variable("y");
var loss = fin - (fin * label) + ExprNode.Log(1 + ExprNode.Exp(-1 * fin));
string[] parameters = ["b1", "w11", "w12", "b2", "w21", "w22", "c", "u1", "u2"];
double[][] rows = [[0, 0, 1], [1, 0, 0], [0, -1, 0], [-1, 0, 0], [0, 1, 0]];
var result = new LossTraining(loss, ["x1", "x2", "y"], parameters).Run(
    start: [0, 1.1, -0.9, 0, 0.8, -1.2, 0, 0.9, 0.7],
    rows,
    samples: null,
    new TrainingOptions { LearningRate = 0.5, Epochs = 251 });
Console.WriteLine($"\nFive points, {result.Steps} steps, mean loss {result.FinalLoss}:");
Console.WriteLine(TerminalChart.Columns(result.EpochLoss));
var compiled = CompiledExpression.Compile([ExprNode.Sigmoid(fin)], ["x1", "x2", .. parameters]);
foreach (var row in rows)
{
    double[] values = [row[0], row[1], .. parameters.Select(name => (double)result.Parameters![name]!)];
    Console.WriteLine($"({row[0],2}, {row[1],2})  wanted {row[2]}  predicted {compiled.Evaluate(values):f4}");
}
