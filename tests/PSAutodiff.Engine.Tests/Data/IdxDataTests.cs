using System.Buffers.Binary;
using System.IO.Compression;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>IDX data: what the format says reads as it says, and nothing else is read.</summary>
public sealed class IdxDataTests
{
    private static readonly double[] Whole = [0, 1, -1, 100, -128, 127];

    public static TheoryData<IdxElementType, double[]> AllTypes => new()
    {
        { IdxElementType.Byte, [0, 1, 127, 128, 200, 255] },
        { IdxElementType.SByte, Whole },
        { IdxElementType.Int16, [.. Whole[..4], short.MinValue, short.MaxValue] },
        { IdxElementType.Int32, [.. Whole[..4], int.MinValue, int.MaxValue] },
        { IdxElementType.Single, [.. Whole[..4], 0.1f, float.Epsilon] },
        { IdxElementType.Double, [.. Whole[..4], 0.1, double.Epsilon] },
    };

    private static byte[] Labels => File(IdxElementType.Byte, [4], [7, 0, 9, 3]);

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void All_types_read_back_plain_and_compressed(IdxElementType type, double[] values)
    {
        var file = File(type, [3, 2, 1], values);
        foreach (var content in new[] { file, Gzip(file), [.. Gzip(file[..10]), .. Gzip(file[10..])] })
        {
            var data = Read(content);
            Assert.Equal(type, data.ElementType);
            Assert.Equal([3, 2, 1], data.Dimensions);
            Assert.Equal((6, 3, 2), (data.Count, data.RowCount, data.RowSize));
            Assert.Equal(values, data.ToArray());
            Assert.Equal(values.Select(static value => (float)value), data.ToSingleArray());
            var rows = data.ToArray2D(0.5);
            Assert.Equal((3, 2), (rows.GetLength(0), rows.GetLength(1)));
            Assert.Equal(values.Select(static value => value * 0.5), rows.Cast<double>());
            Assert.Equal(values.Select(static value => (float)(value * 0.5)), data.ToSingleArray2D(0.5).Cast<float>());
        }
    }

    [Fact]
    public void Labels_are_whole_numbers_one_for_each_item()
    {
        Assert.Equal([7, 0, 9, 3], Read(Labels).ToLabels());
        Assert.Equal([7, -2], Read(File(IdxElementType.Double, [2, 1], [7, -2])).ToLabels());
        AssertError("dimensions 2 x 2, so 2 numbers for each item", static () => Read(File(IdxElementType.Byte, [2, 2], [1, 2, 3, 4])).ToLabels());
        AssertError("number 2 is 0.5", static () => Read(File(IdxElementType.Double, [2], [7, 0.5])).ToLabels());
        AssertError("number 1 is NaN", static () => Read(File(IdxElementType.Single, [1], [double.NaN])).ToLabels());
        AssertError("number 1 is 3000000000", static () => Read(File(IdxElementType.Double, [1], [3e9])).ToLabels());
    }

    [Fact]
    public void One_dimension_makes_rows_of_one_number()
    {
        var rows = Read(Labels).ToArray2D();
        Assert.Equal((4, 1), (rows.GetLength(0), rows.GetLength(1)));
        Assert.Equal("Byte 4", Read(Labels).ToString());
    }

