using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace PSAutodiff;

/// <summary>From what users write to what the engine takes; every failure has a stable id and names the thing.</summary>
internal static class Conversions
{
    /// <summary>The expression that a value stands for: a node, text, a script block or a number.</summary>
    public static ExprNode ToExpression(object? value)
    {
        switch (Unwrap(value))
        {
            case ExprNode node:
                return node;
            case string text:
                return ExprNode.Parse(text);
            case ScriptBlock script:
                return ScriptBlockTranslator.Translate(script);
            case null:
                throw new AutodiffException(
                    ErrorIds.ExpressionNull,
                    "The expression is null. Is the name of a PowerShell variable misspelt, or was the variable never set?");
            case { } other when TryGetNumber(other, out var number):
                return ExprNode.Constant(number);
            case PSObject deserialized when ExprNodeConverter.TryGetText(deserialized, out var text):
                // It came out of a job or file before the module was there to bring it back to life.
                return ExprNode.Parse(text);
            case { } other:
                throw new AutodiffException(
                    ErrorIds.ExpressionTypeUnsupported,
                    $"An object of type {other.GetType().FullName} is no expression. Give text, a script block, a number or a node of New-ExprNode.");
        }
    }

    public static object? Unwrap(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    /// <summary>A number as such or as text; text is read the same in every culture.</summary>
    public static bool TryGetDouble(object? value, out double number)
    {
        value = Unwrap(value);
        if (value is string text) return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
        return TryGetNumber(value, out number);
    }

    /// <summary>The names and values of a row: entries of a dictionary, or properties of an object.</summary>
    public static IEnumerable<KeyValuePair<string, object?>> Entries(object row)
    {
        if (Unwrap(row) is IDictionary dictionary)
        {
            foreach (DictionaryEntry entry in dictionary) yield return new(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!, entry.Value);
            yield break;
        }

        foreach (var property in PSObject.AsPSObject(row).Properties) yield return new(property.Name, property.Value);
    }

    private static bool TryGetNumber(object? value, out double number)
    {
        switch (value)
        {
            case double d:
                number = d;
                return true;
            case int or long or short or sbyte or byte or ushort or uint or ulong or float or decimal or Half or Int128 or UInt128
                or System.Numerics.BigInteger:
                number = value switch
                {
                    Half half => (double)half,
                    Int128 wide => (double)wide,
                    UInt128 wide => (double)wide,
                    System.Numerics.BigInteger big => (double)big,
                    _ => Convert.ToDouble(value, CultureInfo.InvariantCulture),
                };
                return true;
            default:
                number = 0;
                return false;
        }
    }
}
