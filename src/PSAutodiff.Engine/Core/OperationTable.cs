using PSAutodiff.Core;
using PSAutodiff.Foundation;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff;

/// <summary>All operations: a new one is one new file.</summary>
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
    private static readonly Dictionary<Type, Operation> ByType = [];
    private static readonly Dictionary<string, Operation> ByName = new(StringComparer.Ordinal);

#pragma warning disable CA1810 // The fields are filled together, from one list.
    static OperationTable()
#pragma warning restore CA1810
    {
        var operations = new List<Operation>();
        foreach (var type in Subclasses.Of(typeof(Operation))) operations.Add((Operation)Activator.CreateInstance(type)!);

        // Leaves come first, under the codes that graphs test for.
        operations.Sort(static (a, b) => (a.Arity == 0) != (b.Arity == 0)
            ? (a.Arity == 0 ? -1 : 1)
            : a.Arity == 0 ? Array.IndexOf(Leaves, a.Name).CompareTo(Array.IndexOf(Leaves, b.Name)) : string.CompareOrdinal(a.Name, b.Name));
        ByCode = [.. operations];
        OfNumbers = [.. ByCode.Where(static op => op.Arity > 0 && op.IsElementwise)];
        foreach (var operation in ByCode)
        {
            Add(operation);
            ByName.Add(operation.Name, operation);
        }

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

    /// <summary>The one instance of an operation.</summary>
    // What is not in the table only stands on tapes, and is made when a tape asks for it.
    public static Operation Get(Type type)
    {
        lock (ByType)
        {
            if (ByType.TryGetValue(type, out var known)) return known;
        }

        // Outside the lock: it may ask for others.
        var operation = (Operation)Activator.CreateInstance(type)!;
        lock (ByType) return ByType.TryGetValue(type, out var known) ? known : Add(operation);
    }

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

    private static Operation Add(Operation operation)
    {
        if (ByType.Count >= FirstFreeCode) throw new InvalidOperationException($"There are over {FirstFreeCode} operations.");
        operation.Code = (ushort)ByType.Count;
        ByType.Add(operation.GetType(), operation);
        return operation;
    }
}

/// <summary>The one instance of an operation.</summary>
internal static class OperationOf<TOperation>
    where TOperation : Operation
{
    public static readonly TOperation Instance = (TOperation)OperationTable.Get(typeof(TOperation));
}
