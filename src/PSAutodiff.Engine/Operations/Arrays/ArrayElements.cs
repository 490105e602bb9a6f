using PSAutodiff.Core;

namespace PSAutodiff.Operations.Arrays;

/// <summary>The arguments of an operation on arrays, each element an expression of its own, while the value is written out to numbers.</summary>
internal readonly ref struct ArrayElements
{
    public required ReadOnlySpan<Term> X { get; init; }

    public required ReadOnlySpan<Term> Y { get; init; }

    public required Shape ShapeX { get; init; }

    public required Shape ShapeY { get; init; }

    /// <summary>The shape of the result.</summary>
    public required Shape Shape { get; init; }

    /// <summary>The whole numbers of the last argument.</summary>
    public required ReadOnlySpan<long> Indices { get; init; }

    /// <summary>Whether the value has to have the bits that it has as an array, and errors too.</summary>
    public required bool HasSameBits { get; init; }

    /// <summary>Where products are noted; null for nowhere.</summary>
    public required WrittenProducts? Products { get; init; }

    /// <summary>The number 0.</summary>
    public required Term Zero { get; init; }

    /// <summary>Whether all elements of the second argument, which choose others, are known.</summary>
    public bool ChoosesKnown
    {
        get
        {
            foreach (var number in Y)
            {
                if (!number.IsConstant) return false;
            }

            return true;
        }
    }

    /// <summary>Elements that an operation puts elsewhere, each as it is, and zeros.</summary>
    /// <param name="operation">The operation, which does the same to any numbers.</param>
    /// <param name="result">Gets the elements.</param>
    public void Move(ArrayOperation operation, Span<Term> result)
    {
        var (x, y, moved) = (new double[X.Length], new double[Y.Length], new double[result.Length]);
        for (var i = 0; i < x.Length; i++) x[i] = i + 1;
        for (var i = 0; i < y.Length; i++) y[i] = x.Length + i + 1;
        operation.Execute(new ArrayOperands { X = x, Y = y, ShapeX = ShapeX, ShapeY = ShapeY, Shape = Shape, Indices = Indices }, moved);
        for (var i = 0; i < moved.Length; i++)
        {
            var place = (int)moved[i] - 1;
            result[i] = place < 0 ? Zero : place < X.Length ? X[place] : Y[place - X.Length];
        }
    }

    /// <summary>What is not a number.</summary>
    public Term NotANumber() => Zero.Constant(-1).Apply<LogOperation>();

    /// <summary>The greatest of some terms, for its value alone, as what is the same whatever it is has no derivative by it; never infinite.</summary>
    public Term Greatest(ReadOnlySpan<Term> terms)
    {
        var greatest = terms[0];
        foreach (var term in terms[1..]) greatest = greatest.Apply<MaxOperation>(term);
        return greatest.Apply<MaxOperation>(Zero.Constant(-double.MaxValue)).Apply<MinOperation>(Zero.Constant(double.MaxValue)).Apply<DetachOperation>();
    }

    /// <summary>One of several elements, chosen by a number; what is not a number where there is no such element.</summary>
    public Term Chosen(Term number, ReadOnlySpan<Term> elements)
    {
        if (number.IsConstant) return elements[TakeOperation.Place(number.ConstantValue, elements.Length)];
        var chosen = NotANumber();
        for (var i = elements.Length - 1; i >= 0; i--) chosen = number.Apply<EqualOperation>(Zero.Constant(i)).Apply<SelectOperation>(elements[i], chosen);
        return chosen;
    }

    /// <summary>The sum of some products, from the first one on.</summary>
    public Term SumOfProducts(ReadOnlySpan<Term> products)
    {
        var sum = products.IsEmpty ? Zero : products[0];
        for (var i = 1; i < products.Length; i++)
        {
            sum += products[i];
            Products?.NoteSum(sum, products[i]);
        }

        return sum;
    }

    /// <summary>The sum of some terms, from the first one on.</summary>
    public Term Sum(ReadOnlySpan<Term> terms)
    {
        var sum = terms.IsEmpty ? Zero : terms[0];
        for (var i = 1; i < terms.Length; i++) sum += terms[i];
        return sum;
    }
}
