using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Expressions.Text;

/// <summary>What differs between the formats that write an expression as one formula.</summary>
internal abstract class TextStyle
{
    public abstract string Open { get; }

    public abstract string Close { get; }

    public abstract Notation NotationOf(Operation operation);

    /// <summary>The notation of an operation that has arrays as arguments or as its value.</summary>
    public virtual Notation NotationOf(Operation operation, in ArgumentShapes of) => NotationOf(operation);

    /// <summary>
    /// The brackets around a truth value, and what a condition has behind it that is not one: where a truth value is the condition, all three are
    /// left out. Null for a style that writes conditions as they are.
    /// </summary>
    public virtual (string Open, string Close, string NotZero)? TruthMarks => null;

    /// <summary>How the elements of an array stand together.</summary>
    /// <param name="rank">1 for a vector, 2 for a matrix.</param>
    /// <param name="columns">How many there are in each row of a matrix; 0 where rows are written as they are.</param>
    public virtual LiteralForm FormOf(int rank, int columns) => (rank, columns) switch
    {
        (1, _) or (_, 0) => new("[", ", ", "]"),
        _ => new("[[", ", ", "]]", "], ["),
    };

    public virtual string Number(double value) => FormatNumber(value);

    /// <summary>A number after an array in a function of two, where a whole one would name an axis.</summary>
    public virtual string NumberAfterArray(double value) => Number(value);

    /// <summary>A number with a point.</summary>
    protected static string NumberNoAxis(string number) => number.AsSpan().TrimStart('-').ContainsAnyExceptInRange('0', '9') ? number : number + ".0";

    /// <summary>A number whose text is given.</summary>
    public virtual string Digits(string digits) => digits;

    public virtual string Variable(string name) => name;

    /// <summary>The shortest text that reads back to the same double, in every culture.</summary>
    public static string FormatNumber(double value) =>
        value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
}

/// <summary>What stands before, between and after the elements of an array.</summary>
/// <param name="Open">Before the first.</param>
/// <param name="Between">Between two, in a row of a matrix too.</param>
/// <param name="Close">After the last.</param>
/// <param name="BetweenRows">Between the rows of a matrix whose elements are written one by one.</param>
/// <param name="AfterVector">After each row of a matrix that is written as a vector.</param>
/// <param name="BeforeVector">Before it.</param>
internal sealed record LiteralForm(string Open, string Between, string Close, string BetweenRows = "", string AfterVector = "", string BeforeVector = "");

/// <summary>Infix text with no more parentheses than it needs.</summary>
internal sealed class InfixStyle : TextStyle
{
    public static readonly InfixStyle Instance = new();

    public override string Open => "(";

    public override string Close => ")";

    public override Notation NotationOf(Operation operation) => operation.Infix;

    public override Notation NotationOf(Operation operation, in ArgumentShapes of) => operation.HasIndices ? operation.InfixOf(of.Indices) : operation.Infix;

    public override string Number(double value) => value == Math.PI ? VariableNames.Pi : FormatNumber(value);

    public override string NumberAfterArray(double value) => NumberNoAxis(Number(value));

    public override string Variable(string name) => VariableNames.Quote(name);
}

/// <summary>The teaching lab's print: every operation in parentheses, a space around everything.</summary>
internal sealed class LabStyle : TextStyle
{
    public static readonly LabStyle Instance = new();

    public override string Open => "( ";

    public override string Close => " )";

    public override Notation NotationOf(Operation operation) => operation.Lab;

    public override Notation NotationOf(Operation operation, in ArgumentShapes of) => operation.HasIndices ? operation.InfixOf(of.Indices) : operation.Lab;

    public override string Number(double value) => value == Math.PI ? VariableNames.Pi : FormatNumber(value);

    public override string NumberAfterArray(double value) => NumberNoAxis(Number(value));

    public override string Variable(string name) => VariableNames.Quote(name);
}
