using System.Reflection;
using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>
/// An operation on whole arrays. Those with whole numbers, such as an axis or sizes, have a list of them as their last argument. Its shape
/// follows from the shapes of its arguments and these numbers.
/// </summary>
internal abstract class ArrayOperation(string name, int arity, bool hasIndices = false) : Operation(name, arity)
{
    internal sealed override bool IsElementwise => false;

    internal sealed override bool IsComputed => false;

    /// <summary>Whether the last argument is a list of whole numbers.</summary>
    internal override bool HasIndices => hasIndices;

    internal sealed override MethodInfo ValueMethod => throw new InvalidOperationException($"'{Name}' has no value for numbers.");

    internal override Notation Latex => Notation.LatexCall($@"\operatorname{{{Name}}}", hasIndices ? Arity - 1 : Arity);

    internal override Notation MathML => Notation.MathMLCall(Name, ExpressionCount);

    internal sealed override double Evaluate(double x, double y, double z) => double.NaN;

    /// <summary>The value.</summary>
    /// <param name="of">Arguments, shapes and whole numbers.</param>
    /// <param name="result">Gets the elements, row after row. Never one of the arguments.</param>
    internal abstract void Execute(in ArrayOperands of, Span<double> result);

    /// <summary>The values of a block of rows: each row by itself, unless there is a faster way to the same bits.</summary>
    /// <param name="of">Arguments, those that vary with the elements of all rows; the shapes are those of one row.</param>
    /// <param name="block">The rows.</param>
    /// <param name="result">Gets the elements of all rows. Never one of the arguments.</param>
    internal virtual void ExecuteRows(in ArrayOperands of, RowsOfBlock block, Span<double> result)
    {
        var watch = of.Watch;
        for (var row = 0; row < block.Count; row++)
        {
            watch.Count(Math.Max(of.X.Length, result.Length) / block.Count);
            Execute(block.Row(of, row), block.Row(result, row));
        }
    }

    /// <summary>How many operations on numbers the value is written out to with the same bits; -1 where they are others. None where elements are only moved.</summary>
    internal virtual double OperationsOf(in ArgumentShapes of) => -1;

    /// <summary>The elements of the value as numbers, by operations on the elements of the arguments.</summary>
    /// <param name="of">The arguments.</param>
    /// <param name="result">Gets the elements, row after row.</param>
    /// <returns>Whether there is such a form.</returns>
    internal virtual bool TryWriteOut(in ArrayElements of, Span<Term> result)
    {
        var moves = OperationsOf(default) == 0;
        if (moves) of.Move(this, result);
        return moves;
    }

    /// <summary>
    /// How far each element of the value may be from its exact value, up to a small factor. Here that of an operation that moves elements, and
    /// nothing else: their errors move with them, and places that are known inexactly are no places.
    /// </summary>
    /// <param name="of">Arguments, shapes and whole numbers.</param>
    /// <param name="errors">The errors of the arguments, and the value.</param>
    /// <param name="result">Gets the errors; infinite or NaN where nothing is known.</param>
    /// <returns>Whether digits were lost because numbers are too small.</returns>
    internal virtual bool Bound(in ArrayOperands of, in ArrayErrors errors, Span<double> result)
    {
        var moves = Propagates(1);
        if (!moves && errors.Y.ContainsAnyExcept(0))
        {
            result.Fill(double.PositiveInfinity);
            return false;
        }

        Execute(of.With(errors.X, moves ? errors.Y : of.Y), result);
        return false;
    }

    /// <summary>How the part of a value is made of parts of arguments, as a step tells it.</summary>
    internal virtual string PartRule => $"{Symbol}(A)[i] by a part of A";

