using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.LinearAlgebra;
using PSAutodiff.Measurements;
using PSAutodiff.Passes.Simplification;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Shows where weight decay moves the minimum of a quadratic error.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "WeightDecay", DefaultParameterSetName = ExpressionSet)]
[OutputType(typeof(WeightDecayAnalysis))]
public sealed class MeasureWeightDecayCommand : ExpressionCmdlet
{
    private const string ExpressionSet = "Expression";
    private const string HessianSet = "Hessian";

    // A slope above this part of the largest curvature is no rounding, and no tolerance of a search.
    private const double SlopeAllowed = 1e-5;

    private object? _minimizer;

    /// <summary>The errors whose minimum is known: nodes, text or script blocks.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ExpressionSet)]
    [AllowNull]
    public object? Expression { get; set; }

    /// <summary>The Hessian at the minimum: a matrix, a measurement, or what Invoke-Differentiate -Hessian gives.</summary>
    [Parameter(Mandatory = true, ParameterSetName = HessianSet)]
    [AllowNull]
    public object? Hessian { get; set; }

    /// <summary>The minimum: numbers in order, a dictionary, or a result of Find-Minimum.</summary>
    [Parameter]
    [Alias("At")]
    [AllowNull]
    public object? Minimizer { get; set; }

    /// <summary>The decays tau, each at least 0.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public double[]? Decay { get; set; }

