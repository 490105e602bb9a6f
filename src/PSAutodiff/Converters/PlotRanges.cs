using System.Collections;

namespace PSAutodiff.Converters;

/// <summary>The ranges that are given to plots: two numbers, or two for each variable.</summary>
internal static class PlotRanges
{
    /// <summary>The range of each axis that was given one.</summary>
    /// <param name="value">What the parameter was given.</param>
    /// <param name="axes">The variables of the axes.</param>
    /// <param name="parameter">The name of the parameter, for errors.</param>
    /// <param name="isLog">Whether the scale of the first axis is logarithmic.</param>
    /// <exception cref="AutodiffException">It is no range, or that of a variable without an axis.</exception>
    public static (double From, double To)?[] Of(object? value, IReadOnlyList<string> axes, string parameter, bool isLog)
    {
        var ranges = new (double From, double To)?[axes.Count];
        if (Conversions.Unwrap(value) is not IDictionary dictionary)
        {
            for (var i = 0; i < ranges.Length; i++) ranges[i] = value is null ? null : Pair(value, parameter, isLog && i == 0);
            return ranges;
        }

        var source = new ValueSource(dictionary);
        var names = source.Match(axes);
        var other = source.AllNames.Except(names.OfType<string>(), StringComparer.Ordinal).FirstOrDefault();
        if (other is not null) throw new AutodiffException(ErrorIds.VariableUnknown, $"-{parameter} has a range for '{other}', which is on no axis. The axes are: {string.Join(", ", axes)}.");
        for (var i = 0; i < ranges.Length; i++) ranges[i] = names[i] is { } name ? Pair(source[name], $"{parameter} of '{name}'", isLog && i == 0) : null;
        return ranges;
    }

    /// <summary>Two numbers, the lower first.</summary>
    /// <exception cref="AutodiffException">It is something else.</exception>
    public static (double From, double To) Pair(object? value, string parameter, bool isLog)
    {
        if (Conversions.Unwrap(value) is not IList { Count: 2 } list)
        {
            var given = Conversions.Unwrap(value) is IList other ? $"a list of {other.Count}" : ValueSource.Describe(value);
            throw new AutodiffException(ErrorIds.RangeInvalid, $"-{parameter} takes two numbers, for example -3, 3, not {given}.");
        }

        var (from, to) = (Number(list[0], parameter), Number(list[1], parameter));
        if (!(from < to)) throw new AutodiffException(ErrorIds.RangeInvalid, FormattableString.Invariant($"-{parameter} takes the lower end first: {from} is not below {to}."));
        return !isLog || from > 0 ? (from, to) : throw new AutodiffException(ErrorIds.RangeInvalid, FormattableString.Invariant($"-{parameter} begins at {from}, which has no place on a logarithmic scale. Begin above 0."));
    }

    /// <summary>A finite number: one as such, or an expression without variables, as 2*pi.</summary>
    /// <exception cref="AutodiffException">It is something else.</exception>
    public static double Number(object? value, string parameter)
    {
        if (!Conversions.TryGetDouble(value, out var number))
        {
            var node = Conversions.ToExpression(value);
            if (node.Variables.Count > 0) throw new AutodiffException(ErrorIds.RangeInvalid, $"-{parameter} has {ValueSource.Describe(value)}, which is not a number but depends on '{node.Variables[0]}'.");
            number = CompiledExpression.Compile([node]).Evaluate();
        }

        return double.IsFinite(number) ? number : throw new AutodiffException(ErrorIds.RangeInvalid, FormattableString.Invariant($"-{parameter} has {number}, which is not a finite number."));
    }
}
