using System.Collections.Frozen;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Expressions;

/// <summary>Names of functions in other languages and books, and what expressions write instead.</summary>
internal static class ForeignWords
{
    private static readonly FrozenDictionary<string, string> Instead = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["sine"] = "sin(x)",
        ["cosine"] = "cos(x)",
        ["tangent"] = "tan(x)",
        ["arcsin"] = "asin(x)",
        ["arccos"] = "acos(x)",
        ["arctan"] = "atan(x)",
        ["arctg"] = "atan(x)",
        ["arctan2"] = "atan2(y, x)",
        ["arccot"] = "acot(x)",
        ["arcsec"] = "asec(x)",
        ["arccsc"] = "acsc(x)",
        ["arsinh"] = "asinh(x)",
        ["arcosh"] = "acosh(x)",
        ["artanh"] = "atanh(x)",
        ["arcsinh"] = "asinh(x)",
        ["arccosh"] = "acosh(x)",
        ["arctanh"] = "atanh(x)",
        ["tg"] = "tan(x)",
        ["ctg"] = "cot(x)",
        ["cotan"] = "cot(x)",
        ["cosec"] = "csc(x)",
        ["sh"] = "sinh(x)",
        ["ch"] = "cosh(x)",
        ["th"] = "tanh(x)",
        ["sgn"] = "sign(x)",
        ["signum"] = "sign(x)",
        ["lg"] = "log10(x), or log2(x) where the base is 2",
        ["ld"] = "log2(x)",
        ["lb"] = "log2(x)",
        ["logn"] = "log(x, b)",
        ["logistic"] = "sigmoid(x)",
        ["expit"] = "sigmoid(x)",
        ["logit"] = "log(x / (1 - x))",
        ["sqr"] = "x^2",
        ["square"] = "x^2",
        ["exp2"] = "2^x",
        ["exp10"] = "10^x",
        ["power"] = "x^y",
        ["root"] = "sqrt(x), cbrt(x) or x^(1/n)",
        ["fabs"] = "abs(x)",
        ["ceiling"] = "ceil(x)",
        ["fix"] = "trunc(x)",
        ["int"] = "floor(x) or trunc(x)",
        ["fmod"] = "rem(x, y)",
        ["minimum"] = "min(x, y)",
        ["maximum"] = "max(x, y)",
        ["add"] = "x + y",
        ["subtract"] = "x - y",
        ["multiply"] = "x * y",
        ["divide"] = "x / y",
        ["iif"] = "if(c, x, y)",
        ["ifelse"] = "if(c, x, y)",
        ["where"] = "if(c, x, y)",
        ["heaviside"] = "x > 0",
        ["step"] = "x > 0",
        ["gamma"] = "exp(lgamma(x)), for x above 0",
        ["gammaln"] = "lgamma(x)",
        ["loggamma"] = "lgamma(x)",
        ["psi"] = "digamma(x)",
        ["factorial"] = "exp(lgamma(x + 1))",
        ["beta"] = "exp(lgamma(x) + lgamma(y) - lgamma(x + y))",
        ["normcdf"] = "erfc(-x / sqrt(2)) / 2",
        ["xor"] = "(a or b) and not (a and b)",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>All words, and what to write.</summary>
    public static IEnumerable<KeyValuePair<string, string>> All => Instead;

    /// <summary>What to write instead of a function that there is not: what the word is here, a name that is near, or null.</summary>
    public static string? Advice(string name)
    {
        if (Instead.TryGetValue(name, out var instead)) return $"Write {instead}.";
        return NearNames.Nearest(name, NamedFunction.All.Select(static function => function.Name)) is { } near ? $"Did you mean '{near}'?" : null;
    }
}
