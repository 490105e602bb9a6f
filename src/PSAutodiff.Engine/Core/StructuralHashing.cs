namespace PSAutodiff.Core;

/// <summary>
/// 64-bit hashes of expressions by structure. They depend on operation names, variable names and constants only, so they are
/// the same in every process: displays print them and scripts compare what is printed.
/// </summary>
internal static class StructuralHashing
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    public static ulong Constant(double value) => Mix(Text("const") ^ Mix(BitConverter.DoubleToUInt64Bits(value)));

    public static ulong Variable(string name, Shape shape) =>
        shape.IsNumber ? Mix(Text("var") ^ Mix(Text(name))) : Mix(Mix(Text("var") ^ Mix(Text(name))) ^ Of(shape));

    public static ulong Index(ReadOnlySpan<long> numbers)
    {
        var hash = Text("index");
        foreach (var number in numbers) hash = Mix(hash * FnvPrime ^ (ulong)number);
        return Mix(hash);
    }

    public static ulong Array(ConstantArray array)
    {
        var hash = Text("array") ^ Of(array.Shape);
        foreach (var element in array.Elements) hash = Mix(hash * FnvPrime ^ BitConverter.DoubleToUInt64Bits(element));
        return Mix(hash);
    }

    public static ulong Combine(Operation operation, ulong x, ulong y, ulong z)
    {
        var hash = Mix(operation.HashSeed ^ x);
        if (operation.Arity > 1) hash = Mix(hash * FnvPrime ^ y);
        if (operation.Arity > 2) hash = Mix(hash * FnvPrime ^ z);
        return hash;
    }

    private static ulong Of(Shape shape) => Mix(Mix(Mix((ulong)shape.Rank ^ (shape.IsSymmetric ? 16ul : 0)) ^ (ulong)shape.Rows) ^ (ulong)shape.Columns);

    /// <summary>FNV-1a over UTF-16 code units.</summary>
    public static ulong Text(string text)
    {
        var hash = FnvOffset;
        foreach (var c in text) hash = (hash ^ c) * FnvPrime;
        return hash;
    }

    /// <summary>The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): every input bit reaches every output bit.</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
