using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PSAutodiff.Serialization;

/// <summary>Models as text: a network in the layout of its own, any other as <c>{ "format", "version", "kind", "model" }</c>, which is read strictly.</summary>
internal static partial class ModelJson
{
    private const string Format = "PSAutodiff.Model";

    // Version 2 came with schedules of learning rates and with gradients that are clipped. A model is written in the first version that can hold it.
    private const int Version = 2;

    private static readonly Dictionary<string, Type> Kinds = new(StringComparer.Ordinal)
    {
        ["LinearRegression"] = typeof(LinearRegressionResult),
        ["GeneralizedRegression"] = typeof(GeneralizedRegressionResult),
        ["CurveFit"] = typeof(CurveFitResult),
        ["Expression"] = typeof(ExpressionModel),
    };

    /// <summary>The text of a model.</summary>
    public static string Write(IAutodiffModel model)
    {
        if (model is Network network) return network.ToJson();
        var kind = Kinds.First(pair => pair.Value == model.GetType()).Key;
        var version = model is ExpressionModel { Recipe.Options.IsPlain: false } ? Version : 1;
        return $"{{\n  \"format\": \"{Format}\",\n  \"version\": {version},\n  \"kind\": \"{kind}\",\n  \"model\": {ObjectJson.Write(model)}\n}}\n";
    }

