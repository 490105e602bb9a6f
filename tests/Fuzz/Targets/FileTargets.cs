using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using PSAutodiff.Exchange;
using PSAutodiff.Exchange.Onnx;
using PSAutodiff.Exchange.Safetensors;
using PSAutodiff.Training.Checkpoints;

namespace PSAutodiff.Fuzz;

/// <summary>Network files.</summary>
internal sealed class NetworkTarget : FuzzTarget
{
    public override string Name => "network";

    public override int SuiteCount => 2500;

    public override byte[] Generate(Random random) => Bytes(Some(random).ToJson());

    public override byte[] Mutate(Random random, byte[] input) => Mutator.ChangeText(random, input);

    public override void Run(byte[] input)
    {
        var network = Network.ParseJson(Text(input));
        var json = network.ToJson();
        var back = Network.ParseJson(json);
        Require(back.ToJson() == json, $"it reads back as something else: {back.ToJson()}");
        if (network.InputSize > 100) return;
        var inputs = new double[2, network.InputSize];
        for (var i = 0; i < network.InputSize; i++) inputs[1, i] = 1.0 / (i + 1);
        var (first, second) = (network.Predict(inputs), back.Predict(inputs));
        Require(first.Cast<double>().SequenceEqual(second.Cast<double>()), "read back, it predicts something else");
    }

    /// <summary>A small network.</summary>
    internal static Network Some(Random random)
    {
        var layers = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => (1 + random.Next(3), Enum.GetValues<ActivationFunction>()[random.Next(Enum.GetValues<ActivationFunction>().Length)])).ToList();
        var network = Network.Create(1 + random.Next(3), layers, NetworkInitializer.GlorotUniform, random.Next(), Enum.GetValues<NetworkPrecision>()[random.Next(2)]);
        if (random.Next(2) == 0) network = network.WithFrozen([0]);
        return random.Next(2) == 0
            ? network
            : network.WithColumns([.. Enumerable.Range(0, network.InputSize).Select(static i => string.Create(CultureInfo.InvariantCulture, $"column {i}"))], [], [], null);
    }
}

/// <summary>Checkpoint files, with right checksums as often as not: a training goes on from them or says why not.</summary>
internal sealed class CheckpointTarget : FuzzTarget
{
    private const int HeaderLength = 52;

    private static readonly string Folder = Directory.CreateTempSubdirectory("psautodiff-fuzz").FullName;

    static CheckpointTarget() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => Directory.Delete(Folder, true);

    public override string Name => "checkpoint";

    public override int SuiteCount => 300;

    private static string Path { get; } = System.IO.Path.Combine(Folder, "training.checkpoint");

    // Of a training stopped before its first step, and of one that is done; what lies between differs in bytes only, which are changed anyway.
    private static readonly Lazy<byte[][]> Files = new(static () => [Keep(new CancellationToken(true)), Keep(CancellationToken.None)]);

    public override byte[] Generate(Random random) => Files.Value[random.Next(2)];

    public override byte[] Mutate(Random random, byte[] input)
    {
        if (random.Next(4) == 0 || input.Length < HeaderLength) return Mutator.ChangeBytes(random, input);
        var content = Mutator.ChangeBytes(random, input[HeaderLength..]);
        var header = input[..HeaderLength];
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(12), content.Length);
        SHA256.HashData(content).CopyTo(header, 20);
        return [.. header, .. content];
    }

    public override void Run(byte[] input)
    {
        File.WriteAllBytes(Path, input);
        CheckpointFile.ReadSeed(Path);
        var result = SmallTraining.Line.Run([0.1, 0.2], SmallTraining.Rows, null, Options with { Resume = true });
        ObjectsTarget.RequireReadsBack(result);
    }

    private static byte[] Keep(CancellationToken cancellation)
    {
        File.Delete(Path);
        SmallTraining.Line.Run([0.1, 0.2], SmallTraining.Rows, null, Options, cancellation);
        var file = File.ReadAllBytes(Path);

        // Else an input would be another every time.
        var settingsLength = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(HeaderLength));
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(HeaderLength + sizeof(int) + settingsLength + (2 * SHA256.HashSizeInBytes)), TimeSpan.TicksPerMillisecond);
        SHA256.HashData(file.AsSpan(HeaderLength)).CopyTo(file, 20);
        return file;
    }

    private static TrainingOptions Options { get; } = new()
    {
        Epochs = 4,
        BatchSize = 2,
        Shuffle = true,
        Seed = 5,
        Optimizer = TrainingOptimizer.Adam,
        LearningRate = 0.05,
        ValidationFraction = 0.2,
        Patience = 3,
        Restarts = 2,
        Threads = 1,
        CheckpointPath = Path,
        CheckpointInterval = 1000,
    };
}

