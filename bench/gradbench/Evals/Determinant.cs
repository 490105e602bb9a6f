using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>det: a determinant by expansion by minors along the first row. Minors of the same columns are one expression.</summary>
internal static class Determinant
{
    public static Func<object> Primal(JsonElement input) => Formula.At(input, [Expand(input.Integer("ell"))], "A").Number();

    public static Func<object> Gradient(JsonElement input) => Formula.At(input, Expand(input.Integer("ell")).Gradient("A"), "A");

    private static ExprNode Expand(int size)
    {
        // The minor of the last rows and of a set of as many columns, for sets in ascending order, so that smaller ones come first.
        var a = ExprNode.Variable("A", size, size);
        var minors = new ExprNode[1 << size];
        minors[0] = 1;
        for (var set = 1; set < minors.Length; set++)
        {
            var row = size - int.PopCount(set);
            var columns = Enumerable.Range(0, size).Where(column => (set & (1 << column)) != 0);
            minors[set] = columns.Select((column, k) => (k % 2 == 0 ? 1 : -1) * a[row, column] * minors[set ^ (1 << column)]).Aggregate(static (sum, term) => sum + term);
        }

        return minors[^1].Tidy();
    }
}
