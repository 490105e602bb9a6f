using System.Globalization;
using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff.Operations.Arrays;

/// <summary>What rules and operations on arrays have in common.</summary>
internal static class ArrayForms
{
    /// <summary>Smaller numbers than this have fewer digits.</summary>
    public const double SmallestNormal = 2.2250738585072014e-308;

    // Factors that a product is looked through for one that is a number.
    private const int MostFactors = 4;

    /// <summary>
    /// A number that an array is multiplied with, and the rest; null for none. It may stand within the product: a * (2 * b), or above a fraction line.
    /// An array with two such numbers stays as it is: if each came out by itself, a chain of n products would take n^2 steps. Numbers come
    /// together before, see <see cref="NumbersTogether"/>.
    /// </summary>
    public static (Term Factor, Term Array)? FactorOut(Term x) => FactorOut(x, MostFactors) is var (factor, array) && !HasNumber(array) ? (factor, array) : null;

    /// <summary>The same, but only a constant or a variable: what is computed stays where it is, as it may be a part of other terms too.</summary>
    public static (Term Factor, Term Array)? LeafOut(Term x) => FactorOut(x) is var (factor, array) && factor.Operation.Arity == 0 ? (factor, array) : null;

    /// <summary>The numbers of a * (b * A) as one: (a * b) * A; none for other products.</summary>
    public static Term NumbersTogether(Term x, Term y)
    {
        var (number, product) = x.Shape.IsNumber ? (x, y) : (y, x);
        if (!number.Shape.IsNumber || product.Shape.IsNumber || !product.Is<MulOperation>()) return Term.None;
        var (inner, array) = product.X.Shape.IsNumber ? (product.X, product.Y) : (product.Y, product.X);
        return inner.Shape.IsNumber && !array.Shape.IsNumber ? (number == x ? number * inner : inner * number) * array : Term.None;
    }

    private static (Term Factor, Term Array)? FactorOut(Term x, int most)
    {
        if (x.Shape.IsNumber || most == 0) return null;
        if (x.Is<DivOperation>()) return x.X.Shape.IsLike(x.Shape) && FactorOut(x.X, most - 1) is var (above, rest) ? (above, rest / x.Y) : null;
        if (!x.Is<MulOperation>()) return null;
        if (x.X.Shape.IsNumber && x.Y.Shape.IsLike(x.Shape)) return (x.X, x.Y);
        if (x.Y.Shape.IsNumber && x.X.Shape.IsLike(x.Shape)) return (x.Y, x.X);
        if (FactorOut(x.X, most - 1) is var (first, left)) return (first, left * x.Y);
        return FactorOut(x.Y, most - 1) is var (second, right) ? (second, x.X * right) : null;
    }

    private static bool HasNumber(Term array) => array.Is<MulOperation>() && (array.X.Shape.IsNumber || array.Y.Shape.IsNumber);

    /// <summary>An array that is divided by a number, and that; null for none, and where it is divided twice.</summary>
    public static (Term Array, Term Divisor)? Divisor(Term x) => IsDivided(x) && !IsDivided(x.X) ? (x.X, x.Y) : null;

    private static bool IsDivided(Term x) => !x.Shape.IsNumber && x.Is<DivOperation>() && x.Y.Shape.IsNumber && x.X.Shape.IsLike(x.Shape);

    /// <summary>The numbers by which an array is divided as one: A / (a * b) for A / a / b; none for other quotients.</summary>
    public static Term DivisorsTogether(Term x, Term y) => y.Shape.IsNumber && IsDivided(x) ? x.X / (x.Y * y) : Term.None;

    /// <summary>What comes out of an operation that is linear in an array: c * f(A) for f(c * A), f(A) / c for f(A / c), and -f(A) for f(-A).</summary>
    /// <param name="written">How the operation is written, with A for the array.</param>
    /// <param name="apply">Applies the operation to another array, with the same whole numbers.</param>
    public static IEnumerable<Identity> Linear(string written, Func<Term, Term, Term> apply)
    {
        return
        [
            new(Name("c * A", "c * #"), RuleSets.StandardAndStable, (x, i, _) => FactorOut(x) is var (factor, rest) ? factor * apply(rest, i) : Term.None),
            new(Name("A / c", "# / c"), RuleSets.StandardAndStable, (x, i, _) => Divisor(x) is var (rest, divisor) ? apply(rest, i) / divisor : Term.None),
            new(Name("-A", "-#"), RuleSets.StandardAndStable, (x, i, _) => x.Is<NegOperation>() ? -apply(x.X, i) : Term.None),
        ];

        string Name(string argument, string result) =>
            $"{written.Replace("A", written.Contains('(', StringComparison.Ordinal) ? argument : $"({argument})", StringComparison.Ordinal)} = {result.Replace("#", written, StringComparison.Ordinal)}";
    }

