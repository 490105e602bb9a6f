using System.Globalization;
using PSAutodiff.Converters;
using PSAutodiff.Fitting;
using PSAutodiff.LinearAlgebra;

namespace PSAutodiff.Rows;

/// <summary>Parts of a linear regression that were made in several places, to be joined to one. Whatever order they come in, the result is the same.</summary>
internal sealed class RegressionParts
{
    private readonly List<RegressionPart> _parts = [];

    /// <summary>A part that came from a job or session, alive; anything else as it is.</summary>
    public static object? Live(object? value) =>
        SerializedText.TypeOf(value) == typeof(RegressionPart) ? Conversions.Live(value) : Conversions.Unwrap(value);

    /// <summary>Takes a part.</summary>
    /// <exception cref="AutodiffException">It is damaged, or is not of the same columns as the others.</exception>
    public void Add(RegressionPart part)
    {
        try
        {
            part.Check();
        }
        catch (FormatException exception)
        {
            throw Wrong($"is damaged: {exception.Message} Make it again with -AsPartial");
        }

        if (_parts.Count > 0) Compare(_parts[0], part);
        _parts.Add(part);
    }

    /// <summary>A regression over all that the parts hold.</summary>
    public IRegression Join(double ridge, double lasso)
    {
        var first = _parts[0];
        var regression = LinearAlgebraTools.Regression(new RegressionPlan(first.Features, first.Label, first.HasIntercept, ridge, lasso)
        {
            NumberFormat = first.NumberFormat,
            IsWeighted = first.IsWeighted,
            Weight = first.Weight,
        });
        regression.AddParts(_parts);
        return regression;
    }

    private void Compare(RegressionPart first, RegressionPart part)
    {
        if (part.Label != first.Label) throw Wrong($"predicts '{part.Label}', and the first one '{first.Label}'. Use the same -Label for all");
        if (!part.Features.SequenceEqual(first.Features, StringComparer.Ordinal))
        {
            throw Wrong($"has the features {string.Join(", ", part.Features)}, and the first one {string.Join(", ", first.Features)}. Name them with -Feature, in one order, for all");
        }

        if (part.HasIntercept != first.HasIntercept) throw Wrong("has an intercept where the first one has none, or the other way round. Give -NoIntercept for all or for none");
        if (part.Weight != first.Weight || part.IsWeighted != first.IsWeighted) throw Wrong($"has the weights {part.Weight ?? "1"}, and the first one {first.Weight ?? "1"}. Use the same -Weight for all");
        if (part.NumberFormat != first.NumberFormat) throw Wrong($"was read with -NumberFormat {part.NumberFormat}, and the first one with {first.NumberFormat}. Use the same for all");
    }

    private AutodiffException Wrong(string what) =>
        new(ErrorIds.PartInvalid, string.Create(CultureInfo.InvariantCulture, $"Part {_parts.Count + 1} of the regression {what}."));
}
