using System.Management.Automation;
using PSAutodiff.Exchange;

namespace PSAutodiff.Commands;

/// <summary>Reads models that Export-AutodiffModel saved, and dense networks of other programs.</summary>
[Cmdlet(VerbsData.Import, "AutodiffModel", DefaultParameterSetName = PathSet)]
[Alias("Import-NeuralNetwork")]
[OutputType(typeof(Network), typeof(LinearRegressionResult), typeof(GeneralizedRegressionResult), typeof(CurveFitResult), typeof(ExpressionModel))]
public sealed class ImportAutodiffModelCommand : FileReadingCmdlet
{
    // A text may have so many characters.
    private const long MostBytes = 1 << 30;

    /// <summary>The format; by default the one that the end of the file's name says, else JSON.</summary>
    [Parameter]
    public ModelFormat Format { get; set; }

    /// <summary>The activations of the layers of a safetensors file that does not note them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public ActivationFunction[]? Activation { get; set; }

    private protected override object Read(FileStream file)
    {
        if (file.Length > MostBytes) throw new AutodiffException(ErrorIds.NetworkJson, "It has more than 1 GB.");
        var format = IsBound(nameof(Format)) ? Format : ModelFile.FormatOf(file.Name);
        if (Activation is not null && format != ModelFormat.Safetensors) throw new AutodiffException(ErrorIds.ArgumentInvalid, $"-Activation is for safetensors, and the file is read as {format}, which holds the activations itself.");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return ModelFile.Read(bytes, format, System.IO.Path.GetDirectoryName(file.Name)!, Activation);
    }
}
