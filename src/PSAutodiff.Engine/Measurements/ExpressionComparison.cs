using System.Collections.Specialized;
using System.Text.Json.Serialization;
using PSAutodiff.Core;
using PSAutodiff.Execution;
using PSAutodiff.Measurements;
using PSAutodiff.Passes.Algebra.Equality;
using PSAutodiff.Passes.Explanation;
using PSAutodiff.Passes.Simplification;

namespace PSAutodiff;

/// <summary>How a comparison of expressions was decided.</summary>
public enum ComparisonBasis
{
    /// <summary>The expressions have the same structure.</summary>
    Structure,

    /// <summary>Simplifying makes them the same, or their difference 0.</summary>
    Simplification,

    /// <summary>Exact algebra brings their difference to 0; or it shows that the difference of two rational functions is not 0 at a point.</summary>
    Algebra,

    /// <summary>At many points their values differ by no more than rounding explains: strong evidence, no proof.</summary>
    Sampling,

    /// <summary>At some point their values differ by more than rounding explains.</summary>
    Counterexample,

    /// <summary>No points, or too few, at which both have values accurate enough to tell.</summary>
    Undecided,
}

/// <summary>
/// Whether two expressions are the same function where both are defined, and how that was found out. A domain that one of them
/// does not have (log(x^2) and 2*log(x), x/x and 1) makes no difference, and is named where it is known.
/// </summary>
public sealed class ExpressionComparison
{
    private const int MostPoints = 384;
    private const int FewestPoints = 12;

    // Points times operations: what keeps comparing graphs of a million nodes to seconds.
    private const long PointBudget = 10_000_000;

    // What the bounds may be off by.
    private const double SafetyFactor = 4;

    // Agreement at a point means something when the larger value is known at least this well.
    private const double Meaningful = 1e-6;

    // At so many points values have to agree meaningfully, one of them random: round points can be special.
    private const int EnoughPoints = 4;

    [JsonConstructor]
    private ExpressionComparison(ComparisonBasis how, double largestError = 0, int sampleCount = 0)
    {
        How = how;
        LargestError = largestError;
        SampleCount = sampleCount;
    }

    /// <summary>Whether the expressions are equal; false as well when that is undecided.</summary>
    public bool Equal => How is ComparisonBasis.Structure or ComparisonBasis.Simplification or ComparisonBasis.Sampling || (How == ComparisonBasis.Algebra && Counterexample is null);

    /// <summary>What decided.</summary>
    public ComparisonBasis How { get; }

    /// <summary>
    /// What has to hold for both expressions to be defined where one of them is, for example <c>x != 0</c> for x/x and 1; null where they have the
    /// same domain, and where nothing is proved.
    /// </summary>
    [JsonInclude]
    public string? Assumption { get; private init; }

    /// <summary>Why algebra did not find them equal, where it was asked; else null.</summary>
    [JsonInclude]
    public string? Reason { get; private init; }

    /// <summary>
    /// A point where the values differ: variable name to number, or to a double[] or double[,] of the variable's shape; null unless the expressions
    /// differ.
    /// </summary>
    [JsonInclude]
    public OrderedDictionary? Counterexample { get; private init; }

    /// <summary>Which element of vectors or matrices differs at the counterexample, the first that does, for example <c>[0, 1]</c>; null for numbers.</summary>
    [JsonInclude]
    public string? Element { get; private init; }

    /// <summary>The value of the reference at the counterexample; of vectors and matrices, that of <see cref="Element"/>.</summary>
    [JsonInclude]
    public double? ReferenceValue { get; private init; }

    /// <summary>The value of the other expression at the counterexample; of vectors and matrices, that of <see cref="Element"/>.</summary>
    [JsonInclude]
    public double? DifferenceValue { get; private init; }

    /// <summary>Number of points at which both values are finite and accurate enough to tell; 0 when no points were needed.</summary>
    public int SampleCount { get; }

    /// <summary>The largest difference between values at these points, relative to the larger one where that is above 1.</summary>
    public double LargestError { get; }

