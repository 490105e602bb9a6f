using System.Text.Json;

namespace PSAutodiff.GradBench;

/// <summary>Makes a function ready for one input: builds and compiles its expressions. What it gives is called once for each timed run.</summary>
/// <param name="input">The input of the eval.</param>
/// <returns>Runs the function and gives its output, which is written as JSON when all runs are over.</returns>
internal delegate Func<object> Prepare(JsonElement input);

/// <summary>What the evals need beside the public API: values out of JSON under the names of variables.</summary>
internal static class Formula
{
    private static Dictionary<string, double[]> Parts { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether functions are simplified before they are differentiated.</summary>
    public static bool Simplifies { get; set; }

    /// <summary>A function as it is to be evaluated and differentiated.</summary>
    public static ExprNode Tidy(this ExprNode function) => Simplifies ? function.Simplify(SimplificationRule.Stable) : function;

    /// <summary>A function from text.</summary>
    public static ExprNode Read(FormattableString text) => ExprNode.Parse(FormattableString.Invariant(text)).Tidy();

    /// <summary>The derivative of a number by a vector, by forward (f) or reverse mode (r): forward along one direction after the other.</summary>
    public static ExprNode By(this ExprNode function, string variable, char mode)
    {
        if (mode == 'r') return function.Differentiate(variable);
        const int size = 2;
        return ExprNode.Stack([.. Enumerable.Range(0, size).Select(i =>
        {
            var direction = new double[size];
            direction[i] = 1;
            return function.DifferentiateAlong(new Dictionary<string, ExprNode> { [variable] = ExprNode.Constant(direction) });
        })]);
    }

    /// <summary>The function that evaluates expressions of variables with the names of an input's parts, into an array of its own.</summary>
    public static Func<double[]> At(JsonElement input, IReadOnlyList<ExprNode> outputs, params string[] variables)
    {
        variables = Used(outputs, variables);
        var function = Compile(outputs, variables);
        var point = variables.Length == 1 ? input.Numbers(variables[0]) : [.. variables.SelectMany(name => input.Numbers(name))];
        return () => function(point);
    }

    /// <summary>The function that sums expressions over rows. A part of the input that has more elements than its variable has a row for each row.</summary>
    public static Func<double[]> OverRows(JsonElement input, IReadOnlyList<ExprNode> outputs, params string[] variables)
    {
        variables = Used(outputs, variables);
        var compiled = CompiledExpression.Compile(outputs, variables);
        ReadOnlyMemory<double>[] columns = [.. variables.Select(name => (ReadOnlyMemory<double>)input.Numbers(name))];
        return () => compiled.SumRows(columns);
    }

    /// <summary>The variables that expressions have: a derivative may have fewer than its function.</summary>
    public static string[] Used(IReadOnlyList<ExprNode> outputs, IEnumerable<string> variables)
    {
        var used = outputs.SelectMany(static output => output.Variables).ToHashSet();
        return [.. variables.Where(used.Contains)];
    }

    /// <summary>The function that evaluates expressions at a point into an array of its own.</summary>
    public static Func<double[], double[]> Compile(IReadOnlyList<ExprNode> outputs, params string[] variables)
    {
        var compiled = CompiledExpression.Compile(outputs, variables);
        var results = new double[compiled.ResultLength];
        return point =>
        {
            compiled.Evaluate(point, results);
            return results;
        };
    }

    /// <summary>The only number of a result.</summary>
    public static Func<object> Number(this Func<double[]> function) => () => function()[0];

    /// <summary>Reads the numbers of all parts of an input, which is no part of the preparation of a function.</summary>
    public static void ReadNumbers(JsonElement input)
    {
        Parts.Clear();
        if (input.ValueKind != JsonValueKind.Object) return;
        foreach (var part in input.EnumerateObject())
        {
            if (IsNumeric(part.Value)) Parts[part.Name] = part.Value.Numbers();
        }
    }

    private static bool IsNumeric(JsonElement item) => item.ValueKind == JsonValueKind.Array && item.GetArrayLength() > 0 && (item[0].ValueKind == JsonValueKind.Number || IsNumeric(item[0]));

    /// <summary>All numbers of a part of the input, row after row.</summary>
    public static double[] Numbers(this JsonElement input, string name) => Parts.TryGetValue(name, out var numbers) ? numbers : input.GetProperty(name).Numbers();

    /// <summary>All numbers of a number, of an array of these, or of an array of arrays.</summary>
    public static double[] Numbers(this JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Array) return [item.GetDouble()];
        var count = item.GetArrayLength();
        if (count > 0 && item[0].ValueKind == JsonValueKind.Array) return [.. item.EnumerateArray().SelectMany(Numbers)];
        var numbers = new double[count];
        var next = 0;
        foreach (var number in item.EnumerateArray()) numbers[next++] = number.GetDouble();
        return numbers;
    }

    public static int Integer(this JsonElement input, string name) => input.GetProperty(name).GetInt32();

    /// <summary>The number of items of a part of the input.</summary>
    public static int Count(this JsonElement input, string name) => input.GetProperty(name).GetArrayLength();

    /// <summary>The number of items of the first item.</summary>
    public static int Width(this JsonElement input, string name) => input.GetProperty(name)[0].GetArrayLength();
}
