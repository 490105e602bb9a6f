using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Rows;

namespace PSAutodiff.Startup;

/// <summary>
/// Has what most sessions use first compiled by another processor, while PowerShell does other work: most of a first call is the just-in-time
/// compiler's time. Nothing that anyone can see comes of it, and what it compiles costs nothing again.
/// </summary>
internal static class WarmUp
{
    private static int _expressions;
    private static int _networks;

    /// <summary>Prepares reading, differentiating, simplifying and measuring a formula; once a process.</summary>
    public static void Expressions()
    {
        if (IsFirst(ref _expressions)) Task.Run(static () => Run(RunExpressions));
    }

    /// <summary>Prepares training a network; once a process.</summary>
    public static void Networks()
    {
        if (IsFirst(ref _networks)) Task.Run(static () => Run(RunNetworks));
    }

    /// <summary>A formula through the doors that the cmdlets use.</summary>
    internal static void RunExpressions()
    {
        const string formula = "x^2*y + exp(-y)";
        var expression = Conversions.ToExpression(formula);
        _ = MistakenNames.Warnings(formula, expression).Any();
        var (derivatives, _) = ExprNode.Simplify(expression.Differentiate(["x"]), SimplificationRule.Textbook);
        var measurement = CompiledMeasurement.For(derivatives[0], MeasuredParts.Value, static value => Conversions.ToExpression(value), CancellationToken.None);
        var values = new ValueSource(new Hashtable { ["x"] = 2, ["y"] = 3.5 });
        _ = measurement.Measure(Array.ConvertAll(values.Require(measurement.Variables), values.NumberOf), CancellationToken.None);
    }

    /// <summary>Two labelled rows and a step of a small network.</summary>
    internal static void RunNetworks()
    {
        var network = Network.Create(2, [(2, ActivationFunction.Tanh), (2, ActivationFunction.Softmax)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        object[] rows = [Row("1.5", "a"), Row("2", "b")];
        var labelled = new LabelledRows(network, null, ["label"], rows[0], 1, numeric: false, NumberFormat.Plain);
        labelled.Decide();
        for (var i = 0; i < rows.Length; i++) labelled.Take(rows[i], i + 1);
        var data = labelled.ToData([1, 2]);
        var loss = NetworkTraining.DefaultLoss(network);
        _ = NetworkTraining.Run(data.Describe(network, null), data.ToTrainingData<double>(network, loss), loss, new TrainingOptions { Epochs = 1 }, CancellationToken.None);
    }

    private static PSObject Row(string x, string label)
    {
        var row = new PSObject();
        row.Properties.Add(new PSNoteProperty("x1", x));
        row.Properties.Add(new PSNoteProperty("x2", "0.25"));
        row.Properties.Add(new PSNoteProperty("label", label));
        return row;
    }

    private static bool IsFirst(ref int started) => Environment.ProcessorCount > 1 && Interlocked.Exchange(ref started, 1) == 0;

    [SuppressMessage("Design", "CA1031", Justification = "What fails here fails again where somebody asks for it, and says why there.")]
    private static void Run(Action work)
    {
        try
        {
            work();
        }
        catch (Exception)
        {
            // See above.
        }
    }
}