    /// <summary>Compares two expressions: by structure, at points that are always the same, after simplifying, and by algebra.</summary>
    /// <param name="reference">The one.</param>
    /// <param name="difference">The other.</param>
    /// <param name="cancellation">Ends the comparison early.</param>
    /// <exception cref="AutodiffException">They differ in shape, or a variable has a shape in one of them and another in the other.</exception>
    /// <exception cref="OperationCanceledException">The comparison was cancelled.</exception>
    public static ExpressionComparison Compare(ExprNode reference, ExprNode difference, CancellationToken cancellation = default) =>
        Compare(reference, difference, out _, cancellation);

    /// <summary>
    /// The course of a comparison: the rules that bring the difference of two expressions to 0, one by one. <see cref="DerivationStep.Whole"/>
    /// of the last step is 0. None where the expressions have the same structure, and where neither algebra nor simplifying finds them equal.
    /// </summary>
    /// <param name="reference">The one.</param>
    /// <param name="difference">The other.</param>
    /// <param name="cancellation">Ends the comparison early.</param>
    /// <exception cref="OperationCanceledException">The comparison was cancelled.</exception>
    public static IReadOnlyList<DerivationStep> CompareByStep(ExprNode reference, ExprNode difference, CancellationToken cancellation = default) =>
        CompareByStep(reference, difference, out _, cancellation);

