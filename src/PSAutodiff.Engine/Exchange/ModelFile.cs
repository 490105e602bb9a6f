using System.Text;
using PSAutodiff.Exchange.Code;
using PSAutodiff.Exchange.Onnx;
using PSAutodiff.Exchange.Safetensors;
using PSAutodiff.Serialization;

namespace PSAutodiff.Exchange;

/// <summary>Models as files, in the format that the end of the name says.</summary>
internal static class ModelFile
{
    private static string ProducerVersion => typeof(ModelFile).Assembly.GetName().Version!.ToString(3);

    /// <summary>The bytes of a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="format">The format.</param>
    /// <param name="precision">The numbers in the file; null for those of the model.</param>
    /// <param name="opset">The version of the operations of ONNX.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">The format cannot hold the model; the message says why.</exception>
    public static byte[] Write(IAutodiffModel model, ModelFormat format, NetworkPrecision? precision, int opset, CancellationToken cancellation)
    {
        if (format == ModelFormat.Json) return new UTF8Encoding(false).GetBytes(ModelJson.Write(model));
        var portable = PortableModel.Of(model);
        return format == ModelFormat.Onnx
            ? OnnxWriter.Write(portable, precision ?? portable.Precision, opset, ProducerVersion, cancellation)
            : SafetensorsModel.Write(portable, precision ?? portable.Precision);
    }

    /// <summary>The bytes of a file of ONNX with an expression.</summary>
    /// <param name="expression">The expression, its inputs and its constants.</param>
    /// <param name="precision">The numbers in the file.</param>
    /// <param name="opset">The version of the operations.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">An operation has no form in ONNX.</exception>
    public static byte[] Write(PortableExpression expression, NetworkPrecision precision, int opset, CancellationToken cancellation) =>
        OnnxWriter.Write(expression, precision, opset, ProducerVersion, cancellation);

    /// <summary>The model of a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="folder">Where other files with numbers of it may be.</param>
    /// <param name="activations">The activations of a network of safetensors that does not note them; null for none.</param>
    /// <exception cref="AutodiffException">It is damaged, or holds no model that is read.</exception>
    public static IAutodiffModel Read(byte[] bytes, ModelFormat format, string folder, IReadOnlyList<ActivationFunction>? activations)
    {
        if (format == ModelFormat.Onnx) return OnnxReader.Read(bytes, folder);
        if (format == ModelFormat.Safetensors) return SafetensorsModel.ReadModel(bytes, activations);
        if (CodeFile.IsCode(format)) throw FileErrors.Of($"It is read as {format}, and models are not read from code. Save the model as JSON too, and read that.");
        try
        {
            // A mark of the byte order is none of the text.
            var start = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
            return ModelJson.Read(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.AsSpan(start)));
        }
        catch (DecoderFallbackException)
        {
            throw new AutodiffException(ErrorIds.NetworkJson, "It is not text in UTF-8, so it is not a model that Export-AutodiffModel saved.");
        }
    }

    /// <summary>The format that the end of a name says: JSON unless it is another.</summary>
    public static ModelFormat FormatOf(string file) => Path.GetExtension(file).ToUpperInvariant() switch
    {
        ".ONNX" => ModelFormat.Onnx,
        ".SAFETENSORS" => ModelFormat.Safetensors,
        ".PY" => ModelFormat.Python,
        ".CS" => ModelFormat.CSharp,
        ".PS1" => ModelFormat.PowerShell,
        _ => ModelFormat.Json,
    };
}
