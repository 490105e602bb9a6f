namespace PSAutodiff.Tests;

/// <summary>Random expressions with exact constants, and valid identities applied to random parts of them.</summary>
internal sealed class RandomIdentities(int seed)
{
    private static readonly string[] Names = ["x", "y", "z"];

    private static readonly double[] Constants = [1, 2, -1, 3, 0.5, -2, 0.25, 5];

    private static readonly string[] Unary =
        ["exp", "log", "sigmoid", "tanh", "softplus", "sqrt", "sin", "cos", "abs", "relu", "log1p", "expm1", "sinh", "cosh", "sech2", "dsigmoid", "atan", "floor", "tan", "neg",
        "cbrt", "sign", "asin", "acos", "asinh", "acosh", "atanh", "log2", "log10", "ceil", "cbrt", "abs", "log", "sqrt"];

    private static readonly string[] Binary = ["sum", "sub", "mul", "div", "sum", "mul", "mul", "max", "min", "hypot", "atan2", "pow"];

    private readonly Random _random = new(seed);

    /// <summary>An expression with so many operations at most.</summary>
    public ExprNode Expression(int size)
    {
        var made = new List<ExprNode> { Leaf() };
        for (var count = 1 + _random.Next(size); count > 0; count--)
        {
            made.Add(_random.Next(20) switch
            {
                < 10 => Apply(Pick(Binary), Operand(made), Operand(made)),
                < 12 => ExprNode.Pow(Operand(made), 2 + _random.Next(2)),
                12 => ExprNode.Pow(Operand(made), _random.Next(2) == 0 ? -1 : 0.5),
                _ => Apply(Pick(Unary), Operand(made)),
            });
        }

        return made[^1];
    }

    /// <summary>The same function, written another way: so many identities, each applied to a random part.</summary>
    public ExprNode Rewritten(ExprNode node, int count)
    {
        for (; count > 0; count--) node = Replace(node, Rewrite);
        return node;
    }

    /// <summary>Another function most of the time: a small change somewhere.</summary>
    public ExprNode Spoiled(ExprNode node) => Replace(node, part => _random.Next(14) switch
    {
        0 => part + 1,
        1 => -1 * part,
        2 => 2 * part,
        3 => part * ExprNode.Variable(Pick(Names)),
        4 => part * part,

        // Identities that are none: for some signs only, or on one branch.
        5 => ExprNode.Sqrt(part * part),
        6 => ExprNode.Exp(ExprNode.Log(part * part) / 2),
        7 => ExprNode.Asin(ExprNode.Sin(part)),
        8 => ExprNode.Pow(ExprNode.Pow(part, 2), 0.5),
        9 => ExprNode.Sign(part) * ExprNode.Sign(part) * part + ExprNode.Cbrt(part * part),
        10 when part.Op == "mul" => ExprNode.Abs(part.X!) * part.Y! + 0 * ExprNode.Sqrt(part.X! * part.Y!),
        11 when part.Op == "mul" => ExprNode.Abs(part.X!) * ExprNode.Abs(part.Y!),
        12 when part.Arguments.Count == 2 => Apply(part.Op, part.Y!, part.X!),
        _ => ExprNode.Abs(part),
    });

