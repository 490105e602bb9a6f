using System.Globalization;
using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>
/// Elements of a vector, or rows of a matrix, chosen by whole numbers from 0: one number for one, a vector of them for several. Of a vector also
/// by a matrix of numbers, which gives a matrix.
/// </summary>
internal sealed class TakeOperation() : ArrayOperation("take", 2)
{
    /// <summary>Whole numbers that choose, of whatever numbers there are.</summary>
    internal static CodeHelper PythonPlaces { get; } = new("places", """
        def places(k):
            whole = np.asarray(k).astype(np.int64)
            if np.any(whole != k) or np.any(whole < 0):
                raise IndexError("elements are chosen by whole numbers from 0")
            return whole
        """);

    /// <summary>Whole numbers that choose, in C#.</summary>
    internal static CodeHelper CSharpPlace { get; } = new("Place", """
        private static int Place(double k, int count)
        {
            if (!(k >= 0 && k < count) || k != Math.Floor(k)) throw new ArgumentOutOfRangeException(nameof(k), $"Elements are chosen by whole numbers from 0 to {count - 1}, not by {k}.");
            return (int)k;
        }
        """);

    /// <summary>The same in PowerShell.</summary>
    internal static CodeHelper PowerShellPlace { get; } = new("Get-Place", """
        function Get-Place([double] $k, [int] $count) {
            if (-not ($k -ge 0 -and $k -lt $count) -or $k -ne [Math]::Floor($k)) { throw "Elements are chosen by whole numbers from 0 to $($count - 1), not by $k." }
            [int] $k
        }
        """);

    internal override CodeForm CSharp => field ??= new(Notation.Call(Name, 2), CSharpPlace);

    internal override CodeForm PowerShell => field ??= new(Notation.Call(Name, 2), PowerShellPlace);

    /// <summary>Whole numbers that choose, in PyTorch.</summary>
    internal static CodeHelper PyTorchPlaces { get; } = new("places", """
        def places(k):
            k = torch.as_tensor(k).detach()
            if torch.any(k != torch.floor(k)) or torch.any(k < 0):
                raise IndexError("elements are chosen by whole numbers from 0")
            return k.long()
        """);

    internal override CodeForm PyTorch => field ??= new(new Notation("#1[places(#2)]", Notation.Atom, Notation.Atom, 0), PyTorchPlaces);

    internal override CodeForm Python => field ??= new(new Notation("#1[places(#2)]", Notation.Atom, Notation.Atom, 0), PythonPlaces);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("take(A, 2) = A[2]", RuleSets.StandardAndStable, static (x, k, _) =>
            !k.IsConstant || !(k.ConstantValue >= 0 && k.ConstantValue < x.Shape.Rows && double.IsInteger(k.ConstantValue)) ? Term.None :
            x.Shape.IsVector ? x.Part(SliceBounds.Index((long)k.ConstantValue)) :
            x.Part(SliceBounds.Index((long)k.ConstantValue), SliceBounds.Range(0, x.Shape.Columns))),
    ];

    internal override Shape ShapeOf(in ArgumentShapes of)
    {
        var (x, k) = (of.X, of.Y);
        return (x.Rank, k.Rank) switch
        {
            (1, _) => k.Plain(),
            (2, 0) => Shape.Vector(x.Columns),
            (2, 1) => Shape.Matrix(k.Rows, x.Columns),
            _ => throw Mismatch($"{x.InWords()} and {k.InWords()}", "it takes a vector, or a matrix and a number or vector of row numbers"),
        };
    }

    internal override bool Propagates(int argument) => argument == 0;

    internal override long PlacesOf(in ArgumentShapes of) => of.X.Rows;

    internal override string PartRule => "take(A, k)[i] = take(A, k[i])";

    internal override bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments)
    {
        if (of.X.IsVector) arguments[1] = part;
        else if (!of.Y.IsNumber) arguments[1] = PartBounds.Of(part.Rows);
        if (of.X.IsMatrix) arguments[0] = PartBounds.Of(SliceBounds.Range(0, of.X.Rows), of.Y.IsNumber ? part.Rows : part.Columns);
        return true;
    }

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint.Apply<ScatterOperation>(at.Y, adjoint.Index(at.X.Shape.Rows));

    // Only what it takes is looked at.
    internal override double WorkOf(in ArgumentShapes of) => of.Y.Count;

    internal override double OperationsOf(in ArgumentShapes of) => 0;

    internal override bool TryWriteOut(in ArrayElements of, Span<Term> result)
    {
        if (of.HasSameBits && !of.ChoosesKnown) return false;
        var width = of.ShapeX.IsMatrix ? (int)of.ShapeX.Columns : 1;
        var column = new Term[(int)of.ShapeX.Rows];
        for (var j = 0; j < width; j++)
        {
            for (var i = 0; i < column.Length; i++) column[i] = of.X[(i * width) + j];
            for (var i = 0; i < of.Y.Length; i++) result[(i * width) + j] = of.Chosen(of.Y[i], column);
        }

        return true;
    }

    internal override void WriteLoops(LoopCode code) => code.ForEach(code.ShapeY, at =>
    {
        var place = code.IndexLocal(code.Helper(CSharpPlace.Name, code.Y(at), code.ShapeX.Rows.ToString(CultureInfo.InvariantCulture)));
        if (code.ShapeX.IsVector) code.Return(code.X(place), at);
        else code.For(code.ShapeX.Columns, k => code.Return(code.X(place, k), [.. at, k]));
    });

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        var width = of.ShapeX.IsMatrix ? (int)of.ShapeX.Columns : 1;
        var watch = of.Watch;
        for (var i = 0; i < of.Y.Length; i++)
        {
            watch.Count(width);
            of.X.Slice(Place(of.Y[i], of.ShapeX.Rows) * width, width).CopyTo(result[(i * width)..]);
        }
    }

    /// <summary>A number as the place of one of so many elements.</summary>
    internal static int Place(double number, long count) => number >= 0 && number < count && number == Math.Floor(number)
        ? (int)number
        : throw new AutodiffException(ErrorIds.IndexInvalid, string.Create(CultureInfo.InvariantCulture, $"'take' and 'scatter' choose by whole numbers from 0 to {count - 1} here, not by {number}.{(number < 0 ? " Only an index in brackets counts from the end, as in v[-1]." : string.Empty)}"));
}

public sealed partial class ExprNode
{
    /// <summary>Elements of a vector or rows of a matrix, chosen by whole numbers.</summary>
    public static ExprNode Take(ExprNode x, ExprNode k) => Apply<TakeOperation>(x, k);

    /// <summary>Elements of a vector or rows of a matrix, chosen by whole numbers.</summary>
    public ExprNode Take(ExprNode k) => Take(this, k);
}
