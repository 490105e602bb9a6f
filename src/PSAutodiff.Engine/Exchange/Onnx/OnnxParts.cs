using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace PSAutodiff.Exchange.Onnx;

/// <summary>A tensor of a file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sizes">The sizes of its axes.</param>
/// <param name="Type">The number of the type of its elements.</param>
/// <param name="Data">Its elements as bytes; empty where they are texts.</param>
/// <param name="Texts">Its elements as texts.</param>
internal sealed record OnnxTensor(string Name, long[] Sizes, int Type, ReadOnlyMemory<byte> Data, IReadOnlyList<string> Texts)
{
    public const int Half = 10;
    public const int Brain = 16;

    /// <summary>How many elements it has.</summary>
    public long Count
    {
        get
        {
            UInt128 count = 1;
            foreach (var size in Sizes) count *= (ulong)size;
            return count <= int.MaxValue ? (long)count : throw FileErrors.Of($"The tensor {FileErrors.Shown(Name)} has the sizes {SizesText}, more elements than a file can hold.");
        }
    }

    public string SizesText => $"[{string.Join(", ", Sizes.Select(static size => size.ToString(CultureInfo.InvariantCulture)))}]";

    /// <summary>Whether its elements are real numbers.</summary>
    public bool IsReal => Type is OnnxFields.TypeFloat or OnnxFields.TypeDouble or Half or Brain;

    /// <summary>The number of bytes of an element; 0 where that is not known.</summary>
    public static int WidthOf(int type) => type switch
    {
        OnnxFields.TypeFloat or OnnxFields.TypeInt32 => 4,
        OnnxFields.TypeDouble or OnnxFields.TypeInt64 => 8,
        Half or Brain => 2,
        OnnxFields.TypeBool => 1,
        _ => 0,
    };

    /// <summary>Its elements as numbers.</summary>
    /// <exception cref="AutodiffException">It holds something else.</exception>
    public double[] Numbers()
    {
        if (!IsReal) throw FileErrors.Of($"The tensor {FileErrors.Shown(Name)} does not hold real numbers.");
        var span = Data.Span;
        var numbers = new double[span.Length / WidthOf(Type)];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Type switch
            {
                OnnxFields.TypeFloat => BinaryPrimitives.ReadSingleLittleEndian(span[(4 * i)..]),
                OnnxFields.TypeDouble => BinaryPrimitives.ReadDoubleLittleEndian(span[(8 * i)..]),
                Half => (double)BinaryPrimitives.ReadHalfLittleEndian(span[(2 * i)..]),
                _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(span[(2 * i)..]) << 16),
            };
            if (!double.IsFinite(numbers[i])) throw FileErrors.Of($"The tensor {FileErrors.Shown(Name)} holds {numbers[i].ToString(CultureInfo.InvariantCulture)} at element {i.ToString(CultureInfo.InvariantCulture)}. Weights have to be finite numbers.");
        }

        return numbers;
    }

    /// <summary>Its elements as integers.</summary>
    /// <exception cref="AutodiffException">It holds something else.</exception>
    public long[] Integers()
    {
        var span = Data.Span;
        if (Type == OnnxFields.TypeInt64) return MemoryMarshal.Cast<byte, long>(span).ToArray();
        return Type == OnnxFields.TypeInt32
            ? Array.ConvertAll(MemoryMarshal.Cast<byte, int>(span).ToArray(), static value => (long)value)
            : throw FileErrors.Of($"The tensor {FileErrors.Shown(Name)} does not hold integers.");
    }
}

/// <summary>An attribute of an operation.</summary>
/// <param name="Integer">A whole number.</param>
/// <param name="Single">A number.</param>
/// <param name="Text">A text.</param>
/// <param name="Tensor">A tensor.</param>
/// <param name="Integers">Whole numbers.</param>
/// <param name="Singles">Numbers.</param>
/// <param name="Texts">Texts.</param>
internal sealed record OnnxAttribute(long Integer, float Single, string Text, OnnxTensor? Tensor, IReadOnlyList<long> Integers, IReadOnlyList<float> Singles, IReadOnlyList<string> Texts);

/// <summary>An operation of a file.</summary>
/// <param name="Operation">Its name.</param>
/// <param name="Domain">The set that it is of; empty for that of ONNX.</param>
/// <param name="Name">What the file calls it.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Outputs">What it gives.</param>
/// <param name="Attributes">Its attributes by name.</param>
internal sealed record OnnxNode(string Operation, string Domain, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyDictionary<string, OnnxAttribute> Attributes)
{
    /// <summary>What messages call it.</summary>
    public string Title => $"{FileErrors.Shown(Operation)}{(Name.Length > 0 ? $" (node {FileErrors.Shown(Name)})" : string.Empty)}";

    public long Integer(string name, long otherwise) => Attributes.TryGetValue(name, out var attribute) ? attribute.Integer : otherwise;

    public float Single(string name, float otherwise) => Attributes.TryGetValue(name, out var attribute) ? attribute.Single : otherwise;
}

/// <summary>What a file holds.</summary>
/// <param name="Opset">The version of the operations of ONNX.</param>
/// <param name="Nodes">The operations in order.</param>
/// <param name="Tensors">The tensors of the graph by name.</param>
/// <param name="Inputs">The inputs, with the size of their last axis; 0 where that is not known.</param>
/// <param name="Outputs">The names of the outputs.</param>
/// <param name="Metadata">Texts by key.</param>
/// <param name="Bytes">The bytes that were read, those of tensors in other files too.</param>
internal sealed record OnnxModel(
    long Opset,
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyDictionary<string, OnnxTensor> Tensors,
    IReadOnlyList<(string Name, long Width)> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, string> Metadata,
    long Bytes);
