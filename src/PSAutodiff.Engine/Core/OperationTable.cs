using System.Collections.Frozen;
using PSAutodiff.Core;
using PSAutodiff.Foundation;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff;

/// <summary>All operations, found by reflection so that a new one is one new file.</summary>
internal static class OperationTable
{
    public const ushort ConstantCode = 0;
    public const ushort VariableCode = 1;
    public const ushort IndexCode = 2;
    public const ushort ArrayCode = 3;

    /// <summary>From here on codes are those that a graph gives to functions without definitions, see <see cref="FunctionTable"/>.</summary>
    public const ushort FirstFreeCode = 256;

    /// <summary>Those of leaves are below.</summary>
    public const ushort FirstOperationCode = 4;

    private static readonly string[] Leaves = ["const", "var", "index", "array"];
    private static readonly FrozenDictionary<Type, Operation> ByType;
    private static readonly FrozenDictionary<string, Operation> ByName;

#pragma warning disable CA1810 // The fields are filled together, from one scan.
    static OperationTable()
#pragma warning restore CA1810
    {
        // Nested in another operation is what only stands on tapes.
        var operations = new List<Operation>();
        var forTapes = new List<Operation>();
        foreach (var type in Subclasses.Of(typeof(Operation)).Where(static type => !type.IsSubclassOf(typeof(FreeFunction)))) (type.IsNested ? forTapes : operations).Add((Operation)Activator.CreateInstance(type)!);

        // Leaves come first, under the codes that graphs test for.
        operations.Sort(static (a, b) => (a.Arity == 0) != (b.Arity == 0)
            ? (a.Arity == 0 ? -1 : 1)
            : a.Arity == 0 ? Array.IndexOf(Leaves, a.Name).CompareTo(Array.IndexOf(Leaves, b.Name)) : string.CompareOrdinal(a.Name, b.Name));
        ByCode = [.. operations];
        operations.AddRange(forTapes);
        for (var code = 0; code < operations.Count; code++) operations[code].Code = (ushort)code;
        if (operations.Count > FirstFreeCode) throw new InvalidOperationException($"There are over {FirstFreeCode} operations.");
        OfNumbers = [.. ByCode.Where(static op => op.Arity > 0 && op.IsElementwise)];
        ByType = operations.ToFrozenDictionary(static op => op.GetType());
        ByName = ByCode.ToFrozenDictionary(static op => op.Name, StringComparer.Ordinal);
        Constant = ByCode[ConstantCode];
        Variable = ByCode[VariableCode];
        Index = ByCode[IndexCode];
        ConstantArray = ByCode[ArrayCode];
        Broadcast = ByName["broadcast"];
    }

    public static Operation[] ByCode { get; }

    /// <summary>Those with arguments that work on numbers, and element by element on arrays.</summary>
    public static Operation[] OfNumbers { get; }

    public static Operation Constant { get; }

    public static Operation Variable { get; }

    /// <summary>The operation of lists of whole numbers.</summary>
    public static Operation Index { get; }

    /// <summary>The operation of arrays of numbers.</summary>
    public static Operation ConstantArray { get; }

    /// <summary>The operation that stretches to a larger shape.</summary>
    public static Operation Broadcast { get; }

    public static Operation Get(Type type) => ByType[type];

    /// <summary>The operation with a name, be it that of constants or variables.</summary>
    /// <exception cref="AutodiffException">There is none.</exception>
    public static Operation Find(string name) => ByName.TryGetValue(name, out var operation) ? operation : FindFunction(name);

    /// <summary>The operation with a name that text can call as a function, or null.</summary>
    public static Operation? TryFindFunction(string name) =>
        ByName.TryGetValue(name, out var operation) && operation.Arity > 0 ? operation : null;

    /// <summary>The operation with a name that text can call as a function.</summary>
    /// <exception cref="AutodiffException">There is none.</exception>
    public static Operation FindFunction(string name)
    {
        if (TryFindFunction(name) is { } found) return found;
        string[] functions = [.. ByCode.Where(static op => op.Arity > 0).Select(static op => op.Name)];
        throw new AutodiffException(ErrorIds.OperationUnknown, $"There is no operation '{(name.Length > 60 ? name[..60] + "..." : name)}'. Known operations: {string.Join(", ", functions)}.{NearNames.Hint(name, functions)}");
    }
}

/// <summary>The one instance of an operation.</summary>
internal static class OperationOf<TOperation>
    where TOperation : Operation
{
    public static readonly TOperation Instance = (TOperation)OperationTable.Get(typeof(TOperation));
}
