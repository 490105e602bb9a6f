using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Exchange;

/// <summary>
/// An expression as a file of its own: its variables are inputs of their shapes, those with given values are constants of the file. Inputs that are a batch have an axis for
/// the rows before the others, and then the result has one.
/// </summary>
internal sealed class PortableExpression
{
    /// <summary>Takes an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="given">The elements of the variables that have values.</param>
    /// <param name="batch">The variables that have a value for each row; none for an expression of single values.</param>
    /// <exception cref="AutodiffException">No variable is left, or one of the batch is none.</exception>
    public PortableExpression(ExprNode expression, IReadOnlyDictionary<string, double[]> given, IReadOnlyCollection<string> batch)
    {
        Graph = ExprNode.Flatten([expression]);
        Layout = VariableLayout.Of(expression.Variables, Graph);
        Given = given;
        Batch = batch.ToHashSet(StringComparer.Ordinal);
        string[] inputs = [.. Layout.Names.Where(name => !given.ContainsKey(name))];
        foreach (var name in batch)
        {
            if (given.ContainsKey(name)) throw new AutodiffException(ErrorIds.VariableUnknown, $"'{name}' is to have a value for each row, but -At gives it one for all.");
            if (!inputs.Contains(name, StringComparer.Ordinal)) throw new AutodiffException(ErrorIds.VariableUnknown, $"'{name}' is to have a value for each row, but the expression has no such variable. It has: {string.Join(", ", inputs)}.{NearNames.Hint(name, inputs)}");
        }

        if (inputs.Length == 0) throw new AutodiffException(ErrorIds.FormatUnsupported, given.Count > 0 ? "All variables have values, so nothing is left that the file could compute. Leave those that are to be inputs out of -At." : "The expression has no variables, so nothing is left that the file could compute.");
        Names = PortableNames.Of(Layout.Names);
    }

    /// <summary>The expression in a graph.</summary>
    public RootedGraph Graph { get; }

    /// <summary>All its variables.</summary>
    public VariableLayout Layout { get; }

    /// <summary>The elements of those that have values.</summary>
    public IReadOnlyDictionary<string, double[]> Given { get; }

    /// <summary>Those that have a value for each row.</summary>
    public IReadOnlySet<string> Batch { get; }

    /// <summary>What the file calls each variable.</summary>
    public IReadOnlyDictionary<string, string> Names { get; }

    /// <summary>The variables that are inputs, in order.</summary>
    public IEnumerable<string> Inputs => Layout.Names.Where(name => !Given.ContainsKey(name));

    /// <summary>The names that the file writes in another way.</summary>
    public IEnumerable<(string Name, string Written)> Mapped => Layout.Names.Select(name => (name, Names[name])).Where(static pair => pair.name != pair.Item2);

    /// <summary>The sizes of an input, -1 for the axis of the rows.</summary>
    public long[] SizesOf(string name)
    {
        var shape = Layout.Shapes[Layout.Names.ToList().IndexOf(name)];
        return Batch.Contains(name) ? [-1, .. shape.Sizes] : shape.Sizes;
    }

    /// <summary>What files note of it.</summary>
    public IEnumerable<(string Key, string Value)> Notes()
    {
        yield return ("model", "expression");
        yield return ("inputs", ModelNotes.Json(Inputs));
        if (Given.Count > 0) yield return ("parameters", ModelNotes.Json(Layout.Names.Where(Given.ContainsKey)));
        if (Mapped.Any()) yield return ("names", ModelNotes.Json(Mapped.Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Written} = {pair.Name}"))));
    }
}
