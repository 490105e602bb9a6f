using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <content>What names are declared to be before they are used: <c>act: function; act(x) + phi(x)</c>.</content>
internal sealed partial class ExpressionParser
{
    /// <summary>What a function without a definition is declared as.</summary>
    public const string FunctionWord = "function";

    private HashSet<string>? _declared;

    // Where functions were called that nobody declared, by name.
    private Dictionary<string, int>? _undeclared;

    /// <summary>Reads <c>name: function;</c>.</summary>
    private void Declaration()
    {
        var token = _current;
        var name = _tokenizer.NameOf(token);
        if (IsSymbol(_afterNext, '['))
        {
            ShapeDeclaration(token, name);
            return;
        }

        if (!_afterNext.IsName || Shown(_afterNext) != FunctionWord) throw Error(_afterNext, $"expected '{FunctionWord}' after '{Shown(token)}:', which declares a function without a definition, or a shape as in '{Shown(token)}: [4, 8];' ; a choice is written if(c, x, y)");
        if (token.Kind == TokenKind.QuotedName || NamedFunction.DeclarationProblem(name) is not null) throw Error(token, NamedFunction.DeclarationProblem(name) ?? $"'{name}' cannot be the name of a function: braces are for variables");
        if (IsBound(name)) throw Error(token, $"'{name}' is bound already and cannot be a function");
        (_declared ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);
        Advance();
        Advance();
        Advance();
        if (!IsSymbol(_current, ';')) throw Error(_current, $"expected ';' after the declaration '{name}: {FunctionWord}'");
        Advance();
    }

    /// <summary>What a name before a parenthesis means.</summary>
    private NamedFunction FunctionOf(Token token)
    {
        var text = _tokenizer.NameOf(token);
        var name = UnknownFunction.NameIn(text);
        var known = IsBound(name) ? null : NamedFunction.TryFind(name);
        if (known is not null && name == text) return known;
        if (known is not null) throw Error(token, $"'{name}' is an operation, and only a function without a definition has a derivative that is written with {UnknownFunction.Prime}: differentiate {name}(...) instead");
        if (IsDeclared(name)) return NamedFunction.Unknown(text);
        if (IsBound(name) || !UnknownFunction.IsUsual(name)) throw NoFunction(token, name);
        (_undeclared ??= new Dictionary<string, int>(StringComparer.Ordinal)).TryAdd(name, token.Start);
        return NamedFunction.Unknown(text);
    }

    private bool IsDeclared(string name) => _declared?.Contains(name) == true;

    private ExpressionSyntaxException NoFunction(Token token, string name)
    {
        var declared = _declared is null ? null : Foundation.Names.NearNames.Nearest(name, _declared);
        var advice =
            declared is not null ? $"Did you mean '{declared}'?" :
            ForeignWords.Advice(name) ?? NamedFunction.DidYouMean(name) ?? ProductOrFunction(name) + (name.Length > LongestSymbol ? " " + NamedFunction.KnownNames : string.Empty);
        return new ExpressionSyntaxException(ErrorIds.OperationUnknown, $"there is no operation '{name}'. {advice}", _text, token.Start);
    }

    private static string ProductOrFunction(string name) =>
        $"If a product is meant, write '{name}*(...)'." + (NamedFunction.DeclarationProblem(name) is null ? $" If a function is meant that has no definition, declare it: '{name}: {FunctionWord}; {name}(...)'." : string.Empty);

    /// <summary>Refuses a function that is called with another number of arguments than before.</summary>
    private void CheckArguments(string text, int count, int start)
    {
        var name = UnknownFunction.NameIn(text);
        var known = _builder.ArityOf(name);
        if (known != 0 && known != count) throw new ExpressionSyntaxException(ErrorIds.ArgumentCount, UnknownFunction.ArityMessage(name, known, count) + ".", _text, start);
    }

    /// <summary>Refuses functions that nobody declared and that are called like variables: f(x) may be meant for a product there.</summary>
    private void CheckUndeclared()
    {
        if (_undeclared is null) return;
        foreach (var (name, start) in _undeclared)
        {
            if (IsDeclared(name) || _builder.FindVariable(name) == Graph.None) continue;
            throw new ExpressionSyntaxException(ErrorIds.OperationUnknown, $"'{name}' is a variable here, so '{name}(...)' can be read in two ways. {ProductOrFunction(name)}", _text, start);
        }
    }
}
