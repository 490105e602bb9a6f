using System.Globalization;
using System.Text;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// Names of variables and functions as a typesetter writes them: <c>w11</c> and <c>w_11</c> are w with the subscript 11, <c>alpha</c> is the Greek
/// letter. Two variables of one expression never look alike.
/// </summary>
internal abstract class TypesetNames
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    protected TypesetNames(IReadOnlyList<string> names, IReadOnlySet<string>? arrays = null)
    {
        HasGreekLetters = names.Any(static name => name.Any(static c => Greek.Values.Contains(c)));
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            var isArray = arrays?.Contains(name) == true;
            var text = VariableNames.IsIdentifier(name) && Split(name, out var parts) ? Compose(parts, isArray) : Whole(name, isArray);
            if (!taken.Add(text)) taken.Add(text = Whole(name, isArray));
            _names.Add(name, text);
        }
    }

    /// <summary>Greek letters by the names that both LaTeX and people use; capitals that look Latin have none.</summary>
    protected static IReadOnlyDictionary<string, char> Greek { get; } = (
        "alphaα betaβ gammaγ deltaδ epsilonϵ varepsilonε zetaζ etaη thetaθ varthetaϑ iotaι kappaκ lambdaλ muμ "
        + "nuν xiξ piπ rhoρ varrhoϱ sigmaσ varsigmaς tauτ upsilonυ phiϕ varphiφ chiχ psiψ omegaω GammaΓ DeltaΔ "
        + "ThetaΘ LambdaΛ XiΞ PiΠ SigmaΣ UpsilonΥ PhiΦ PsiΨ OmegaΩ")
        .Split(' ').ToDictionary(static pair => pair[..^1], static pair => pair[^1], StringComparer.Ordinal);

    /// <summary>Whether names contain Greek letters themselves; spelt-out letters then stay words.</summary>
    public bool HasGreekLetters { get; }

    public string this[string name] => _names[name];

    /// <summary>The name in one piece: digits and underscores as they are.</summary>
    protected abstract string Literal(string name);

    /// <summary>A letter, word or number on its own.</summary>
    protected abstract string Part(string part);

    /// <summary>A part with a subscript, which is not empty.</summary>
    protected abstract string Subscripted(string part, IEnumerable<string> subscripts);

    /// <summary>A letter, word or name as that of a vector or matrix.</summary>
    protected virtual string Bold(string text) => text;

    private string Whole(string name, bool isArray) => isArray ? Bold(Literal(name)) : Literal(name);

    private string Compose(List<string> parts, bool isArray)
    {
        var head = isArray ? Bold(Part(parts[0])) : Part(parts[0]);
        return parts.Count == 1 ? head : Subscripted(head, parts.Skip(1).Select(Part));
    }

    /// <summary>The name at its underscores and before its last digits; false for one that begins or ends with underscores or has two in a row.</summary>
    private static bool Split(string name, out List<string> parts)
    {
        parts = [.. name.Split('_')];
        if (parts.Contains(string.Empty)) return false;
        var head = parts[0];
        var letters = head.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        if (letters.Length is 0 || letters.Length == head.Length) return letters.Length > 0;
        parts[0] = letters;
        parts.Insert(1, head[letters.Length..]);
        return true;
    }
}

/// <summary>Names in LaTeX: other letters than those of mathematics stand as text, which an engine shows that has a font with them; what is no letter is spelt out.</summary>
internal sealed class LatexNames(IReadOnlyList<string> names, IReadOnlySet<string>? arrays = null) : TypesetNames(names, arrays)
{
    // Combining marks and the math accents that draw them.
    private static readonly Dictionary<char, string> Accents = new()
    {
        ['\u0300'] = "grave",
        ['\u0301'] = "acute",
        ['\u0302'] = "hat",
        ['\u0303'] = "tilde",
        ['\u0304'] = "bar",
        ['\u0306'] = "breve",
        ['\u0307'] = "dot",
        ['\u0308'] = "ddot",
        ['\u030A'] = "mathring",
        ['\u030C'] = "check",
    };

    // What means something to LaTeX, or would be taken for an operator, in names that are no identifiers.
    private static readonly Dictionary<char, string> Signs = new()
    {
        [' '] = @"\ ",
        ['#'] = @"\#",
        ['$'] = @"\$",
        ['%'] = @"\%",
        ['&'] = @"\&",
        ['{'] = @"\{",
        ['}'] = @"\}",
        ['\\'] = @"\backslash{}",
        ['~'] = @"{\sim}",
        ['^'] = @"{\wedge}",
        ['-'] = @"\text{-}",
    };

