using System.Globalization;
using System.Text.Json;
using PSAutodiff.Exchange.Onnx;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Files that PyTorch and scikit-learn's exporter wrote, with what these libraries predict.</summary>
public sealed class OnnxFilesTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "data", "onnx");

    [Theory]
    [InlineData("torch-gemm", "3-4 ReLU-2 Linear", "")]
    [InlineData("torch-double", "3-4 ReLU-2 Linear", "")]
    [InlineData("torch-dropout-sigmoid", "3-4 Sigmoid-3 Tanh-2 Softmax", "")]
    [InlineData("torch-standardized", "3-4 ReLU-2 Softmax", "")]
    [InlineData("torch-product", "3-4 Tanh-2 Sigmoid", "")]
    [InlineData("sklearn-classifier", "4-5 ReLU-3 Softmax", "setosa versicolor virginica")]
    [InlineData("sklearn-classifier-array", "4-5 Tanh-3 Softmax", "0 1 2")]
    [InlineData("sklearn-binary", "4-5 Sigmoid-1 Sigmoid", "0 1")]
    [InlineData("sklearn-regressor", "4-5 ReLU-1 Linear", "")]
    public void A_dense_network_is_read_and_predicts_what_its_library_does(string name, string layers, string classes)
    {
        var network = OnnxReader.Read(File.ReadAllBytes(Path.Combine(Folder, name + ".onnx")), Folder);
        Assert.Equal(layers, network.ToString());
        Assert.Equal(classes, string.Join(' ', network.Classes.Select(static label => Convert.ToString(label, CultureInfo.InvariantCulture))));
        Assert.Equal(name == "torch-double" ? NetworkPrecision.Double : NetworkPrecision.Single, network.Precision);
        var (inputs, outputs) = Expected(name);
        var predicted = network.Predict(inputs);

        // Of two classes the network has one output.
        var skipped = outputs[0].Length - predicted.GetLength(1);
        for (var i = 0; i < outputs.Length; i++)
        {
            for (var j = 0; j < predicted.GetLength(1); j++) Assert.Equal(outputs[i][j + skipped], predicted[i, j], 2e-6);
        }
    }

    [Theory]
    [InlineData("torch-log-softmax", "'LogSoftmax'")]
    [InlineData("torch-batchnorm", "'BatchNormalization'")]
    [InlineData("sklearn-binary-text", "'Slice'")]
    [InlineData("sklearn-logistic", "'LinearClassifier'")]
    [InlineData("sklearn-linear", "'LinearRegressor'")]
    [InlineData("sklearn-regressor-two", "'Reshape'")] // The exporter makes one column of two outputs.
    [InlineData("sklearn-tree", "'TreeEnsembleClassifier'")]
    public void What_is_no_dense_network_is_named(string name, string operation)
    {
        var error = Assert.Throws<AutodiffException>(() => OnnxReader.Read(File.ReadAllBytes(Path.Combine(Folder, name + ".onnx")), Folder));
        Assert.Equal("ModelFile", error.ErrorId);
        Assert.Contains(operation, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_is_in_a_test()
    {
        var tested = GetType().GetMethods().SelectMany(static method => method.GetCustomAttributes(false).OfType<InlineDataAttribute>()).Select(static data => (string)data.Data[0]!).Order(StringComparer.Ordinal);
        Assert.Equal(Directory.GetFiles(Folder, "*.onnx").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal), tested);
    }

    private static (double[,] Inputs, double[][] Outputs) Expected(string name)
    {
        using var text = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json")));
        var (rows, outputs) = (Read("inputs"), Read("outputs"));
        var inputs = new double[rows.Length, rows[0].Length];
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < rows[i].Length; j++) inputs[i, j] = rows[i][j];
        }

        return (inputs, outputs);

        double[][] Read(string member) => text.RootElement.GetProperty(member).Deserialize<double[][]>()!;
    }
}
