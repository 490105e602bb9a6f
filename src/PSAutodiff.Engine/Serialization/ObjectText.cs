namespace PSAutodiff.Serialization;

/// <summary>
/// The texts by which objects travel through jobs, remoting and Clixml: linear in the number of distinct nodes for all that holds
/// expressions together, JSON for results. Reading gives an equal object or an error, whatever the text.
/// </summary>
internal static class ObjectText
{
    /// <summary>The text of an object.</summary>
    public static string Write(object value) => value switch
    {
        ExprNode node => node.ToText(ExprTextFormat.Let),
        Operation operation => operation.Name,
        Network network => network.ToJson(),
        ExprGradient or ExprHessian or ExprJacobian => ObjectJson.Write(DerivativeTexts.Of(value)),
        _ => ObjectJson.Write(value),
    };

    /// <summary>The object of a text.</summary>
    /// <param name="text">What <see cref="Write"/> wrote.</param>
    /// <param name="type">The type of the object.</param>
    /// <exception cref="AutodiffException">The text is none of such an object.</exception>
    public static object Read(string text, Type type)
    {
        if (type == typeof(ExprNode)) return ExprNode.Parse(text);
        if (type == typeof(Operation)) return OperationTable.Find(text);
        if (type == typeof(Network)) return Network.ParseJson(text);
        if (type == typeof(ExprGradient) || type == typeof(ExprHessian) || type == typeof(ExprJacobian))
        {
            return ObjectJson.Read(text, type, static (text, type) => ObjectJson.Read<DerivativeTexts>(text).ToObject(type));
        }

        return ObjectJson.Read(text, type, static (text, type) =>
        {
            var value = ObjectJson.Read(text, type);
            (value as RegressionPart)?.Check();
            return value;
        });
    }
}
