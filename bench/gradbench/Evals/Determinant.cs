using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>det: a determinant by expansion by minors along the first row. Minors of the same columns are one expression.</summary>
internal static class Determinant
{
    public static Func<object> Primal(JsonElement input)
    {
        var evaluate = Ready(input, static (function, _) => [function]);
        return () => evaluate()[0];
    }

    public static Func<object> Gradient(JsonElement input) => Ready(input, static (function, names) => function.Gradient(names));

    private static Func<double[]> Ready(JsonElement input, Func<ExprNode, string[], IReadOnlyList<ExprNode>> outputs)
    {
        var (point, size) = (input.Numbers("A"), input.Integer("ell"));
        var names = Formula.Names("a", point.Length);
        var function = Formula.Compile(outputs(Expand(Formula.Variables(names), size).Tidy(), names), names);
        return () => function(point);
    }

    private static ExprNode Expand(ExprNode[] a, int size)
    {
        // The minor of the last rows and of a set of as many columns, for sets in ascending order, so that smaller ones come first.
        var minors = new ExprNode[1 << size];
        minors[0] = 1;
        for (var set = 1; set < minors.Length; set++)
        {
            var row = size - int.PopCount(set);
            var columns = Enumerable.Range(0, size).Where(column => (set & (1 << column)) != 0);
            minors[set] = columns.Select((column, k) => (k % 2 == 0 ? a[(row * size) + column] : -a[(row * size) + column]) * minors[set ^ (1 << column)]).Sum();
        }

        return minors[^1];
    }
}
