namespace PSAutodiff.Core;

/// <summary>
/// How a text format writes an operation: a template in which <c>#1</c>, <c>#2</c>, <c>#3</c> stand for the arguments, how tightly
/// the whole binds, and how tightly each argument has to bind to stand without parentheses.
/// </summary>
internal sealed class Notation
{
    public const int OrLevel = 1;
    public const int AndLevel = 2;
    public const int NotLevel = 3;
    public const int ComparisonLevel = 4;
    public const int SumLevel = 5;

    /// <summary>A matrix product: only written, read like other products.</summary>
    public const int MatrixProductLevel = 6;
    public const int ProductLevel = 7;
    public const int SignLevel = 8;

    /// <summary>A number directly before its factor, as in 2x: only read, never written.</summary>
    public const int NumberProductLevel = 9;
    public const int PowerLevel = 10;
    public const int Atom = 11;

    private const string CallStart = "<mrow>";
    private const string ApplyFunction = "<mo>\u2061</mo><mrow><mo>(</mo>";

    private static readonly string[] Placeholders = ["#1", "#2", "#3"];

    public Notation(string template, int level, params int[] argumentLevels)
    {
        Level = level;
        ArgumentLevels = argumentLevels;
        Pieces = Split(template);
    }

    public int Level { get; }

    public int[] ArgumentLevels { get; }

    /// <summary>Literal text and arguments in turn: an argument's index, or -1 where <c>Text</c> is to be written.</summary>
    public (string Text, int Argument)[] Pieces { get; }

    /// <summary>A function call: <c>name(#1, #2)</c>.</summary>
    public static Notation Call(string name, int arity) =>
        new($"{name}({string.Join(", ", Placeholders.Take(arity))})", Atom, new int[arity]);

    /// <summary>A function call in the lab's print: <c>name ( #1 , #2 )</c>.</summary>
    public static Notation LabCall(string name, int arity) =>
        new($"{name} ( {string.Join(" , ", Placeholders.Take(arity))} )", Atom, new int[arity]);

    /// <summary>An infix operation in the lab's print: <c>( #1 + #2 )</c>.</summary>
    public static Notation LabInfix(string symbol) => new($"( #1 {symbol} #2 )", Atom, 0, 0);

    /// <summary>A LaTeX function call with parentheses that grow.</summary>
    public static Notation LatexCall(string command, int arity) =>
        new($"{command}\\left({string.Join(", ", Placeholders.Take(arity))}\\right)", Atom, new int[arity]);

    /// <summary>A MathML function call; the character after the name is the invisible operator "apply function".</summary>
    public static Notation MathMLCall(string name, int arity) => MathMLApply($"<mi>{name}</mi>", arity);

    /// <summary>The same of a function that is an element.</summary>
    public static Notation MathMLApply(string function, int arity) => new(
        $"{CallStart}{function}{ApplyFunction}{string.Join("<mo>,</mo>", Placeholders.Take(arity))}<mo>)</mo></mrow></mrow>",
        Atom,
        new int[arity]);

    /// <summary>The element of the function in a MathML call; null where it is no call.</summary>
    public string? MathMLFunction =>
        Pieces is [(var start, < 0), (_, 0), ..] && start.StartsWith(CallStart, StringComparison.Ordinal) && start.EndsWith(ApplyFunction, StringComparison.Ordinal)
            ? start[CallStart.Length..^ApplyFunction.Length]
            : null;

    /// <summary>An operator between two arguments in MathML.</summary>
    public static Notation MathMLInfix(string symbol, int level, params int[] argumentLevels) =>
        new($"<mrow>#1<mo>{symbol}</mo>#2</mrow>", level, argumentLevels);

    private static (string Text, int Argument)[] Split(string template)
    {
        var pieces = new List<(string, int)>();
        var start = 0;
        for (var i = 0; i + 1 < template.Length; i++)
        {
            if (template[i] != '#') continue;
            if (i > start) pieces.Add((template[start..i], -1));
            pieces.Add((string.Empty, template[i + 1] - '1'));
            start = i + 2;
        }

        if (start < template.Length) pieces.Add((template[start..], -1));
        return [.. pieces];
    }
}