    private ExprNode Rewrite(ExprNode u)
    {
        var v = Expression(2);
        var one = ExprNode.Constant(1);
        return (u.Op, _random.Next(3)) switch
        {
            ("sum", < 2) => u.Y! + u.X!,
            ("mul", 0) => u.Y! * u.X!,
            ("mul", 1) when u.Y!.Op == "sum" => (u.X! * u.Y.X!) + (u.X! * u.Y.Y!),
            ("sub", < 2) => u.X! + (-1 * u.Y!),
            ("div", < 2) => u.X! * (1 / u.Y!),
            ("pow", < 2) when u.Y!.Value == 2 => u.X! * u.X!,
            ("exp", 0) => ExprNode.Pow(ExprNode.Exp(u.X! / 2), 2),
            ("exp", 1) when u.X!.Op == "sum" => ExprNode.Exp(u.X.X!) * ExprNode.Exp(u.X.Y!),
            ("log", 0) => ExprNode.Log(3 * u.X!) - ExprNode.Log(3),
            ("log", 1) when u.X!.Op == "mul" => (ExprNode.Log(u.X.X! * u.X.X!) + ExprNode.Log(u.X.Y! * u.X.Y!)) / 2,
            ("log", 2) => 2 * ExprNode.Log(ExprNode.Sqrt(u.X!)),
            ("sigmoid", 0) => 1 / (1 + ExprNode.Exp(-u.X!)),
            ("sigmoid", 1) => 1 - ExprNode.Sigmoid(-u.X!),
            ("sigmoid", 2) => ExprNode.Exp(u.X!) / (1 + ExprNode.Exp(u.X!)),
            ("tanh", < 2) => (2 * ExprNode.Sigmoid(2 * u.X!)) - 1,
            ("softplus", 0) => ExprNode.Log(1 + ExprNode.Exp(u.X!)),
            ("softplus", 1) => u.X! + ExprNode.Softplus(-u.X!),
            ("sech2", < 2) => 1 - ExprNode.Pow(ExprNode.Tanh(u.X!), 2),
            ("dsigmoid", < 2) => ExprNode.Sigmoid(u.X!) * (1 - ExprNode.Sigmoid(u.X!)),
            ("sqrt", 0) => ExprNode.Pow(u.X!, 0.5),
            ("sqrt", 1) => ExprNode.Sqrt(4 * u.X!) / 2,
            ("abs", 0) => ExprNode.Sqrt(u.X! * u.X!),
            ("abs", 2) => ExprNode.Sign(u.X!) * u.X!,
            ("cbrt", 0) => ExprNode.Cbrt(8 * u.X!) / 2,
            ("cbrt", 1) => -ExprNode.Cbrt(-u.X!),
            ("cbrt", 2) when u.X!.Op == "mul" => ExprNode.Cbrt(u.X.X!) * ExprNode.Cbrt(u.X.Y!),
            ("abs", 1) => ExprNode.Max(u.X!, -u.X!),
            ("relu", < 2) => ExprNode.Max(0, u.X!),
            ("max", < 2) => -ExprNode.Min(-u.X!, -u.Y!),
            ("sin", 0) => -ExprNode.Sin(-u.X!),
            ("sin", 1) => 2 * ExprNode.Sin(u.X! / 2) * ExprNode.Cos(u.X! / 2),
            ("cos", 0) => 1 - (2 * ExprNode.Pow(ExprNode.Sin(u.X! / 2), 2)),
            ("cosh", < 2) => (ExprNode.Exp(u.X!) + ExprNode.Exp(-u.X!)) / 2,
            ("sinh", < 2) => ExprNode.Exp(u.X!) - ExprNode.Cosh(u.X!),
            ("hypot", < 2) => ExprNode.Sqrt((u.X! * u.X!) + (u.Y! * u.Y!)),
            _ => _random.Next(10) switch
            {
                0 => u + v - v,
                1 => u * (1 + (v * v)) / (1 + (v * v)),
                2 => ExprNode.Log(ExprNode.Exp(u)),
                3 => u * (ExprNode.Pow(ExprNode.Sin(v), 2) + ExprNode.Pow(ExprNode.Cos(v), 2)),
                4 => (u * u) - (u * (u - one)),
                5 => u * ExprNode.Exp(v) * ExprNode.Exp(-v),

                // Where the inner function has a value, which says something of the sign of a product.
                6 => ExprNode.Pow(ExprNode.Sqrt(u), 2),
                7 => ExprNode.Exp(ExprNode.Log(u)),
                8 => ExprNode.Sin(ExprNode.Asin(u)),
                _ => -(-u),
            },
        };
    }

    /// <summary>The expression with a random part replaced; parts near the root are as likely as those far from it.</summary>
    private ExprNode Replace(ExprNode node, Func<ExprNode, ExprNode> change)
    {
        var path = new Stack<(ExprNode Node, int Argument)>();
        var part = node;
        while (part.Arguments.Count > 0 && _random.Next(3) > 0)
        {
            var argument = _random.Next(part.Arguments.Count);

            // Exponents stay numbers.
            if (part.Op == "pow") argument = 0;
            path.Push((part, argument));
            part = part.Arguments[argument];
        }

        part = change(part);
        while (path.TryPop(out var step))
        {
            var arguments = step.Node.Arguments.ToArray();
            arguments[step.Argument] = part;
            part = Apply(step.Node.Op, arguments);
        }

        return part;
    }

    private ExprNode Operand(List<ExprNode> made) => _random.Next(3) == 0 ? Leaf() : made[^1];

    private ExprNode Leaf() => _random.Next(3) == 0 ? Constants[_random.Next(Constants.Length)] : ExprNode.Variable(Pick(Names));

    private string Pick(string[] names) => names[_random.Next(names.Length)];

    private static ExprNode Apply(string operation, params ExprNode[] arguments) => ExprNode.Apply(
        OperationTable.ByCode.First(known => known.Name == operation),
        arguments[0],
        arguments.Length > 1 ? arguments[1] : null,
        arguments.Length > 2 ? arguments[2] : null);
}