/// <summary>IDX files, plain and compressed.</summary>
internal sealed class IdxTarget : FuzzTarget
{
    public override string Name => "idx";

    public override int SuiteCount => 4000;

    public override byte[] Generate(Random random)
    {
        var type = Enum.GetValues<IdxElementType>()[random.Next(Enum.GetValues<IdxElementType>().Length)];
        var sizes = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => 1 + random.Next(4)).ToArray();
        var file = new byte[4 + (4 * sizes.Length) + (IdxData.SizeOf(type) * sizes.Aggregate(1, static (product, size) => product * size))];
        random.NextBytes(file);
        (file[0], file[1], file[2], file[3]) = (0, 0, (byte)type, (byte)sizes.Length);
        for (var i = 0; i < sizes.Length; i++) BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + (4 * i)), sizes[i]);
        return random.Next(3) == 0 ? Compress(file) : file;
    }

    public override void Run(byte[] input)
    {
        using var stream = new MemoryStream(input);
        var data = IdxData.Read(stream);
        Require(data.Count == data.Dimensions.Aggregate(1L, static (product, size) => product * size), $"{data.Count} numbers for {data}");
        var (values, rows) = (data.ToArray(), data.ToArray2D());
        Require(values.Length == data.Count && values.SequenceEqual(rows.Cast<double>(), EqualityComparer<double>.Default), "rows and numbers differ");
        Require(data.ToSingleArray().Length == data.Count, "the numbers in single precision are not as many");
        if (data.RowSize == 1) data.ToLabels();
    }

    private static byte[] Compress(byte[] file)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write(file);
        return compressed.ToArray();
    }
}

/// <summary>Networks in files of ONNX.</summary>
internal sealed class OnnxTarget : FuzzTarget
{
    public override string Name => "onnx";

    public override int SuiteCount => 10_000;

    public override byte[] Generate(Random random) => OnnxWriter.Write(PortableModel.Of(Small(random)), (NetworkPrecision)random.Next(2), 17 + random.Next(5), "1.0");

    public override void Run(byte[] input)
    {
        var network = Within(input, static input => OnnxReader.Read(input));
        Require(network.ToJson() == Network.ParseJson(network.ToJson()).ToJson(), "the network of a file differs from its text");
    }

    /// <summary>A small network with all that files note.</summary>
    internal static Network Small(Random random)
    {
        var outputs = 1 + random.Next(3);
        var network = Network.Create(1 + random.Next(3), [(1 + random.Next(3), (ActivationFunction)random.Next(5)), (outputs, outputs > 1 ? (ActivationFunction)random.Next(5) : ActivationFunction.Sigmoid)], NetworkInitializer.GlorotUniform, random.Next(), (NetworkPrecision)random.Next(2));
        object[] classes = random.Next(2) == 0 ? [] : [.. Enumerable.Range(0, Math.Max(2, outputs)).Select(static i => (object)$"class {i}")];
        var scaling = random.Next(2) == 0 ? null : new FeatureScaling([.. Enumerable.Range(0, network.InputSize).Select(static i => (double)i)], [.. Enumerable.Repeat(2.0, network.InputSize)]);
        return network.WithColumns(random.Next(2) == 0 ? [] : [.. Enumerable.Range(0, network.InputSize).Select(static i => $"x{i}")], [], classes, scaling);
    }
}

/// <summary>Networks in files of safetensors.</summary>
internal sealed class SafetensorsTarget : FuzzTarget
{
    public override string Name => "safetensors";

    public override int SuiteCount => 10_000;

    public override byte[] Generate(Random random) => SafetensorsModel.Write(PortableModel.Of(random.Next(4) == 0 ? SmallFit(random) : OnnxTarget.Small(random)), (NetworkPrecision)random.Next(2));

    private static CurveFitResult SmallFit(Random random)
    {
        double[] x = [1, 2, 3, 4];
        var fit = new CurveFit(ExprNode.Parse("a*x + b"), ExprNode.Variable("y"), new DataRows(["x", "y"], [x, Array.ConvertAll(x, _ => random.NextDouble())], [1, 1], x.Length, RowTotal.Sum)).Run([1, 0], new CurveFitOptions(), CancellationToken.None);

        // Else an input would be another every time.
        ObjectsTarget.Set(fit, nameof(CurveFitResult.Elapsed), TimeSpan.Zero);
        return fit;
    }

    public override void Run(byte[] input)
    {
        if (Within(input, static input => SafetensorsModel.ReadModel(input, null)) is Network network) Require(network.ToJson() == Network.ParseJson(network.ToJson()).ToJson(), "the network of a file differs from its text");
    }
}