    /// <summary>The number that an array is filled with; none where it is not known.</summary>
    public static Term ConstantIn(Term x) =>
        x.Is<ZerosOperation>() ? x.Constant(0) :
        x.Is<OnesOperation>() ? x.Constant(1) :
        x.Is<BroadcastOperation>() && x.X.Shape.IsNumber ? x.X :
        Term.None;

    /// <summary>Two terms as one, or the last term of a sum and another: a + (b + c) for (a + b) + c; none where they do not join.</summary>
    public static Term JoinedWithin(Term x, Term y, bool minus)
    {
        if (x.Shape.IsNumber || !x.Is<SumOperation>() || !x.Y.Shape.IsLike(y.Shape)) return Term.None;

        // What could have joined before and has not is a part of other terms too: going on would take a step for each of them.
        if (x.X.Is<SumOperation>() && HaveSameFactor(x.X.Y, x.Y)) return Term.None;
        var joined = Joined(x.Y, y, minus);
        if (!joined.Exists) joined = JoinedProducts(x.Y, y, minus);
        return joined.Exists ? x.X + joined : Term.None;
    }

    /// <summary>c * (A + B) for c * A + c * B with a number c; none for other sums.</summary>
    public static Term Joined(Term x, Term y, bool minus)
    {
        if (x.Shape.IsNumber || !x.Shape.IsLike(y.Shape)) return Term.None;
        if (FactorOut(x) is var (factor, first) && FactorOut(y) is var (other, second) && factor == other) return factor * (minus ? first - second : first + second);
        return Divisor(x) is var (above, divisor) && Divisor(y) is var (below, same) && divisor == same ? (minus ? above - below : above + below) / divisor : Term.None;
    }

    private static bool HaveSameFactor(Term x, Term y) =>
        (FactorOut(x) is var (factor, _) && FactorOut(y) is var (other, _) && factor == other) || (Divisor(x) is var (_, divisor) && Divisor(y) is var (_, same) && divisor == same);

    /// <summary>(A + B) @ x for A @ x + B @ x, where x @ A with a vector counts as A.T @ x; none for other sums.</summary>
    public static Term JoinedProducts(Term x, Term y, bool minus)
    {
        if (!x.Is<MatMulOperation>() || !y.Is<MatMulOperation>() || x.Shape.IsNumber || !x.Shape.IsLike(y.Shape)) return Term.None;
        if (x.Shape.IsMatrix)
        {
            return
                x.Y == y.Y ? (minus ? x.X - y.X : x.X + y.X).MatMul(x.Y) :
                x.X == y.X ? x.X.MatMul(minus ? x.Y - y.Y : x.Y + y.Y) :
                Term.None;
        }

        var (a, v) = Split(x);
        var (b, w) = Split(y);
        return v == w && a.Shape.IsLike(b.Shape) ? (minus ? a - b : a + b).MatMul(v) : Term.None;

        static (Term Matrix, Term Vector) Split(Term product) => product.X.Shape.IsMatrix ? (product.X, product.Y) : (product.Y.Transposed(), product.X);
    }

    /// <summary>diag(a + b) for diag(a) + diag(b); none for other sums.</summary>
    public static Term JoinedDiagonals(Term x, Term y, bool minus) =>
        x.Is<DiagOperation>() && y.Is<DiagOperation>() && x.Shape.IsMatrix && x.Shape.IsLike(y.Shape) ? (minus ? x.X - y.X : x.X + y.X).Apply<DiagOperation>() : Term.None;

    /// <summary>The sum of what is stretched to a larger shape, or with another reduction what that gives, from the elements before; none for anything else.</summary>
    /// <param name="x">What is reduced.</param>
    /// <param name="axis">The axis; none for all elements.</param>
    /// <param name="reduce">All elements as one number.</param>
    /// <param name="repeat">The same element so many times.</param>
    public static Term OfStretched(Term x, ReadOnlySpan<long> axis, Func<Term, Term> reduce, Func<Term, long, Term> repeat)
    {
        if (!x.Is<BroadcastOperation>()) return Term.None;
        var (from, whole) = (x.X, x.Shape);
        var all = from.Shape.IsNumber ? from : reduce(from);
        if (axis.IsEmpty || whole.IsVector) return repeat(all, whole.Count / from.Shape.Count);
        var (along, across) = axis[0] == 0 ? (whole.Rows, whole.Columns) : (whole.Columns, whole.Rows);
        var (rows, columns) = (from.Shape.IsMatrix ? from.Shape.Rows : 1, from.Shape.IsNumber ? 1 : from.Shape.Last);
        var own = axis[0] == 0 ? (Along: rows, Across: columns) : (Along: columns, Across: rows);

        // What is stretched along the axis, and what is stretched across it.
        if (own.Along == 1) return repeat(from.Reshaped(own.Across == 1 ? Shape.Number : Shape.Vector(own.Across)), along).StretchedTo(Shape.Vector(across));
        return own.Across == 1 ? repeat(all, along / own.Along).StretchedTo(Shape.Vector(across)) : Term.None;
    }

