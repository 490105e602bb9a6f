using System.Globalization;
using System.Text;
using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Exchange.Code;

/// <summary>A model as a C# file without references: a static class with rows as a type of their own.</summary>
internal static class CSharpFile
{
    // What members of the class of rows may not be called: its own name, and what all objects have.
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal) { "Row", "Equals", "GetHashCode", "GetType", "ToString", "Finalize", "MemberwiseClone", "ReferenceEquals" };

    // Cells are read as Invoke-AutodiffModel reads them.
    private const string Reader = """
            private static readonly string[] Missing = { "", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "NULL", "null" };

            private static object? CellOf(IReadOnlyDictionary<string, object?> row, string name, bool required)
            {
                if (row.TryGetValue(name, out object? cell)) return cell ?? string.Empty;
                string[] alike = row.Keys.Where(key => string.Equals(key, name, StringComparison.OrdinalIgnoreCase)).ToArray();
                if (alike.Length == 1) return row[alike[0]] ?? string.Empty;
                return required ? throw new ArgumentException("The row has no column '" + name + "'.") : (object?)null;
            }

            private static bool IsMissing(object? cell, bool dash)
            {
                if (cell is null || cell is DBNull) return true;
                if (cell is double number) return double.IsNaN(number);
                string? text = TextOf(cell)?.Trim();
                return text is not null && (Array.IndexOf(Missing, text) >= 0 || (dash && text == "-"));
            }

            // Other texts, as those of JSON, show what they are when they are written.
            private static string? TextOf(object? cell) => cell is string text ? text : cell is IConvertible || cell is IFormattable ? null : cell?.ToString();

            private static double NumberOf(object? cell, string name)
            {
                if (IsMissing(cell, true)) throw Wrong(name, "the cell is empty, or stands for a missing value");
                double number;
                if (cell is bool flag) number = flag ? 1 : 0;
                else if (TextOf(cell) is string text)
                {
                    if (!TryNumber(text, out number)) throw Wrong(name, "'" + text + "' is not a number, which is written with a point, as 2.5 or 1e-3");
                }
                else if (cell is BigInteger whole) number = (double)whole;
                else if (cell is IConvertible && cell is not char && cell is not DateTime) number = Convert.ToDouble(cell, CultureInfo.InvariantCulture);
                else throw Wrong(name, "it holds an object of type " + cell!.GetType().Name + ", which is not a number");
                return double.IsFinite(number) ? number : throw Wrong(name, "the number is not finite");
            }

            private static bool TryNumber(string text, out double number)
            {
                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
                {
                    string digits = text.Split('e', 'E')[0];
                    return !(number == 0 && digits.IndexOfAny("123456789".ToCharArray()) >= 0);
                }

                if (bool.TryParse(text, out bool flag))
                {
                    number = flag ? 1 : 0;
                    return true;
                }

                Match match = IsFormatted ? Formatted.Match(text) : Match.Empty;
                return match.Success && double.TryParse(match.Groups[1].Value.Replace(",", "") + (match.Groups[2].Length > 0 ? "e-2" : ""), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
            }

            private static readonly Regex Formatted = new Regex(@"\A\s*([+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]*)?|\.[0-9]+))\s*(%?)\s*\z", RegexOptions.CultureInvariant);

            private static readonly string[] Dates =
            {
                "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
            };

            private static double DaysOf(object? cell, string name, long first)
            {
                if (IsMissing(cell, true)) throw Wrong(name, "the cell is empty, or stands for a missing value");
                DateTime date;
                if (cell is DateTime time) date = time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time;
                else if (cell is DateTimeOffset instant) date = instant.UtcDateTime;
                else if (cell is DateOnly day) date = day.ToDateTime(TimeOnly.MinValue);
                else if (!(TextOf(cell) is string text && DateTime.TryParseExact(text.Trim(), Dates, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out date))) throw Wrong(name, "it is not a date, which is written as 2026-01-31 or 2026-01-31 14:30");
                return (date.Ticks - first) / (double)TimeSpan.TicksPerDay;
            }

            private static int LevelOf(object? cell, string name, string[] levels)
            {
                if (IsMissing(cell, false)) throw Wrong(name, "the cell is empty, or stands for a missing value");
                string text = TextOf(cell) ?? Convert.ToString(cell, CultureInfo.InvariantCulture)!;
                int level = Array.IndexOf(levels, text);
                return level >= 0 ? level : throw Wrong(name, "'" + text + "' is none of the levels that the model knows: " + string.Join(", ", levels.Take(12)));
            }

            // The numbers of a cell that holds a vector or matrix, row after row.
            private static void ElementsOf(object? cell, string name, int[] sizes, int axis, List<double> elements)
            {
                if (axis == sizes.Length)
                {
                    elements.Add(NumberOf(cell, name));
                    return;
                }

                if (cell is Array { Rank: 2 } matrix && axis == 0 && sizes.Length == 2 && matrix.GetLength(0) == sizes[0] && matrix.GetLength(1) == sizes[1])
                {
                    foreach (object? element in matrix) elements.Add(NumberOf(element, name));
                    return;
                }

                if (cell is JsonElement { ValueKind: JsonValueKind.Array } json) cell = json.EnumerateArray().Cast<object>();
                if (cell is string || cell is not IEnumerable list) throw Wrong(name, "it does not hold " + string.Join(" x ", sizes) + " numbers");
                int count = 0;
                foreach (object? part in list)
                {
                    if (++count <= sizes[axis]) ElementsOf(part, name, sizes, axis + 1, elements);
                }

                if (count != sizes[axis]) throw Wrong(name, "it does not hold " + string.Join(" x ", sizes) + " numbers");
            }

            private static void Choose(List<double> inputs, int start, string name, long count)
            {
                for (int i = start; i < inputs.Count; i++)
                {
                    if (!(inputs[i] >= 0 && inputs[i] < count && inputs[i] == Math.Floor(inputs[i]))) throw Wrong(name, inputs[i].ToString(CultureInfo.InvariantCulture) + " chooses nothing, which whole numbers from 0 to " + (count - 1).ToString(CultureInfo.InvariantCulture) + " do");
                }
            }

            private static ArgumentException Wrong(string name, string fault) => new ArgumentException("Column '" + name + "': " + fault + ".");
        """;

    private const string Usings = """
        #nullable enable
        #pragma warning disable
        using System;
        using System.Collections;
        using System.Collections.Generic;
        using System.Globalization;
        using System.Linq;
        using System.Numerics;
        using System.Text.Json;
        using System.Text.Json.Serialization;
        using System.Text.RegularExpressions;
        """;

    /// <summary>The file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="type">The name of the class.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static CodeFile Write(PortableModel model, string type, CancellationToken cancellation)
    {
        var columns = CodeColumn.Of(model);
        var (properties, renamed) = PropertiesOf(columns);
        var constants = new StringBuilder();
        var members = CSharpWriter.WriteMembers(model.Expression, constants, cancellation);
        List<string> lines = [$"It needs .NET alone: {type}.Predict(new {type}.Row {{ ... }}), or with a dictionary of cells by column."];
        lines.AddRange(renamed.Select(static pair => $"Property {pair.Written} is the column {CodeText.CSharp(pair.Name)}."));
        var text = new StringBuilder("// <auto-generated>\n").Append(CodeFile.Header(model, "//", CodeText.CSharp, lines)).Append("// </auto-generated>\n");
        text.Append(Usings.ReplaceLineEndings("\n")).Append("\n\n").Append("public static class ").Append(type).Append("\n{\n");
        text.Append("    /// <summary>The names of the inputs, in order.</summary>\n    public static IReadOnlyList<string> Inputs { get; } = new string[] { ").AppendJoin(", ", model.Inputs.Select(CodeText.CSharp)).Append(" };\n\n");
        AppendPredictions(text, model);
        AppendReading(text, model, columns, properties);
        AppendOutputs(text, model);
        text.Append(Reader.ReplaceLineEndings("\n")).Append("\n\n");
        foreach (var line in constants.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)) text.Append("    private static readonly ").Append(line).Append('\n');
        text.Append('\n').Append(members);
        AppendRow(text, columns, properties);
        return new CodeFile(text.Append("}\n").ToString(), null, renamed);
    }

    private static (IReadOnlyDictionary<string, string> Properties, IReadOnlyList<(string Name, string Written)> Renamed) PropertiesOf(CodeColumn[] columns)
    {
        string[] names = [.. columns.SelectMany(static column => column.Elements.Count > 0 ? column.Elements : [column.Name]).Distinct(StringComparer.Ordinal)];
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        var renamed = new List<(string Name, string Written)>();
        var taken = new HashSet<string>(Reserved, StringComparer.Ordinal);

        // Names that can stay come first, so that none gives way to a changed one.
        foreach (var name in names)
        {
            if (Spell(name) == name && taken.Add(name)) properties.Add(name, name);
        }

        foreach (var name in names.Where(name => !properties.ContainsKey(name)))
        {
            var written = Spell(name);
            while (!taken.Add(written)) written += "_";
            properties.Add(name, written);
            renamed.Add((name, written));
        }

        return (properties, renamed);
    }

    private static string Spell(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name) text.Append(char.IsAsciiLetterOrDigit(c) || c == '_' || (char.IsLetter(c) && c.ToString().IsNormalized() && char.GetUnicodeCategory(c) is UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter) ? c : '_');
        if (text.Length == 0 || char.IsAsciiDigit(text[0])) text.Insert(0, '_');
        return text.ToString();
    }

    private static void AppendPredictions(StringBuilder text, PortableModel model)
    {
        const string both = "    /// <summary>Predicts for the cells of a row by their columns.</summary>\n    public static # Predict(IReadOnlyDictionary<string, object?> row) => PredictInputs(InputsOf(row));\n\n    /// <summary>Predicts for a row.</summary>\n    public static # Predict(Row row) => PredictInputs(InputsOf(row));\n\n    /// <summary>Predicts for inputs in order.</summary>\n";
        if (model.Classes.Count == 0)
        {
            var isOne = model.Model.OutputSize == 1;
            text.Append(both.Replace("#", isOne ? "double" : "double[]", StringComparison.Ordinal));
            text.Append("    public static ").Append(isOne ? "double" : "double[]").Append(" PredictInputs(double[] inputs)\n    {\n        double[] outputs = Finite(Outputs(inputs));\n        return ").Append(isOne ? "outputs[0]" : "outputs").Append(";\n    }\n\n");
            if (!isOne) text.Append("    /// <summary>What the outputs are called.</summary>\n    public static IReadOnlyList<string> OutputNames { get; } = new string[] { ").AppendJoin(", ", model.Outputs.Select(CodeText.CSharp)).Append(" };\n\n");
            return;
        }

        var labels = CodeLabels.Of(model).Values;
        var type = labels[0] switch { bool => "bool", long => "long", double => "double", _ => "string" };
        text.Append("    /// <summary>The classes.</summary>\n    public static IReadOnlyList<").Append(type).Append("> Classes { get; } = new ").Append(type).Append("[] { ").AppendJoin(", ", labels.Select(Label)).Append(" };\n\n");
        text.Append(both.Replace("#", "Prediction", StringComparison.Ordinal));
        text.Append("    public static Prediction PredictInputs(double[] inputs)\n    {\n        double[] outputs = Finite(Outputs(inputs));\n");
        if (model.Model.OutputSize == 1)
        {
            text.Append("        int place = outputs[0] >= 0.5 ? 1 : 0;\n");
            if (model.GivesProbabilities) text.Append("        outputs = new double[] { 1 - outputs[0], outputs[0] };\n");
        }
        else
        {
            text.Append("        int place = 0;\n        for (int i = 1; i < outputs.Length; i++)\n        {\n            if (outputs[i] > outputs[place]) place = i;\n        }\n\n");
        }

        text.Append(model.GivesProbabilities ? "        return new Prediction(Classes[place], outputs[place], outputs);\n    }\n\n" : "        return new Prediction(Classes[place]);\n    }\n\n");
        text.Append("    /// <summary>What is predicted.</summary>\n    /// <param name=\"Label\">The class.</param>\n");
        if (model.GivesProbabilities) text.Append("    /// <param name=\"Probability\">Its probability.</param>\n    /// <param name=\"Probabilities\">Those of all classes, in their order.</param>\n");
        text.Append("    public sealed record Prediction(").Append(type).Append(" Label").Append(model.GivesProbabilities ? ", double Probability, IReadOnlyList<double> Probabilities" : string.Empty).Append(");\n\n");
    }

    private static void AppendReading(StringBuilder text, PortableModel model, CodeColumn[] columns, IReadOnlyDictionary<string, string> properties)
    {
        text.Append("    private const bool IsFormatted = ").Append(model.Model.NumberFormat == NumberFormat.Formatted ? "true" : "false").Append(";\n\n");
        foreach (var (column, i) in columns.Select(static (column, i) => (column, i)))
        {
            if (column.Feature is { Kind: FeatureKind.Category } category) text.Append(CultureInfo.InvariantCulture, $"    private static readonly string[] Levels{i} = {{ {string.Join(", ", category.Levels.Select(CodeText.CSharp))} }};\n\n");
        }

        text.Append("    /// <summary>The inputs of the cells of a row by their columns.</summary>\n    /// <exception cref=\"ArgumentException\">A column is not there, or a cell is not what the column holds.</exception>\n");
        text.Append("    public static double[] InputsOf(IReadOnlyDictionary<string, object?> row)\n    {\n        var inputs = new List<double>();\n");
        foreach (var (column, i) in columns.Select(static (column, i) => (column, i))) AppendCell(text, column, i, name => $"CellOf(row, {CodeText.CSharp(name)}, true)", isTyped: false);
        text.Append("        return inputs.ToArray();\n    }\n\n    /// <summary>The inputs of a row.</summary>\n    /// <exception cref=\"ArgumentException\">A property has no value, or one that the model does not know.</exception>\n");
        text.Append("    public static double[] InputsOf(Row row)\n    {\n        var inputs = new List<double>();\n");
        foreach (var (column, i) in columns.Select(static (column, i) => (column, i))) AppendCell(text, column, i, name => "row." + CSharpWriter.Identifier(properties[name]), isTyped: true);
        text.Append("        return inputs.ToArray();\n    }\n\n");
    }

    private static void AppendCell(StringBuilder text, CodeColumn column, int place, Func<string, string> cellOf, bool isTyped)
    {
        var name = CodeText.CSharp(column.Name);
        if (column.Places > 0) text.Append(CultureInfo.InvariantCulture, $"        int start{place} = inputs.Count;\n");
        switch (column.Feature)
        {
            case { Kind: FeatureKind.Category } category:
                text.Append(CultureInfo.InvariantCulture, $"        int level{place} = LevelOf({cellOf(column.Name)}, {name}, Levels{place});\n");
                text.Append(CultureInfo.InvariantCulture, $"        for (int i = {(category.IsContrast ? 1 : 0)}; i < {category.Levels.Count}; i++) inputs.Add(i == level{place} ? 1 : 0);\n");
                break;
            case { Kind: FeatureKind.Date, FirstDate: { } first }:
                text.Append("        inputs.Add(DaysOf(").Append(cellOf(column.Name)).Append(", ").Append(name).Append(", ").Append(CodeFile.Ticks(first)).Append("L));\n");
                break;
            default:
                if (column.IsNumber) text.Append("        inputs.Add(NumberOf(").Append(cellOf(column.Name)).Append(", ").Append(name).Append("));\n");
                else AppendElements(text, column, name, cellOf, isTyped);
                break;
        }

        if (column.Places > 0) text.Append(CultureInfo.InvariantCulture, $"        Choose(inputs, start{place}, {name}, {column.Places});\n");
    }

    // From their columns, unless the row has none of these and the whole variable.
    private static void AppendElements(StringBuilder text, CodeColumn column, string name, Func<string, string> cellOf, bool isTyped)
    {
        var indent = "        ";
        if (column.Elements.Count == 0)
        {
            text.Append(indent).Append(Whole());
            return;
        }

        if (!isTyped)
        {
            text.Append(indent).Append("if (CellOf(row, ").Append(name).Append(", false) is not null && ").AppendJoin(" && ", column.Elements.Select(static one => $"CellOf(row, {CodeText.CSharp(one)}, false) is null")).Append(") ").Append(Whole());
            text.Append(indent).Append("else\n").Append(indent).Append("{\n");
            indent += "    ";
        }

        foreach (var one in column.Elements) text.Append(indent).Append("inputs.Add(NumberOf(").Append(cellOf(one)).Append(", ").Append(CodeText.CSharp(one)).Append("));\n");
        if (!isTyped) text.Append("        }\n");

        string Whole() => $"ElementsOf({cellOf(column.Name)}, {name}, new int[] {{ {string.Join(", ", column.Shape.Sizes)} }}, 0, inputs);\n";
    }

    private static void AppendOutputs(StringBuilder text, PortableModel model)
    {
        text.Append(CultureInfo.InvariantCulture, $"    /// <summary>The outputs of the model for inputs in order.</summary>\n    public static double[] Outputs(double[] inputs)\n    {{\n        if (inputs is null || inputs.Length != {model.Inputs.Count}) throw new ArgumentException(\"The model has {model.Inputs.Count} inputs.\", nameof(inputs));\n");
        var arguments = model.Layout.Names.Select((_, i) => Argument(model.Layout, i));
        var value = $"Evaluate({string.Join(", ", arguments)})";
        text.Append("        return ").Append(model.Expression.ArrayShape.IsNumber ? $"new double[] {{ {value} }}" : value).Append(";\n    }\n\n");
        text.Append("    private static double[] Finite(double[] outputs) => Array.TrueForAll(outputs, double.IsFinite) ? outputs : throw new ArithmeticException(\"The prediction is not a finite number.\");\n\n");

        static string Argument(VariableLayout layout, int variable)
        {
            var (shape, start) = (layout.Shapes[variable], layout.ElementsOf(variable).Start.Value);
            return FormattableString.Invariant(shape.Rank switch
            {
                0 => (FormattableString)$"inputs[{start}]",
                1 => $"inputs[{start}..{start + shape.Rows}]",
                _ => $"MatrixOf(inputs, {start}, {shape.Rows}, {shape.Columns})",
            });
        }

        if (model.Layout.Shapes.Any(static shape => shape.IsMatrix))
        {
            text.Append("    private static double[,] MatrixOf(double[] inputs, int start, int rows, int columns)\n    {\n        double[,] matrix = new double[rows, columns];\n        Buffer.BlockCopy(inputs, start * sizeof(double), matrix, 0, matrix.Length * sizeof(double));\n        return matrix;\n    }\n\n");
        }
    }

    private static void AppendRow(StringBuilder text, CodeColumn[] columns, IReadOnlyDictionary<string, string> properties)
    {
        text.Append("\n    /// <summary>A row: a value for each column.</summary>\n    public sealed class Row\n    {\n");
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var column in columns)
        {
            if (column.Elements.Count > 0)
            {
                foreach (var element in column.Elements) types.TryAdd(element, "double?");
                continue;
            }

            types.TryAdd(column.Name, column switch
            {
                { Feature.Kind: FeatureKind.Category } => "string?",
                { Feature.Kind: FeatureKind.Date } => "DateTime?",
                { Shape.IsNumber: true } => "double?",
                { Shape.IsVector: true } => "double[]?",
                _ => "double[][]?",
            });
        }

        foreach (var (name, type) in types) text.Append("        [JsonPropertyName(").Append(CodeText.CSharp(name)).Append(")]\n        public ").Append(type).Append(' ').Append(CSharpWriter.Identifier(properties[name])).Append(" { get; set; }\n\n");
        text.Length--;
        text.Append("    }\n");
    }

    private static string Label(object label) => label switch
    {
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => CodeText.Number(number),
        _ => CodeText.CSharp((string)label),
    };
}
