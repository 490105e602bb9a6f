using System.Management.Automation;
using System.Text;
using PSAutodiff.Serialization;

namespace PSAutodiff.Commands;

/// <summary>Reads models that Export-AutodiffModel saved.</summary>
[Cmdlet(VerbsData.Import, "AutodiffModel", DefaultParameterSetName = PathSet)]
[Alias("Import-NeuralNetwork")]
[OutputType(typeof(Network), typeof(LinearRegressionResult), typeof(GeneralizedRegressionResult), typeof(CurveFitResult), typeof(ExpressionModel))]
public sealed class ImportAutodiffModelCommand : FileReadingCmdlet
{
    // A text may have so many characters.
    private const long MostBytes = 1 << 30;

    private protected override object Read(FileStream file)
    {
        if (file.Length > MostBytes) throw new AutodiffException(ErrorIds.NetworkJson, "It has more than 1 GB.");
        try
        {
            using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return ModelJson.Read(reader.ReadToEnd());
        }
        catch (DecoderFallbackException)
        {
            throw new AutodiffException(ErrorIds.NetworkJson, "It is no text in UTF-8, so it is no model that Export-AutodiffModel saved.");
        }
    }
}
