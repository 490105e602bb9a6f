using System.Globalization;
using PSAutodiff.Foundation;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Expressions.Text;

/// <summary>What kind of piece of text a <see cref="Token"/> is.</summary>
internal enum TokenKind
{
    End,
    Number,
    Name,
    Symbol,
}

/// <summary>A piece of the text of an expression; <c>Symbol</c> is set for operators and punctuation.</summary>
internal readonly record struct Token(TokenKind Kind, int Start, int Length, char Symbol, double Number);

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
        if (char.IsAsciiDigit(c) || (c == '.' && start + 1 < text.Length && char.IsAsciiDigit(text[start + 1]))) return Number(start);
        if (VariableNames.IsStart(c))
        {
            while (_position < text.Length && VariableNames.IsPart(text[_position])) _position++;
            return new Token(TokenKind.Name, start, _position - start, '\0', 0);
        }

        _position++;
        return c is '+' or '-' or '*' or '/' or '^' or '(' or ')' or ',' or ';' or '='
            ? new Token(TokenKind.Symbol, start, 1, c, 0)
            : throw new ExpressionSyntaxException(
                ErrorIds.ExpressionSyntax,
                $"'{c}' has no meaning here; expected a number, a name, an operator (+ - * / ^) or parentheses.",
                text,
                start);
    }

    private Token Number(int start)
    {
        SkipDigits();
        if (_position < text.Length && text[_position] == '.')
        {
            _position++;
            SkipDigits();
        }

        if (_position < text.Length && text[_position] is 'e' or 'E')
        {
            var digits = _position + 1;
            if (digits < text.Length && text[digits] is '+' or '-') digits++;
            if (digits < text.Length && char.IsAsciiDigit(text[digits]))
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
        while (_position < text.Length && char.IsAsciiDigit(text[_position])) _position++;
    }
}
