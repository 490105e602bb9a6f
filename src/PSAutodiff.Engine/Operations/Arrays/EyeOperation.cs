using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The square matrix with ones in its diagonal and zeros elsewhere.</summary>
internal sealed class EyeOperation() : FilledOperation("eye", 'I', "𝐈")
{
    internal override Notation PyTorchOf(in ArgumentShapes of) => new($"torch.eye({of.Indices[0]}, **like)", Notation.Atom);

    internal override Notation PythonOf(in ArgumentShapes of) => ArrayForms.CallWithNumbers("np.eye", of.Indices);

    internal override Shape ShapeOf(in ArgumentShapes of) => Shape.Symmetric(ArrayForms.Size(Name, of.Indices));

    internal override string PartRule => "eye[i, j] = 1 where i = j, else 0";

    internal override bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments) => part is { Rows.IsIndex: true, Columns.IsIndex: true };

    internal override Term Part(PartBounds part, Shape shape, Term x, Term y, Term z) => x.Constant(part.Rows == part.Columns ? 1 : 0);

    internal override void WriteLoops(LoopCode code) => code.For(code.Shape.Rows, i => code.Return("1.0", i, i));

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        of.Fill(result, 0);
        var size = (int)of.Shape.Rows;
        for (var i = 0; i < size; i++) result[(i * size) + i] = 1;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The square matrix with ones in its diagonal and zeros elsewhere.</summary>
    public static ExprNode Eye(long size) => Apply<EyeOperation>(Indices(size));
}
