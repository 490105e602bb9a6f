using System.Globalization;
using System.Text;

namespace PSAutodiff.Fuzz;

/// <summary>
/// Random programs of the language of arrays, right in their shapes: declarations, bindings and an expression. A program asks for a shape and
/// gets a text of that shape, so every form of the language comes with every shape that it can have.
/// </summary>
public sealed class ArrayGrammar
{
    private const int MostSize = 4;

    // Everywhere smooth, and of a size that central differences can cope with.
    private static readonly string[] Smooth = ["tanh", "sigmoid", "sin", "cos", "softplus", "atan", "dsigmoid", "sech2", "neg"];

    private static readonly string[] AnyOfOne = ["exp", "abs", "relu", "sign", "sqrt", "log", "erf", "floor", "round", "tan", "dsigmoid", "log1p", "expm1", "cbrt", "not", "detach"];

    // Not what hangs on the sign of zero or on the last digit.
    private static readonly string[] AnyOfTwo = ["max", "min", "hypot", "less", "and", "or", "mod", "rem", "lessequal"];

    private readonly Random _random;
    private readonly bool _isSmooth;
    private readonly Dictionary<string, Variable> _variables = new(StringComparer.Ordinal);
    private readonly List<(string Name, int[] Shape)> _bound = [];
    private readonly StringBuilder _bindings = new();
    private int _left;

    private ArrayGrammar(Random random, bool isSmooth) => (_random, _isSmooth) = (random, isSmooth);

    /// <summary>A random program.</summary>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="size">How many operations, about.</param>
    /// <param name="isSmooth">Whether it has derivatives everywhere, no kinks, and values of moderate size.</param>
    /// <param name="isNumber">Whether its value is a number.</param>
    public static Program Make(Random random, int size, bool isSmooth, bool isNumber)
    {
        var grammar = new ArrayGrammar(random, isSmooth);
        for (var i = random.Next(3); i > 0; i--)
        {
            var shape = grammar.AnyShape();
            grammar._left = 1 + random.Next(size);
            var name = string.Create(CultureInfo.InvariantCulture, $"t{grammar._bound.Count + 1}");
            grammar._bindings.Append(name).Append(" = ").Append(grammar.Of(shape)).Append("; ");
            grammar._bound.Add((name, shape));
        }

        grammar._left = 1 + random.Next(size);
        var text = grammar.Of(isNumber ? [] : grammar.AnyShape());
        var declarations = string.Concat(grammar._variables.Values.Where(static variable => variable.Shape.Length > 0).Select(static variable => variable.Declaration));
        return new Program(declarations + grammar._bindings + text, [.. grammar._variables.Values]);
    }

    private int[] AnyShape() => _random.Next(5) switch { 0 => [], 1 or 2 => [Size()], _ => [Size(), Size()] };

    private int Size() => _random.Next(8) == 0 ? 1 : 2 + _random.Next(MostSize - 1);

    private string Of(int[] shape)
    {
        if (--_left < 0 || _random.Next(12) == 0) return Leaf(shape);
        var common = _random.Next(shape.Length == 0 ? 6 : 12);
        return common < 4 ? Elementwise(shape) : common < 5 ? $"({Of(shape)})" : shape.Length switch { 0 => Number(), 1 => Vector(shape[0]), _ => Matrix(shape[0], shape[1]) };
    }

    private string Leaf(int[] shape)
    {
        var bound = _bound.Where(item => item.Shape.AsSpan().SequenceEqual(shape)).ToList();
        if (bound.Count > 0 && _random.Next(3) == 0) return bound[_random.Next(bound.Count)].Name;
        var kind = _random.Next(shape.Length == 0 ? 5 : 9);
        if (kind == 0) return Literal(shape, constant: true);
        if (shape.Length > 0 && kind == 1) return $"{(_random.Next(2) == 0 ? "zeros" : "ones")}({Sizes(shape)})";
        if (shape.Length == 2 && shape[0] == shape[1] && kind == 2) return $"eye({shape[0]})";
        var fitting = _variables.Values.Where(variable => variable.Shape.AsSpan().SequenceEqual(shape)).ToList();
        if (fitting.Count > 1 || (fitting.Count == 1 && _random.Next(2) == 0)) return fitting[_random.Next(fitting.Count)].Name;
        var name = string.Create(CultureInfo.InvariantCulture, $"{"svM"[shape.Length]}{_variables.Count}");
        _variables.Add(name, new Variable(name, shape, shape.Length == 2 && shape[0] == shape[1] && _random.Next(3) == 0));
        return name;
    }

