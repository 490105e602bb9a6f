using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace PSAutodiff.Tests;

/// <summary>A file of ONNX in ONNX Runtime, which knows nothing of what wrote it.</summary>
internal sealed class OnnxSession(byte[] file) : IDisposable
{
    private readonly InferenceSession _session = new(file);

    public IReadOnlyDictionary<string, string> Notes => _session.ModelMetadata.CustomMetadataMap;

    public string Producer => _session.ModelMetadata.ProducerName;

    public IReadOnlyCollection<string> Outputs => [.. _session.OutputMetadata.Keys];

    public int[] InputSizes => _session.InputMetadata.Single().Value.Dimensions;

    public void Dispose() => _session.Dispose();

    /// <summary>The numbers of an output for rows.</summary>
    public double[,] Run(double[,] rows, string output)
    {
        using var results = _session.Run([Input(rows)], [output]);
        double[] values;
        int[] sizes;
        if (results[0].Value is Tensor<float> single) (values, sizes) = ([.. single.Select(static value => (double)value)], single.Dimensions.ToArray());
        else if (results[0].Value is Tensor<double> tensor) (values, sizes) = ([.. tensor], tensor.Dimensions.ToArray());
        else throw new InvalidOperationException("It gives no numbers.");
        var matrix = new double[sizes[0], sizes[1]];
        Buffer.BlockCopy(values, 0, matrix, 0, values.Length * sizeof(double));
        return matrix;
    }

    /// <summary>The classes of rows.</summary>
    public object[] Labels(double[,] rows)
    {
        using var results = _session.Run([Input(rows)], ["label"]);
        return results[0].Value is Tensor<string> texts ? [.. texts] : [.. (Tensor<long>)results[0].Value];
    }

    /// <summary>The numbers of an output, and its sizes, for inputs by name.</summary>
    public (double[] Values, int[] Sizes) Run((string Name, int[] Sizes, double[] Values)[] inputs, string output)
    {
        NamedOnnxValue[] values = [.. inputs.Select(input => _session.InputMetadata[input.Name].ElementType == typeof(float)
            ? NamedOnnxValue.CreateFromTensor(input.Name, new DenseTensor<float>(Array.ConvertAll(input.Values, static value => (float)value), input.Sizes))
            : NamedOnnxValue.CreateFromTensor(input.Name, new DenseTensor<double>(input.Values, input.Sizes)))];
        using var results = _session.Run(values, [output]);
        return results[0].Value is Tensor<float> single ? ([.. single.Select(static value => (double)value)], single.Dimensions.ToArray()) : ([.. (Tensor<double>)results[0].Value], ((Tensor<double>)results[0].Value).Dimensions.ToArray());
    }

    private NamedOnnxValue Input(double[,] rows)
    {
        var (name, about) = _session.InputMetadata.Single();
        int[] sizes = [rows.GetLength(0), rows.GetLength(1)];
        double[] values = [.. rows.Cast<double>()];
        return about.ElementType == typeof(float)
            ? NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(Array.ConvertAll(values, static value => (float)value), sizes))
            : NamedOnnxValue.CreateFromTensor(name, new DenseTensor<double>(values, sizes));
    }
}