    /// <summary>A derivative, or zeros where there is none.</summary>
    public static Term OrZeros(Term derivative, Term of) => derivative.Exists ? derivative : of.Constant(0).StretchedTo(of.Shape);

    public static bool IsSquare(Shape shape) => shape.IsMatrix && shape.Rows == shape.Columns;

    /// <summary>How many elements are joined to one.</summary>
    public static long Joined(Shape whole, ReadOnlySpan<long> axis) => axis.IsEmpty || whole.IsVector ? whole.Count : axis[0] == 0 ? whole.Rows : whole.Columns;

    /// <summary>What was joined along an axis, stretched over the elements again.</summary>
    public static Term Stretched(Term joined, Shape whole, ReadOnlySpan<long> axis)
    {
        if (whole.IsMatrix && !axis.IsEmpty && axis[0] == 1) joined = joined.Reshaped(Shape.Matrix(whole.Rows, 1));
        return joined.StretchedTo(whole.Plain());
    }

    /// <summary>The axis that is meant by none: the last one.</summary>
    public static long LastAxis(Shape of, ReadOnlySpan<long> axis) => axis.IsEmpty ? of.Rank - 1 : axis[0];

    /// <summary>A call with an axis, where one is named.</summary>
    public static Notation CallWithAxis(string name, ReadOnlySpan<long> axis) =>
        axis.IsEmpty ? Notation.Call(name, 1) : new Notation(string.Create(CultureInfo.InvariantCulture, $"{name}(#1, axis={axis[0]})"), Notation.Atom, 0);

    /// <summary>A call in PyTorch with an axis, where one is named.</summary>
    /// <param name="function">The function.</param>
    /// <param name="axis">The axis, or none.</param>
    /// <param name="isNeeded">Whether the function has to have one.</param>
    public static Notation PyTorchCallWithAxis(string function, ReadOnlySpan<long> axis, bool isNeeded = false) =>
        axis.IsEmpty && !isNeeded ? Notation.Call(function, 1) :
        axis.IsEmpty ? new Notation($"{function}(torch.flatten(#1), dim=0)", Notation.Atom, 0) :
        new Notation(string.Create(CultureInfo.InvariantCulture, $"{function}(#1, dim={axis[0]})"), Notation.Atom, 0);

    /// <summary>An argument in PyTorch that has to be a tensor.</summary>
    public static string PyTorchTensor(Shape shape) => shape.IsNumber ? "torch.as_tensor(#1, **like)" : "#1";

    /// <summary>A call that ends with whole numbers.</summary>
    public static Notation CallWithNumbers(string name, ReadOnlySpan<long> numbers)
    {
        var text = Numbers(numbers, ", ");
        return name is "zeros" or "ones" or "eye" or "np.eye" ? new Notation($"{name}({text})", Notation.Atom) : new Notation($"{name}(#1, {text})", Notation.Atom, 0);
    }

    /// <summary>Sizes as a tuple of Python.</summary>
    public static string Tuple(ReadOnlySpan<long> sizes) => $"({Numbers(sizes, ", ")}{(sizes.Length == 1 ? "," : string.Empty)})";

    /// <summary>Sizes in a subscript of LaTeX.</summary>
    public static string LatexSizes(ReadOnlySpan<long> sizes) => Numbers(sizes, @" \times ");

    /// <summary>An axis as a subscript of LaTeX.</summary>
    public static string LatexAxis(ReadOnlySpan<long> axis) => string.Create(CultureInfo.InvariantCulture, $@"_{{\text{{axis }}{axis[0]}}}");

    /// <summary>Sizes as an element of MathML.</summary>
    public static string MathMLSizes(ReadOnlySpan<long> sizes) => sizes.Length == 1 ? $"<mn>{sizes[0]}</mn>" : $"<mrow><mn>{Numbers(sizes, "</mn><mo>×</mo><mn>")}</mn></mrow>";

    /// <summary>An element of MathML with a subscript, which is an element too.</summary>
    public static string MathMLSubscript(string element, string subscript) => $"<msub>{element}{subscript}</msub>";

