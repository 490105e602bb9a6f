using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using PSAutodiff.Data;

namespace PSAutodiff;

/// <summary>
/// The numbers of a file in the IDX format, that of the MNIST data: two zero bytes, the type of the numbers, the number of dimensions,
/// the size of each dimension in 32 bits, then the numbers, the last dimension running fastest; most significant byte first everywhere.
/// </summary>
/// <remarks>Holds the bytes of the file; arrays of numbers are made when they are asked for.</remarks>
public sealed class IdxData
{
    private readonly byte[] _content;
    private readonly int[] _dimensions;

    internal IdxData(IdxElementType elementType, int[] dimensions, byte[] content)
    {
        ElementType = elementType;
        _dimensions = dimensions;
        _content = content;
        Count = content.Length / SizeOf(elementType);
    }

    // Of its text.
    [JsonConstructor]
    private IdxData(IdxElementType elementType, IReadOnlyList<int> dimensions, byte[] content)
        : this(elementType, [.. dimensions], content)
    {
        var size = (Int128)SizeOf(elementType);
        foreach (var dimension in dimensions) size = dimension > 0 && size <= content.Length ? size * dimension : -1;
        if (dimensions.Count == 0 || size <= 0 || size != content.Length) throw new FormatException("The dimensions do not suit the content.");
    }

    /// <summary>The type of the numbers in the file.</summary>
    public IdxElementType ElementType { get; }

    /// <summary>The sizes of the dimensions, all above 0: for MNIST's images their number, rows and columns.</summary>
    public IReadOnlyList<int> Dimensions => _dimensions;

    /// <summary>How many numbers there are: the product of <see cref="Dimensions"/>.</summary>
    public int Count { get; }

    /// <summary>How many items there are: the first dimension.</summary>
    public int RowCount => _dimensions[0];

    /// <summary>How many numbers an item has: the product of all other dimensions.</summary>
    public int RowSize => Count / RowCount;

    [JsonInclude]
    internal byte[] Content => _content;

    /// <summary>Reads IDX data, plain or compressed by gzip, to the end of the stream.</summary>
    /// <param name="stream">The content of the file.</param>
    /// <param name="cancellation">Ends a long reading with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="AutodiffException">The content is no IDX data, damaged, too short or too long.</exception>
    public static IdxData Read(Stream stream, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return IdxReader.Read(stream, cancellation);
    }

    /// <summary>All numbers times a scale, in the order of the file.</summary>
    /// <param name="scale">For example 1 / 255 for images.</param>
    public double[] ToArray(double scale = 1) => Convert<double>(scale);

    /// <summary>All numbers times a scale, in the order of the file and in single precision.</summary>
    /// <param name="scale">For example 1 / 255 for images.</param>
    public float[] ToSingleArray(double scale = 1) => Convert<float>(scale);

    /// <summary>The numbers times a scale, an item a row: <see cref="RowCount"/> x <see cref="RowSize"/>.</summary>
    /// <param name="scale">For example 1 / 255 for images.</param>
    public double[,] ToArray2D(double scale = 1) => Convert2D<double>(scale);

    /// <summary>The numbers times a scale, an item a row, in single precision: <see cref="RowCount"/> x <see cref="RowSize"/>.</summary>
    /// <param name="scale">For example 1 / 255 for images.</param>
    public float[,] ToSingleArray2D(double scale = 1) => Convert2D<float>(scale);

    /// <summary>The numbers as labels, one for each item.</summary>
    /// <exception cref="AutodiffException">There are several numbers for an item, or one is not a whole number of 32 bits.</exception>
    public int[] ToLabels()
    {
        if (RowSize != 1)
        {
            throw new AutodiffException(
                ErrorIds.IdxInvalid,
                $"These IDX data are not labels: they have the dimensions {string.Join(" x ", _dimensions)}, so {RowSize} numbers for each item. Is it the file of images?");
        }

        var labels = new int[Count];
        for (var i = 0; i < labels.Length; i++)
        {
            var value = ValueAt(i);
            labels[i] = (int)value;
            if (labels[i] != value)
            {
                throw new AutodiffException(
                    ErrorIds.IdxInvalid,
                    string.Create(CultureInfo.InvariantCulture, $"These IDX data are not labels: number {i + 1} is {value}, which is not a whole number of 32 bits."));
            }
        }

        return labels;
    }

    /// <summary>The type, the dimensions.</summary>
    public override string ToString() => $"{ElementType} {string.Join(" x ", _dimensions)}";

    /// <summary>Bytes that a number takes; 0 for an unknown type.</summary>
    internal static int SizeOf(IdxElementType type) => type switch
    {
        IdxElementType.Byte or IdxElementType.SByte => 1,
        IdxElementType.Int16 => 2,
        IdxElementType.Int32 or IdxElementType.Single => 4,
        IdxElementType.Double => 8,
        _ => 0,
    };

    private T[,] Convert2D<T>(double scale)
        where T : unmanaged, INumber<T>
    {
        var rows = new T[RowCount, RowSize];
        Convert(scale, MemoryMarshal.CreateSpan(ref rows[0, 0], rows.Length));
        return rows;
    }

    private T[] Convert<T>(double scale)
        where T : unmanaged, INumber<T>
    {
        var values = new T[Count];
        Convert(scale, values);
        return values;
    }

    private void Convert<T>(double scale, Span<T> values)
        where T : unmanaged, INumber<T>
    {
        if (SizeOf(ElementType) > 1)
        {
            for (var i = 0; i < values.Length; i++) values[i] = T.CreateTruncating(ValueAt(i) * scale);
            return;
        }

        // Images are bytes, many of them: each of the 256 is converted once.
        var converted = new T[256];
        for (var value = 0; value < converted.Length; value++)
        {
            converted[value] = T.CreateTruncating((ElementType == IdxElementType.SByte ? (sbyte)value : value) * scale);
        }

        for (var i = 0; i < values.Length; i++) values[i] = converted[_content[i]];
    }

    private double ValueAt(int index) => ElementType switch
    {
        IdxElementType.Byte => _content[index],
        IdxElementType.SByte => (sbyte)_content[index],
        IdxElementType.Int16 => BinaryPrimitives.ReadInt16BigEndian(_content.AsSpan(2 * index)),
        IdxElementType.Int32 => BinaryPrimitives.ReadInt32BigEndian(_content.AsSpan(4 * index)),
        IdxElementType.Single => BinaryPrimitives.ReadSingleBigEndian(_content.AsSpan(4 * index)),
        _ => BinaryPrimitives.ReadDoubleBigEndian(_content.AsSpan(8 * index)),
    };
}
