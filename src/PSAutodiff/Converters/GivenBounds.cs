using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Converters;

/// <summary>What -LowerBound and -UpperBound were given: the declarations of both parameters stand with each cmdlet, the rest is here.</summary>
/// <param name="lower">The least values: a dictionary, or an object with properties; null for none.</param>
/// <param name="upper">The greatest values.</param>
internal sealed class GivenBounds(object? lower, object? upper)
{
    private readonly Side _lower = new(lower, "LowerBound", double.NegativeInfinity);
    private readonly Side _upper = new(upper, "UpperBound", double.PositiveInfinity);
    private readonly SortedSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Whether there are any.</summary>
    public bool Any => _lower.Any || _upper.Any;

    /// <summary>The bounds of all elements of variables, in order; null on a side where none are given.</summary>
    /// <param name="variables">The variables with their shapes.</param>
    /// <param name="areAll">Whether there are no other variables: then a bound of another one is an error.</param>
    /// <param name="columns">The names of columns beside the variables, for errors; null where there are no rows.</param>
    /// <exception cref="AutodiffException">A bound is not a number or not of the shape, or a name is that of no variable.</exception>
    public (double[]? Lower, double[]? Upper) Of(VariableLayout variables, bool areAll = true, IReadOnlyCollection<string>? columns = null)
    {
        _seen.UnionWith(variables.Names);
        return (_lower.Of(variables, areAll, columns), _upper.Of(variables, areAll, columns));
    }

    /// <summary>The error that a bound was given to no variable that was asked for; null where there is none.</summary>
    public AutodiffException? Unused() => _seen.Count == 0 ? null : _lower.Unused(_seen) ?? _upper.Unused(_seen);

    private sealed class Side(object? given, string parameter, double none)
    {
        private readonly ValueSource _values = new(given) { LeavesOthers = true };
        private readonly HashSet<string> _used = new(StringComparer.Ordinal);

        public bool Any => _values.AllNames.Any();

        public double[]? Of(VariableLayout variables, bool areAll, IReadOnlyCollection<string>? columns)
        {
            if (!Any) return null;
            _used.UnionWith(_values.Match(variables.Names).OfType<string>());
            return _values.ParametersOf(variables, parameter, none, areAll, columns);
        }

        public AutodiffException? Unused(IReadOnlyCollection<string> variables) =>
            _values.AllNames.FirstOrDefault(name => !_used.Contains(name)) is { } unknown
                ? new AutodiffException(ErrorIds.ParameterUnknown, $"-{parameter} names '{unknown}', which is a variable of none of the expressions. The variables are: {string.Join(", ", variables)}.{NearNames.Hint(unknown, variables)}")
                : null;
    }
}
