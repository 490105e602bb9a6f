using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// Reads the text of expressions by operator precedence with explicit stacks (Dijkstra's shunting yard), so that depth costs
/// memory and never the call stack. The text is a value, or bindings and a value: <c>t1 = x*x; t1 + t1</c>.
/// </summary>
internal sealed class ExpressionParser
{
    // Between two looks at the token; a power of two.
    private const int TokensUnwatched = 1 << 14;

    private const string ExpectedOperand = "expected a number, a name, a function call, '-' or '('";
    private const string ExpectedOperator = "expected an operator (+ - * / ^), ')' or the end";

    private readonly string _text;
    private readonly Tokenizer _tokenizer;
    private readonly CancellationToken _cancellation;
    private readonly GraphBuilder _builder;
    private readonly Stack<int> _operands = new();
    private readonly Stack<Pending> _pending = new();
    private readonly Dictionary<string, int> _bindings = new(StringComparer.Ordinal);
    private Token _current;
    private Token _next;
    private Token _afterNext;
    private int _tokens;

    private ExpressionParser(string text, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _builder = new GraphBuilder { Cancellation = cancellation };
        _text = text;
        _tokenizer = new Tokenizer(text);
        _current = _tokenizer.Next();
        _next = Following(_current);
        _afterNext = Following(_next);
    }

    private enum PendingKind
    {
        Operator,
        Parenthesis,
        Function,
    }

