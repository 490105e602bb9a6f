using System.Management.Automation;
using MathNet.Numerics.LinearAlgebra.Double;

namespace OtherMathNet;

/// <summary>Computes with the MathNet.Numerics of this module, and says which one that is.</summary>
[Cmdlet(VerbsCommon.Get, "OtherDeterminant")]
[OutputType(typeof(PSObject))]
public sealed class GetOtherDeterminantCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var result = new PSObject();
        result.Properties.Add(new PSNoteProperty("Determinant", DenseMatrix.OfArray(new double[,] { { 2, 1 }, { 1, 2 } }).Determinant()));
        result.Properties.Add(new PSNoteProperty("Version", typeof(DenseMatrix).Assembly.GetName().Version));
        WriteObject(result);
    }
}
