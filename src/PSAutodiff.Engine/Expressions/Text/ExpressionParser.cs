using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// Reads the text of expressions by operator precedence with explicit stacks (Dijkstra's shunting yard), so that depth costs
/// memory and never the call stack. The text is a value, or declarations, bindings and a value: <c>t1 = x*x; t1 + t1</c>. The levels of
/// <see cref="Notation"/> are those of the grammar; what binds most tightly are superscripts, read as soon as they come.
/// </summary>
internal sealed partial class ExpressionParser
{
    // Between two looks at the token; a power of two.
    private const int TokensUnwatched = 1 << 14;

    // Most short texts have a node for every other character; room for them is taken at once.
    private const int CharactersPerNode = 2;
    private const int NodesExpected = 256;

    private readonly string _text;
    private readonly Tokenizer _tokenizer;
    private readonly CancellationToken _cancellation;
    private readonly GraphBuilder _builder;
    private readonly Stack<int> _operands = new(8);
    private readonly Stack<Pending> _pending = new(8);
    private Dictionary<string, int>? _bindings;
    private Token _previous;
    private Token _current;
    private Token _next;
    private Token _afterNext;
    private int _tokens;

    private ExpressionParser(string text, IEnumerable<string>? functions, IReadOnlyDictionary<string, Shape>? shapes, CancellationToken cancellation)
    {
        if (functions is not null) _declared = new HashSet<string>(functions, StringComparer.Ordinal);
        _shapesBeside = shapes;
        _cancellation = cancellation;
        _builder = new GraphBuilder(Math.Min(text.Length / CharactersPerNode, NodesExpected)) { Cancellation = cancellation };
        _text = text;
        _tokenizer = new Tokenizer(text);
        _current = _tokenizer.Next();
        _next = Following(_current, _tokenizer);
        _afterNext = Following(_next, _tokenizer);
    }

    private enum PendingKind : byte
    {
        /// <summary>An operator between operands.</summary>
        Infix,

        /// <summary>An operator before its operand.</summary>
        Prefix,
        Parenthesis,
        Function,

        /// <summary>A bar that begins an absolute value.</summary>
        Bar,

        /// <summary>A bracket that begins a vector or matrix.</summary>
        Bracket,
    }

    /// <summary>The expression that the text stands for.</summary>
    /// <exception cref="ExpressionSyntaxException">The text is none.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static ExprNode Parse(string text, CancellationToken cancellation) => Parse(text, null, null, cancellation);

