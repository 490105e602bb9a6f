using System.Reflection;

namespace PSAutodiff.Core;

/// <summary>
/// A function that stands for whatever somebody will define it as. It has no values and is in no table of operations: each graph gives those that it
/// applies codes of its own, see <see cref="FunctionTable"/>.
/// </summary>
internal abstract class FreeFunction : Operation
{
    private protected FreeFunction(string text, string function, int arity)
        : base(text, arity) => (Function, Code) = (function, OperationTable.FirstFreeCode);

    /// <summary>The name of the function itself, without the marks of a derivative.</summary>
    public string Function { get; }

    internal sealed override bool IsComputed => false;

    internal sealed override MethodInfo ValueMethod => throw Undefined();

    /// <summary>That a function has two numbers of arguments, without the point at the end.</summary>
    public static string ArityMessage(string name, int one, int other) =>
        $"'{name}' is a function with {CountOf(one)} in one place and {other} in another, and needs the same number everywhere";

    /// <summary>A number of arguments in words.</summary>
    public static string CountOf(int count) => count == 1 ? "1 argument" : $"{count} arguments";

    /// <summary>The error that it has no value.</summary>
    public AutodiffException Undefined()
    {
        var parameters = Arity switch { 1 => "x", 2 => "(x, y)", _ => "(x, y, z)" };
        return new AutodiffException(
            ErrorIds.FunctionUndefined,
            $"The function '{Function}' has no definition, so it has no value. Replace it by one first: Resolve-Expression -Function @{{ {Function} = '{parameters} => ...' }}. If a product is meant, write '{Function}*(...)'.");
    }

    internal sealed override double Evaluate(double x, double y, double z) => throw Undefined();
}