    private string Literal(int[] shape, bool constant)
    {
        if (shape.Length == 0) return constant ? Constant() : Of([]);
        var rest = shape[1..];
        return $"[{string.Join(", ", Enumerable.Range(0, shape[0]).Select(_ => constant || _random.Next(3) == 0 ? Literal(rest, constant) : Of(rest)))}]";
    }

    private string Constant() => _random.Next(3) switch
    {
        0 => _random.Next(4).ToString(CultureInfo.InvariantCulture),
        1 => (-_random.Next(3)).ToString(CultureInfo.InvariantCulture),
        _ => ((_random.Next(40) - 20) / 8.0).ToString(CultureInfo.InvariantCulture),
    };

    // What is broadcast to a shape: sizes of 1 for others, and fewer axes.
    private int[] Narrower(int[] shape) => _random.Next(6) switch
    {
        0 => [],
        1 when shape.Length == 2 => [shape[1]],
        2 when shape.Length > 0 => [.. shape.Select(size => _random.Next(2) == 0 ? 1 : size)],
        _ => shape,
    };

    private string Elementwise(int[] shape)
    {
        if (_random.Next(3) == 0) return $"({Name(Smooth, AnyOfOne)}({Of(shape)}))";
        var (x, y) = _random.Next(2) == 0 ? (shape, Narrower(shape)) : (Narrower(shape), shape);
        var kind = _random.Next(_isSmooth ? 9 : 13);
        return kind switch
        {
            < 2 => $"({Of(x)} + {Of(y)})",
            < 4 => $"({Of(x)} - {Of(y)})",
            < 6 => $"({Factor(x)} * {Factor(y)})",
            6 => $"({Factor(x)} / {(_isSmooth ? $"(2 + tanh({Of(y)}))" : Factor(y))})",
            7 => $"(-{Factor(shape)})",
            8 => $"{Factor(shape)}{(_random.Next(2) == 0 ? "^2" : "²")}",
            9 or 10 => $"{AnyOfTwo[_random.Next(AnyOfTwo.Length)]}({Of(x)}, {Of(y)} + 0)",
            11 => $"select({Of(Narrower(shape))}, {Of(x)}, {Of(y)})",
            _ => $"({Factor(x)}^{Factor(y)})",
        };
    }

    private string Factor(int[] shape) => $"({Of(shape)})";

    private string Name(string[] smooth, string[] any) => _isSmooth || _random.Next(2) == 0 ? smooth[_random.Next(smooth.Length)] : any[_random.Next(any.Length)];

    private string Reduction() => _random.Next(_isSmooth ? 2 : 5) switch { 0 => "sum", 1 => "mean", 2 => "max", 3 => "min", _ => "norm" };

    private string Number()
    {
        var n = Size();
        return _random.Next(13) switch
        {
            0 or 1 => $"({Factor([n])} @ {Factor([n])})",
            2 or 3 => $"{Reduction()}({Of(NotNumber())})",
            4 => $"{Reduction()}({Of([n])}, axis=0)",
            5 => $"logsumexp({Of([n])})",
            6 => $"trace({Of([n, n])})",
            7 => $"{Factor([n])}[{Index(n)}]",
            8 => At(),
            9 => _isSmooth ? $"norm({Of([n])} + 3)" : $"norm({Of(NotNumber())})",
            10 => $"take({Of([n])}, {_random.Next(n)})",
            11 => $"logdet({Regular(n)})",
            _ => $"|{Of([])}|²",
        };

        string At()
        {
            var m = Size();
            var matrix = Factor([m, n]);
            return _random.Next(2) == 0 ? $"{matrix}[{Index(m)}, {Index(n)}]" : $"{matrix}[{Index(m)}][{Index(n)}]";
        }
    }