    /// <summary>The same, where names are declared beside the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="functions">Names of functions without definitions.</param>
    /// <param name="shapes">Shapes of variables that the text does not declare; names that are not in it do not matter.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static ExprNode Parse(string text, IEnumerable<string>? functions, IReadOnlyDictionary<string, Shape>? shapes, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new ExpressionParser(text, functions, shapes, cancellation);
        try
        {
            var root = parser.Statements();
            parser.CheckUndeclared();
            return parser._builder.Build(root).Nodes()[0];
        }
        catch (AutodiffException exception) when (IsOfShapes(exception))
        {
            throw parser.Located(exception);
        }
    }

    /// <summary>The expressions that a text stands for, one after the other with ';' between them and after declarations and bindings that all may use: equal parts are one node.</summary>
    public static RootedGraph ParseList(string text, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new ExpressionParser(text, null, null, cancellation);
        try
        {
            var roots = parser.ListOfValues();
            parser.CheckUndeclared();
            return parser._builder.Build(roots);
        }
        catch (AutodiffException exception) when (IsOfShapes(exception))
        {
            throw parser.Located(exception);
        }
    }

    private int Statements()
    {
        Bindings();
        var result = Value();
        if (_current.Kind != TokenKind.End) throw UnexpectedOperator();
        return result;
    }

    private int[] ListOfValues()
    {
        Bindings();
        var values = new List<int>();
        while (true)
        {
            values.Add(Value());
            if (_current.Kind == TokenKind.End) return [.. values];
            Advance();
        }
    }

    /// <summary>Reads declarations and bindings.</summary>
    private void Bindings()
    {
        while (_current.IsName && (IsSymbol(_next, '=') || IsSymbol(_next, ':')))
        {
            if (IsSymbol(_next, ':'))
            {
                Declaration();
                continue;
            }

            var name = NameOf(_current);
            if (!VariableNames.IsValid(name) || IsPi(_current, name)) throw Error(_current, $"'{name}' cannot be the name of a binding");
            if (IsBound(name)) throw Error(_current, $"'{name}' is bound already; a name is bound once");
            if (IsDeclared(name)) throw Error(_current, $"'{name}' is declared as a function and cannot be bound");
            if (_shapes?.ContainsKey(name) == true) throw Error(_current, $"'{name}' is declared as a variable and cannot be bound");
            Advance();
            Advance();
            var value = Value();
            if (!IsSymbol(_current, ';')) throw Error(_current, "expected ';' and the expression that uses the binding; to compare write '=='; of an equation such as y = a*x + b, write the right side alone");
            (_bindings ??= new Dictionary<string, int>(StringComparer.Ordinal)).Add(name, value);
            Advance();
        }
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
            switch (_current.Kind)
            {
                case TokenKind.Number:
                    Advance();
                    if (ReadNumber(_previous, _previous.Number)) return;
                    break;
                case TokenKind.Name when IsSymbol(_next, '('):
                    _pending.Push(Pending.Of(PendingKind.Function, _current, 0, FunctionOf(_current)));
                    Advance();
                    Advance();
                    break;
                case TokenKind.Name or TokenKind.QuotedName:
                    _operands.Push(ValueOf(_current));
                    Advance();
                    return;
                case TokenKind.Symbol:
                    if (ReadSign()) return;
                    break;
                default:
                    throw UnexpectedOperand();
            }
        }
    }

    /// <summary>What may stand before an operand; true when it was one with its operand, a negative number.</summary>
    private bool ReadSign()
    {
        switch (_current.Symbol)
        {
            case '-' when _next.Kind == TokenKind.Number && !IsPower(_afterNext):
                // A minus sign right before a number belongs to the number, but -2^2 is -(2^2).
                Advance();
                Advance();
                return ReadNumber(_previous, -_previous.Number);
            case '-':
                Push(PendingKind.Prefix, Operators.Minus);
                return false;
            case '+':
                Advance();
                return false;
            case Symbols.Not:
                if (_pending.TryPeek(out var before) && before.Level > Notation.NotLevel) throw Error(_current, "put parentheses around 'not' and its operand when they stand after another operator: (not x)");
                Push(PendingKind.Prefix, Operators.Not);
                return false;
            case Symbols.And or Symbols.Or when IsSymbol(_next, '('):
                _pending.Push(Pending.Of(PendingKind.Function, _current, 0, NamedFunction.Find(Shown(_current))));
                Advance();
                Advance();
                return false;
            case Symbols.Root:
                Push(PendingKind.Prefix, Operators.Root);
                return false;
            case '(':
                _pending.Push(Pending.Of(PendingKind.Parenthesis, _current, 0, null));
                Advance();
                return false;
            case '|':
                _pending.Push(Pending.Of(PendingKind.Bar, _current, 0, null));
                Advance();
                return false;
            case '[' when IsSymbol(_next, ']'):
                throw Error(_current, "an array needs at least one element");
            case '[':
                _pending.Push(Pending.Of(PendingKind.Bracket, _current, 0, null));
                Advance();
                return false;
            default:
                throw UnexpectedOperand();
        }
    }

    /// <summary>Takes a number for an operand, or for the first factor of a product such as 2x; false in the latter case.</summary>
    private bool ReadNumber(Token number, double value)
    {
        _operands.Push(_builder.Constant(value));
        if (_current.Start != number.End || !(_current.IsName || _current.Symbol is '(' or Symbols.Root)) return true;
        CheckNumberProduct(number);
        _pending.Push(Pending.Of(PendingKind.Infix, number, Notation.NumberProductLevel, Operators.Product.Function));
        return false;
    }

    /// <summary>Reads what may follow an operand; false at the end of the expression.</summary>
    private bool ReadOperator()
    {
        while (true)
        {
            if (_current.Kind == TokenKind.Symbol)
            {
                if (Operators.Of(_current.Symbol) is { } coming)
                {
                    Reduce(coming);
                    Push(PendingKind.Infix, coming);
                    return true;
                }

                switch (_current.Symbol)
                {
                    case Symbols.Squared or Symbols.Cubed:
                        ReadSuperscript();
                        continue;
                    case Symbols.Transposed:
                        _at = _current.Start;
                        _operands.Push(_builder.Apply(OperationOf<TransposeOperation>.Instance, _operands.Pop()));
                        Advance();
                        continue;
                    case '[':
                        ReadIndex();
                        continue;
                    case '|' or ')' or ']':
                        Reduce(null);
                        Close();
                        continue;
                    case ',':
                        Reduce(null);
                        NextArgument();
                        if (ReadAxis()) continue;
                        return true;
                }
            }

            Reduce(null);
            if (_current.Kind != TokenKind.End && !IsSymbol(_current, ';')) throw UnexpectedOperator();
            if (_pending.TryPeek(out var open)) throw NotClosed(open);
            return false;
        }
    }

    private void ReadSuperscript()
    {
        if (_previous.Symbol is Symbols.Squared or Symbols.Cubed) throw Error(_current, "one superscript after another: put parentheses around the first power, or write the exponent with '^'");
        var exponent = _builder.Constant(_current.Symbol == Symbols.Squared ? 2 : 3);
        _operands.Push(_builder.Apply(OperationOf<PowOperation>.Instance, _operands.Pop(), exponent));
        Advance();
    }

    /// <summary>Applies the operators on the stack that bind their operands before the given one does; all of them for null.</summary>
    private void Reduce(InfixOperator? coming)
    {
        while (_pending.TryPeek(out var top) && top.Kind is PendingKind.Infix or PendingKind.Prefix)
        {
            if (coming is not null)
            {
                if (top.Level < coming.Level || (top.Level == coming.Level && coming.IsRightAssociative)) return;
                if (top.Level == Notation.ComparisonLevel && coming.Level == Notation.ComparisonLevel) throw Chained(top.Token);
            }

            _pending.Pop();
            _at = top.Start;
            var y = _operands.Pop();
            if (top.Level == Notation.PowerLevel && top.Kind == PendingKind.Infix) CheckPower(top, y);
            _operands.Push(top.Kind == PendingKind.Prefix
                ? top.Function!.Apply(_builder, y)
                : top.Function!.Apply(_builder, _operands.Pop(), y));
        }
    }

    /// <summary>Ends what the current token, a parenthesis or a bar, closes.</summary>
    private void Close()
    {
        if (!_pending.TryPeek(out var open)) throw ClosesNothing();
        if (IsSymbol(_current, '|') != (open.Kind == PendingKind.Bar) || IsSymbol(_current, ']') != (open.Kind == PendingKind.Bracket)) throw NotClosed(open);
        _pending.Pop();
        Advance();
        switch (open.Kind)
        {
            case PendingKind.Bracket:
                EndLiteral(open);
                break;
            case PendingKind.Bar:
                _at = open.Start;
                if (!_builder.ShapeOf(_operands.Peek()).IsNumber) throw NoBars(open.Token);
                _operands.Push(_builder.Apply(OperationOf<AbsOperation>.Instance, _operands.Pop()));
                break;
            case PendingKind.Function:
                Call(open);
                break;
            case PendingKind.Parenthesis when _pending.TryPeek(out var before) && before.Symbol == Symbols.Not:
                CheckAfterNegatedParenthesis(before.Token);
                break;
        }
    }

    private void NextArgument()
    {
        if (!_pending.TryPop(out var open)) throw UnexpectedOperator();
        if (open.Kind is not (PendingKind.Function or PendingKind.Bracket)) throw CommaOutside();
        _pending.Push(open with { ArgumentCount = open.ArgumentCount + 1 });
        Advance();
    }

    private void Call(Pending open)
    {
        var function = open.Function!;
        var arguments = new int[open.ArgumentCount + 1];
        if (!function.Takes(arguments.Length))
        {
            throw new ExpressionSyntaxException(ErrorIds.ArgumentCount, function.ArgumentCountMessage(arguments.Length), _text, open.Start);
        }

        if (function.IsUnknown) CheckArguments(function.Name, arguments.Length, open.Start);
        for (var i = arguments.Length - 1; i >= 0; i--) arguments[i] = _operands.Pop();
        _at = open.Start;
        CheckReadings(function, arguments, open.Token);
        _operands.Push(_axis is { } axis ? function.Apply(_builder, axis, arguments) : function.Apply(_builder, arguments));
        _axis = null;
    }

    private int ValueOf(Token token)
    {
        var name = NameOf(token);
        return
            IsPi(token, name) ? _builder.Constant(Math.PI) :
            _bindings is not null && _bindings.TryGetValue(name, out var bound) ? bound :
            _shapes?.TryGetValue(name, out var shape) == true || _shapesBeside?.TryGetValue(name, out shape) == true ? _builder.Variable(name, shape) :
            _builder.Variable(name);
    }

    // In braces it is a name like any other.
    private static bool IsPi(Token token, string name) => token.Kind == TokenKind.Name && VariableNames.IsPi(name);

    /// <summary>The name of a variable or binding.</summary>
    private string NameOf(Token token)
    {
        var name = _tokenizer.NameOf(token);
        return token.Kind == TokenKind.Name && name.Contains(UnknownFunction.Prime)
            ? throw Error(token, $"'{name}' is the derivative of a function without its arguments: write {name}(x), or ${{{name}}} for a variable of this name")
            : name;
    }

    private bool IsBound(string name) => _bindings?.ContainsKey(name) == true;

    private void Push(PendingKind kind, InfixOperator op)
    {
        _pending.Push(Pending.Of(kind, _current, op.Level, op.Function));
        Advance();
    }

    private static bool IsSymbol(Token token, char symbol) => token.Kind == TokenKind.Symbol && token.Symbol == symbol;

    private static bool IsPower(Token token) => token.Symbol is '^' or Symbols.Squared or Symbols.Cubed;

    private void Advance()
    {
        if ((++_tokens & (TokensUnwatched - 1)) == 0) _cancellation.ThrowIfCancellationRequested();
        _previous = _current;
        _current = _next;
        _next = _afterNext;
        _afterNext = Following(_afterNext, _tokenizer);
    }

    private static Token Following(in Token token, Tokenizer tokenizer) => token.Kind == TokenKind.End ? token : tokenizer.Next();

    /// <summary>What waits for its operands or its end, with the place of the token that began it.</summary>
    private readonly record struct Pending(NamedFunction? Function, int Start, int Length, int ArgumentCount, char Symbol, PendingKind Kind, byte Level)
    {
        public Token Token => new(TokenKind.Symbol, Start, Length, Symbol, 0);

        public static Pending Of(PendingKind kind, in Token token, int level, NamedFunction? function) =>
            new(function, token.Start, token.Length, 0, token.Symbol, kind, (byte)level);
    }

    /// <summary>An operator: how tightly it binds and what it means.</summary>
    private sealed record InfixOperator(string Name, int Level, bool IsRightAssociative = false)
    {
        public NamedFunction Function { get; } = NamedFunction.Find(Name);
    }

    /// <summary>All operators by their symbols.</summary>
    private static class Operators
    {
        public static readonly InfixOperator Minus = new("neg", Notation.SignLevel);
        public static readonly InfixOperator Not = new("not", Notation.NotLevel);
        public static readonly InfixOperator Root = new("sqrt", Notation.PowerLevel);
        public static readonly InfixOperator Product = new("mul", Notation.ProductLevel);
        private static readonly InfixOperator Sum = new("sum", Notation.SumLevel);
        private static readonly InfixOperator Difference = new("sub", Notation.SumLevel);
        private static readonly InfixOperator MatrixProduct = new("matmul", Notation.ProductLevel);
        private static readonly InfixOperator Quotient = new("div", Notation.ProductLevel);
        private static readonly InfixOperator Power = new("pow", Notation.PowerLevel, IsRightAssociative: true);
        private static readonly InfixOperator Less = new("less", Notation.ComparisonLevel);
        private static readonly InfixOperator LessOrEqual = new("lessequal", Notation.ComparisonLevel);
        private static readonly InfixOperator Greater = new("greater", Notation.ComparisonLevel);
        private static readonly InfixOperator GreaterOrEqual = new("greaterequal", Notation.ComparisonLevel);
        private static readonly InfixOperator Equal = new("equal", Notation.ComparisonLevel);
        private static readonly InfixOperator NotEqual = new("notequal", Notation.ComparisonLevel);
        private static readonly InfixOperator And = new("and", Notation.AndLevel);
        private static readonly InfixOperator Or = new("or", Notation.OrLevel);

        /// <summary>The operator between two operands that a symbol stands for, or null.</summary>
        public static InfixOperator? Of(char symbol) => symbol switch
        {
            '+' => Sum,
            '-' => Difference,
            '*' => Product,
            '/' => Quotient,
            '@' => MatrixProduct,
            '^' => Power,
            '<' => Less,
            '>' => Greater,
            Symbols.LessOrEqual => LessOrEqual,
            Symbols.GreaterOrEqual => GreaterOrEqual,
            Symbols.Equal => Equal,
            Symbols.NotEqual => NotEqual,
            Symbols.And => And,
            Symbols.Or => Or,
            _ => null,
        };
    }
}
