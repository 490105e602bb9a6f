using System.Globalization;
using System.Text;
using PSAutodiff.Foundation;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Expressions.Text;

/// <summary>What kind of piece of text a <see cref="Token"/> is.</summary>
internal enum TokenKind : byte
{
    End,
    Number,
    Name,
    QuotedName,
    Symbol,
}

/// <summary>
/// A piece of the text of an expression. <c>Symbol</c> is set for operators and punctuation: one character for each, however it is
/// written, see <see cref="Symbols"/>.
/// </summary>
internal readonly record struct Token(TokenKind Kind, int Start, int Length, char Symbol, double Number)
{
    public int End => Start + Length;

    public bool IsName => Kind is TokenKind.Name or TokenKind.QuotedName;
}

/// <summary>The characters that stand for operators of several characters or several ways of writing.</summary>
internal static class Symbols
{
    public const char LessOrEqual = '≤';
    public const char GreaterOrEqual = '≥';
    public const char Equal = '≡';
    public const char NotEqual = '≠';
    public const char And = '∧';
    public const char Or = '∨';
    public const char Not = '¬';
    public const char Root = '√';
    public const char Squared = '²';
    public const char Cubed = '³';
    public const char Transposed = 'ᵀ';
}

/// <summary>Splits text into numbers, names and symbols; numbers are read the same in every culture.</summary>
internal sealed class Tokenizer(string text)
{
    private int _position;

