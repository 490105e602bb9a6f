namespace PSAutodiff.Core;

/// <summary>
/// A node of the graph being built. With the operators, which stand beside the operations they apply, derivative rules and identities
/// read like formulas.
/// </summary>
internal readonly partial struct Term(GraphBuilder builder, int id) : IEquatable<Term>
{
    private readonly GraphBuilder _builder = builder;

    public int Id { get; } = id;

    /// <summary>No term: an absent argument, an identity that does not apply, or nothing to add to an adjoint.</summary>
    public static Term None => new(null!, Graph.None);

    public bool Exists => Id != Graph.None;

    public Operation Operation => _builder.OperationOf(Id);

    public bool IsConstant => _builder.IsConstant(Id);

    public double ConstantValue => _builder.ConstantOf(Id);

    public Term X => new(_builder, _builder.X(Id));

    public Term Y => new(_builder, _builder.Y(Id));

    public Term Z => new(_builder, _builder.Z(Id));

    public static bool operator ==(Term x, Term y) => x.Id == y.Id;

    public static bool operator !=(Term x, Term y) => x.Id != y.Id;

    public bool Is(double value) => IsConstant && ConstantValue == value;

    public bool Is<TOperation>()
        where TOperation : Operation => _builder.CodeOf(Id) == OperationOf<TOperation>.Instance.Code;

    public Term Constant(double value) => new(_builder, _builder.Constant(value));

    public Term Apply<TOperation>()
        where TOperation : Operation => Apply(OperationOf<TOperation>.Instance, None, None);

    public Term Apply<TOperation>(Term y)
        where TOperation : Operation => Apply(OperationOf<TOperation>.Instance, y, None);

    public Term Apply<TOperation>(Term y, Term z)
        where TOperation : Operation => Apply(OperationOf<TOperation>.Instance, y, z);

    public Term Apply(Operation operation, Term y, Term z) => new(_builder, _builder.Apply(operation, Id, y.Id, z.Id));

    /// <summary>An operation on this and another where there is such a node; else none.</summary>
    public Term Existing<TOperation>(Term y)
        where TOperation : Operation => new(_builder, _builder.TryFind(OperationOf<TOperation>.Instance, Id, y.Id));

    public bool Equals(Term other) => Id == other.Id;

    public override bool Equals(object? obj) => obj is Term other && Equals(other);

    public override int GetHashCode() => Id;
}
