using System.Collections;

namespace PSAutodiff.Reports;

/// <content>Minima and the ways to them.</content>
internal sealed partial class AutodiffReport
{
    private const int MostSteps = 1000;

    /// <summary>Adds a minimum: the point, and when its way was kept, the value of every step and with two variables a contour plot.</summary>
    public void AddMinimum(Minimum minimum)
    {
        StartSection(Invariant($"Minimum by {minimum.Method}"));
        Note(Invariant($"Value {minimum.Value:g6} after {minimum.Iterations} steps ({minimum.StopReason})."));
        if (minimum.Message.Length > 0) Note(minimum.Message);
        if (minimum.Expression is { } expression) Formula("f", expression);
        Table(
            "The point",
            ["variable", "value", "derivative"],
            minimum.At.Cast<DictionaryEntry>().Take(LargestTable).Select(entry => new[] { (string)entry.Key, Invariant((double)entry.Value!), Invariant((double)minimum.Gradient[entry.Key]!) }));
        if (minimum.Path.Count == 0)
        {
            Note("The way there was not kept; Find-Minimum -KeepPath keeps it.");
            return;
        }

        if (minimum.At.Count == 2 && minimum.Expression is not null) Contours(minimum, minimum.Expression);
        var description = Invariant($"The value at the start and after each of {minimum.Path.Count - 1} steps.");
        Heading("Value");
        _pictures.Start("curves", "Value per step", description);
        _pictures.Text("x", "step");
        _pictures.Text("y", "value");
        _pictures.Numbers("gaps", []);
        _pictures.Array("series", () => Curve("value", [.. minimum.Path.Select(static step => step.Iteration)], [.. minimum.Path.Select(static step => step.Value)], isMain: true, isDots: false));
        _pictures.End();
        Figure(description);
    }

    private void Contours(Minimum minimum, ExprNode expression)
    {
        Heading("The way on a contour plot");
        string[] names = [.. minimum.At.Keys.Cast<string>()];
        var way = minimum.Path.Select(step => (X: (double)step.At[0]!, Y: (double)step.At[1]!, step.Value)).ToArray();
        var (x, y) = (Widened(way.Select(static step => step.X), 0.25), Widened(way.Select(static step => step.Y), 0.25));
        var (xs, ys) = (new double[GridPoints * GridPoints], new double[GridPoints * GridPoints]);
        for (var i = 0; i < xs.Length; i++)
        {
            xs[i] = x.From + ((x.To - x.From) * (i % GridPoints) / (GridPoints - 1));
            ys[i] = y.From + ((y.To - y.From) * (i / GridPoints) / (GridPoints - 1));
        }

        var values = CompiledExpression.Compile([expression], names).EvaluateRows([xs, ys])[0];
        var description = Invariant($"Contours of the function, {names[0]} from {x.From:g4} to {x.To:g4} and {names[1]} from {y.From:g4} to {y.To:g4}, dark is low, with {way.Length - 1} steps from the start to the minimum.");
        StartMap("contour", "Contours and steps", description, names, x, y, values);
        _pictures.Array("groups", () => Group("step", "#ff3b30", isConnected: true, Steps(way)));
        _pictures.End();
        Figure(description);
    }

    /// <summary>Some of the steps when they are very many, the last always.</summary>
    private static IEnumerable<(double X, double Y, double Value)> Steps((double X, double Y, double Value)[] way) =>
        way.Length <= MostSteps ? way : Enumerable.Range(0, MostSteps).Select(i => way[(int)((long)i * (way.Length - 1) / (MostSteps - 1))]);
}