    /// <summary>What a part of the value needs of the arguments; false where it needs all of them.</summary>
    /// <param name="of">The shapes of the arguments, and the whole numbers.</param>
    /// <param name="shape">The shape of the value.</param>
    /// <param name="part">The part; becomes a larger one where that is what can be computed alone.</param>
    /// <param name="arguments">Gets the part of each argument; null for all of it.</param>
    internal virtual bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments) => false;

    /// <summary>A part of the value from the parts of the arguments.</summary>
    /// <param name="part">The part.</param>
    /// <param name="shape">The shape of the part.</param>
    /// <param name="x">What it needs of the first argument.</param>
    /// <param name="y">Of the second.</param>
    /// <param name="z">Of the third.</param>
    internal virtual Term Part(PartBounds part, Shape shape, Term x, Term y, Term z) => x.Apply(this, y, z);

    /// <summary>For an operation whose elements are elements of its first argument, where those are; null for one that computes or cannot say it so.</summary>
    /// <param name="of">The shapes of the arguments, and the whole numbers.</param>
    /// <param name="shape">The shape of the value.</param>
    internal virtual LoopMap? ElementOf(in ArgumentShapes of, Shape shape) => null;

    /// <summary>For an operation that puts its arguments beside each other or among zeros, where the elements of an argument are in the value; else null.</summary>
    /// <param name="argument">The argument.</param>
    /// <param name="of">The shapes of the arguments, and the whole numbers.</param>
    internal virtual LoopMap? PlaceOf(int argument, in ArgumentShapes of) => null;

    /// <summary>The number that all elements are, where that is known; else null.</summary>
    internal virtual double? Fill => null;

    /// <summary>Whether its loops read each element of the first argument once, so that it may be computed there.</summary>
    internal virtual bool ReadsOnce => false;

    /// <summary>Writes the loops that compute the value, in a language without operations on arrays.</summary>
    internal virtual void WriteLoops(LoopCode code) => throw new AutodiffException(ErrorIds.FormatUnsupported, $"CSharp and PowerShell have no loops for '{Symbol}'. Infix, Lab, Let, Latex, MathML, Tree, Dot, Json and Python can write it.");

    /// <summary>How many elements are looked at when it is computed.</summary>
    internal virtual double WorkOf(in ArgumentShapes of) => Math.Max(of.X.Count, (double)of.Y.Count);

    /// <summary>Among how many places the whole numbers of the second argument choose; 0 where it is no such argument.</summary>
    internal virtual long PlacesOf(in ArgumentShapes of) => 0;

    /// <summary>Whether a derivative passes through an argument; lists of whole numbers have none.</summary>
    internal override bool Propagates(int argument) => !hasIndices || argument < Arity - 1;

    internal sealed override bool HasFiniteSlope(int argument, in Locals at) => true;

    // Linear in each argument, unless overridden: the operation with the derivative in the argument's place.
    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives)
    {
        var total = Term.None;
        for (var i = 0; i < derivatives.Length; i++)
        {
            if (!derivatives[i].Exists || !Propagates(i)) continue;
            var part = i switch
            {
                0 => derivatives[0].Apply(this, at.Y, at.Z),
                1 => at.X.Apply(this, derivatives[1], at.Z),
                _ => at.X.Apply(this, at.Y, derivatives[2]),
            };
            total = total.Exists ? total + part : part;
        }

        return total;
    }

    /// <summary>Refuses shapes.</summary>
    private protected AutodiffException Mismatch(string given, string wanted) => new(ErrorIds.ShapeMismatch, $"{given} do not go together in '{Symbol}': {wanted}.");

    private protected AutodiffException NotFor(Shape given, string wanted) => new(ErrorIds.ShapeMismatch, $"'{Symbol}' takes {wanted}, not {given.InWords()}.");

    /// <summary>An axis of a shape, from 0.</summary>
    private protected int Axis(Shape of, ReadOnlySpan<long> indices)
    {
        if (indices.Length != 1) throw new AutodiffException(ErrorIds.IndexInvalid, $"'{Symbol}' takes one axis, not {indices.Length}.");
        return indices[0] >= 0 && indices[0] < of.Rank
            ? (int)indices[0]
            : throw new AutodiffException(ErrorIds.IndexInvalid, $"There is no axis {indices[0]} of {of.InWords()} in '{Symbol}'{(of.Rank == 0 ? string.Empty : of.Rank == 1 ? ": it has axis 0" : ": it has the axes 0 and 1")}.");
    }
}
