using System.Diagnostics;
using PSAutodiff.Exchange;
using PSAutodiff.Exchange.Onnx;
using PSAutodiff.Exchange.Safetensors;
using PSAutodiff.Fitting;
using PSAutodiff.LinearAlgebra;
using PSAutodiff.Serialization;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Networks from files of other programs, whose shapes are those that PyTorch and scikit-learn export.</summary>
public sealed class OnnxReaderTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void What_is_exported_is_imported()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var precision = (NetworkPrecision)(seed % 2);
            var network = ExchangeSamples.Network(new Random(seed), precision);
            Assert.Equal(network.ToJson(), OnnxReader.Read(OnnxWriter.Write(PortableModel.Of(network), precision, 17 + (seed % 5), "1.0")).ToJson());
            Assert.Equal(network.ToJson(), SafetensorsModel.Read(SafetensorsModel.Write(PortableModel.Of(network), precision), null).ToJson());
        }
    }

    [Theory]
    [InlineData(NetworkPrecision.Double)]
    [InlineData(NetworkPrecision.Single)]
    public void Fits_come_back_from_safetensors_with_all_they_know(NetworkPrecision precision)
    {
        double[] x = [1, 2, 3, 4, 5];
        double[] y = [1.1, 1.9, 3.2, 3.9, 5.3];
        var regression = LinearAlgebraTools.Regression(new RegressionPlan(["x"], "y", true, 0, 0));
        for (var i = 0; i < x.Length; i++) regression.Add([x[i]], y[i], 1);
        var fit = new CurveFit(ExprNode.Parse("a*x + b"), ExprNode.Variable("y"), new DataRows(["x", "y"], [x, y], [1, 1], x.Length, RowTotal.Sum)).Run([1, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
        foreach (var model in new IAutodiffModel[] { regression.Finish(), fit })
        {
            var file = SafetensorsModel.Write(PortableModel.Of(model), precision);
            Assert.Equal(ModelJson.Write(model), ModelJson.Write(SafetensorsModel.ReadModel(file, null)));
            file[^1] ^= 1;
            Assert.Contains("is not that of the model", Assert.Throws<AutodiffException>(() => SafetensorsModel.ReadModel(file, null)).Message, StringComparison.Ordinal);
        }

        // Without the notes, as torch.nn.Linear has it.
        var plain = SafetensorsFile.Write([("weight", [1, 2], [2, 3]), ("bias", [1], [1])], [], precision);
        Assert.Equal(new double[,] { { 2 }, { 3 } }, SafetensorsModel.Read(plain, [ActivationFunction.Linear]).Layers[0].Weights);
    }

    [Fact]
    public void PyTorch_writes_Gemm_with_transposed_weights()
    {
        var file = Model(Graph(
            [Tensor("0.weight", [3, 2], [1, 2, 3, 4, 5, 6]), Tensor("0.bias", [3], [0.5f, -0.5f, 0]), Tensor("2.weight", [1, 3], [1, -1, 2]), Tensor("2.bias", [1], [0.25f])],
            [
                Node("Gemm", ["x", "0.weight", "0.bias"], "h", Int("transB", 1), Single("alpha", 1), Single("beta", 1)),
                Node("Relu", ["h"], "r"),
                Node("Gemm", ["r", "2.weight", "2.bias"], "y", Int("transB", 1), Single("alpha", 1), Single("beta", 1)),
            ],
            ("x", 2), ["y"]));
        var network = OnnxReader.Read(file);
        Assert.Equal(NetworkPrecision.Single, network.Precision);
        Assert.Equal([ActivationFunction.ReLU, ActivationFunction.Linear], network.Layers.Select(static layer => layer.Activation));
        using var session = new OnnxSession(file);
        var rows = ExchangeSamples.Rows(new Random(1), 5, 2);
        Assert.True(ExchangeSamples.Distance(session.Run(rows, "y"), network.Predict(rows)) < 1e-6);
    }

    [Fact]
    public void Scikit_learn_writes_products_sums_and_classes()
    {
        // As skl2onnx writes a pipeline of StandardScaler and MLPClassifier.
        var file = Model(
            Graph(
                [Tensor("coefficient", [2, 2], [1, 2, 3, 4]), Tensor("intercepts", [1, 2], [0.5f, -0.5f]), Tensor("coefficient1", [2, 3], [1, -1, 2, 0, 1, 3]), Tensor("intercepts1", [1, 3], [0, 1, 2]), Texts("classes", ["setosa", "versicolor", "virginica"])],
                [
                    Node("Scaler", ["x"], "s", "ai.onnx.ml", Singles("offset", [1, 2]), Singles("scale", [0.5f, 2])),
                    Node("Cast", ["s"], "c", Int("to", 1)),
                    Node("MatMul", ["c", "coefficient"], "m"),
                    Node("Add", ["m", "intercepts"], "a"),
                    Node("Tanh", ["a"], "t"),
                    Node("MatMul", ["t", "coefficient1"], "m1"),
                    Node("Add", ["m1", "intercepts1"], "a1"),
                    Node("Softmax", ["a1"], "p", Int("axis", 1)),
                    Node("ArgMax", ["p"], "i", Int("axis", 1)),
                    Node("ArrayFeatureExtractor", ["classes", "i"], "f", "ai.onnx.ml"),
                    Node("Reshape", ["f", "shape"], "output_label"),
                    Node("ZipMap", ["p"], "output_probability", "ai.onnx.ml", Strings("classlabels_strings", ["setosa", "versicolor", "virginica"])),
                ],
                ("x", 2), ["output_label", "output_probability"], Integers("shape", [1], [-1])));
        var network = OnnxReader.Read(file);
        Assert.Equal(["setosa", "versicolor", "virginica"], network.Classes);
        Assert.Equal([1, 2], network.Scaling!.Means);
        Assert.Equal([2, 0.5], network.Scaling.Deviations);
        Assert.Equal([ActivationFunction.Tanh, ActivationFunction.Softmax], network.Layers.Select(static layer => layer.Activation));
    }

    [Fact]
    public void Scikit_learn_writes_two_classes_as_one_output_and_its_complement()
    {
        var file = Model(
            Graph(
                [Tensor("w", [2, 1], [1, 2]), Tensor("b", [1], [0.5f]), Tensor("unity", [1], [1])],
                [
                    Node("MatMul", ["x", "w"], "m"), Node("Add", ["m", "b"], "a"), Node("Sigmoid", ["a"], "p"), Node("Sub", ["unity", "p"], "q"), Node("Concat", ["q", "p"], "both", Int("axis", 1)),
                    Node("ArgMax", ["both"], "i", Int("axis", 1)), Node("ArrayFeatureExtractor", ["classes", "i"], "f", "ai.onnx.ml"), Node("Cast", ["f"], "label", Int("to", 7)),
                ],
                ("x", 2), ["label", "both"], Integers("classes", [2], [7, 9])));
        var network = OnnxReader.Read(file);
        Assert.Equal([7L, 9L], network.Classes);
        Assert.Equal(1, network.OutputSize);
    }

    [Theory]
    [InlineData("Conv", "'Conv'")]
    [InlineData("LSTM", "'LSTM'")]
    [InlineData("Exp", "'Exp'")]
    public void What_is_not_read_is_named(string operation, string named)
    {
        var file = Model(Graph([Tensor("w", [2, 1], [1, 2])], [Node("MatMul", ["x", "w"], "m"), Node(operation, ["m"], "y")], ("x", 2), ["y"]));
        var error = Assert.Throws<AutodiffException>(() => OnnxReader.Read(file));
        Assert.Equal("ModelFile", error.ErrorId);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Circles_and_nodes_out_of_order_are_refused()
    {
        var circle = Model(Graph([Tensor("w", [2, 2], [1, 2, 3, 4])], [Node("Add", ["z", "x"], "y"), Node("Relu", ["y"], "z")], ("x", 2), ["z"]));
        Assert.Contains("without circles", Assert.Throws<AutodiffException>(() => OnnxReader.Read(circle)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("..\\secret.bin")]
    [InlineData("sub/weights.bin")]
    [InlineData("..")]
    [InlineData("")]
    public void Nothing_is_read_outside_the_folder(string location)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "secret.bin"), new byte[16]);
        Directory.CreateDirectory(Path.Combine(folder.Path, "models", "sub"));
        File.WriteAllBytes(Path.Combine(folder.Path, "models", "sub", "weights.bin"), new byte[16]);
        var error = Assert.Throws<AutodiffException>(() => OnnxReader.Read(WithExternal(location, "0", "16"), Path.Combine(folder.Path, "models")));
        Assert.Contains("Only files in the folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_in_a_file_beside_are_read_within_its_bounds()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "model.onnx.data"), [.. new byte[4], .. new float[] { 1, 2, 3, 4 }.SelectMany(BitConverter.GetBytes)]);
        Assert.Equal(new double[,] { { 1, 2 }, { 3, 4 } }, OnnxReader.Read(WithExternal("model.onnx.data", "4", "16"), folder.Path).Layers[0].Weights);
        Assert.Contains("does not fit", Fails("model.onnx.data", "5", "16"), StringComparison.Ordinal);
        Assert.Contains("not as many bytes", Fails("model.onnx.data", "4", "12"), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Fails("missing", "4", "16"), StringComparison.Ordinal);
        Assert.Contains("no valid offset", Fails("model.onnx.data", "-4", "16"), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(Path.Combine(folder.Path, "link"), "/etc/passwd");
            Assert.Contains("link", Fails("link", "0", "16"), StringComparison.Ordinal);
        }

        string Fails(string location, string offset, string length) => Assert.Throws<AutodiffException>(() => OnnxReader.Read(WithExternal(location, offset, length), folder.Path)).Message;
    }

    [Fact]
    public void Huge_sizes_and_torn_files_are_refused_without_memory_for_them()
    {
        var huge = new ProtoWriter();
        foreach (var size in new[] { 1L << 40, 1L << 40 }) huge.Integer(OnnxFields.Tensor.Dims, size);
        huge.Integer(OnnxFields.Tensor.DataType, OnnxFields.TypeFloat).Text(OnnxFields.Tensor.Name, "w").Bytes(OnnxFields.Tensor.RawData, new byte[16]);
        var file = Model(Graph([huge], [Node("MatMul", ["x", "w"], "y")], ("x", 2), ["y"]));
        var network = ExchangeSamples.Network(new Random(5), NetworkPrecision.Double);
        byte[][] whole = [OnnxWriter.Write(PortableModel.Of(network), NetworkPrecision.Double, 17, "1.0"), SafetensorsModel.Write(PortableModel.Of(network), NetworkPrecision.Double)];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<AutodiffException>(() => OnnxReader.Read(file));
        Assert.Throws<AutodiffException>(() => SafetensorsModel.Read(new byte[] { 255, 255, 255, 255, 255, 255, 255, 127, (byte)'{' }, null));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
        for (var length = 0; length < whole[0].Length; length++)
        {
            // What ends between two notes is a file without the second.
            var isRead = false;
            var error = Record.Exception(() => isRead = OnnxReader.Read(whole[0].AsMemory(0, length)).ParameterCount == network.ParameterCount);
            Assert.True(isRead ? length > whole[0].Length / 2 : error is AutodiffException { ErrorId: "ModelFile" }, $"{length}: {error}");
        }

        for (var length = 0; length < whole[1].Length; length++) Assert.Throws<AutodiffException>(() => SafetensorsModel.Read(whole[1].AsMemory(0, length), null));
    }

    [Fact]
    public void What_uses_one_tensor_again_and_again_takes_no_more_memory_than_its_file_is_worth()
    {
        // Each node adds a vector of its own to those before, or repeats a number for each of many columns.
        var many = Enumerable.Range(0, 2000).Select(static i => Node("Add", [i == 0 ? "m" : $"a{i - 1}", "b"], $"a{i}")).ToArray();
        byte[][] files =
        [
            Model(Graph([Tensor("w", [1, 5000], new double[5000]), Tensor("b", [5000], new double[5000])], [Node("MatMul", ["x", "w"], "m"), .. many], ("x", 1), ["a1999"])),
            Model(Graph([Tensor("b", [1], [1])], [Node("Identity", ["x"], "m"), .. many], ("x", int.MaxValue), ["a1999"])),
            Model(Graph([Tensor("w", [100, 100], new double[10_000])], [.. Enumerable.Range(0, 2000).Select(static i => Node("MatMul", [i == 0 ? "x" : $"a{i - 1}", "w"], $"a{i}"))], ("x", 100), ["a1999"])),
        ];
        foreach (var file in files)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains("again and again", Assert.Throws<AutodiffException>(() => OnnxReader.Read(file)).Message, StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (60L * file.Length) + 1_000_000);
        }
    }

    [Fact]
    public void Deep_messages_are_left_out_without_recursion()
    {
        var deep = new byte[] { 10, 0 };
        for (var i = 0; i < 2000; i++) deep = new ProtoWriter().Bytes(OnnxFields.Attribute.Tensor + 1, deep).ToArray();
        var node = Node("Relu", ["x"], "y").Bytes(OnnxFields.Node.Attribute, deep);
        Assert.Throws<AutodiffException>(() => OnnxReader.Read(Model(Graph([], [node], ("x", 2), ["y"]))));
    }

    [Fact]
    public void PyTorch_itself_reads_what_is_written_and_its_files_are_read()
    {
        Assert.SkipUnless(File.Exists(Python) && Run("import torch, numpy").Code == 0, "Python has no torch.");
        using var folder = new TemporaryFolder();
        var (code, output) = Run($$$"""
            import torch, numpy as np, json, struct
            torch.manual_seed(3)
            m = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 5, bias=False), torch.nn.Tanh(), torch.nn.Linear(5, 3), torch.nn.Softmax(dim=1))
            torch.onnx.export(m, torch.zeros(1, 4), r"{{{folder.Path}}}/torch.onnx", opset_version=13, input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})
            x = torch.arange(12, dtype=torch.float32).reshape(3, 4) / 7
            header, data = {}, b""
            for name, t in m.state_dict().items():
                raw = t.numpy().tobytes()
                header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
                data += raw
            text = json.dumps(header).encode()
            open(r"{{{folder.Path}}}/torch.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + data)
            print(json.dumps(m(x).tolist()))
            """);
        Assert.True(code == 0, output);
        var expected = System.Text.Json.JsonSerializer.Deserialize<double[][]>(output.Trim().Split('\n')[^1])!;
        var rows = new double[3, 4];
        for (var i = 0; i < 12; i++) rows[i / 4, i % 4] = (float)i / 7f;
        Network[] networks =
        [
            OnnxReader.Read(File.ReadAllBytes(Path.Combine(folder.Path, "torch.onnx")), folder.Path),
            SafetensorsModel.Read(File.ReadAllBytes(Path.Combine(folder.Path, "torch.safetensors")), [ActivationFunction.ReLU, ActivationFunction.Tanh, ActivationFunction.Softmax]),
        ];
        foreach (var network in networks)
        {
            var predicted = network.Predict(rows);
            for (var i = 0; i < 3; i++)
            {
                for (var j = 0; j < 3; j++) Assert.Equal(expected[i][j], predicted[i, j], 1e-6);
            }
        }

        Assert.Contains("-Activation ReLU, ReLU, Linear", Assert.Throws<AutodiffException>(() => SafetensorsModel.Read(File.ReadAllBytes(Path.Combine(folder.Path, "torch.safetensors")), null)).Message, StringComparison.Ordinal);
    }

    internal static (int Code, string Output) Run(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(Python) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-W", "ignore", "-c", script, .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + errors.Result);
    }

    private static byte[] WithExternal(string location, string offset, string length)
    {
        var tensor = new ProtoWriter().Integer(OnnxFields.Tensor.Dims, 2).Integer(OnnxFields.Tensor.Dims, 2).Integer(OnnxFields.Tensor.DataType, OnnxFields.TypeFloat).Text(OnnxFields.Tensor.Name, "w").Integer(OnnxFields.Tensor.DataLocation, 1);
        foreach (var (key, value) in new[] { ("location", location), ("offset", offset), ("length", length) }) tensor.Message(OnnxFields.Tensor.ExternalData, new ProtoWriter().Text(1, key).Text(2, value));
        return Model(Graph([tensor], [Node("MatMul", ["x", "w"], "y")], ("x", 2), ["y"]));
    }

    private static byte[] Model(ProtoWriter graph) => new ProtoWriter().Integer(OnnxFields.Model.IrVersion, 7).Message(OnnxFields.Model.Graph, graph)
        .Message(OnnxFields.Model.OpsetImport, new ProtoWriter().Text(OnnxFields.Opset.Domain, string.Empty).Integer(OnnxFields.Opset.Version, 13))
        .Message(OnnxFields.Model.OpsetImport, new ProtoWriter().Text(OnnxFields.Opset.Domain, "ai.onnx.ml").Integer(OnnxFields.Opset.Version, 1)).ToArray();

    private static ProtoWriter Graph(ProtoWriter[] tensors, ProtoWriter[] nodes, (string Name, int Width) input, string[] outputs, params ProtoWriter[] more)
    {
        var graph = new ProtoWriter();
        foreach (var node in nodes) graph.Message(OnnxFields.Graph.Node, node);
        graph.Text(OnnxFields.Graph.Name, "g");
        foreach (var tensor in tensors.Concat(more)) graph.Message(OnnxFields.Graph.Initializer, tensor);
        graph.Message(OnnxFields.Graph.Input, Value(input.Name, input.Width));
        foreach (var output in outputs) graph.Message(OnnxFields.Graph.Output, Value(output, 0));
        return graph;
    }

    private static ProtoWriter Value(string name, int width)
    {
        var shape = new ProtoWriter().Message(1, new ProtoWriter().Text(2, "n"));
        shape.Message(1, width > 0 ? new ProtoWriter().Integer(1, width) : new ProtoWriter().Text(2, "m"));
        return new ProtoWriter().Text(1, name).Message(2, new ProtoWriter().Message(1, new ProtoWriter().Integer(1, OnnxFields.TypeFloat).Message(2, shape)));
    }

    private static ProtoWriter Node(string operation, string[] inputs, string output, params ProtoWriter[] attributes) => Node(operation, inputs, output, string.Empty, attributes);

    private static ProtoWriter Node(string operation, string[] inputs, string output, string domain, params ProtoWriter[] attributes)
    {
        var node = new ProtoWriter();
        foreach (var input in inputs) node.Text(OnnxFields.Node.Input, input);
        node.Text(OnnxFields.Node.Output, output).Text(OnnxFields.Node.Name, "n_" + output).Text(OnnxFields.Node.OpType, operation).Text(OnnxFields.Node.Domain, domain);
        foreach (var attribute in attributes) node.Message(OnnxFields.Node.Attribute, attribute);
        return node;
    }

    private static ProtoWriter Int(string name, long value) => new ProtoWriter().Text(1, name).Integer(OnnxFields.Attribute.Int, value).Integer(OnnxFields.Attribute.Type, OnnxFields.AttributeInt);

    private static ProtoWriter Single(string name, float value) => new ProtoWriter().Text(1, name).Single(OnnxFields.Attribute.Float, value).Integer(OnnxFields.Attribute.Type, OnnxFields.AttributeFloat);

    private static ProtoWriter Singles(string name, double[] values) => new ProtoWriter().Text(1, name).Singles(OnnxFields.Attribute.Floats, values).Integer(OnnxFields.Attribute.Type, OnnxFields.AttributeFloats);

    private static ProtoWriter Strings(string name, string[] values)
    {
        var attribute = new ProtoWriter().Text(1, name);
        foreach (var value in values) attribute.Text(OnnxFields.Attribute.Strings, value);
        return attribute.Integer(OnnxFields.Attribute.Type, OnnxFields.AttributeStrings);
    }

    private static ProtoWriter Tensor(string name, long[] sizes, double[] values) => Sized(sizes).Integer(OnnxFields.Tensor.DataType, OnnxFields.TypeFloat).Text(OnnxFields.Tensor.Name, name).Singles(OnnxFields.Tensor.RawData, values);

    private static ProtoWriter Integers(string name, long[] sizes, long[] values) => Sized(sizes).Integer(OnnxFields.Tensor.DataType, OnnxFields.TypeInt64).Text(OnnxFields.Tensor.Name, name).Longs(OnnxFields.Tensor.RawData, values);

    private static ProtoWriter Texts(string name, string[] values)
    {
        var tensor = Sized([values.Length]).Integer(OnnxFields.Tensor.DataType, OnnxFields.TypeString).Text(OnnxFields.Tensor.Name, name);
        foreach (var value in values) tensor.Text(OnnxFields.Tensor.StringData, value);
        return tensor;
    }

    private static ProtoWriter Sized(long[] sizes)
    {
        var tensor = new ProtoWriter();
        foreach (var size in sizes) tensor.Integer(OnnxFields.Tensor.Dims, size);
        return tensor;
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("psautodiff-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