    /// <summary>The weights, in the order of the Hessian.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public string[]? Variable { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Decay is not { Length: > 0 }) Stop(ErrorIds.DecayInvalid, "How strong is the decay? Give tau with -Decay, or several of them.");
        RequireNames(Variable);
        if (RepeatedName(Variable) is { } twice) Stop(ErrorIds.VariableNameInvalid, $"-Variable names '{twice}' more than once.", twice);
        _minimizer = Require(Minimizer, () => Conversions.Live(Minimizer) is var live && live is Minimum minimum ? ByElement(minimum.At) : live);
        if (_minimizer is null) Stop(ErrorIds.ValueMissing, "Where is the minimum? Give it with -Minimizer: numbers in order, @{ w1 = 2; w2 = 3 }, or a result of Find-Minimum.");
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == HessianSet || !IsBound(nameof(Expression))) return;
        ProcessExpression(Expression, node =>
        {
            var variables = Variable ?? [.. node.Variables];
            if (variables.Except(node.Variables, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            {
                throw new AutodiffException(ErrorIds.VariableUnknown, $"The expression has no variable '{unknown}'. It has: {string.Join(", ", node.Variables)}.{NearNames.Hint(unknown, node.Variables)}");
            }

            ExprNode.Flatten([node], Cancellation).RequireNumbers("Weight decay of an expression");
            if (variables.Length == 0) throw new AutodiffException(ErrorIds.ExpressionConstant, "The expression has no variables, so there is nothing to decay.");
            var size = variables.Length;
            var derivatives = NumericDerivatives.Of(node, variables, hessian: true, Cancellation);
            var (hessian, slope) = Evaluate(derivatives.Gradient.And(derivatives.Hessian), size, node.Variables, variables);
            Analyze(hessian, Values(variables), variables);
            var largest = hessian.Cast<double>().Max(Math.Abs);
            var steepest = Array.FindIndex(slope, value => Math.Abs(value) > SlopeAllowed * Math.Max(1, largest));
            if (steepest >= 0)
            {
                WriteWarning(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The point is not a minimum: the derivative with respect to '{variables[steepest]}' is {slope[steepest]} there. The results are those of a quadratic error with this Hessian and its minimum at the point."));
            }
        });
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ParameterSetName != HessianSet)
        {
            base.EndProcessing();
            return;
        }

        Attempt(Hessian, () =>
        {
            var (hessian, names) = TakeHessian();
            var size = hessian.GetLength(0);
            var variables = Variable ?? names ?? [.. Enumerable.Range(1, size).Select(static i => string.Create(CultureInfo.InvariantCulture, $"w{i}"))];
            if (variables.Length != size)
            {
                throw new AutodiffException(
                    ErrorIds.LengthMismatch,
                    string.Create(CultureInfo.InvariantCulture, $"The Hessian has {size} rows, but there are {variables.Length} weights: {string.Join(", ", variables)}."));
            }

            Analyze(hessian, Values(variables), variables);
        });
    }

    private (double[,] Hessian, string[]? Names) TakeHessian()
    {
        switch (Conversions.Live(Hessian))
        {
            case ExprHessian hessian:
                var half = new List<ExprNode>();
                for (var i = 0; i < hessian.Variables.Count; i++)
                {
                    for (var j = i; j < hessian.Variables.Count; j++) half.Add(hessian.Entries[i, j]);
                }

                var stable = Simplifier.Simplify(ExprNode.Flatten(half, Cancellation), SimplificationRule.Stable, cancellation: Cancellation).Output;
                return (Evaluate(stable, 0, hessian.Expression.Variables, [.. hessian.Variables]).Hessian, [.. hessian.Variables]);
            case Measurement { Hessian: { } measured } measurement:
                return (measured, [.. measurement.Elements]);
            case Measurement:
                throw new AutodiffException(ErrorIds.HessianMissing, "The measurement has no Hessian. Measure it with Measure-Expression -Hessian.");
            default:
                var names = _minimizer is System.Collections.Specialized.OrderedDictionary ordered ? ordered.Keys.Cast<object>().Select(static key => key.ToString()!).ToArray() : null;
                return (NumberTable.FromNumbers(Hessian, "-Hessian").ToMatrix(), names);
        }
    }

    // Second derivatives, and the first ones before them when there are any to measure, at the minimizer.
    private (double[,] Hessian, double[] Gradient) Evaluate(RootedGraph derivatives, int slopes, IReadOnlyList<string> all, string[] variables)
    {
        var size = variables.Length;
        var compiled = CompiledExpression.Compile(derivatives, [.. all], Cancellation);
        var results = new double[compiled.OutputCount];
        compiled.Evaluate(IsList(_minimizer) && all.Count == variables.Length ? Reorder(Values(variables), variables, all) : Values(all), results);
        var hessian = new double[size, size];
        var next = slopes;
        for (var i = 0; i < size; i++)
        {
            for (var j = i; j < size; j++)
            {
                var value = hessian[i, j] = hessian[j, i] = results[next++];
                if (double.IsFinite(value)) continue;
                throw new AutodiffException(
                    ErrorIds.ValueNotFinite,
                    string.Create(CultureInfo.InvariantCulture, $"The second derivative with respect to '{variables[i]}' and '{variables[j]}' is {value} at the point."));
            }
        }

        return (hessian, results[..slopes]);
    }

    // The rows of a Hessian are those of elements.
    private static System.Collections.Specialized.OrderedDictionary ByElement(System.Collections.Specialized.OrderedDictionary at)
    {
        var elements = VariableLayout.ElementsOf(at);
        return new VariableLayout([.. VariableLayout.Of(at).ElementNames]).Fold(i => elements[i]);
    }

    private static double[] Reorder(double[] values, IReadOnlyList<string> from, IReadOnlyList<string> to) =>
        [.. to.Select(name => values[from.Select((other, i) => (other, i)).First(pair => pair.other == name).i])];

    private double[] Values(IReadOnlyList<string> variables)
    {
        var values = new double[variables.Count];
        if (IsList(_minimizer))
        {
            var given = NumberTable.FromNumbers(_minimizer, "-Minimizer");
            if (given.Rows * given.Width != values.Length || (given.Rows > 1 && given.Width > 1))
            {
                throw new AutodiffException(
                    ErrorIds.LengthMismatch,
                    string.Create(CultureInfo.InvariantCulture, $"-Minimizer has {given.Rows * given.Width} numbers, but there are {values.Length} weights: {string.Join(", ", variables)}."));
            }

            return [.. given.Take<double>(null)];
        }

        values = new ValueSource(_minimizer).NumbersOf(variables);
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsFinite(values[i])) continue;
            throw new AutodiffException(ErrorIds.ValueNotFinite, string.Create(CultureInfo.InvariantCulture, $"The value of '{variables[i]}' at the minimum is {values[i]}, not a finite number."));
        }

        return values;
    }

    private static bool IsList(object? value) => Conversions.TryGetDouble(value, out _) || value is IList and not IDictionary;

    private void Analyze(double[,] hessian, double[] minimizer, IReadOnlyList<string> variables)
    {
        var analyze = LinearAlgebraTools.WeightDecay(hessian, minimizer, variables);
        foreach (var decay in Decay!) Attempt(decay, () => WriteObject(analyze(decay)));
    }
}
