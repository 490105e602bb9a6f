using System.Globalization;
using System.Text;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff;

/// <summary>
/// A function without a definition, or a partial derivative of one: <c>phi</c>, <c>phi'</c>, or <c>f'12</c> of <c>f(x, y)</c> by x and y. Mixed
/// derivatives do not depend on the order. While one is in use there is one object for its name, number of arguments and derivative, so passes
/// treat it like any operation. It has no values: a definition takes its place before anything is computed.
/// </summary>
internal sealed class UnknownFunction : FreeFunction
{
    /// <summary>The mark of a derivative.</summary>
    public const char Prime = '\'';

    /// <summary>The largest number of arguments.</summary>
    public const int MostArguments = 3;

    /// <summary>The highest order of a derivative.</summary>
    public const int HighestOrder = 99;

    // So many primes are written in formulas; higher orders are written as numbers.
    private const int MostPrimes = 3;

    // Functions that books leave undefined: a call of one of these needs no declaration.
    private static readonly string[] Usual = ["f", "g", "h", "F", "G", "H", "phi", "Phi", "φ", "ϕ", "Φ"];

    private static readonly Lock Gate = new();
    private static readonly Dictionary<(string Text, int Arity), WeakReference<UnknownFunction>> InUse = [];
    private static int _clearAt = 64;

    private readonly int[] _orders;
    private readonly UnknownFunction?[] _derivatives;

    private UnknownFunction(string text, string function, int[] orders)
        : base(text, function, orders.Length) => (_orders, _derivatives) = (orders, new UnknownFunction?[orders.Length]);

    /// <summary>How often it is differentiated by each argument.</summary>
    public IReadOnlyList<int> Orders => _orders;

    internal override Notation Latex => LatexOf(Function);

    internal override Notation MathML => MathMLOf($"<mi>{Function}</mi>");

    /// <summary>Whether a call of a name needs no declaration.</summary>
    public static bool IsUsual(string name) => Usual.Contains(name, StringComparer.Ordinal);

    /// <summary>A function by its name.</summary>
    /// <param name="name">An identifier.</param>
    /// <param name="orders">How often it is differentiated by each of its arguments, of which there are 1 to 3.</param>
    /// <exception cref="AutodiffException">The order is too high.</exception>
    public static UnknownFunction Of(string name, params int[] orders)
    {
        if (orders.Sum() > HighestOrder) throw new AutodiffException(ErrorIds.FunctionInvalid, $"Derivatives of '{name}', a function without a definition, go up to order {HighestOrder}.");
        var text = TextOf(name, orders);
        lock (Gate)
        {
            if (InUse.TryGetValue((text, orders.Length), out var reference) && reference.TryGetTarget(out var known)) return known;
            if (InUse.Count >= _clearAt)
            {
                foreach (var (key, value) in InUse)
                {
                    if (!value.TryGetTarget(out _)) InUse.Remove(key);
                }

                _clearAt = Math.Max(64, 2 * InUse.Count);
            }

            var made = new UnknownFunction(text, name, [.. orders]);
            InUse[(text, orders.Length)] = new WeakReference<UnknownFunction>(made);
            return made;
        }
    }

    /// <summary>A function from the text before the parenthesis of a call; null when the marks do not go with the arguments.</summary>
    /// <param name="text">The name, primes, and the numbers of arguments.</param>
    /// <param name="arity">Number of arguments.</param>
    public static UnknownFunction? Parse(string text, int arity)
    {
        if (arity is < 1 or > MostArguments) return null;
        var orders = new int[arity];
        var name = NameIn(text);
        var marks = text.AsSpan(name.Length);
        if (marks.IsEmpty) return Of(name, orders);
        var digits = marks.TrimStart(Prime);
        var primes = marks.Length - digits.Length;
        if (arity == 1)
        {
            orders[0] = primes;
            return digits.IsEmpty && primes <= HighestOrder ? Of(name, orders) : null;
        }

        if (primes != 1 || digits.IsEmpty || digits.Length > HighestOrder) return null;
        foreach (var digit in digits)
        {
            if (digit < '1' || digit - '1' >= arity) return null;
            orders[digit - '1']++;
        }

        return Of(name, orders);
    }

    /// <summary>The name in the text before the parenthesis of a call.</summary>
    public static string NameIn(string text) => text.IndexOf(Prime, StringComparison.Ordinal) is >= 0 and var mark ? text[..mark] : text;

    /// <summary>Whether a name can be that of such a function: text can write it without braces.</summary>
    public static bool IsValidName(string name) =>
        name.Length > 0 && VariableNames.IsIdentifier(name) && !VariableNames.IsPi(name) && name is not ("const" or "var");

    /// <summary>What is wrong with a text that <see cref="Parse"/> refuses.</summary>
    public static string MarksMessage(string text, int arity) =>
        arity > MostArguments ? $"A function without a definition takes at most {MostArguments} arguments, not {arity}." :
        text.Length - NameIn(text).Length > HighestOrder ? $"Derivatives of '{NameIn(text)}', a function without a definition, go up to order {HighestOrder}." :
        arity == 1 ? $"'{text}' is not a derivative of a function of 1 argument: each prime stands for one derivative, as in {NameIn(text)}''(x)." :
        $"'{text}' is not a derivative of a function of {arity} arguments: after one prime stand the numbers of the arguments that it is differentiated by, as in {NameIn(text)}'12({(arity == 2 ? "x, y" : "x, y, z")}).";

    /// <summary>The notation in LaTeX, for the name as LaTeX writes it.</summary>
    public Notation LatexOf(string name) => Notation.LatexCall(IsPrimed ? name + new string(Prime, _orders[0]) : $"{name}^{{({OrderList(",")})}}", Arity);

    /// <summary>The notation in MathML, for the element of the name.</summary>
    public Notation MathMLOf(string name) => Notation.MathMLApply(
        IsPrimed && _orders[0] == 0 ? name :
        IsPrimed ? $"<msup>{name}<mo>{new string('′', _orders[0])}</mo></msup>" :
        $"<msup>{name}<mrow><mo>(</mo><mn>{OrderList("</mn><mo>,</mo><mn>")}</mn><mo>)</mo></mrow></msup>",
        Arity);

    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        var derivative = _derivatives[argument];
        if (derivative is null)
        {
            var orders = (int[])_orders.Clone();
            orders[argument]++;
            _derivatives[argument] = derivative = Of(Function, orders);
        }

        return adjoint * at.X.Apply(derivative, at.Y, at.Z);
    }

    // Whether primes say it all: it is not differentiated, or by its only argument and not often.
    private bool IsPrimed => Array.TrueForAll(_orders, static order => order == 0) || (Arity == 1 && _orders[0] <= MostPrimes);

    private string OrderList(string separator) => string.Join(separator, _orders.Select(static order => order.ToString(CultureInfo.InvariantCulture)));

    private static string TextOf(string name, int[] orders)
    {
        if (Array.TrueForAll(orders, static order => order == 0)) return name;
        var text = new StringBuilder(name);
        if (orders.Length == 1) return text.Append(Prime, orders[0]).ToString();
        text.Append(Prime);
        for (var i = 0; i < orders.Length; i++) text.Append((char)('1' + i), orders[i]);
        return text.ToString();
    }
}
