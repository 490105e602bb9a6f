namespace PSAutodiff.Core;

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

    /// <summary>The number 0.</summary>
    public required Term Zero { get; init; }

    /// <summary>Elements that an operation puts elsewhere, each as it is, and zeros.</summary>
    /// <param name="operation">The operation, which does the same to any numbers.</param>
    /// <param name="result">Gets the elements.</param>
    /// <param name="chooses">Whether the second argument is numbers that choose, which have to be constant.</param>
    /// <returns>Whether what chooses is constant.</returns>
    public bool Move(ArrayOperation operation, Span<Term> result, bool chooses = false)
    {
        var (x, y, moved) = (new double[X.Length], new double[Y.Length], new double[result.Length]);
        for (var i = 0; i < x.Length; i++) x[i] = i + 1;
        for (var i = 0; i < y.Length; i++)
        {
            if (chooses && !Y[i].IsConstant) return false;
            y[i] = chooses ? Y[i].ConstantValue : x.Length + i + 1;
        }

        operation.Execute(new ArrayOperands { X = x, Y = y, ShapeX = ShapeX, ShapeY = ShapeY, Shape = Shape, Indices = Indices }, moved);
        for (var i = 0; i < moved.Length; i++)
        {
            var place = (int)moved[i] - 1;
            result[i] = place < 0 ? Zero : place < X.Length ? X[place] : Y[place - X.Length];
        }

        return true;
    }

    /// <summary>The sum of some terms, from the first one on.</summary>
    public Term Sum(ReadOnlySpan<Term> terms)
    {
        var sum = terms.IsEmpty ? Zero : terms[0];
        for (var i = 1; i < terms.Length; i++) sum += terms[i];
        return sum;
    }
}
