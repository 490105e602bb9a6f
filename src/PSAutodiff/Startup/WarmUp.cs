using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Data;
using PSAutodiff.Rows;

namespace PSAutodiff.Startup;

/// <summary>
/// Has what most sessions use first compiled by another processor, while PowerShell does other work: most of a first call is the just-in-time
/// compiler's time. Nothing that anyone can see comes of it, and what it compiles costs nothing again.
/// </summary>
internal static class WarmUp
{
    // Fewer are worked on one by one.
    private const int Rows = 32;

    private static int _expressions;
    private static int _networks;

    /// <summary>Prepares reading, differentiating, simplifying and measuring a formula, and then training a network; once a process.</summary>
    public static void Start()
    {
        if (!IsFirst(ref _expressions)) return;
        Task.Run(static () =>
        {
            Run(RunExpressions);
            if (IsFirst(ref _networks)) Run(RunNetworks);
        });
    }

    /// <summary>Prepares training a network now, where that has not begun; once a process.</summary>
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

    /// <summary>
    /// A step of a small network on as many rows as are planned for together, and labelled rows. The step comes first, so that a command in the
    /// foreground, which begins with its rows, meets it when it is done.
    /// </summary>
    internal static void RunNetworks()
    {
        var network = Network.Create(2, [(2, ActivationFunction.Tanh), (2, ActivationFunction.Softmax)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        var loss = NetworkTraining.DefaultLoss(network);
        var options = new TrainingOptions { Epochs = 2 };
        var classes = new int[Rows];
        for (var i = 0; i < Rows; i++) classes[i] = i % 2;
        var numbers = new TrainingData<double> { Inputs = new double[2 * Rows], Classes = classes, RowCount = Rows, InputSize = 2, OutputSize = 2 };
        _ = NetworkTraining.Run(network, numbers, loss, options, CancellationToken.None);

        var intake = new RowIntake(new StrictMessages(), (row, number) => new LabelledRows(network, null, ["label"], row, number, numeric: false, NumberFormat.Plain)) { Lacking = static _ => 0 };
        for (var i = 0; i < Rows; i++) intake.Take(Row(i % 3 == 0 ? "1.5" : "2", i % 2 == 0 ? "a" : "b"));
        var kept = intake.Numbers();
        var data = intake.Release<LabelledRows>().ToData(kept);
        _ = NetworkFit.Train(network, data, standardize: false, standardizeTargets: null, loss, options, warn: null, CancellationToken.None);
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