    private int[] NotNumber() => _random.Next(2) == 0 ? [Size()] : [Size(), Size()];

    private string Vector(int n)
    {
        var m = Size();
        switch (_random.Next(25))
        {
            case 0 or 1: return $"({Factor([n, m])} @ {Factor([m])})";
            case 2 or 3: return $"({Factor([m])} @ {Factor([m, n])})";
            case 4: return $"{Factor([n])}.T";
            case 5: return $"diag({Of(_random.Next(2) == 0 ? [n, n + _random.Next(2)] : [n + _random.Next(2), n])})";
            case 6: return $"{Reduction()}({Of([m, n])}, axis=0)";
            case 7: return $"{Reduction()}({Of([n, m])}, axis=1)";
            case 8: return $"{AlongAxis()}({Of([n])}{(_random.Next(3) == 0 ? ", axis=0" : string.Empty)})";
            case 9: return $"logsumexp({(_random.Next(2) == 0 ? $"{Of([n, m])}" : $"{Of([m, n])}, axis=0")})";
            case 10: return _isSmooth ? Leaf([n]) : $"winner({Of([n])})";
            case 11 when n > 1:
                var first = 1 + _random.Next(n - 1);
                return n - first > 1 && _random.Next(2) == 0 ? $"concat({Of([first])}, {Of([1])}, {Of([n - first - 1])})" : $"concat({Of([first])}, {Of([n - first])})";
            case 12: return $"reshape({Of(Split(n))}, {n})";
            case 13: return $"broadcast({Of(_random.Next(3) switch { 0 => [1], 1 => [n], _ => [] })}, {n})";
            case 14: return $"take({Of([m])}, {WholeNumbers(n, m)})";
            case 15: return $"take({Of([m, n])}, {_random.Next(m)})";
            case 16: return $"scatter({Of([m])}, {WholeNumbers(m, n)}, {n})";
            case 17: return $"{Factor([m, n])}[{Index(m)}{(_random.Next(2) == 0 ? ", :" : string.Empty)}]";
            case 18: return $"{Factor([n, m])}[:, {Index(m)}]";
            case 19:
                var (size, range) = Range(n);
                return $"{Factor([size])}[{range}]";
            case 20:
                (size, range) = Range(n);
                return $"{Factor([m, size])}[{Index(m)}, {range}]";
            case 21: return Literal([n], constant: false);
            case 22: return Place(n);
            case 23: return $"solve({Regular(n)}, {Of([n])})";
            default: return $"(({Factor([m])} @ {Factor([m])}) * {Factor([n])})";
        }
    }

    private string AlongAxis() => _random.Next(2) == 0 ? "softmax" : "layernorm";

    private string Matrix(int m, int n)
    {
        var k = Size();
        switch (_random.Next(30))
        {
            case 0 or 1: return $"({Factor([m, k])} @ {Factor([k, n])})";
            case 2 or 3: return $"{Factor([n, m])}.T";
            case 4 or 5: return $"outer({Of([m])}, {Of([n])})";
            case 6 when m == n: return $"diag({Of([n])})";
            case 7: return $"{AlongAxis()}({Of([m, n])}{(_random.Next(2) == 0 ? $", axis={_random.Next(2)}" : string.Empty)})";
            case 8: return _isSmooth ? Leaf([m, n]) : $"winner({Of([m, n])}{(_random.Next(2) == 0 ? $", axis={_random.Next(2)}" : string.Empty)})";
            case 9 when m > 1:
                var above = 1 + _random.Next(m - 1);
                return $"concat({Of([above, n])}, {Of([m - above, n])}{(_random.Next(2) == 0 ? ", axis=0" : string.Empty)})";
            case 10 when n > 1:
                var left = 1 + _random.Next(n - 1);
                return $"concat({Of([m, left])}, {Of([m, n - left])}, axis=1)";
            case 11: return $"reshape({Of(_random.Next(2) == 0 ? [m * n] : [n, m])}, {m}, {n})";
            case 12: return $"broadcast({Of(_random.Next(4) switch { 0 => [], 1 => [n], 2 => [m, 1], _ => [1, n] })}, {m}, {n})";
            case 13: return $"take({Of([k, n])}, {WholeNumbers(m, k)})";
            case 14: return $"take({Of([k])}, [{string.Join(", ", Enumerable.Range(0, m).Select(_ => WholeNumbers(n, k)))}])";
            case 15: return $"scatter({Of([k, n])}, {WholeNumbers(k, m)}, {m})";
            case 16 or 17:
                var ((rows, down), (columns, along)) = (Range(m), Range(n));
                return $"{Factor([rows, columns])}[{down}, {along}]";
            case 18: return Literal([m, n], constant: false);
            case 19: return $"(column({Of([m])}) * {Factor([n])})";
            case 20: return $"(({Factor([k])} @ {Factor([k])}) * {Factor([m, n])})";
            case 21 when m == n: return $"({Factor([m, n])} + {Factor([n, m])}.T)";
            case 22 when m == n: return Symmetric(n);
            case 23: return $"solve({Regular(m)}, {Of([m, n])})";
            case 24 when m == n: return $"inv({Regular(n)})";
            case 25 when m == n: return $"cholesky({Regular(n)})";
            case 26: return $"tril({Of([m, n])})";
            default: return $"({Factor([m, k])} @ {Factor([n, k])}.T)";
        }
    }

