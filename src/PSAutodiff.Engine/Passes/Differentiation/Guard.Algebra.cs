namespace PSAutodiff.Core;

/// <content>What a sweep makes of guards.</content>
internal readonly partial record struct Guard
{
    private Term Truth => _inverted ? Choose(_condition.Constant(1), _condition.Constant(0)) : _condition;

    /// <summary>The value where the guard holds, else 0.</summary>
    public Term Apply(Term value) => IsConditional ? Choose(value, value.Constant(0)) : value;

    /// <summary>What <see cref="Apply"/> was applied to, when the value has that form.</summary>
    public Term Remove(Term value)
    {
        if (!IsConditional || !value.Is<SelectOperation>() || value.X != _condition) return value;
        var (taken, other) = _inverted ? (value.Z, value.Y) : (value.Y, value.Z);
        return other.Is(0) ? taken : value;
    }

    /// <summary>Where both hold.</summary>
    public Guard And(Guard other)
    {
        if (!IsConditional || this == other) return other;
        if (other._inverted && !_inverted) return new Guard(other._condition.Apply<SelectOperation>(_condition.Constant(0), _condition), inverted: false, IsOfExponent && other.IsOfExponent);
        return other.IsConditional
            ? new Guard(Choose(other.Truth, _condition.Constant(0)), inverted: false, IsOfExponent && other.IsOfExponent)
            : this;
    }

    /// <summary>Where one of them holds.</summary>
    public Guard Or(Guard other)
    {
        if (!IsConditional || !other.IsConditional) return default;
        if (_condition == other._condition) return _inverted == other._inverted ? this : default;
        var truth = other.Truth;
        if (!_inverted && _condition.Is<SelectOperation>() && _condition.Y.Is(1) && _condition.Z == truth) return this;
        return new Guard(Choose(_condition.Constant(1), truth), inverted: false, IsOfExponent && other.IsOfExponent);
    }

    /// <summary>
    /// The guard of something of another shape that goes into, or comes from, what this is the guard of element by element: it counts where any
    /// of the elements does that it is stretched to.
    /// </summary>
    public Guard InShape(Shape shape)
    {
        if (!IsConditional || _condition.Shape.IsNumber || _condition.Shape.StretchesTo(shape)) return this;

        // What is stretched to the whole on the way keeps its size of 1.
        var whole = _condition.Shape;
        var last = whole.Last == 1 ? 1 : shape.Last;
        if (!shape.IsNumber) shape = whole.IsVector || shape.IsVector ? Shape.Vector(last) : Shape.Matrix(whole.Rows == 1 ? 1 : shape.Rows, last);
        var size = _condition.Apply<AbsOperation>();
        return new Guard(_inverted ? size.JoinedTo<SmallestOperation>(shape) : size.JoinedTo<LargestOperation>(shape), _inverted, IsOfExponent);
    }

    /// <summary>The guard behind an operation that mixes elements: only one for all of them goes through.</summary>
    public Guard Through(Operation operation) => IsConditional && !operation.IsElementwise && !_condition.Shape.IsNumber ? default : this;

    /// <summary>The same in a builder that goes on from the graph in which it was made.</summary>
    public Guard In(GraphBuilder builder) => IsConditional ? new Guard(builder.Term(_condition.Id), _inverted, IsOfExponent) : this;

    private Term Choose(Term where, Term elsewhere) =>
        _inverted ? _condition.Apply<SelectOperation>(elsewhere, where) : _condition.Apply<SelectOperation>(where, elsewhere);
}
