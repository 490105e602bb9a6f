using PSAutodiff.Core;
using PSAutodiff.Foundation;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff;

/// <summary>
/// All operations: a new one is one new file, of the name of the operation and "Operation". They are made when somebody asks for them, so that
/// their number costs no time at the start.
/// </summary>
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

    // By the codes that graphs test for.
    private static readonly string[] Leaves = ["const", "var", "index", "array"];

    // Those with arguments: names in order, and classes.
    private static readonly string[] Names;
    private static readonly string[] Classes;

    private static readonly Operation?[] Made;
    private static readonly Dictionary<Type, Operation> ForTapes = [];

#pragma warning disable CA1810 // The fields are filled together, from one list.
    static OperationTable()
#pragma warning restore CA1810
    {
        Classes = [.. Subclasses.Names(typeof(Operation)).Where(static name => !name.EndsWith(nameof(LeafOperation), StringComparison.Ordinal))];
        Names = Array.ConvertAll(Classes, NameOf);
        Array.Sort(Names, Classes, StringComparer.Ordinal);
        Made = new Operation?[Count];
        foreach (var type in Subclasses.Of(typeof(LeafOperation)))
        {
            var leaf = (Operation)Activator.CreateInstance(type)!;
            leaf.Code = (ushort)Array.IndexOf(Leaves, leaf.Name);
            Made[leaf.Code] = leaf;
        }

        if (Count > FirstFreeCode) throw new InvalidOperationException($"There are over {FirstFreeCode} operations.");
    }

    /// <summary>All operations, those of constants and variables first, the others by name; their codes are their places.</summary>
    public static Operation[] ByCode => field ??= [.. Enumerable.Range(0, Count).Select(At)];

    /// <summary>Those with arguments that work on numbers, and element by element on arrays.</summary>
    public static Operation[] OfNumbers => field ??= [.. ByCode.Where(static op => op.Arity > 0 && op.IsElementwise)];

    /// <summary>The number of operations.</summary>
    public static int Count => Leaves.Length + Names.Length;

    public static Operation Constant => Made[ConstantCode]!;

    public static Operation Variable => Made[VariableCode]!;

    /// <summary>The operation of a code.</summary>
    public static Operation At(int code) => Made[code] ?? Make(code);

    /// <summary>The operation of lists of whole numbers.</summary>
    public static Operation Index => Made[IndexCode]!;

    /// <summary>The operation of arrays of numbers.</summary>
    public static Operation ConstantArray => Made[ArrayCode]!;

    /// <summary>The operation that stretches to a larger shape.</summary>
    public static Operation Broadcast => field ??= FindFunction("broadcast");

    /// <summary>The one instance of an operation.</summary>
    public static Operation Get(Type type)
    {
        if (!type.IsNested) return At(CodeOf(type));

        // It only stands on tapes.
        var operation = (Operation)Activator.CreateInstance(type)!;
        lock (ForTapes)
        {
            if (ForTapes.TryGetValue(type, out var known)) return known;
            operation.Code = (ushort)(Count + ForTapes.Count);
            ForTapes.Add(type, operation);
            return operation;
        }
    }

    /// <summary>The code of an operation, which need not be made for that.</summary>
    public static ushort CodeOf(Type type)
    {
        var place = Array.IndexOf(Classes, type.Name);
        return (ushort)(place >= 0 ? Leaves.Length + place : Array.FindIndex(Made, operation => operation?.GetType() == type));
    }

    /// <summary>By code, whether an operation is one of those given.</summary>
    public static bool[] Marked(params ReadOnlySpan<Type> types)
    {
        var marked = new bool[Count];
        foreach (var type in types) marked[CodeOf(type)] = true;
        return marked;
    }

    /// <summary>The operation with a name, be it that of constants or variables.</summary>
    /// <exception cref="AutodiffException">There is none.</exception>
    public static Operation Find(string name) => Array.IndexOf(Leaves, name) is >= 0 and var code ? At(code) : FindFunction(name);

    /// <summary>The operation with a name that text can call as a function, or null.</summary>
    public static Operation? TryFindFunction(string name) =>
        Array.BinarySearch(Names, name, StringComparer.Ordinal) is >= 0 and var place ? At(Leaves.Length + place) : null;

    /// <summary>The operation with a name that text can call as a function.</summary>
    /// <exception cref="AutodiffException">There is none.</exception>
    public static Operation FindFunction(string name) => TryFindFunction(name) ?? throw new AutodiffException(
        ErrorIds.OperationUnknown,
        $"There is no operation '{(name.Length > 60 ? name[..60] + "..." : name)}'. Known operations: {string.Join(", ", Names)}.{NearNames.Hint(name, Names)}");

    private static Operation Make(int code)
    {
        var place = code - Leaves.Length;
        var operation = (Operation)Activator.CreateInstance(Subclasses.Class(typeof(Operation), Classes[place])!)!;
        if (operation.Name != Names[place]) throw new InvalidOperationException($"The operation '{operation.Name}' is in the file of '{Names[place]}'.");
        lock (Made)
        {
            if (Made[code] is { } known) return known;
            operation.Code = (ushort)code;
            Volatile.Write(ref Made[code], operation);
            return operation;
        }
    }

    private static string NameOf(string ofClass) => ofClass[..^nameof(Operation).Length].ToLowerInvariant();
}

/// <summary>The one instance of an operation.</summary>
internal static class OperationOf<TOperation>
    where TOperation : Operation
{
    public static readonly TOperation Instance = (TOperation)OperationTable.Get(typeof(TOperation));
}
