namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>What an atom stands for.</summary>
internal enum AtomKind
{
    /// <summary>A variable.</summary>
    Variable,

    /// <summary>A number that is known by its double alone, such as pi, or a whole number under a root or logarithm.</summary>
    Number,

    /// <summary>A sum below a fraction line, or as a factor: without common factors of its terms, the leading coefficient above 0.</summary>
    Sum,

    /// <summary>exp of a product of atoms times a unit, of which all other exponents are whole multiples.</summary>
    Exponential,

    /// <summary>The logarithm of the magnitude of an atom.</summary>
    Logarithm,

    /// <summary>A root of the magnitude of an atom.</summary>
    Root,

    /// <summary>The magnitude of an atom.</summary>
    Magnitude,

    /// <summary>The sine of an angle.</summary>
    Sine,

    /// <summary>The cosine of the angle of the sine before it.</summary>
    Cosine,

    /// <summary>Any other function.</summary>
    Function,
}

/// <summary>What the sign of an atom is known to be.</summary>
/// <param name="NotNegative">At least 0.</param>
/// <param name="NotPositive">At most 0.</param>
/// <param name="NotZero">Not 0.</param>
internal readonly record struct Signs(bool NotNegative, bool NotPositive, bool NotZero)
{
    public static readonly Signs Positive = new(true, false, true);

    public bool IsPositive => NotNegative && NotZero;

    public static Signs operator |(Signs x, Signs y) => new(x.NotNegative || y.NotNegative, x.NotPositive || y.NotPositive, x.NotZero || y.NotZero);
}

/// <summary>A thing that polynomials are made of.</summary>
internal sealed record Atom(AtomKind Kind)
{
    /// <summary>The variable.</summary>
    public string? Name { get; init; }

    /// <summary>The number.</summary>
    public double Number { get; init; }

    /// <summary>The other function.</summary>
    public Operation? Operation { get; init; }

    /// <summary>Its arguments; the sum; the angle.</summary>
    public Polynomial[] Arguments { get; init; } = [];

    /// <summary>The atom of a logarithm, root or magnitude; for a cosine its sine, and the other way round.</summary>
    public int Base { get; init; } = -1;

    /// <summary>For an exponential function the product of atoms.</summary>
    public Powers Powers { get; init; } = Powers.None;

    /// <summary>What that is multiplied by.</summary>
    public Rational Unit { get; init; } = Rational.One;

    /// <summary>Which root: 2 for the square root.</summary>
    public int Order { get; init; } = 1;

    /// <summary>What is known of its sign wherever it has a value.</summary>
    public Signs Signs { get; init; }

    /// <summary>Its value modulo a prime, one for all relations between atoms but those of roots.</summary>
    public ulong Value { get; init; }

    /// <summary>Whether a root is in it, so that its value says nothing certain.</summary>
    public bool HasRoot { get; init; }
}
