using System.Globalization;
using System.Text.Json;

namespace PSAutodiff.GradBench;

/// <summary>Makes a function ready for one input: builds and compiles its expressions. What it gives is called once for each timed run.</summary>
/// <param name="input">The input of the eval.</param>
/// <returns>Runs the function and gives its output, which is written as JSON when all runs are over.</returns>
internal delegate Func<object> Prepare(JsonElement input);

/// <summary>What the evals need beside the public API: numbered variables, sums, products of matrices, and numbers out of JSON.</summary>
internal static class Formula
{
    /// <summary>Whether functions are simplified before they are differentiated.</summary>
    public static bool Simplifies { get; set; }

    public static string[] Names(string prefix, int count) =>
        [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}"))];

    public static ExprNode[] Variables(IEnumerable<string> names) => [.. names.Select(ExprNode.Variable)];

    /// <summary>A function as it is to be evaluated and differentiated.</summary>
    public static ExprNode Tidy(this ExprNode function) => Simplifies ? function.Simplify(SimplificationRule.Stable) : function;

    public static ExprNode Sum(this IEnumerable<ExprNode> terms) => terms.Aggregate(static (sum, term) => sum + term);

    /// <summary>Derivatives by forward (f) or reverse mode (r).</summary>
    public static IReadOnlyList<ExprNode> Derivatives(this ExprNode function, IReadOnlyList<string> names, char mode) =>
        function.Differentiate(names, mode == 'f' ? DifferentiationMode.Forward : DifferentiationMode.Reverse);

    public static ExprNode Square(ExprNode x) => x * x;

    /// <summary>log(exp(x0) + exp(x1) + ...), shifted by the largest; the shift has no influence on the value, so none on its derivative.</summary>
    public static ExprNode LogSumExp(IReadOnlyList<ExprNode> x)
    {
        var largest = ExprNode.Detach(x.Aggregate(ExprNode.Max));
        return ExprNode.Log(x.Select(item => ExprNode.Exp(item - largest)).Sum()) + largest;
    }

    /// <summary>The product of two matrices, without the terms that have a constant 0 as a factor.</summary>
    public static ExprNode[,] Times(this ExprNode[,] a, ExprNode[,] b)
    {
        var product = new ExprNode[a.GetLength(0), b.GetLength(1)];
        for (var i = 0; i < product.GetLength(0); i++)
        {
            for (var j = 0; j < product.GetLength(1); j++)
            {
                var terms = Enumerable.Range(0, a.GetLength(1)).Where(k => a[i, k].Value != 0 && b[k, j].Value != 0).Select(k => a[i, k] * b[k, j]).ToArray();
                product[i, j] = terms.Length == 0 ? 0 : terms.Sum();
            }
        }

        return product;
    }

    /// <summary>The function that evaluates some expressions at a point into an array of its own, the same for each call.</summary>
    public static Func<double[], double[]> Compile(IReadOnlyList<ExprNode> outputs, IReadOnlyList<string> variables)
    {
        var compiled = CompiledExpression.Compile(outputs, variables);
        var results = new double[outputs.Count];
        return point =>
        {
            compiled.Evaluate(point, results);
            return results;
        };
    }

    /// <summary>Single values for all rows, to stand beside columns.</summary>
    public static IEnumerable<ReadOnlyMemory<double>> Singles(IEnumerable<double> values) => values.Select(static value => (ReadOnlyMemory<double>)new[] { value });

    /// <summary>The columns of a matrix, as rows of data are given.</summary>
    public static IEnumerable<ReadOnlyMemory<double>> Columns(double[][] rows) =>
        Enumerable.Range(0, rows[0].Length).Select(j => (ReadOnlyMemory<double>)Array.ConvertAll(rows, row => row[j]));

    public static double[] Numbers(this JsonElement list) => [.. list.EnumerateArray().Select(static item => item.GetDouble())];

    public static double[] Numbers(this JsonElement input, string name) => input.GetProperty(name).Numbers();

    public static double[][] Matrix(this JsonElement input, string name) => [.. input.GetProperty(name).EnumerateArray().Select(static row => row.Numbers())];

    public static int Integer(this JsonElement input, string name) => input.GetProperty(name).GetInt32();
}
