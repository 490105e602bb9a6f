using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <content>What is refused, and what to write instead.</content>
internal sealed partial class ExpressionParser
{
    private const string ExpectedOperand = "expected a number, a name, a function call, '-' or '('";
    private const string ExpectedOperatorInBracket = "expected an operator (+ - * / ^), ',' or ']'";
    private const string ExpectedOperator = "expected an operator (+ - * / ^), ')' or the end";

    // So many tokens after the name of a function without parentheses, an error is probably about that.
    private const int TokensNear = 4;

    // Names of functions are longer than most names of variables.
    private const int LongestSymbol = 2;

    /// <summary>What may be wrong when the name of a function stands without parentheses shortly before; empty for none.</summary>
    private string BareFunctionAdvice()
    {
        var tokenizer = new Tokenizer(_text);
        var (name, distance, isPower) = (string.Empty, 0, false);
        var token = tokenizer.Next();
        while (token.Start < _current.Start)
        {
            var next = Following(token, tokenizer);
            distance++;
            if (token.Kind == TokenKind.Name && !IsSymbol(next, '(') && NamedFunction.TryFind(Shown(token)) is { } function)
            {
                (name, distance, isPower) = (function.Name, 1, IsPower(next));
            }

            token = next;
        }

        return
            name.Length == 0 || distance > TokensNear ? string.Empty :
            isPower ? $"; the power of a function is written {name}(x)^2" :
            $"; the function is written {name}(x)";
    }

    /// <summary>Refuses a number directly before its factor where that can be read in two ways.</summary>
    private void CheckNumberProduct(Token number)
    {
        var digits = Shown(number);
        var factor = Shown(_current) + (IsSymbol(_current, '(') ? "...)" : IsSymbol(_current, Symbols.Root) ? "..." : string.Empty);
        var both = digits + factor;
        var product = $"'{digits}*{factor}' for a product";
        if (digits.AsSpan().IndexOfAny('e', 'E') is > 0 and var mark) throw TwoReadings(number, both, $"'{digits}*{factor}' for a product with the number {digits}", $"'{digits[..mark]}*{both[mark..]}' for one with a name");
        if (digits[^1] == '.') throw TwoReadings(number, both, $"'{digits}0*{factor}' for a product", "'${...}' around a name that has a point");
        if (_current.Kind == TokenKind.Name)
        {
            if (factor[0] is 'e' or 'E') throw TwoReadings(number, both, product, $"a power of ten with its exponent, as in '{digits}e3'");
            if (factor[0] == '_') throw TwoReadings(number, both, product, "the number without '_'");
            if (digits.AsSpan().Trim('0').IsEmpty && factor[0] is 'x' or 'X' or 'b' or 'B' or 'o' or 'O') throw TwoReadings(number, both, product, "the number with decimal digits");
        }

        var before = _pending.FirstOrDefault(static pending => pending.Kind != PendingKind.Prefix || pending.Function != Operators.Minus.Function);
        var symbol = before.Symbol;
        if (symbol is '^' && BareFunctionAdvice() is { Length: > 0 } advice) throw Error(number, $"unexpected '{both}' after '^'{advice}");
        if (symbol is '/' or '^' or '@') throw TwoReadings(number, $"{symbol}{both}", $"'{symbol}{digits} * {factor}'", $"'{symbol}({digits}*{factor})'");
        if (symbol is Symbols.Root) throw TwoReadings(number, $"√{both}", $"'sqrt({digits}) * {factor}'", $"'sqrt({digits}*{factor})'");
    }

    /// <summary>Refuses what binds more tightly than 'not' after its operand in parentheses: not(x) + 1.</summary>
    private void CheckAfterNegatedParenthesis(Token not)
    {
        if (!IsPower(_current) && (_current.Kind != TokenKind.Symbol || Operators.Of(_current.Symbol) is not { Level: > Notation.NotLevel })) return;
        var symbol = Shown(_current);
        throw TwoReadings(not, $"not (...) {symbol} ...", $"'(not (...)) {symbol} ...'", $"'not ((...) {symbol} ...)'");
    }

    private ExpressionSyntaxException Chained(Token first)
    {
        var (one, other) = (Shown(first), Shown(_current));
        return TwoReadings(_current, $"a {one} b {other} c", $"'a {one} b and b {other} c'", $"'(a {one} b) {other} c'");
    }

    private ExpressionSyntaxException TwoReadings(Token at, string what, string one, string other) =>
        Error(at, $"'{what}' can be read in two ways: write {one} or {other}");

    private ExpressionSyntaxException NotClosed(Pending open)
    {
        var (closing, opening) = open.Kind == PendingKind.Bar ? ('|', '|') : open.Kind == PendingKind.Bracket ? (']', '[') : (')', '(');
        var at = open.Kind == PendingKind.Function ? OpeningOf(open.Token) : open.Start;
        return Error(_current, $"expected '{closing}' for the '{opening}' opened at column {at + 1}");
    }

