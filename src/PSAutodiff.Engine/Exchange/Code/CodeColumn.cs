using PSAutodiff.Core;
using PSAutodiff.Measurements;

namespace PSAutodiff.Exchange.Code;

/// <summary>A column of rows, or a variable whose elements are in several or in one cell, and how it becomes inputs.</summary>
/// <param name="Name">The name of the column or variable.</param>
/// <param name="Feature">What the column is; null for a variable of an expression.</param>
/// <param name="Shape">The shape of a variable.</param>
/// <param name="Elements">The columns that give the elements of a variable; empty where one cell holds it.</param>
/// <param name="Places">Among how many places the numbers of a variable choose; 0 where they do not.</param>
internal sealed record CodeColumn(string Name, FeatureColumn? Feature, Shape Shape, IReadOnlyList<string> Elements, long Places)
{
    /// <summary>Whether it is a column of numbers, without more to it.</summary>
    public bool IsNumber => Feature is null or { Kind: FeatureKind.Number } && Shape.IsNumber && Elements.Count == 0;

    /// <summary>How many inputs it makes.</summary>
    public int Width => Feature?.Width ?? (int)Shape.Count;

    /// <summary>The columns of a model, in the order of its inputs.</summary>
    public static CodeColumn[] Of(PortableModel model)
    {
        if (model.Model is Network or RegressionResult) return [.. model.Columns.Select(static column => new CodeColumn(column.Name, column, Shape.Number, [], 0))];
        var places = ArrayPoints.PlacesOf(model.Graph);
        return [.. model.Layout.Names.Select((name, i) => new CodeColumn(
            name,
            null,
            model.Layout.Shapes[i],
            model.Model.InputColumns.FirstOrDefault(known => known.Variable == name && known.Columns.Count == model.Layout.Shapes[i].Count)?.Columns ?? [],
            places.GetValueOrDefault(name)))];
    }
}