    [Fact]
    public void Streams_that_give_little_at_a_time_and_cannot_seek_are_read()
    {
        var file = File(IdxElementType.Int16, [50, 3], [.. Enumerable.Range(0, 150).Select(static i => (double)i)]);
        foreach (var content in new[] { file, Gzip(file) })
        {
            using var stream = new SlowStream(content);
            Assert.Equal(Enumerable.Range(0, 150).Select(static i => (double)i), IdxData.Read(stream, TestContext.Current.CancellationToken).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void Every_truncation_is_refused(IdxElementType type, double[] values)
    {
        var file = File(type, [2, 3], values);
        for (var length = 0; length < file.Length; length++)
        {
            AssertError("The IDX data are wrong: ", () => Read(file[..length]));
            AssertError("The IDX data are wrong: ", () => Read(Gzip(file[..length])));
        }

        var packed = Gzip(file);
        for (var length = 0; length < packed.Length; length++) AssertError("The IDX data are wrong: ", () => Read(packed[..length]));
    }

    [Theory]
    [InlineData("", "end within their header")]
    [InlineData("00 00 08", "end within their header")]
    [InlineData("00 00 08 01 00 00 00", "end within their header")]
    [InlineData("50 4B 08 01", "begin with the bytes 50 4B, not with two zeros")]
    [InlineData("00 00 0A 01 00 00 00 01 01", "the type of their numbers is 0A")]
    [InlineData("00 00 00 01 00 00 00 01 01", "the type of their numbers is 00")]
    [InlineData("00 00 08 00", "they have no dimensions")]
    [InlineData("00 00 08 00 01", "they have no dimensions")]
    [InlineData("00 00 08 01 00 00 00 00", "dimension 1 is 0")]
    [InlineData("00 00 08 02 00 00 00 01 00 00 00 00", "dimension 2 is 0")]
    [InlineData("00 00 08 01 FF FF FF FF 01", "dimension 1 is -1")]
    [InlineData("00 00 08 01 80 00 00 00 01", "dimension 1 is -2147483648")]
    [InlineData("00 00 08 02 7F FF FF FF 7F FF FF FF 01", "more than 2147483591 bytes")]
    [InlineData("00 00 0E 01 20 00 00 00 01", "more than 2147483591 bytes")]
    [InlineData("00 00 08 08 00 01 00 00 00 01 00 00 00 01 00 00 00 01 00 00 00 01 00 00 00 01 00 00 00 01 00 00 00 01 00 00", "more than 2147483591 bytes")]
    [InlineData("00 00 08 01 7F FF FF C7 01 02", "announces 2147483591 bytes of numbers, but only 2 follow")]
    [InlineData("00 00 08 01 00 00 00 03 01 02", "announces 3 bytes of numbers, but only 2 follow")]
    [InlineData("00 00 08 01 00 00 00 02 01 02 03", "more bytes follow than the 2 bytes")]
    [InlineData("1F 8B", "compression by gzip is damaged")]
    [InlineData("1F 8B 08 00 00 00 00 00 00 03 FF FF FF", "compression by gzip is damaged")]
    public void Wrong_content_is_refused(string bytes, string problem)
    {
        var content = Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal));
        AssertError(problem, () => Read(content));
        if (bytes.StartsWith("00", StringComparison.Ordinal)) AssertError(problem, () => Read(Gzip(content)));
    }

    [Fact]
    public void As_many_dimensions_as_the_format_allows_are_read()
    {
        var dimensions = Enumerable.Repeat(1, 255).ToArray();
        Assert.Equal(dimensions, Read(File(IdxElementType.Byte, dimensions, [42])).Dimensions);
    }

    [Fact]
    public void A_header_that_lies_costs_no_memory()
    {
        var content = Convert.FromHexString("00000801" + "7FFFFFC7" + "0102");
        AssertError("only 2 follow", () => Read(content));
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertError("only 2 follow", () => Read(content));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public void No_more_is_unpacked_than_the_header_says()
    {
        // 50 MB of zeros after a header for 100 bytes.
        var bomb = Gzip([.. Convert.FromHexString("00000801" + "00000064"), .. new byte[50_000_000]]);
        AssertError("more bytes follow", () => Read(bomb));
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertError("more bytes follow", () => Read(bomb));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public void Damaged_compression_is_refused_or_read_right() => RandomNetworks.Check(500, static random =>
    {
        var values = Enumerable.Range(0, 60).Select(_ => (double)random.Next(256)).ToArray();
        var packed = Gzip(File(IdxElementType.Byte, [60], values));
        packed[random.Next(packed.Length)] ^= (byte)(1 << random.Next(8));
        try
        {
            // A flag or the time stamp of the gzip header may have been hit, which changes nothing.
            Assert.Equal(values, Read(packed).ToArray());
        }
        catch (AutodiffException error)
        {
            Assert.Equal(ErrorIds.IdxInvalid, error.ErrorId);
        }
    });

    [Fact]
    public void Reading_can_be_cancelled()
    {
        using var stream = new MemoryStream(Labels);
        Assert.Throws<OperationCanceledException>(() => IdxData.Read(stream, new CancellationToken(canceled: true)));
    }

    private static IdxData Read(byte[] content)
    {
        using var stream = new MemoryStream(content);
        return IdxData.Read(stream);
    }

    private static byte[] File(IdxElementType type, int[] dimensions, double[] values)
    {
        using var file = new MemoryStream();
        file.Write([0, 0, (byte)type, (byte)dimensions.Length]);
        Span<byte> number = stackalloc byte[8];
        foreach (var dimension in dimensions)
        {
            BinaryPrimitives.WriteInt32BigEndian(number, dimension);
            file.Write(number[..4]);
        }

        foreach (var value in values)
        {
            switch (type)
            {
                case IdxElementType.Byte: number[0] = (byte)value; break;
                case IdxElementType.SByte: number[0] = (byte)(sbyte)value; break;
                case IdxElementType.Int16: BinaryPrimitives.WriteInt16BigEndian(number, (short)value); break;
                case IdxElementType.Int32: BinaryPrimitives.WriteInt32BigEndian(number, (int)value); break;
                case IdxElementType.Single: BinaryPrimitives.WriteSingleBigEndian(number, (float)value); break;
                default: BinaryPrimitives.WriteDoubleBigEndian(number, value); break;
            }

            file.Write(number[..IdxData.SizeOf(type)]);
        }

        return file.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(content);
        return packed.ToArray();
    }

    private static void AssertError(string part, Func<object> action)
    {
        var error = Assert.Throws<AutodiffException>(action);
        Assert.Equal(ErrorIds.IdxInvalid, error.ErrorId);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    private sealed class SlowStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 3));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 3)]);
    }
}