    internal static IReadOnlyList<DerivationStep> CompareByStep(ExprNode reference, ExprNode difference, out ExpressionComparison comparison, CancellationToken cancellation)
    {
        comparison = Compare(reference, difference, out var proof, cancellation);
        if (comparison.Counterexample is not null) return [];
        if (proof is { IsEqual: true } && comparison.Equal) return EqualityDerivation.Steps(reference, difference, proof);
        if (comparison.How != ComparisonBasis.Simplification) return [];
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Stable })
        {
            var steps = (reference - difference).SimplifyByStep(rule);
            if (steps.Count > 0 && IsZero(steps[^1].Whole!)) return steps;
        }

        return [];
    }

    private static ExpressionComparison Compare(ExprNode reference, ExprNode difference, out EqualityProof? proof, CancellationToken cancellation)
    {
        proof = null;
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(difference);
        if (reference.Equals(difference, cancellation)) return new ExpressionComparison(ComparisonBasis.Structure);
        if (!reference.ArrayShape.IsLike(difference.ArrayShape))
        {
            throw new AutodiffException(ErrorIds.ShapeMismatch, $"The reference is {reference.ArrayShape.InWords()} and the other expression {difference.ArrayShape.InWords()}: they are not equal, whatever the values of their variables are.");
        }

        // One graph for both, which every step below goes on from.
        var both = ExprNode.Flatten([reference, difference], cancellation);

        // Sampling first: where it finds a counterexample, there is no need to simplify.
        var functions = both.Graph.FunctionsOf(both.Reachable());
        var standIns = functions.Count == 0 ? null : StandIns.For(both, functions, cancellation);
        var sampler = functions.Count == 0 || standIns is not null ? new Sampler(standIns?.Expressions ?? both, cancellation) : null;
        var sampled = sampler?.Compare();
        if (sampled?.How == ComparisonBasis.Counterexample) return standIns is null ? sampled : sampled.Because($"They differ, for example, with {standIns.Value.Text}.");
        cancellation.ThrowIfCancellationRequested();
        if (!both.Graph.HasArrays(both.Reachable())) proof = EqualityProof.Of(both, cancellation);
        if (proof is { HasUndefinedPart: true } && sampler?.HasCommonPoint == false) return new ExpressionComparison(ComparisonBasis.Undecided) { Reason = proof.Reason };
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Stable })
        {
            cancellation.ThrowIfCancellationRequested();
            if (SimplifyAlike(both, rule, out var assumptions, cancellation))
            {
                return new ExpressionComparison(ComparisonBasis.Simplification) { Assumption = Joined(proof is { IsEqual: true } ? proof.Assumptions : assumptions) };
            }
        }

        // Equal where both are defined says nothing when they are nowhere so.
        if (proof is { IsEqual: true } && (!proof.HasGaps || sampler?.HasCommonPoint == true)) return new ExpressionComparison(ComparisonBasis.Algebra) { Assumption = Joined(proof.Assumptions) };
        var reason = proof is null ? "Exact algebra works on numbers, not on vectors and matrices." : proof.IsEqual ? "Equal by algebra wherever both have values, but no point is known where they have." : proof.Reason;
        if (functions.Count > 0) return new ExpressionComparison(ComparisonBasis.Undecided) { Reason = $"{reason} Values cannot show that they are equal, because the function '{functions[0].Function}' has no definition." };
        return (proof is null ? null : sampler!.Refute(proof)) ?? sampler!.Result(sampled!.How, reason);
    }

    /// <summary>Whether they are equal and what decided, in a line.</summary>
    public override string ToString() => $"{(Equal ? "equal" : How == ComparisonBasis.Undecided ? "undecided" : "not equal")} ({How})";

    private ExpressionComparison Because(string reason) => new(How, LargestError, SampleCount)
    {
        Reason = reason,
        Counterexample = Counterexample,
        Element = Element,
        ReferenceValue = ReferenceValue,
        DifferenceValue = DifferenceValue,
    };

    private static string? Joined(IReadOnlyList<string> assumptions) => assumptions.Count == 0 ? null : string.Join(", ", assumptions);

    private static bool SimplifyAlike(RootedGraph both, SimplificationRule rule, out IReadOnlyList<string> assumptions, CancellationToken cancellation)
    {
        (var simplified, assumptions) = Simplifier.Simplify(both, rule, cancellation: cancellation);
        if (simplified.Roots[0] == simplified.Roots[1]) return true;
        var nodes = simplified.Nodes();
        return IsZero((nodes[0] - nodes[1]).Simplify(rule, cancellation));
    }

    private static bool IsZero(ExprNode node) => node.Value == 0 || node.Operation is ZerosOperation;

    private sealed class Sampler
    {
        private readonly VariableLayout _variables;
        private readonly SamplePoints _points;
        private readonly CompiledExpression _compiled;
        private readonly RoundingBounds _bounds;
        private readonly CancellationToken _cancellation;
        private readonly Shape _shape;
        private readonly bool _large;

        // Of numbers the values at all points; those of vectors and matrices are computed at one point after the other.
        private readonly double[][]? _values;
        private readonly double[] _here;

        // For each element.
        private readonly Evidence[] _accurate;
        private readonly Evidence[] _nearZero;
        private readonly bool[] _isNonzero;
        private double _largestError;

        public Sampler(RootedGraph both, CancellationToken cancellation)
        {
            _compiled = CompiledExpression.Compile(both, null, cancellation);
            _variables = _compiled.Inputs;
            var size = (long)Math.Min(PointBudget, Math.Max(_compiled.Work, _variables.Length)) + 1;
            _large = PointBudget / size < FewestPoints;
            var numbersAlone = _compiled.OutputShapes is null;
            _points = new SamplePoints(_variables.Length, (int)Math.Clamp(PointBudget / size, FewestPoints, MostPoints), numbersAlone ? null : new ArrayPoints(both, _variables).Conform);
            if (numbersAlone) _values = ManyPoints.Evaluate(_compiled, _points.Columns, _points.Count, cancellation);
            _bounds = new RoundingBounds(both, _variables);
            _cancellation = cancellation;
            _shape = both.Graph.ShapeOf(both.Roots[0]);
            _here = new double[_compiled.ResultLength];
            var elements = _here.Length / 2;
            (_accurate, _nearZero, _isNonzero) = (new Evidence[elements], new Evidence[elements], new bool[elements]);
        }

        /// <summary>Whether there is a point at which both have values.</summary>
        public bool HasCommonPoint { get; private set; }

        // Values near 0, by cancellation, are known to few digits: they count for functions that are 0 wherever one looks.
        private bool IsEnough => Enumerable.Range(0, _accurate.Length).All(i => IsEnoughOf(_accurate[i]) || (!_isNonzero[i] && IsEnoughOf(_accurate[i] + _nearZero[i])));

        public ExpressionComparison Compare()
        {
            var (counterexample, element) = (-1, -1);
            for (var i = 0; i < _points.Count && !(_large && counterexample >= 0); i++)
            {
                _cancellation.ThrowIfCancellationRequested();
                if (FirstDifference(i) is var first and >= 0 && counterexample < 0) (counterexample, element) = (i, first);
            }

            return Result(counterexample >= 0 ? ComparisonBasis.Counterexample : IsEnough ? ComparisonBasis.Sampling : ComparisonBasis.Undecided, null, counterexample, element);
        }

        public ExpressionComparison Result(ComparisonBasis how, string? reason, int counterexample = -1, int element = 0)
        {
            var points = Enumerable.Range(0, _accurate.Length).Min(i => (_accurate[i] + _nearZero[i]).Points);
            if (counterexample < 0) return new ExpressionComparison(how, _largestError, points) { Reason = reason };
            Load(counterexample);
            return new ExpressionComparison(how, _largestError, points)
            {
                Reason = reason,
                Counterexample = _variables.Fold(i => _points[counterexample][i]),
                Element = _shape.IsNumber ? null : VariableLayout.PlaceOf(_shape, element),
                ReferenceValue = _here[element],
                DifferenceValue = _here[_accurate.Length + element],
            };
        }

        /// <summary>A point at which algebra computes a difference that is not 0, however small it is.</summary>
        public ExpressionComparison? Refute(EqualityProof proof)
        {
            for (var i = 0; i < _points.SimpleCount || i == 0; i++)
            {
                var at = new Dictionary<string, double>(StringComparer.Ordinal);
                for (var j = 0; j < _variables.Length; j++) at[_variables.Names[j]] = _points[i][j];
                if (proof.DifferenceAt(at) is not { IsZero: false } difference) continue;
                return Result(ComparisonBasis.Algebra, $"Computed exactly, they differ by {difference.ToText()} at the counterexample.", i);
            }

            return null;
        }

        private bool IsEnoughOf(Evidence evidence) => _variables.Length == 0
            ? evidence.Points > 0
            : evidence.Points >= EnoughPoints && evidence.RandomPoints > 0;

        /// <summary>The first element whose values at a point differ by more than rounding explains, or -1; counts the point for each element of which they tell anything.</summary>
        private int FirstDifference(int index)
        {
            Load(index);
            var (count, difference, isBounded) = (_accurate.Length, -1, false);
            for (var i = 0; i < count; i++)
            {
                if (!double.IsFinite(_here[i]) || !double.IsFinite(_here[count + i])) continue;
                HasCommonPoint = true;
                if (!isBounded) _bounds.Evaluate(_points[index], cancellation: _cancellation);
                isBounded = true;
                if (Differs(index, i) && difference < 0) difference = i;
            }

            return difference;
        }

        private bool Differs(int index, int element)
        {
            var (x, y) = (_here[element], _here[_accurate.Length + element]);
            var bound = SafetyFactor * (_bounds.BoundsOf(0)[element] + _bounds.BoundsOf(1)[element]);
            var larger = Math.Max(Math.Abs(x), Math.Abs(y));
            var differs = Math.Abs(x - y) > bound;
            _isNonzero[element] |= larger > bound;
            var evidence = new Evidence(1, index >= _points.SimpleCount ? 1 : 0);
            if (differs || (!_bounds.Underflowed && bound <= Meaningful * larger)) _accurate[element] += evidence;
            else if (!_bounds.Underflowed && bound <= Meaningful) _nearZero[element] += evidence;
            else return false;
            var scale = Math.Max(1, larger);
            _largestError = Math.Max(_largestError, Math.Abs((x / scale) - (y / scale)));
            return differs;
        }

        /// <summary>Takes the values at a point: of the reference, and then of the other.</summary>
        private void Load(int index)
        {
            if (_values is not null)
            {
                (_here[0], _here[1]) = (_values[0][index], _values[1][index]);
                return;
            }

            try
            {
                _compiled.Evaluate(_points[index], _here, _cancellation);
            }
            catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.IndexInvalid)
            {
                // There is no such element: neither of them has a value here.
                _here.AsSpan().Fill(double.NaN);
            }
        }

        /// <summary>At how many points, and random ones among them, the expressions agree.</summary>
        private readonly record struct Evidence(int Points, int RandomPoints)
        {
            public static Evidence operator +(Evidence a, Evidence b) => new(a.Points + b.Points, a.RandomPoints + b.RandomPoints);
        }
    }
}
