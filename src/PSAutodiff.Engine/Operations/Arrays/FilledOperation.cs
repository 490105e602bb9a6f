using PSAutodiff.Core;

namespace PSAutodiff.Operations.Arrays;

/// <summary>An array that is known by its sizes.</summary>
/// <param name="name">The name.</param>
/// <param name="letter">What stands for it in formulas.</param>
/// <param name="bold">The same in bold, where a font cannot be chosen.</param>
internal abstract class FilledOperation(string name, char letter, string bold) : ArrayOperation(name, 1, hasIndices: true)
{
    internal override Notation Latex => field ??= new($@"\mathbf{{{letter}}}", Notation.Atom);

    internal sealed override Notation LatexOf(in ArgumentShapes of) => new($@"\mathbf{{{letter}}}_{{{ArrayForms.LatexSizes(of.Indices)}}}", Notation.Atom);

    internal sealed override Notation MathMLOf(in ArgumentShapes of) => new(ArrayForms.MathMLSubscript($"<mi>{bold}</mi>", ArrayForms.MathMLSizes(of.Indices)), Notation.Atom);

    internal sealed override CodeForm PyTorch => field ??= new(Notation.Call("torch." + Name, 0));

    internal override Notation PyTorchOf(in ArgumentShapes of) => new($"torch.{Name}({ArrayForms.Tuple(of.Indices)}, **like)", Notation.Atom);

    internal sealed override CodeForm Python => field ??= new(Notation.Call("np." + Name, 0));

    internal override Notation PythonOf(in ArgumentShapes of) => new($"np.{Name}({ArrayForms.Tuple(of.Indices)})", Notation.Atom);

    internal sealed override Notation InfixOf(ReadOnlySpan<long> indices) => ArrayForms.CallWithNumbers(Name, indices);

    internal override Shape ShapeOf(in ArgumentShapes of) => ArrayForms.Sizes(Name, of.Indices);

    internal sealed override bool Propagates(int argument) => false;

    internal sealed override bool Bound(in ArrayOperands of, in ArrayErrors errors, Span<double> result)
    {
        result.Clear();
        return false;
    }

    internal sealed override double OperationsOf(in ArgumentShapes of) => 0;

    internal sealed override bool TryWriteOut(in ArrayElements of, Span<Term> result)
    {
        var elements = new double[result.Length];
        Execute(new ArrayOperands { X = [], Y = [], ShapeX = Shape.Number, ShapeY = Shape.Number, Shape = of.Shape, Indices = of.Indices }, elements);
        for (var i = 0; i < elements.Length; i++) result[i] = of.Zero.Constant(elements[i]);
        return true;
    }

    internal sealed override Term Pullback(int argument, in Locals at, Term adjoint) => Term.None;
}
