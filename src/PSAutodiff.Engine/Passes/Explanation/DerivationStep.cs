using System.Globalization;
using System.Text.Json.Serialization;
using PSAutodiff.Expressions.Text;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Passes.Explanation;

namespace PSAutodiff;

/// <summary>One rule applied in a derivation: of a derivative, or of a simpler form.</summary>
public sealed class DerivationStep
{
    /// <summary>How many rules a derivation shows at most; one more step then stands for all the others.</summary>
    public const int MaxRules = 1000;

    // The longest text of a step, in characters.
    internal const int TextLength = 1000;

    private readonly IDerivation _derivation;
    private readonly int _index;

    internal DerivationStep(IDerivation derivation, int index, int number, string rule)
    {
        _derivation = derivation;
        _index = index;
        Number = number;
        Rule = rule;
    }

    // Of its text: a step without the others.
    [JsonConstructor]
    private DerivationStep(int number, string rule, string? assumption, bool isLast, StoredDerivation derivation)
        : this(derivation, 0, number, rule) => (Assumption, IsLast) = (assumption, isLast);

    /// <summary>The place in the derivation, from 1.</summary>
    public int Number { get; }

    /// <summary>The rule, by its name and formula, for example <c>product rule: (u * v)' = u' * v + u * v'</c>, or <c>0 + x = x</c>.</summary>
    public string Rule { get; }

    /// <summary>
    /// What the rule takes for granted beyond the domain of the original, of the parts that it is applied to: <c>y != 0</c> for <c>x / x = 1</c>
    /// where y / y is rewritten; usually null.
    /// </summary>
    public string? Assumption { get; internal init; }

    /// <summary>Whether the derivation ends with this step, so that <see cref="WholeText"/> is its result.</summary>
    public bool IsLast { get; private set; }

    /// <summary>The expression that the derivation starts from.</summary>
    [JsonIgnore]
    public ExprNode Expression => _derivation.Expression;

    /// <summary>The variable of the derivative; null where an expression is simplified.</summary>
    [JsonIgnore]
    public string? Variable => _derivation.Variable;

    /// <summary>The part that the rule is applied to; for a rule of differentiation the function, not yet differentiated.</summary>
    [JsonIgnore]
    public ExprNode Before => _derivation.Before(_index);

    /// <summary>What stands in its place; for a rule of differentiation the derivative of <see cref="Before"/>, worked out.</summary>
    [JsonIgnore]
    public ExprNode After => _derivation.After(_index);

    /// <summary>
    /// The whole expression after the step; null while it still holds parts to be differentiated, which only
    /// <see cref="WholeText"/> can show. Made anew each time, in time linear in the size of the expression.
    /// </summary>
    [JsonIgnore]
    public ExprNode? Whole => _derivation.Whole(_index);

    /// <summary>What the rule is applied to, for example <c>d/dx [x * y]</c>; long texts are cut, here and below.</summary>
    [JsonIgnore]
    public string BeforeText => _derivation.BeforeText(_index, TextLength);

    /// <summary>What the rule makes of it, for example <c>d/dx [x] * y + x * d/dx [y]</c>.</summary>
    [JsonIgnore]
    public string AfterText => _derivation.AfterText(_index, TextLength);

    /// <summary>The whole expression after the step, with what is still to be differentiated as <c>d/dx [...]</c>.</summary>
    [JsonIgnore]
    public string WholeText => _derivation.WholeText(_index, TextLength);

    [JsonInclude]
    internal StoredDerivation Derivation => new(Expression, Variable, Before, After, Whole, BeforeText, AfterText, WholeText);

    /// <summary>What is derived, for the heading of a list: <c>d/dx [...]</c>, or the expression to be simplified.</summary>
    [JsonIgnore]
    public string Heading => Variable is null ? ExprText.Formula(Expression) : DerivativeOf(Variable, Expression);

    /// <summary>The step in one line, for example <c>1. 0 + x = x: 0 + y -> y</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}. {Rule}{(Assumption is null ? null : ", if ")}{Assumption}: {BeforeText} -> {AfterText}");

    /// <summary>Marks the end of a derivation.</summary>
    internal static IReadOnlyList<DerivationStep> Ended(IReadOnlyList<DerivationStep> steps)
    {
        if (steps.Count > 0) steps[^1].IsLast = true;
        return steps;
    }

    /// <summary>The text of a derivative still to be worked out.</summary>
    internal static string DerivativeOf(string variable, ExprNode expression) => $"d/d{VariableNames.Quote(variable)} [{ExprText.Formula(expression)}]";

    /// <summary>The rule of the step that stands for all beyond <see cref="MaxRules"/>.</summary>
    internal static string RestOf(string rules) =>
        string.Create(CultureInfo.InvariantCulture, $"all further {rules}, which are not shown: a derivation shows {MaxRules} at most");

    /// <summary>An expression as the text of a step.</summary>
    internal static string Text(ExprNode node, int maxLength) => ExprText.Formula(node, maxLength);
}
