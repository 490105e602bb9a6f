using System.Collections.Specialized;
using System.Text.Json.Serialization;
using PSAutodiff.Core;
using PSAutodiff.Execution;
using PSAutodiff.Foundation;
using PSAutodiff.Measurements;
using PSAutodiff.Passes.Simplification;

namespace PSAutodiff;

/// <summary>How a comparison of expressions was decided.</summary>
public enum ComparisonBasis
{
    /// <summary>The expressions have the same structure.</summary>
    Structure,

    /// <summary>Simplifying makes them the same, or their difference 0.</summary>
    Simplification,

    /// <summary>At many points their values differ by no more than rounding explains: strong evidence, no proof.</summary>
    Sampling,

    /// <summary>At some point their values differ by more than rounding explains.</summary>
    Counterexample,

    /// <summary>No points, or too few, at which both have values accurate enough to tell.</summary>
    Undecided,
}

/// <summary>
/// Whether two expressions are the same function where both are defined, and how that was found out. A domain that one of them
/// does not have (log(x^2) and 2*log(x), x/x and 1) makes no difference.
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
    public bool Equal => How is ComparisonBasis.Structure or ComparisonBasis.Simplification or ComparisonBasis.Sampling;

    /// <summary>What decided.</summary>
    public ComparisonBasis How { get; }

    /// <summary>A point (variable name to number) where the values differ; null unless the expressions differ.</summary>
    [JsonInclude]
    public OrderedDictionary? Counterexample { get; private init; }

    /// <summary>The value of the reference at the counterexample.</summary>
    [JsonInclude]
    public double? ReferenceValue { get; private init; }

    /// <summary>The value of the other expression at the counterexample.</summary>
    [JsonInclude]
    public double? DifferenceValue { get; private init; }

    /// <summary>Number of points at which both values are finite and accurate enough to tell; 0 when no points were needed.</summary>
    public int SampleCount { get; }

    /// <summary>The largest difference between values at these points, relative to the larger one where that is above 1.</summary>
    public double LargestError { get; }

    /// <summary>Compares two expressions: by structure, at points that are always the same, and after simplifying.</summary>
    /// <param name="reference">The one.</param>
    /// <param name="difference">The other.</param>
    /// <param name="cancellation">Ends the comparison early.</param>
    /// <exception cref="OperationCanceledException">The comparison was cancelled.</exception>
    public static ExpressionComparison Compare(ExprNode reference, ExprNode difference, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(difference);
        if (reference.Equals(difference, cancellation)) return new ExpressionComparison(ComparisonBasis.Structure);

        // One graph for both, which every step below goes on from.
        var both = ExprNode.Flatten([reference, difference], cancellation);

        // Sampling first: where it finds a counterexample, there is no need to simplify.
        var sampled = new Sampler(both, cancellation).Compare();
        if (sampled.How == ComparisonBasis.Counterexample) return sampled;
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Stable })
        {
            cancellation.ThrowIfCancellationRequested();
            if (SimplifyAlike(both, rule, cancellation)) return new ExpressionComparison(ComparisonBasis.Simplification);
        }

        return sampled;
    }

    /// <summary>Whether they are equal and what decided, in a line.</summary>
    public override string ToString() => $"{(Equal ? "equal" : How == ComparisonBasis.Undecided ? "undecided" : "not equal")} ({How})";

    private static bool SimplifyAlike(RootedGraph both, SimplificationRule rule, CancellationToken cancellation)
    {
        var simplified = Simplifier.Simplify(both, rule, cancellation: cancellation).Output;
        if (simplified.Roots[0] == simplified.Roots[1]) return true;
        var nodes = simplified.Nodes();
        return (nodes[0] - nodes[1]).Simplify(rule, cancellation).Value == 0;
    }

    private sealed class Sampler
    {
        private readonly IReadOnlyList<string> _variables;
        private readonly SamplePoints _points;
        private readonly double[][] _values;
        private readonly RoundingBounds _bounds;
        private readonly CancellationToken _cancellation;
        private readonly bool _large;
        private Evidence _accurate;
        private Evidence _nearZero;
        private bool _isNonzero;
        private double _largestError;

        public Sampler(RootedGraph both, CancellationToken cancellation)
        {
            var compiled = CompiledExpression.Compile(both, null, cancellation);
            _variables = compiled.Variables;
            var size = Math.Max(compiled.OperationCount, _variables.Count) + 1;
            _large = PointBudget / size < FewestPoints;
            _points = new SamplePoints(_variables.Count, (int)Math.Clamp(PointBudget / size, FewestPoints, MostPoints));
            _values = ManyPoints.Evaluate(compiled, _points.Columns, _points.Count, cancellation);
            _bounds = new RoundingBounds(both, _variables);
            _cancellation = cancellation;
        }

        // Values near 0, by cancellation, are known to few digits: they count for functions that are 0 wherever one looks.
        private bool IsEnough => IsEnoughOf(_accurate) || (!_isNonzero && IsEnoughOf(_accurate + _nearZero));

        public ExpressionComparison Compare()
        {
            var counterexample = -1;
            for (var i = 0; i < _points.Count && !(_large && counterexample >= 0); i++)
            {
                _cancellation.ThrowIfCancellationRequested();
                if (Differs(i) && counterexample < 0) counterexample = i;
            }

            var how = counterexample >= 0 ? ComparisonBasis.Counterexample : IsEnough ? ComparisonBasis.Sampling : ComparisonBasis.Undecided;
            return new ExpressionComparison(how, _largestError, (_accurate + _nearZero).Points)
            {
                Counterexample = counterexample < 0 ? null : PointAt(counterexample),
                ReferenceValue = counterexample < 0 ? null : _values[0][counterexample],
                DifferenceValue = counterexample < 0 ? null : _values[1][counterexample],
            };
        }

        private bool IsEnoughOf(Evidence evidence) => _variables.Count == 0
            ? evidence.Points > 0
            : evidence.Points >= EnoughPoints && evidence.RandomPoints > 0;

        /// <summary>Whether the values at a point differ by more than rounding explains; counts the point when they tell anything.</summary>
        private bool Differs(int index)
        {
            var (x, y) = (_values[0][index], _values[1][index]);
            if (!double.IsFinite(x) || !double.IsFinite(y)) return false;
            _bounds.Evaluate(_points[index], cancellation: _cancellation);
            var bound = SafetyFactor * (_bounds.BoundOf(0) + _bounds.BoundOf(1));
            var larger = Math.Max(Math.Abs(x), Math.Abs(y));
            var differs = Math.Abs(x - y) > bound;
            _isNonzero |= larger > bound;
            var evidence = new Evidence(1, index >= _points.SimpleCount ? 1 : 0);
            if (differs || (!_bounds.Underflowed && bound <= Meaningful * larger)) _accurate += evidence;
            else if (!_bounds.Underflowed && bound <= Meaningful) _nearZero += evidence;
            else return false;
            var scale = Math.Max(1, larger);
            _largestError = Math.Max(_largestError, Math.Abs((x / scale) - (y / scale)));
            return differs;
        }

        private OrderedDictionary PointAt(int index) => NamedNumbers.Of(_variables, i => _points[index][i]);

        /// <summary>At how many points, and random ones among them, the expressions agree.</summary>
        private readonly record struct Evidence(int Points, int RandomPoints)
        {
            public static Evidence operator +(Evidence a, Evidence b) => new(a.Points + b.Points, a.RandomPoints + b.RandomPoints);
        }
    }
}
