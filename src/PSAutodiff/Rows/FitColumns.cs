using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Measurements;

namespace PSAutodiff.Rows;

/// <summary>Which variables of a fit are columns and which are parameters, by the names of the columns that there are.</summary>
internal sealed class FitColumns
{
    private readonly RootedGraph _flat;

    /// <summary>Finds it out.</summary>
    /// <param name="model">The model.</param>
    /// <param name="label">What -Label was given: the name of a column, or an expression.</param>
    /// <param name="weight">The same of -Weight; null for nothing.</param>
    /// <param name="parameters">What -Parameter names; null for all variables of the model that are not columns.</param>
    /// <param name="given">The initial values.</param>
    /// <param name="columns">The names of the columns.</param>
    /// <param name="map">The columns of variables, which have no other names.</param>
    /// <param name="toExpression">Makes an expression of what a parameter was given.</param>
    /// <exception cref="AutodiffException">A column is missing, or it cannot be told what is meant.</exception>
    public FitColumns(ExprNode model, object label, object? weight, string[]? parameters, ValueSource given, string[] columns, ColumnMap map, Func<object, ExprNode> toExpression)
    {
        var names = new NameGroups(columns);
        ColumnNames = columns;
        Model = model;
        Label = ColumnOrExpression(label, names, toExpression);
        Weight = weight is null ? null : ColumnOrExpression(weight, names, toExpression);
        ExprNode[] expressions = Weight is null ? [model, Label] : [model, Label, Weight];
        _flat = ExprNode.Flatten(expressions);
        Variables = [.. expressions.SelectMany(static expression => expression.Variables).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var matches = NameMatching.Match(Variables, names);
        var found = Variables.Where((variable, i) => matches[i] is not null || map.Has(variable)).ToHashSet(StringComparer.Ordinal);
        RequireColumns(Label, "Label", found, columns);
        if (Weight is not null) RequireColumns(Weight, "Weight", found, columns);
        foreach (var parameter in parameters ?? [])
        {
            if (model.Variables.Contains(parameter, StringComparer.Ordinal)) continue;
            throw new AutodiffException(ErrorIds.ParameterUnknown, $"The model has no variable '{parameter}' to fit. It has: {string.Join(", ", model.Variables)}.{NearNames.Hint(parameter, model.Variables)}");
        }

        Parameters = parameters ?? [.. model.Variables.Where(variable => !found.Contains(variable))];
        if (parameters is null)
        {
            ParameterNames.Check(Parameters, columns, "fitted");
            Warnings = [.. ParameterNames.Warnings(model, _flat, Parameters, columns, given, "fitted")];
        }

        Names = [.. Variables.Except(Parameters, StringComparer.Ordinal).Union(Label.Variables, StringComparer.Ordinal).Union(Weight?.Variables ?? [], StringComparer.Ordinal)];
        if (Parameters.FirstOrDefault(parameter => Label.Variables.Contains(parameter, StringComparer.Ordinal)) is { } both) throw new AutodiffException(ErrorIds.ParameterUnknown, $"'{both}' is a parameter of the model and a column of the label. What is fitted cannot be on both sides.");
        if (Label.Name is { } fitted && model.Variables.Contains(fitted, StringComparer.Ordinal)) throw new AutodiffException(ErrorIds.ParameterUnknown, $"The model reads the column '{fitted}', which is what it is to give, so that any fit is perfect. Take '{fitted}' out of the model, or name another -Label.");
        var missing = Names.FirstOrDefault(name => !found.Contains(name));
        if (missing is not null) throw new AutodiffException(ErrorIds.ColumnMissing, $"-Parameter does not name the variable '{missing}' of the model, so it has to be a column, but there is no such column. There are: {string.Join(", ", columns)}.{NearNames.Hint(missing, columns)}");
        Places = [.. Names.Select(name => matches[Array.IndexOf(Variables, name)])];
    }

    /// <summary>The names of all columns, used or not.</summary>
    public string[] ColumnNames { get; }

    /// <summary>The model.</summary>
    public ExprNode Model { get; }

    /// <summary>What the model is to give.</summary>
    public ExprNode Label { get; }

    /// <summary>The weight of a row, or null.</summary>
    public ExprNode? Weight { get; }

    /// <summary>All variables.</summary>
    public string[] Variables { get; }

    /// <summary>The variables that are fitted.</summary>
    public string[] Parameters { get; }

    /// <summary>The variables that are columns.</summary>
    public string[] Names { get; }

    /// <summary>The column of each; null where -Column names some.</summary>
    public string?[] Places { get; }

    /// <summary>What may be wrong with the names.</summary>
    public IReadOnlyList<string> Warnings { get; } = [];

    /// <summary>The variables that are columns, with their shapes.</summary>
    public VariableLayout Layout => VariableLayout.Of(Names, _flat);

    /// <summary>Reads the columns of rows.</summary>
    /// <param name="map">The columns of variables.</param>
    /// <param name="row">The first row.</param>
    /// <param name="number">Its number.</param>
    /// <param name="format">How text is read as a number.</param>
    public VariableReader Reader(ColumnMap map, object row, int number, NumberFormat format) =>
        new(Layout, Variables, ValueSource.Empty, map, ArrayPoints.PlacesOf(_flat), row, number) { Format = format };

    // Names of columns need not be identifiers, and then they would be read as something else.
    private static ExprNode ColumnOrExpression(object value, NameGroups names, Func<object, ExprNode> toExpression) =>
        Conversions.Unwrap(value) is string text && names.Alike(text) is { Count: > 0 } alike ? ExprNode.Variable(alike.Contains(text, StringComparer.Ordinal) ? text : alike[0]) : toExpression(value);

    private static void RequireColumns(ExprNode expression, string parameter, HashSet<string> found, string[] columns)
    {
        if (expression.Variables.Count == 0) throw new AutodiffException(ErrorIds.LabelMissing, $"-{parameter} {expression} has no column in it. Name a column, or an expression of columns.");
        if (expression.Variables.FirstOrDefault(name => !found.Contains(name)) is not { } missing) return;
        throw new AutodiffException(ErrorIds.ColumnMissing, $"-{parameter} needs a column '{missing}', and there is none. There are: {string.Join(", ", columns)}.{RowAdvice.ForColumns(columns) ?? NearNames.Hint(missing, columns)}");
    }
}