    private const string Italic = @"\mathit{";

    private static readonly Dictionary<char, string> GreekCommands = CommandsOfLetters();

    protected override string Literal(string name)
    {
        var text = new StringBuilder(Italic);
        foreach (var rune in name.EnumerateRunes()) text.Append(rune.IsBmp ? Letter((char)rune.Value) : Rune.IsLetter(rune) ? Upright(rune.ToString()) : Spelt(rune.Value));
        return text.Append('}').ToString();
    }

    protected override string Part(string part) =>
        part.All(char.IsAsciiDigit) ? part :
        !HasGreekLetters && Greek.ContainsKey(part) ? "\\" + part :
        part.Length == 1 ? Letter(part[0]) :
        Literal(part);

    protected override string Subscripted(string part, IEnumerable<string> subscripts) => $"{part}_{{{string.Join(", ", subscripts)}}}";

    protected override string Bold(string text) =>
        text.StartsWith(Italic, StringComparison.Ordinal) ? @"\mathbf{" + text[Italic.Length..] :
        text[0] is '\\' or '{' ? $@"\boldsymbol{{{text}}}" :
        $@"\mathbf{{{text}}}";

    private static string Letter(char c)
    {
        if (c == '_') return @"\_";
        if (char.IsAsciiLetterOrDigit(c)) return c.ToString();
        if (Signs.TryGetValue(c, out var sign)) return sign;
        if (GreekCommands.TryGetValue(c, out var command)) return $"{{{command}}}";
        if (char.IsAscii(c)) return $"{{{c}}}";
        var decomposed = c.ToString().Normalize(NormalizationForm.FormD);
        return decomposed.Length == 2 && char.IsAsciiLetter(decomposed[0]) && Accents.TryGetValue(decomposed[1], out var accent)
            ? $@"\{accent}{{{decomposed[0]}}}"
            : char.IsLetter(c) ? Upright(c.ToString()) : Spelt(c);
    }

    // Text mode knows the letters that mathematics has no signs for.
    private static string Upright(string letter) => $@"\text{{{letter}}}";

    private static string Spelt(int character) => string.Create(CultureInfo.InvariantCulture, $@"\mathrm{{u{character:X4}}}");

    private static Dictionary<char, string> CommandsOfLetters()
    {
        var commands = new Dictionary<char, string>();
        foreach (var (name, letter) in Greek) commands[letter] = "\\" + name;
        return commands;
    }
}

/// <summary>Names in MathML.</summary>
internal sealed class MathMLNames(IReadOnlyList<string> names, IReadOnlySet<string>? arrays = null) : TypesetNames(names, arrays)
{
    private const string Identifier = "<mi>";
    protected override string Literal(string name) => $"<mi>{MathMLStyle.Escape(name)}</mi>";

    protected override string Part(string part) =>
        part.All(char.IsAsciiDigit) ? $"<mn>{part}</mn>" :
        !HasGreekLetters && Greek.TryGetValue(part, out var letter) ? $"<mi>{letter}</mi>" :
        Literal(part);

    protected override string Subscripted(string part, IEnumerable<string> subscripts)
    {
        var list = subscripts.ToList();
        return list.Count == 1
            ? $"<msub>{part}{list[0]}</msub>"
            : $"<msub>{part}<mrow>{string.Join("<mo>,</mo>", list)}</mrow></msub>";
    }

    // Browsers have no other bold letters in formulas than those of Unicode; other programs know what the attribute says of the rest.
    protected override string Bold(string text)
    {
        var content = text[Identifier.Length..^"</mi>".Length];
        var bold = new StringBuilder();
        foreach (var c in content)
        {
            if (BoldOf(c) is not { } letter) return $"<mi mathvariant=\"bold\">{content}</mi>";
            bold.Append(char.ConvertFromUtf32(letter));
        }

        return $"{Identifier}{bold}</mi>";
    }

    // The mathematical alphanumeric symbols.
    private static int? BoldOf(char c) => c switch
    {
        >= 'A' and <= 'Z' => 0x1D400 + (c - 'A'),
        >= 'a' and <= 'z' => 0x1D41A + (c - 'a'),
        >= '0' and <= '9' => 0x1D7CE + (c - '0'),
        >= 'Α' and <= 'Ω' and not '\u03A2' => 0x1D6A8 + (c - 'Α'),
        >= 'α' and <= 'ω' => 0x1D6C2 + (c - 'α'),
        'ϵ' => 0x1D6DC,
        'ϑ' => 0x1D6DD,
        'ϕ' => 0x1D6DF,
        'ϱ' => 0x1D6E0,
        _ => null,
    };
}
