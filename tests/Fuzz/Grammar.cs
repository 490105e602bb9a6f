using System.Globalization;
using System.Text;

namespace PSAutodiff.Fuzz;

/// <summary>Random expressions, and random texts of the language of expressions with all its forms of writing.</summary>
internal static class Grammar
{
    private static readonly string[] Names = ["x", "y", "z", "_", "été", "x1", "T", "t1", "expx", "A_b9"];

    private static readonly double[] Constants =
        [0, 1, -1, 2, -2, 3, 0.5, -0.0, 10, 0.1, 1.7, 1e-300, -1e300, double.Epsilon, double.MaxValue, Math.PI, -2.5e-7, 1e21, 123456789.125, 1.2345678901234568e17];

    private static readonly Operation[] Operations = [.. OperationTable.ByCode.Where(static operation => operation.Arity > 0)];

    /// <summary>A random expression with shared parts.</summary>
    public static ExprNode Expression(Random random, int most)
    {
        var made = new List<ExprNode>();
        for (var i = 1 + random.Next(most); i > 0; i--)
        {
            var operation = Operations[random.Next(Operations.Length)];
            made.Add(ExprNode.Apply(operation, Argument(), operation.Arity > 1 ? Argument() : null, operation.Arity > 2 ? Argument() : null));
        }

        return made[^1];

        ExprNode Argument() => made.Count > 0 && random.Next(8) < 5
            ? made[Math.Max(0, made.Count - 1 - random.Next(3))]
            : random.Next(3) == 0 ? ExprNode.Constant(Constants[random.Next(Constants.Length)]) : ExprNode.Variable(Names[random.Next(3)]);
    }

    /// <summary>A random program: bindings, then an expression.</summary>
    public static string Program(Random random)
    {
        var text = new StringBuilder();
        var bound = new List<string>();
        for (var i = random.Next(4); i > 0; i--)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"b{i}");
            text.Append(name).Append(Space(random)).Append('=').Append(Sum(random, 3, bound)).Append(';').Append(Space(random));
            bound.Add(name);
        }

        return text.Append(Sum(random, 5, bound)).ToString();
    }

    private static string Sum(Random random, int depth, List<string> bound)
    {
        if (depth == 0) return Leaf(random, bound);
        string Part() => Sum(random, depth - 1 - random.Next(Math.Min(depth, 2)), bound);
        return random.Next(9) switch
        {
            0 => Leaf(random, bound),
            1 => $"({Space(random)}{Part()})",
            2 => $"-{Part()}",
            3 => $"{Part()}{Space(random)}^{Space(random)}{Part()}",
            4 or 5 => Call(),
            _ => $"{Part()}{Space(random)}{"+-*/"[random.Next(4)]}{Space(random)}{Part()}",
        };

        string Call()
        {
            var operation = Operations[random.Next(Operations.Length)];
            var arguments = Enumerable.Range(0, operation.Arity).Select(_ => Part());
            return $"{operation.Name}{Space(random)}({string.Join(',', arguments)})";
        }
    }

    private static string Leaf(Random random, List<string> bound) => random.Next(4) switch
    {
        0 => Constants[random.Next(Constants.Length)].ToString(random.Next(2) == 0 ? "R" : "E17", CultureInfo.InvariantCulture),
        1 when bound.Count > 0 => bound[random.Next(bound.Count)],
        2 => random.Next(3) == 0 ? "pi" : random.Next(100).ToString(CultureInfo.InvariantCulture),
        _ => Names[random.Next(Names.Length)],
    };

    private static string Space(Random random) => random.Next(12) switch { 0 => "  ", 1 => "\n", 2 => "\t", < 6 => " ", _ => string.Empty };
}