    // Far from singular, and its symmetric part positive definite, whatever the elements are: the diagonal is larger than all else together.
    // Its elements differ, so that the inverse of a constant has no ties that rounding would decide.
    private string Regular(int n) => $"(tanh({Of([n, n])})/4 + diag([{string.Join(", ", Enumerable.Range(0, n).Select(static i => FormattableString.Invariant($"{2 + (0.3m * i)}")))}]))";

    private string Symmetric(int n)
    {
        var own = _variables.Values.FirstOrDefault(variable => variable.IsSymmetric && variable.Shape[0] == n);
        if (own is null)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"S{_variables.Count}");
            _variables.Add(name, own = new Variable(name, [n, n], IsSymmetric: true));
        }

        return own.Name;
    }

    private string Place(int n)
    {
        var count = 1 + _random.Next(n);
        var start = _random.Next(n - count + 1);
        return count == 1 && _random.Next(2) == 0 ? $"place({Of([])}, {start}, 1, 1, {n})" : $"place({Of([count])}, {start}, {count}, 0, {n})";
    }

    // From the end as well, and with blanks.
    private string Index(int size) => (_random.Next(4) == 0 ? _random.Next(size) - size : _random.Next(size)).ToString(CultureInfo.InvariantCulture);

    /// <summary>A stretch of so many elements, and the size of what it is taken of.</summary>
    private (int Size, string Text) Range(int count)
    {
        var (before, after) = (_random.Next(3), _random.Next(3));
        var size = before + count + after;
        var start = before == 0 ? string.Empty : _random.Next(3) == 0 ? Text(before - size) : Text(before);
        var end = after == 0 ? string.Empty : _random.Next(3) == 0 ? Text(-after) : Text(before + count);
        return (size, $"{start}:{end}");

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    private string WholeNumbers(int count, int below) => $"[{string.Join(", ", Enumerable.Range(0, count).Select(_ => _random.Next(below)))}]";

    private int[] Split(int n) => n % 2 == 0 && _random.Next(2) == 0 ? [n / 2, 2] : _random.Next(2) == 0 ? [1, n] : [n, 1];

    private static string Sizes(int[] shape) => string.Join(", ", shape);

    /// <summary>A variable of a program.</summary>
    /// <param name="Name">The name.</param>
    /// <param name="Shape">The sizes.</param>
    /// <param name="IsSymmetric">Whether it is declared symmetric.</param>
    public sealed record Variable(string Name, int[] Shape, bool IsSymmetric)
    {
        /// <summary>How it is declared.</summary>
        public string Declaration => $"{Name}: [{Sizes(Shape)}]{(IsSymmetric ? " symmetric" : string.Empty)}; ";
    }

    /// <summary>A program.</summary>
    /// <param name="Text">Its text.</param>
    /// <param name="Variables">Its variables; some may not matter for its value.</param>
    public sealed record Program(string Text, IReadOnlyList<Variable> Variables);
}