    public Token Next()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position])) _position++;
        if (_position == text.Length) return new Token(TokenKind.End, _position, 0, '\0', 0);
        var start = _position;
        var c = text[start];
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(At(start + 1)))) return Number(start);
        if (VariableNames.IsStart(c)) return Name(start);
        if (c == '$' && At(start + 1) == '{') return QuotedName(start);
        var (symbol, length) = SymbolAt(start);
        if (length == 0) throw Error($"'{Character(start)}' has no meaning here; {Advice(start)}", start);
        _position += length;
        return new Token(TokenKind.Symbol, start, length, symbol, 0);
    }

    /// <summary>The name that a token stands for.</summary>
    public string NameOf(Token token)
    {
        if (token.Kind == TokenKind.Name) return text.Substring(token.Start, token.Length);
        var quoted = text.AsSpan(token.Start + 2, token.Length - 3);
        if (!quoted.Contains('`')) return quoted.ToString();
        var name = new StringBuilder();
        for (var i = 0; i < quoted.Length; i++) name.Append(quoted[quoted[i] == '`' ? ++i : i]);
        return name.ToString();
    }

    private Token Name(int start)
    {
        var hasPi = false;
        for (; _position < text.Length && VariableNames.IsPart(text[_position]); _position++) hasPi |= text[_position] == VariableNames.PiLetter;
        var name = text.AsSpan(start, _position - start);
        var word = name switch { "and" => Symbols.And, "or" => Symbols.Or, "not" => Symbols.Not, _ => '\0' };
        if (word != '\0') return new Token(TokenKind.Symbol, start, name.Length, word, 0);
        if (hasPi && name.Length > 1)
        {
            throw Error($"'{name}' can be read in two ways: write 'pi*...' for a product with the number pi, or '${{{name}}}' for a variable of this name.", start);
        }

        // The marks of a derivative belong to the name of a function.
        if (At(_position) == UnknownFunction.Prime)
        {
            while (At(_position) == UnknownFunction.Prime) _position++;
            SkipDigits();
        }

        return new Token(TokenKind.Name, start, _position - start, '\0', 0);
    }

    private Token QuotedName(int start)
    {
        for (_position += 2; _position < text.Length && text[_position] != '}'; _position++)
        {
            if (text[_position] == '{') throw Error("a brace in a name that stands in braces needs a backtick before it: `{.", _position);
            if (text[_position] == '`' && At(++_position) is not ('{' or '}' or '`')) throw Error("in a name that stands in braces a backtick stands before a brace or another backtick.", _position - 1);
        }

        if (_position >= text.Length) throw Error("expected '}' at the end of the name that begins with '${'.", start);
        _position++;
        var token = new Token(TokenKind.QuotedName, start, _position - start, '\0', 0);
        return VariableNames.IsValid(NameOf(token))
            ? token
            : throw Error($"'{NameOf(token)}' is not a name for a variable; a name is not empty and holds nothing that is invisible.", start);
    }

    /// <summary>The symbol at a position and how long it is; 0 for none.</summary>
    private (char Symbol, int Length) SymbolAt(int at) => (text[at], At(at + 1)) switch
    {
        ('*', '*') => ('^', 2),
        ('<', '=') => (Symbols.LessOrEqual, 2),
        ('>', '=') => (Symbols.GreaterOrEqual, 2),
        ('=', '=') => (Symbols.Equal, 2),
        ('!', '=') => (Symbols.NotEqual, 2),
        ('.', 'T') when !VariableNames.IsPart(At(at + 2)) => (Symbols.Transposed, 2),
        ('·' or '⋅' or '×', _) => ('*', 1),
        ('−', _) => ('-', 1),
        ('+' or '-' or '*' or '/' or '^' or '(' or ')' or ',' or ';' or ':' or '[' or ']' or '@' or '=' or '<' or '>' or '|', _) => (text[at], 1),
        (Symbols.LessOrEqual or Symbols.GreaterOrEqual or Symbols.NotEqual or Symbols.Root or Symbols.Squared or Symbols.Cubed, _) => (text[at], 1),
        _ => ('\0', 0),
    };

    private string Advice(int at) => text[at] switch
    {
        '%' => "write mod(x, y) for a remainder, x/100 for a percentage.",
        '!' => "write not x for a negation, exp(lgamma(x + 1)) for a factorial.",
        '&' => "write and between conditions.",
        '?' => "write if(c, x, y) for a choice.",
        '{' or '}' => "expressions have round parentheses ( ), and [ ] around the elements of a vector.",
        '~' => "formulas as in R are not read: write the model with its parameters, as a*x + b*z + c, and name the column to predict by itself (-Label); a regression takes columns (-Feature x, z).",
        '÷' => "write x / y.",
        '–' or '—' or '‒' or '‐' or '‑' or '﹣' or '－' => "a minus sign is written -.",
        '′' or '’' or '‘' or '`' => "a derivative of a function without a definition is written with ', as in phi'(z).",
        '∞' => "infinities have no name in expressions.",
        '$' => "names stand without it, and ${...} around a name that is not an identifier, as in ${CPU Load}.",
        '.' or '"' or '\'' or '#' or '\\' or '~' => "a name with other characters than letters, digits and '_' is written in braces, as in ${CPU.Load}.",
        '⁰' or '¹' or (>= '⁴' and <= '⁹') or '⁻' or 'ⁿ' => "write powers other than ² and ³ with ^.",
        _ => "expected a number, a name, an operator (+ - * / ^) or parentheses.",
    };

    private Token Number(int start)
    {
        SkipDigits();
        if (At(_position) == '.' && !(At(_position + 1) == 'T' && !VariableNames.IsPart(At(_position + 2))))
        {
            _position++;
            SkipDigits();
        }

        if (At(_position) is 'e' or 'E')
        {
            var digits = _position + 1;
            if (At(digits) is '+' or '-') digits++;
            if (char.IsAsciiDigit(At(digits)))
            {
                _position = digits;
                SkipDigits();
            }
        }

        var number = text.AsSpan(start, _position - start);
        var value = double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (double.IsInfinity(value))
        {
            throw new ExpressionSyntaxException(
                ErrorIds.ConstantNotFinite,
                "this number is too large for a double (the largest is about 1.8e308).",
                text,
                start);
        }

        return NumberText.IsLost(number, value)
            ? throw new ExpressionSyntaxException(ErrorIds.ConstantUnderflow, NumberText.Underflow(number.ToString()), text, start)
            : new Token(TokenKind.Number, start, _position - start, '\0', value);
    }

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(At(_position))) _position++;
    }

    // A character past the end is none of those that are looked for.
    private char At(int position) => position < text.Length ? text[position] : '\0';

    private string Character(int at) => char.IsHighSurrogate(text[at]) && char.IsLowSurrogate(At(at + 1)) ? text.Substring(at, 2) : text.Substring(at, 1);

    private ExpressionSyntaxException Error(string problem, int at) => new(ErrorIds.ExpressionSyntax, problem, text, at);
}
