using PSAutodiff.Core;

namespace PSAutodiff.Operations.Arrays;

/// <summary>An array that is known by its sizes.</summary>
internal abstract class FilledOperation(string name) : ArrayOperation(name, 1, hasIndices: true)
{
    internal override Notation Latex => field ??= Notation.Call($@"\mathbf{{{Name}}}", 0);

    internal sealed override Notation InfixOf(ReadOnlySpan<long> indices) => ArrayForms.CallWithNumbers(Name, indices);

    internal override Shape ShapeOf(in ArgumentShapes of) => ArrayForms.Sizes(Name, of.Indices);

    internal sealed override bool Propagates(int argument) => false;

    internal sealed override Term Pullback(int argument, in Locals at, Term adjoint) => Term.None;
}
