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

    /// <summary>The notation of an operation whose last argument is a list of whole numbers.</summary>
    public virtual Notation NotationOf(Operation operation, ReadOnlySpan<long> indices) => NotationOf(operation);

    public virtual string Number(double value) => FormatNumber(value);

    /// <summary>A number after an array in a function of two, where a whole one would name an axis.</summary>
    public virtual string NumberAfterArray(double value) => Number(value);

    /// <summary>A number whose text is given.</summary>
    public virtual string Digits(string digits) => digits;

    public virtual string Variable(string name) => name;

    /// <summary>The shortest text that reads back to the same double, in every culture.</summary>
    public static string FormatNumber(double value) =>
        value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
}

/// <summary>Infix text with no more parentheses than it needs.</summary>
internal sealed class InfixStyle : TextStyle
{
    public static readonly InfixStyle Instance = new();

    public override string Open => "(";

    public override string Close => ")";

    public override Notation NotationOf(Operation operation) => operation.Infix;

    public override Notation NotationOf(Operation operation, ReadOnlySpan<long> indices) => operation.InfixOf(indices);

    public override string Number(double value) => value == Math.PI ? VariableNames.Pi : FormatNumber(value);

    public override string NumberAfterArray(double value) => Number(value) is var text && text.AsSpan().TrimStart('-').ContainsAnyExceptInRange('0', '9') ? text : text + ".0";

    public override string Variable(string name) => VariableNames.Quote(name);
}

/// <summary>The teaching lab's print: every operation in parentheses, a space around everything.</summary>
internal sealed class LabStyle : TextStyle
{
    public static readonly LabStyle Instance = new();

    public override string Open => "( ";

    public override string Close => " )";

    public override Notation NotationOf(Operation operation) => operation.Lab;

    public override Notation NotationOf(Operation operation, ReadOnlySpan<long> indices) => operation.InfixOf(indices);

    public override string Number(double value) => value == Math.PI ? VariableNames.Pi : FormatNumber(value);

    public override string Variable(string name) => VariableNames.Quote(name);
}