    /// <summary>An element of MathML with an axis as its subscript.</summary>
    public static string MathMLAxis(string element, ReadOnlySpan<long> axis) => MathMLSubscript(element, string.Create(CultureInfo.InvariantCulture, $"<mtext>axis\u00a0{axis[0]}</mtext>"));

    /// <summary>A call in MathML of a function with an axis, where one is named.</summary>
    public static Notation MathMLCallWithAxis(string name, ReadOnlySpan<long> axis, int arity = 1) =>
        axis.IsEmpty ? Notation.MathMLCall(name, arity) : Notation.MathMLApply(MathMLAxis($"<mi>{name}</mi>", axis), arity);

    /// <summary>A call in MathML of a function with sizes as its subscript.</summary>
    public static Notation MathMLCallWithSizes(string name, ReadOnlySpan<long> sizes, int arity = 1) => Notation.MathMLApply(MathMLSubscript($"<mi>{name}</mi>", MathMLSizes(sizes)), arity);

    /// <summary>The shape that sizes stand for.</summary>
    public static Shape Sizes(string name, ReadOnlySpan<long> sizes)
    {
        if (sizes.Length is 0 or > 2) throw new AutodiffException(ErrorIds.IndexInvalid, $"'{name}' takes one size for a vector or two for a matrix, not {sizes.Length}.");
        foreach (var size in sizes) CheckSize(name, size);
        return Shape.Of(sizes);
    }

    /// <summary>The one size that is given.</summary>
    public static long Size(string name, ReadOnlySpan<long> sizes)
    {
        if (sizes.Length != 1) throw new AutodiffException(ErrorIds.IndexInvalid, $"'{name}' takes one size, not {sizes.Length}.");
        CheckSize(name, sizes[0]);
        return sizes[0];
    }

    /// <summary>Stretches elements to a larger shape.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Stretch(ReadOnlySpan<double> from, Shape shape, Shape to, Span<double> result, CancellationToken cancellation = default)
    {
        if (from.Length == 1)
        {
            WorkWatch.Fill(result, from[0], cancellation);
            return;
        }

        if (from.Length == result.Length)
        {
            WorkWatch.Copy(from, result, cancellation);
            return;
        }

        var columns = (int)to.Last;
        var watch = new WorkWatch(cancellation);
        for (var i = 0; i < result.Length / columns; i++)
        {
            watch.Count(columns);
            var row = result.Slice(i * columns, columns);
            if (shape.Last > 1)
            {
                from[..columns].CopyTo(row);
                continue;
            }

            // A call costs more than to fill a few places.
            var value = from[i];
            if (columns > 16) row.Fill(value);
            else for (var j = 0; j < row.Length; j++) row[j] = value;
        }
    }

    /// <summary>How far elements of each of several stretches are above its greatest one, which is zero or less.</summary>
    public static void BelowGreatest(ReadOnlySpan<double> stretches, int length, Span<double> result)
    {
        for (var start = 0; start < stretches.Length; start += length)
        {
            var from = stretches.Slice(start, length);
            Below(Vectors.Greatest(from), from, result.Slice(start, length));
        }
    }

    /// <summary>How far elements are above a number.</summary>
    public static void Below(double greatest, ReadOnlySpan<double> elements, Span<double> result) => Blocks.Map<SubOperation.Function>(elements, [greatest], result);

    /// <summary>What errors of elements may make of the logarithm of the sum of their exponentials, and how far the elements are below the greatest one, both as means of the weights that softmax gives.</summary>
    public static (double Moved, double Distance) SoftmaxBounds(ReadOnlySpan<double> elements, ReadOnlySpan<double> errors)
    {
        // log(sum s exp(e)) is no less than the same of -e downwards, since exp is convex.
        var (greatest, sum, moved, distance) = (Vectors.Greatest(elements), 0.0, 0.0, 0.0);
        for (var i = 0; i < elements.Length; i++)
        {
            var below = greatest - elements[i];
            var weight = Elementary.Exp(-below);
            sum += weight;
            moved += double.IsInfinity(errors[i]) ? double.PositiveInfinity : weight * Elementary.Expm1(errors[i]);
            distance += weight == 0 ? 0 : weight * below;
        }

        return (Elementary.Log1p(moved / sum), distance / sum);
    }

    private static string Numbers(ReadOnlySpan<long> numbers, string between) => string.Join(between, numbers.ToArray().Select(static number => number.ToString(CultureInfo.InvariantCulture)));

    private static void CheckSize(string name, long size)
    {
        if (size < 1) throw new AutodiffException(ErrorIds.ShapeInvalid, $"'{name}' takes sizes from 1, not {size}.");
    }
}
