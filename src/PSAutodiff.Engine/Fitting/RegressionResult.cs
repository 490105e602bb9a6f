using System.Collections;
using System.Collections.Specialized;
using PSAutodiff.Fitting;
using PSAutodiff.Foundation;

namespace PSAutodiff;

/// <summary>A model fitted to rows whose linear part has a coefficient for each feature.</summary>
public abstract class RegressionResult
{
    /// <summary>The column that is predicted.</summary>
    public required string Label { get; init; }

    /// <summary>What it is predicted from: columns of numbers, and <c>Name=level</c> for each level of a category but the first.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>The columns that the features are made from, with levels and first dates; empty where each is a column of numbers.</summary>
    public IReadOnlyList<FeatureColumn> Columns { get; init; } = [];

    /// <summary>Name to coefficient: <c>Intercept</c> first when there is one, then the features in order.</summary>
    public required OrderedDictionary Coefficients { get; init; }

    /// <summary>Name to standard error; NaN where nothing can be said.</summary>
    public required OrderedDictionary StandardErrors { get; init; }

    /// <summary>Name to the probability of so large a coefficient, of either sign and measured by its standard error, if the true one were 0.</summary>
    public required OrderedDictionary PValues { get; init; }

    /// <summary>The rank of the data, the column of ones of the intercept included.</summary>
    public required int Rank { get; init; }

    /// <summary>Whether the rank is below the number of coefficients.</summary>
    public bool RankDeficient => Rank < Coefficients.Count;

    /// <summary>The coefficients that the data do not determine, because their columns depend on each other; empty with full rank.</summary>
    public required IReadOnlyList<string> Aliased { get; init; }

    /// <summary>Features with one and the same value in every row beside an intercept; empty without one.</summary>
    public required IReadOnlyList<string> Constant { get; init; }

    /// <summary>The number of rows, N.</summary>
    public required int Rows { get; init; }

    /// <summary>N less the degrees of freedom that the fit takes.</summary>
    public required double ResidualDegreesOfFreedom { get; init; }

    /// <summary>Whether the coefficients are final.</summary>
    public required bool Converged { get; init; }

    /// <summary>What is predicted, as an expression of the features.</summary>
    public abstract ExprNode Expression { get; }

    /// <summary>The sum of the coefficients times their features, and the intercept.</summary>
    private protected ExprNode LinearPart()
    {
        ExprNode? sum = null;
        foreach (DictionaryEntry entry in Coefficients)
        {
            var (name, coefficient) = ((string)entry.Key, (double)entry.Value!);
            ExprNode term = Features.Contains(name, StringComparer.Ordinal) ? coefficient * ExprNode.Variable(name) : coefficient;
            sum = sum is null ? term : sum + term;
        }

        return sum ?? 0;
    }

    /// <summary>The names of the coefficients of a plan.</summary>
    internal static string[] NamesOf(RegressionPlan plan) => plan.HasIntercept ? [RegressionPlan.Intercept, .. plan.Features] : [.. plan.Features];

    /// <summary>The coefficients in a line.</summary>
    private protected string CoefficientText() => $"{Label}: {{ {NamedNumbers.Text(Coefficients)} }}";
}
