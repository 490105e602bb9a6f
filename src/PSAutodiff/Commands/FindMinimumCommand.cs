using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Optimization;

namespace PSAutodiff.Commands;

/// <summary>Searches minima of expressions from a start point.</summary>
[Cmdlet(VerbsCommon.Find, "Minimum")]
[OutputType(typeof(Minimum))]
public sealed class FindMinimumCommand() : SearchCmdlet("Searching a minimum", maxIteration: 10_000, resultVariable: "LastMinimum")
{
    // Differentiating and compiling fewer nodes takes well under a second.
    private const int ManyNodes = 20_000;

    private MinimizationOptions _options = new();

    /// <summary>The method.</summary>
    [Parameter]
    public MinimizationMethod Method { get; set; } = MinimizationMethod.LBFGS;

    /// <summary>The learning rate; or several, one for each step, of which the last stays.</summary>
    [Parameter]
    [Alias("lr")]
    [AllowEmptyCollection]
    public double[]? LearningRate { get; set; }

    /// <summary>The part of the last step that the method Momentum keeps, at least 0 and below 1.</summary>
    [Parameter]
    public double Momentum { get; set; } = 0.9;

    /// <summary>Keep every point on the way in the property Path.</summary>
    [Parameter]
    public SwitchParameter KeepPath { get; set; }

    private protected override string Example => $"For example: {Name} '(x - 1)^2' -At @{{ x = 3 }}";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _options = new MinimizationOptions
        {
            Method = Method,
            LearningRates = LearningRate,
            Momentum = Momentum,
            MaxIteration = MaxIteration,
            Tolerance = GivenTolerance,
            KeepPath = KeepPath,
        };
        Require<object?>(IsBound(nameof(LearningRate)) ? LearningRate : Momentum, () =>
        {
            _options.Check();
            return null;
        });
        if (LearningRate is not null && Method is MinimizationMethod.Newton or MinimizationMethod.LBFGS)
        {
            WriteWarning($"{Method} does not use -LearningRate: its line search finds the length of every step.");
        }

        if (IsBound(nameof(Momentum)) && Method != MinimizationMethod.Momentum) WriteWarning($"{Method} does not use -Momentum.");
    }

    private protected override void Process(object? expression)
    {
        ProcessExpression(expression, node =>
        {
            var search = Prepare(node);
            var start = Start(search.Variables);
            WriteVerbose($"Minimizing with {Method} from {PointText.Of(search.Variables, start)}.");
            Finish(search.Run(start, _options, Cancellation));
        });
    }

    /// <summary>Differentiates and compiles.</summary>
    private Minimization Prepare(ExprNode node)
    {
        var count = node.NodeCount;
        if (count > ManyNodes) ShowProgress(string.Create(CultureInfo.InvariantCulture, $"Differentiating and compiling {count} nodes"));
        var progress = Progress($"{Method}, step", "value");
        return new Minimization(node, Cancellation) { Stepped = Steps("value"), Progress = progress };
    }

    private void Finish(Minimum result) => Finish(result, "value", result.Value, result.StopReason switch
    {
        MinimizationStopReason.Diverged => ErrorIds.MinimizationDiverged,
        MinimizationStopReason.NotFinite => ErrorIds.ValueNotFinite,
        _ => null,
    });
}
