using System.Globalization;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Rows;

/// <summary>Variables that are parameters because no column has their name: what may be wrong with that.</summary>
internal static class ParameterNames
{
    private const int MostListed = 20;

    /// <summary>Names in a message.</summary>
    public static string Listed(IReadOnlyCollection<string> names) => string.Join(", ", names.Take(MostListed)) + (names.Count > MostListed ? ", ..." : string.Empty);

    /// <summary>Throws where a column was meant: one that is named a-b cannot be meant by a minus b, as then a and b would be parameters in silence.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="columns">The names of all columns.</param>
    /// <param name="done">What is done with parameters: trained, fitted.</param>
    /// <exception cref="AutodiffException">Two parameters are parts of the name of a column.</exception>
    public static void Check(string[] parameters, string[] columns, string done)
    {
        foreach (var column in columns)
        {
            var words = parameters.Where(parameter => NearNames.Contains(column, parameter)).ToArray();
            if (words.Length < 2) continue;
            throw new AutodiffException(
                ErrorIds.VariableAmbiguous,
                $"'{words[0]}' and '{words[1]}' are not columns, so they would be {done}, but there is a column '{column}'. Write {VariableNames.Quote(column)} in the {(done == "trained" ? "loss" : "model")} for the column, or name what is to be {done} with -Parameter.");
        }
    }

    /// <summary>Warnings of parameters that may be misspelled columns, or meant for numbers. Who names a parameter, or gives it a start, means it.</summary>
    /// <param name="expression">The loss or model.</param>
    /// <param name="flat">The same, flattened.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="columns">The names of all columns.</param>
    /// <param name="given">The initial values.</param>
    /// <param name="done">What is done with parameters: trained, fitted.</param>
    public static IEnumerable<string> Warnings(ExprNode expression, RootedGraph flat, string[] parameters, string[] columns, ValueSource given, string done)
    {
        var unnamed = parameters.Where(parameter => !given.Has(parameter)).ToArray();
        var advice = $"If it is meant to be {done}, name the parameters with -Parameter or give it an -InitialValue.";
        foreach (var (parameter, column) in NearNames.Pairs(unnamed, columns))
        {
            var nearness = string.Equals(parameter, column, StringComparison.OrdinalIgnoreCase) ? "differs from that of the column '{0}' in case alone" : "is nearly that of the column '{0}'";
            yield return $"'{parameter}' is not a column, so it is {done}, but its name {string.Format(CultureInfo.InvariantCulture, nearness, column)}. {advice}";
        }

        // Whoever declares an array means it.
        var (shapes, places) = (VariableLayout.Of(parameters, flat).Shapes, new NamePlaces(parameters));
        foreach (var parameter in unnamed.Where(parameter => shapes[places[parameter]].IsNumber && MistakenNames.IsSuspectedParameter(expression, parameter)))
        {
            yield return $"'{parameter}' is not a column, so it is {done}. {MistakenNames.AdviceFor(parameter)} {advice}";
        }
    }
}
