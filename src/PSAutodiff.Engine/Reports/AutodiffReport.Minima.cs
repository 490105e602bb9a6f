using PSAutodiff.Core;
using PSAutodiff.Reports.Plots;

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
        var (layout, point, gradient) = (VariableLayout.Of(minimum.At), VariableLayout.ElementsOf(minimum.At), VariableLayout.ElementsOf(minimum.Gradient));
        Table(
            "The point",
            ["variable", "value", "derivative"],
            layout.ElementNames.Take(LargestTable).Select((name, i) => new[] { name, Invariant(point[i]), Invariant(gradient[i]) }));
        if (minimum.Expression is { Variables.Count: 1 } curve && !layout.HasArrays) Curve(minimum, curve);
        if (minimum.Path.Count == 0)
        {
            Note("The way there was not kept; Find-Minimum -KeepPath keeps it.");
            return;
        }

        if (minimum.At.Count == 2 && !layout.HasArrays && minimum.Expression is not null) Contours(minimum, minimum.Expression);
        var description = Invariant($"The value at the start and after each of {minimum.Path.Count - 1} steps.");
        Heading("Value");
        _pictures.Start("curves", "Value per step", description);
        _pictures.Text("x", "step");
        _pictures.Text("y", "value");
        _pictures.Numbers("gaps", []);
        _pictures.Array("series", () => Curve("value", [.. minimum.Path.Select(static step => step.Iteration)], [.. minimum.Path.Select(static step => step.Value)], isMain: true, isDots: false));
        _pictures.End();
        Figure(description, TerminalChart.Columns([.. minimum.Path.Select(static step => step.Value)], PlainWidth - 12, PlainHeight / 2).Split('\n'));
    }

    private void Contours(Minimum minimum, ExprNode expression)
    {
        Heading("The way on a contour plot");
        string[] names = [.. minimum.At.Keys.Cast<string>()];
        var way = minimum.Path.Select(step => (X: (double)step.At[0]!, Y: (double)step.At[1]!, step.Value)).ToArray();
        var (x, y) = (Widened(way.Select(static step => step.X), 0.25), Widened(way.Select(static step => step.Y), 0.25));
        Map(new PlotFunction(expression, names, NoValues), names, x, y, "Contours and steps", [.. Steps(way)], Invariant($", with {way.Length - 1} steps from the start to the minimum"), []);
    }

    /// <summary>The function of one variable, with the steps that were kept or the point alone.</summary>
    private void Curve(Minimum minimum, ExprNode expression)
    {
        Heading("The function");
        var name = expression.Variables[0];
        (double X, double Y)[] way = minimum.Path.Count == 0
            ? [((double)minimum.At[0]!, minimum.Value)]
            : [.. Steps([.. minimum.Path.Select(static step => ((double)step.At[0]!, step.Value, 0.0))]).Select(static step => (step.X, step.Y))];
        var range = minimum.Path.Count == 0 && Math.Abs(way[0].X) < Half ? (-Half, Half) : Widened(way.Select(static step => step.X), 0.25);
        var plot = PlotOver(name, range);
        new PlotCurves(plot, name, PointsOfCurve).Add(PlotSubject.Of(expression), NoValues);
        Curves(plot, "value", "The function and the minimum", way);
    }

    /// <summary>Some of the steps when they are very many, the last always.</summary>
    private static IEnumerable<(double X, double Y, double Value)> Steps((double X, double Y, double Value)[] way) =>
        way.Length <= MostSteps ? way : Enumerable.Range(0, MostSteps).Select(i => way[(int)((long)i * (way.Length - 1) / (MostSteps - 1))]);
}
