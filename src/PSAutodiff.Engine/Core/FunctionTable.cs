using System.Runtime.CompilerServices;

namespace PSAutodiff.Core;

/// <summary>
/// The functions without definitions that a graph applies: each has a code there, after those of the operations that every graph has, and
/// each name has one number of arguments.
/// </summary>
/// <param name="other">A table to go on from: what has a code in it keeps it.</param>
internal sealed class FunctionTable(FunctionTable? other)
{
    private readonly List<FreeFunction> _functions = other is null ? [] : [.. other._functions];
    private readonly Dictionary<FreeFunction, ushort> _codes = other is null ? [] : new(other._codes);
    private readonly Dictionary<string, int> _arities = new(other?._arities ?? [], StringComparer.Ordinal);

    /// <summary>The function that a code stands for.</summary>
    public FreeFunction this[ushort code]
    {
        // Not into the code that finds operations, which rarely comes here.
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => _functions[code - OperationTable.FirstFreeCode];
    }

    /// <summary>How many arguments the function of a name has, with its derivatives; 0 where there is none of that name.</summary>
    public int ArityOf(string name) => _arities.GetValueOrDefault(name);

    /// <summary>Whether a function has a code here.</summary>
    public bool TryCodeOf(FreeFunction function, out ushort code) => _codes.TryGetValue(function, out code);

    /// <summary>Gives a function a code.</summary>
    /// <exception cref="AutodiffException">The function of that name has another number of arguments, or there are too many functions.</exception>
    public ushort Add(FreeFunction function)
    {
        var code = OperationTable.FirstFreeCode + _functions.Count;
        if (code > ushort.MaxValue) throw new AutodiffException(ErrorIds.GraphTooLarge, "The expression has over 65,000 functions without definitions, with their derivatives.");
        if (_arities.TryAdd(function.Function, function.Arity) || _arities[function.Function] == function.Arity)
        {
            _codes.Add(function, (ushort)code);
            _functions.Add(function);
            return (ushort)code;
        }

        throw new AutodiffException(ErrorIds.ArgumentCount, FreeFunction.ArityMessage(function.Function, _arities[function.Function], function.Arity) + ".");
    }
}