    /// <summary>The expression that the text stands for.</summary>
    /// <exception cref="ExpressionSyntaxException">The text is none.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static ExprNode Parse(string text, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new ExpressionParser(text, cancellation);
        var root = parser.Statements();
        return parser._builder.Build().Node(root);
    }

    private int Statements()
    {
        while (_current.Kind == TokenKind.Name && IsSymbol(_next, '='))
        {
            var name = TextOf(_current);
            if (!VariableNames.IsValid(name)) throw Error(_current, $"'{name}' cannot be the name of a binding");
            if (_bindings.ContainsKey(name)) throw Error(_current, $"'{name}' is bound already; a name is bound once");
            Advance();
            Advance();
            var value = Value();
            if (!IsSymbol(_current, ';')) throw Error(_current, "expected ';' and the expression that uses the binding");
            _bindings.Add(name, value);
            Advance();
        }

        var result = Value();
        if (_current.Kind != TokenKind.End) throw Unexpected(ExpectedOperator);
        return result;
    }

    /// <summary>One expression, up to the end of the text or a ';' outside parentheses.</summary>
    private int Value()
    {
        while (true)
        {
            ReadOperand();
            if (!ReadOperator()) return _operands.Pop();
        }
    }

    private void ReadOperand()
    {
        while (true)
        {
            if (_current.Kind == TokenKind.Number)
            {
                _operands.Push(_builder.Constant(_current.Number));
                Advance();
                return;
            }

            if (_current.Kind == TokenKind.Name && !IsSymbol(_next, '('))
            {
                _operands.Push(ValueOf(TextOf(_current)));
                Advance();
                return;
            }

            if (_current.Kind == TokenKind.Name)
            {
                _pending.Push(new Pending(PendingKind.Function, _current.Start, FunctionOf(_current), 0));
                Advance();
                Advance();
            }
            else if (IsSymbol(_current, '('))
            {
                _pending.Push(new Pending(PendingKind.Parenthesis, _current.Start, null, 0));
                Advance();
            }
            else if (!IsSymbol(_current, '-'))
            {
                throw Unexpected(ExpectedOperand);
            }
            else if (_next.Kind == TokenKind.Number && !IsSymbol(_afterNext, '^'))
            {
                // A minus sign right before a number belongs to the number, but -2^2 is -(2^2).
                _operands.Push(_builder.Constant(-_next.Number));
                Advance();
                Advance();
                return;
            }
            else
            {
                _pending.Push(new Pending(PendingKind.Operator, _current.Start, OperationOf<NegOperation>.Instance, 0));
                Advance();
            }
        }
    }

    /// <summary>Reads what may follow an operand; false at the end of the expression.</summary>
    private bool ReadOperator()
    {
        while (true)
        {
            if (_current.Kind == TokenKind.Symbol && BinaryOf(_current.Symbol) is { } operation)
            {
                Reduce(operation);
                _pending.Push(new Pending(PendingKind.Operator, _current.Start, operation, 0));
                Advance();
                return true;
            }

            Reduce(null);
            if (IsSymbol(_current, ')'))
            {
                if (_pending.Count == 0) throw Error(_current, "this ')' closes nothing; expected an operator (+ - * / ^) or the end");
                Close(_pending.Pop());
                Advance();
                continue;
            }

            if (IsSymbol(_current, ',') && _pending.TryPop(out var open))
            {
                if (open.Kind != PendingKind.Function) throw Error(_current, "a ',' separates the arguments of a function; " + ExpectedOperator);
                _pending.Push(open with { ArgumentCount = open.ArgumentCount + 1 });
                Advance();
                return true;
            }

            if (_current.Kind == TokenKind.End || IsSymbol(_current, ';'))
            {
                if (_pending.TryPeek(out open)) throw Error(_current, $"expected ')' for the '(' opened at column {open.Position + 1}");
                return false;
            }

            throw Unexpected(ExpectedOperator);
        }
    }

    /// <summary>Applies the operators on the stack that bind their operands before the given one does; all of them for null.</summary>
    private void Reduce(Operation? coming)
    {
        while (_pending.TryPeek(out var top) && top.Kind == PendingKind.Operator)
        {
            if (coming is not null)
            {
                var (level, next) = (top.Operation!.Infix.Level, coming.Infix.Level);
                var rightAssociative = coming is PowOperation;
                if (level < next || (level == next && rightAssociative)) return;
            }

            _pending.Pop();
            var y = _operands.Pop();
            _operands.Push(top.Operation!.Arity == 1
                ? _builder.Apply(top.Operation, y)
                : _builder.Apply(top.Operation, _operands.Pop(), y));
        }
    }

    private void Close(Pending open)
    {
        if (open.Kind == PendingKind.Parenthesis) return;
        var operation = open.Operation!;
        var given = open.ArgumentCount + 1;
        if (given != operation.Arity)
        {
            throw new ExpressionSyntaxException(ErrorIds.ArgumentCount, operation.ArgumentCountMessage(given), _text, open.Position);
        }

        var z = given > 2 ? _operands.Pop() : Graph.None;
        var y = given > 1 ? _operands.Pop() : Graph.None;
        _operands.Push(_builder.Apply(operation, _operands.Pop(), y, z));
    }

    private int ValueOf(string name) =>
        _bindings.TryGetValue(name, out var bound) ? bound :
        name == VariableNames.Pi ? _builder.Constant(Math.PI) :
        _builder.Variable(name);

    private Operation FunctionOf(Token token)
    {
        var name = TextOf(token);
        if (OperationTable.TryFindFunction(name) is { } found) return found;
        var known = OperationTable.ByCode.Where(static op => op.Arity > 0).Select(static op => op.Name).ToArray();
        var near = known.FirstOrDefault(op => string.Equals(op, name, StringComparison.OrdinalIgnoreCase));
        var advice = near is null ? $"Known are {string.Join(", ", known)}." : $"Did you mean '{near}'?";
        throw new ExpressionSyntaxException(ErrorIds.OperationUnknown, $"there is no operation '{name}'. {advice}", _text, token.Start);
    }

    private static Operation? BinaryOf(char symbol) => symbol switch
    {
        '+' => OperationOf<SumOperation>.Instance,
        '-' => OperationOf<SubOperation>.Instance,
        '*' => OperationOf<MulOperation>.Instance,
        '/' => OperationOf<DivOperation>.Instance,
        '^' => OperationOf<PowOperation>.Instance,
        _ => null,
    };

    private static bool IsSymbol(Token token, char symbol) => token.Kind == TokenKind.Symbol && token.Symbol == symbol;

    private string TextOf(Token token) => _text.Substring(token.Start, token.Length);

    private void Advance()
    {
        if ((++_tokens & (TokensUnwatched - 1)) == 0) _cancellation.ThrowIfCancellationRequested();
        _current = _next;
        _next = _afterNext;
        _afterNext = Following(_afterNext);
    }

    private Token Following(Token token) => token.Kind == TokenKind.End ? token : _tokenizer.Next();

    private ExpressionSyntaxException Unexpected(string expected)
    {
        var found = _current.Kind == TokenKind.End ? "the text ends here" : $"unexpected '{TextOf(_current)}'";
        return Error(_current, _text.AsSpan().Trim().IsEmpty ? "the text is empty; " + expected : $"{found}; {expected}");
    }

    private ExpressionSyntaxException Error(Token token, string problem) =>
        new(ErrorIds.ExpressionSyntax, problem + ".", _text, token.Start);

    private readonly record struct Pending(PendingKind Kind, int Position, Operation? Operation, int ArgumentCount);
}