    /// <summary>The model of a text; every bit of every number comes back.</summary>
    /// <exception cref="AutodiffException">The text is none; the message says where.</exception>
    public static IAutodiffModel Read(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith("{")) throw new AutodiffException(ErrorIds.NetworkJson, string.IsNullOrWhiteSpace(text) ? "It is empty: no model was saved to it, or the file was cut." : "It does not begin with '{', so it is not a model that Export-AutodiffModel saved.");
        if (!Beginning().IsMatch(text)) return ReadNetwork(text);
        return (IAutodiffModel)ObjectJson.Read(text, typeof(IAutodiffModel), static (text, _) =>
        {
            var file = ObjectJson.Read<ModelFile>(text);
            if (file.Version is < 1 or > Version) throw new FormatException($"It is of version {file.Version}, and this PSAutodiff reads up to version {Version}.");
            if (!Kinds.TryGetValue(file.Kind, out var type)) throw new FormatException($"A model of the kind '{(file.Kind.Length > 40 ? file.Kind[..40] : file.Kind)}' is not known. There are: {string.Join(", ", Kinds.Keys)}.");
            var model = Checked(ObjectJson.Read(type == typeof(CurveFitResult) ? TextOfFit(file.Model) : file.Model.GetRawText(), type));
            CheckComputed(file.Model, model);
            return model;
        });
    }

    // Fits said whether they had weights before they remembered the column.
    private static string TextOfFit(JsonElement model)
    {
        const string gone = "isWeighted";
        if (model.ValueKind != JsonValueKind.Object || !model.TryGetProperty(gone, out _)) return model.GetRawText();
        var members = JsonObject.Create(model)!;
        members.Remove(gone);
        return members.ToJsonString();
    }

    // Damaged, it may have been of any kind.
    private static Network ReadNetwork(string text)
    {
        try
        {
            return Network.ParseJson(text);
        }
        catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.NetworkJson && !text.Contains("PSAutodiff.Network", StringComparison.Ordinal))
        {
            throw new AutodiffException(ErrorIds.NetworkJson, exception.Message
                .Replace("The JSON text of a network is wrong", "The JSON text of a model is wrong", StringComparison.Ordinal)
                .Replace("has to be \"PSAutodiff.Network\"", "has to be \"PSAutodiff.Model\" or \"PSAutodiff.Network\"", StringComparison.Ordinal));
        }
    }

    // What follows from the rest stands there for people, and must not say anything else.
    private static void CheckComputed(JsonElement written, object model)
    {
        if (model is CurveFitResult fit && !fit.Expression.Equals(Fitting.FitMessages.With(fit.Model, Core.VariableLayout.Of(fit.Parameters), Core.VariableLayout.ElementsOf(fit.Parameters)))) throw Disagrees("expression");
        using var again = JsonDocument.Parse(ObjectJson.Write(model));
        foreach (var member in again.RootElement.EnumerateObject())
        {
            if (!written.TryGetProperty(member.Name, out var value) || JsonElement.DeepEquals(value, member.Value)) continue;

            // Written by hand, an expression may be the same in other words.
            if (member.Name == "expression" && value.ValueKind == JsonValueKind.String && ExprNode.Parse(value.GetString()!).Equals(((IAutodiffModel)model).Expression)) continue;
            throw Disagrees(member.Name);
        }
    }

    private static FormatException Disagrees(string member) => new($"'{member}' does not agree with the rest of the model.");

    // What is read has to be able to predict: its columns, coefficients and covariance go together.
    private static object Checked(object read)
    {
        var model = (IAutodiffModel)read;
        if (model is RegressionResult regression)
        {
            var names = regression.HasIntercept ? 1 : 0;
            if (regression.Coefficients.Count != regression.Features.Count + names || regression.Features.Any(name => !regression.Coefficients.Contains(name))) throw new FormatException("The coefficients are not those of the features.");
            if (regression.Columns.Count > 0 && !regression.Columns.SelectMany(static column => column.Inputs).SequenceEqual(regression.Features, StringComparer.Ordinal)) throw new FormatException("The columns do not make the features.");
            if (regression.Coefficients.Values.Cast<double>().Any(static value => !double.IsFinite(value))) throw new FormatException("A coefficient is not a finite number.");
            CheckCovariance(regression.CovarianceRoot, regression.Coefficients.Count);
            CheckCounts(regression.Rows, regression.Rank, regression.ResidualDegreesOfFreedom);
            if (regression is GeneralizedRegressionResult { Family: var family, Classes: var classes } && (family == RegressionFamily.Gaussian || (classes.Count > 0 && (family != RegressionFamily.Binomial || classes.Count != 2 || Equals(classes[0], classes[1])))))
            {
                throw new FormatException("The classes are not those of the family: Binomial has two or none, Poisson has none, and Gaussian is a linear regression.");
            }
        }

        if (model is CurveFitResult fit)
        {
            var values = Core.VariableLayout.ElementsOf(fit.Parameters);
            if (Array.Exists(values, static value => !double.IsFinite(value))) throw new FormatException("A parameter is not a finite number.");
            if (!fit.ParameterNames.SequenceEqual(Core.VariableLayout.Of(fit.Parameters).ElementNames, StringComparer.Ordinal)) throw new FormatException("The names are not those of the parameters.");
            CheckCovariance(fit.CovarianceRoot, values.Length);
            CheckCounts(fit.Rows, fit.Rank, fit.DegreesOfFreedom);
            CheckBounds(fit.LowerBounds, values, static (bound, value) => bound <= value);
            CheckBounds(fit.UpperBounds, values, static (bound, value) => bound >= value);
        }

        CheckColumns(model);
        CheckRecipe(model);
        _ = model.Predict(new double[0, model.Inputs.Count]);
        return model;
    }

    private static void CheckColumns(IAutodiffModel model)
    {
        if (model.InputColumns.Count == 0) return;
        var inputs = model is CurveFitResult fit ? fit.Prediction.Inputs : Fitting.ExpressionPrediction.Of(model.Expression).Inputs;
        if (model.InputColumns.DistinctBy(static one => one.Variable, StringComparer.Ordinal).Count() != model.InputColumns.Count) throw new FormatException("The columns of a variable are named twice.");
        foreach (var one in model.InputColumns)
        {
            var place = inputs.Names.ToList().IndexOf(one.Variable);
            if (place < 0) throw new FormatException($"Columns are named for '{one.Variable}', which is not an input of the model.");
            if (one.Columns.Count != inputs.Shapes[place].Count || one.Columns.Distinct(StringComparer.Ordinal).Count() != one.Columns.Count || one.Columns.Any(static name => name.Length == 0))
            {
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{one.Variable}' has {inputs.Shapes[place].Count} elements and needs as many different columns."));
            }
        }
    }

    private static void CheckRecipe(IAutodiffModel model)
    {
        if (model is CurveFitResult { Recipe: { } way } fit)
        {
            if (way.Start is null || way.Start.Length != fit.ParameterNames.Count || way.Restarts < 1 || way.MaxIteration < 1 || !(way.Tolerance is >= 0 and < 1)) throw new FormatException("The recipe is not one of this fit.");
        }

        if (model is not ExpressionModel { Recipe: { } recipe }) return;
        recipe.Options.Check();
        if (recipe.Prediction is null || recipe.Parameters.Count == 0 || recipe.Parameters.Except(recipe.Loss.Variables, StringComparer.Ordinal).Any() || recipe.InitialValues.Keys.Cast<string>().Except(recipe.Parameters, StringComparer.Ordinal).Any()) throw new FormatException("The recipe does not say what is trained and predicted.");
    }

    private static void CheckCovariance(double[,]? root, int size)
    {
        if (root is null) return;
        if (root.GetLength(0) != size) throw new FormatException("The covariance is not of the size of what was fitted.");
        if (root.Cast<double>().Any(static value => !double.IsFinite(value))) throw new FormatException("A number of the covariance is not finite.");
    }

    private static void CheckCounts(int rows, int rank, double freedom)
    {
        if (rows < 1 || rank < 0 || rank > rows || !(freedom >= 0 && freedom <= rows)) throw new FormatException("Rows, rank and degrees of freedom do not go together.");
    }

    private static void CheckBounds(double[]? bounds, double[] values, Func<double, double, bool> holds)
    {
        if (bounds is not null && (bounds.Length != values.Length || !bounds.Zip(values, holds).All(static held => held))) throw new FormatException("The bounds are not those of the parameters.");
    }

    [GeneratedRegex("^\\s*\\{\\s*\"format\"\\s*:\\s*\"PSAutodiff\\.Model\"")]
    private static partial Regex Beginning();

    private sealed record ModelFile(string Format, int Version, string Kind, JsonElement Model);
}
