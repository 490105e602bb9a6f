using System.Globalization;
using System.Text;
using PSAutodiff.Expressions;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Fuzz;

/// <summary>Random expressions, and random texts of the language of expressions with all its forms of writing.</summary>
internal static class Grammar
{
    private static readonly string[] Names = ["x", "y", "z", "_", "été", "x1", "T", "t1", "expx", "A_b9", "CPU Load", "a-b", "{`}", "2x", "or", "πr", "exp"];

    private static readonly double[] Constants =
        [0, 1, -1, 2, -2, 3, 0.5, -0.0, 10, 0.1, 1.7, 1e-300, -1e300, double.Epsilon, double.MaxValue, Math.PI, -2.5e-7, 1e21, 123456789.125, 1.2345678901234568e17];

    private static readonly Operation[] Operations = [.. OperationTable.OfNumbers];

    private static readonly IReadOnlyList<NamedFunction> Functions = NamedFunction.All;

    // Functions without definitions; the last ones need a declaration.
    private static readonly (string Name, int Arity)[] Unknown = [("phi", 1), ("f", 2), ("G", 3), ("Φ", 1), ("act", 1), ("t1", 2), ("été", 3), ("function", 1)];

    private const int NeedNoDeclaration = 4;

    private static readonly string[] Prefixes = ["-", "-", "−", "+", "√", "not "];

    private static readonly string[] Operators = ["+", "-", "*", "/", "**", "·", "×", "−"];

    private static readonly string[] Comparisons = ["<", "<=", ">", ">=", "==", "!=", "≤", "≥", "≠"];

    /// <summary>A random expression with shared parts.</summary>
    public static ExprNode Expression(Random random, int most)
    {
        var made = new List<ExprNode>();
        var hasFunctions = random.Next(4) == 0;
        for (var i = 1 + random.Next(most); i > 0; i--)
        {
            if (hasFunctions && random.Next(3) == 0)
            {
                var (function, arity) = Unknown[random.Next(Unknown.Length)];
                made.Add(ExprNode.Function(function + Marks(random, arity), [.. Enumerable.Range(0, arity).Select(_ => Argument())]));
                continue;
            }

            var operation = Operations[random.Next(Operations.Length)];
            made.Add(ExprNode.Apply(operation, Argument(), operation.Arity > 1 ? Argument() : null, operation.Arity > 2 ? Argument() : null));
        }

        return made[^1];

        ExprNode Argument() => made.Count > 0 && random.Next(8) < 5
            ? made[Math.Max(0, made.Count - 1 - random.Next(3))]
            : random.Next(3) == 0 ? ExprNode.Constant(Constants[random.Next(Constants.Length)]) : ExprNode.Variable(Names[random.Next(random.Next(4) == 0 ? Names.Length : 3)]);
    }

    /// <summary>A random program: declarations and bindings, then an expression.</summary>
    public static string Program(Random random)
    {
        var text = new StringBuilder();
        var bound = new List<string>();
        var declares = random.Next(3) == 0;
        for (var i = random.Next(4); i > 0; i--)
        {
            if (declares && random.Next(2) == 0) text.Append(Unknown[random.Next(Unknown.Length)].Name).Append(Space(random)).Append(':').Append(Space(random)).Append("function").Append(Space(random)).Append(';');
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
        return random.Next(16) switch
        {
            0 => Leaf(random, bound),
            1 or 2 => $"({Space(random)}{Part()})",
            3 => $"{Prefixes[random.Next(Prefixes.Length)]}{Part()}",
            4 => $"{Part()}{Space(random)}^{Space(random)}{Part()}",
            5 or 6 or 7 => Call(),
            8 => $"|{Part()}|",
            9 => $"{Leaf(random, bound)}{"²³"[random.Next(2)]}",
            10 => $"{random.Next(12)}{(random.Next(2) == 0 ? $"({Part()})" : Name(random))}",
            11 or 12 => $"({Part()}{Space(random)}{Comparisons[random.Next(Comparisons.Length)]}{Space(random)}{Part()})",
            13 => $"({Part()} {(random.Next(2) == 0 ? "and" : "or")} {Part()})",
            _ => $"{Part()}{Space(random)}{Operators[random.Next(Operators.Length)]}{Space(random)}{Part()}",
        };

        string Call()
        {
            if (random.Next(6) == 0)
            {
                var (name, arity) = Unknown[random.Next(random.Next(3) == 0 ? Unknown.Length : NeedNoDeclaration)];
                return $"{name}{Marks(random, arity)}{Space(random)}({string.Join(',', Enumerable.Range(0, arity).Select(_ => Part()))})";
            }

            var function = Functions[random.Next(Functions.Count)];
            var count = Enumerable.Range(1, 9).Where(function.Takes).OrderBy(_ => random.Next()).First();
            return $"{function.Name}{Space(random)}({string.Join(',', Enumerable.Range(0, count).Select(_ => Part()))})";
        }
    }

    private static string Marks(Random random, int arity) =>
        random.Next(2) == 0 ? string.Empty :
        arity == 1 ? new string('\'', 1 + random.Next(4)) :
        "'" + string.Concat(Enumerable.Range(0, 1 + random.Next(3)).Select(_ => (1 + random.Next(arity)).ToString(CultureInfo.InvariantCulture)));

    private static string Leaf(Random random, List<string> bound) => random.Next(4) switch
    {
        0 => Constants[random.Next(Constants.Length)].ToString(random.Next(2) == 0 ? "R" : "E17", CultureInfo.InvariantCulture),
        1 when bound.Count > 0 => bound[random.Next(bound.Count)],
        2 => random.Next(3) == 0 ? (random.Next(2) == 0 ? "pi" : "π") : random.Next(100).ToString(CultureInfo.InvariantCulture),
        _ => Name(random),
    };

    private static string Name(Random random) => VariableNames.Quote(Names[random.Next(Names.Length)]);

    private static string Space(Random random) => random.Next(12) switch { 0 => "  ", 1 => "\n", 2 => "\t", < 6 => " ", _ => string.Empty };
}
