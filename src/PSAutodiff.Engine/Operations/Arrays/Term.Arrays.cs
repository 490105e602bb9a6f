using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Core;

/// <content>Shapes, and the operations that change them.</content>
internal readonly partial struct Term
{
    public Shape Shape => _builder.ShapeOf(Id);

    /// <summary>The whole numbers of a list of them.</summary>
    public long[] Indices => _builder.IndicesOf(Id);

    /// <summary>The elements of an array of numbers; null for anything else.</summary>
    public double[]? Constants => _builder.IsArray(Id) ? _builder.ArrayOf(Id).Elements : null;

    /// <summary>An array of numbers.</summary>
    public Term Constant(double[] elements, Shape shape) => new(_builder, _builder.Constant(new ConstantArray(elements, shape)));

    public Term Index(params long[] numbers) => new(_builder, _builder.Index(numbers));

    public Term MatMul(Term y) => Apply<MatMulOperation>(y);

    public Term Outer(Term y) => Apply<OuterOperation>(y);

    /// <summary>The solution of a system of equations with this matrix.</summary>
    public Term Solve(Term right) => Apply<SolveOperation>(right);

    public Term Inverse() => Apply<InvOperation>();

    /// <summary>The lower triangle.</summary>
    public Term Tril() => Apply<TrilOperation>();

    public Term Transposed() => Apply<TransposeOperation>();

    public Term Eye(long size) => Index(size).Apply<EyeOperation>();

    public Term Total() => Apply<TotalOperation>(Index());

    public Term Total(long axis) => Apply<TotalOperation>(Index(axis));

    public Term Winner(long[] axis) => Apply<WinnerOperation>(Index(axis));

    public Term Reshaped(Shape shape) =>
        Shape.IsLike(shape) ? this :
        !shape.IsNumber ? Apply<ReshapeOperation>(Index(shape.Sizes)) :
        Shape.IsVector ? Part(SliceBounds.Index(0)) :
        Part(SliceBounds.Index(0), SliceBounds.Index(0));

    public Term StretchedTo(Shape shape) => Shape.IsLike(shape) ? this : Apply<BroadcastOperation>(Index(shape.Sizes));

    /// <summary>A part of an array.</summary>
    public Term Part(params ReadOnlySpan<SliceBounds> bounds) => Apply<SliceOperation>(Index([.. SliceBounds.Numbers(bounds), .. Shape.Sizes]));

    /// <summary>An array of zeros with this as a part of it.</summary>
    public Term PlacedIn(Shape shape, params ReadOnlySpan<SliceBounds> bounds) => Apply<PlaceOperation>(Index([.. SliceBounds.Numbers(bounds), .. shape.Sizes]));

    /// <summary>The same by whole numbers of a <see cref="SliceOperation"/>.</summary>
    public Term PlacedIn(Shape shape, long[] numbers)
    {
        _ = shape;
        return Apply<PlaceOperation>(Index(numbers));
    }

    /// <summary>The sum over all that stretching to this shape made of one element: the adjoint of stretching.</summary>
    public Term SummedTo(Shape shape) => JoinedTo<TotalOperation>(shape);

    /// <summary>The same with another reduction than the sum.</summary>
    public Term JoinedTo<TReduction>(Shape shape)
        where TReduction : Operation
    {
        var whole = Shape;
        if (whole.IsLike(shape)) return this;
        if (shape.IsNumber) return Apply<TReduction>(Index());
        if (whole.IsVector) return Apply<TReduction>(Index()).InShapeOfOne(shape);
        if (shape.Last != 1 || whole.Columns == 1) return Apply<TReduction>(Index(0)).Reshaped(shape);
        if (shape.IsVector || (shape.Rows == 1 && whole.Rows != 1)) return Apply<TReduction>(Index()).InShapeOfOne(shape);
        return Apply<TReduction>(Index(1)).Reshaped(shape);
    }

    // A number as an array of one element.
    private Term InShapeOfOne(Shape shape) => Apply<ReshapeOperation>(Index(shape.Sizes));
}