    // Calls are known by the names before their parentheses.
    private int OpeningOf(Token name) => _text.IndexOf('(', name.End);

    private ExpressionSyntaxException ClosesNothing() => IsSymbol(_current, '|')
        ? Error(_current, "this '|' closes nothing, and a product with an absolute value is written with '*', as in 'x*|y|'; between conditions write 'or'")
        : Error(_current, "this ')' closes nothing; expected an operator (+ - * / ^) or the end");

    private ExpressionSyntaxException CommaOutside()
    {
        var point = _previous.Kind == TokenKind.Number && _next.Kind == TokenKind.Number ? $", and numbers are written with a point, as {Shown(_previous)}.{Shown(_next)}" : string.Empty;
        return Error(_current, $"a ',' separates the arguments of a function{point}; " + ExpectedOperator);
    }

    private ExpressionSyntaxException UnexpectedOperand()
    {
        var advice =
            _current.Symbol is Symbols.And or Symbols.Or ? $"; '{Shown(_current)}' stands between two conditions, and a variable of this name is written ${{{Shown(_current)}}}" :
            Comparison() is { } comparison ? $"; that is written '{comparison}'" :
            IsSymbol(_current, '*') || IsSymbol(_current, '/') ? string.Empty :
            BareFunctionAdvice();
        return Unexpected(ExpectedOperand + advice);
    }

    // What other languages write <>, =< and =>.
    private string? Comparison() => _text.AsSpan(Math.Max(0, _current.Start - 1), Math.Min(2, _text.Length - Math.Max(0, _current.Start - 1))) switch
    {
        "<>" => "!=",
        "=<" => "<=",
        "=>" => ">=",
        _ => null,
    };

    private ExpressionSyntaxException UnexpectedOperator()
    {
        var begins = _current.IsName || _current.Kind == TokenKind.Number || _current.Symbol is '(' or Symbols.Root;
        var advice = BareFunctionAdvice();
        if (advice.Length == 0)
        {
            advice =
                IsSymbol(_current, '=') && IsSymbol(_next, '<') ? "; that is written '<='" :
                IsSymbol(_current, '=') && IsSymbol(_next, '>') ? "; that is written '>='" :
                IsSymbol(_current, '=') ? "; to compare write '==', to bind a name put 'name = value;' first" :
                IsSymbol(_current, ',') && _previous.Kind == TokenKind.Number && _next.Kind == TokenKind.Number ? $"; numbers are written with a point, as {Shown(_previous)}.{Shown(_next)}" :
                _current.Kind == TokenKind.Name && ForeignOperator(Shown(_current)) is { } instead ? $"; write {instead}" :
                IsSymbol(_previous, '|') && begins ? "; bars can be read in several ways here: write abs(...), or '*' between factors, as in '|x|*y*|z|'" :
                begins ? "; a product is written with '*'" + (
                    _previous.Kind == TokenKind.Number ? ", or without a blank, as in 2x" :
                    IsSymbol(_previous, ')') && IsSymbol(_current, '(') ? ", as in '(...)*(...)'" :
                    string.Empty) :
                string.Empty;
        }

        return Unexpected((_pending.TryPeek(out var open) && open.Kind == PendingKind.Bracket ? ExpectedOperatorInBracket : ExpectedOperator) + advice);
    }

    private static string? ForeignOperator(string word) => word.ToUpperInvariant() switch
    {
        "MOD" or "REM" => "mod(x, y)",
        "DIV" => "floor(x / y)",
        "XOR" => "(a or b) and not (a and b)",
        "AND" or "OR" or "NOT" => $"'{word}' in small letters",
        "GT" => "'>'",
        "GE" => "'>='",
        "LT" => "'<'",
        "LE" => "'<='",
        "EQ" => "'=='",
        "NE" => "'!='",
        "IF" => "if(c, x, y) for x where c holds, else y",
        _ => null,
    };

    private ExpressionSyntaxException Unexpected(string expected)
    {
        if (IsSymbol(_current, ':')) return Error(_current, $"':' has no meaning here; a declaration such as 'act: {FunctionWord};' stands at the beginning, and a choice is written if(c, x, y)");
        var found = _current.Kind == TokenKind.End ? "the text ends here" : $"unexpected '{Shown(_current)}'";
        return Error(_current, _text.AsSpan().Trim().IsEmpty ? "the text is empty; " + expected : $"{found}; {expected}{(_current.Kind == TokenKind.End ? ExpandedName() : string.Empty)}");
    }

    // "a + b*$Day" in double quotes reaches the parser without $Day.
    private string ExpandedName() => _previous.Kind == TokenKind.Symbol && _previous.Symbol is '+' or '-' or '*' or '/' or '^'
        ? "; if a $name stood here, double quotes put its empty value there: use single quotes, and names without $"
        : string.Empty;

    private string Shown(Token token) => _text.Substring(token.Start, token.Length);

    private ExpressionSyntaxException Error(Token token, string problem, string errorId = ErrorIds.ExpressionSyntax) =>
        new(errorId, problem + ".", _text, token.Start);
}
