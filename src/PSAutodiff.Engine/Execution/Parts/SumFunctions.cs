using PSAutodiff.Core;

namespace PSAutodiff.Execution.Parts;

/// <summary>The sums of expressions over rows.</summary>
internal sealed class SumFunction : PartFunction
{
    private readonly RootedGraph _outputs;
    private readonly VariableLayout _parameters;

    /// <summary>A function of expressions.</summary>
    public SumFunction(RootedGraph outputs, VariableLayout parameters)
        : this(new PartFunctionText(PartExpressions.Write(outputs, parameters), parameters.Names, []))
    {
    }

    /// <summary>The function of a text.</summary>
    /// <exception cref="InvalidDataException">The text is none of such a function.</exception>
    public SumFunction(PartFunctionText text)
    {
        Text = text;
        (_outputs, _parameters) = PartExpressions.Read(text, CancellationToken.None);
        ResultLength = (int)_outputs.Roots.Sum(root => _outputs.Graph.ShapeOf(root).Count);
    }

    /// <inheritdoc/>
    public override PartFunctionKind Kind => PartFunctionKind.Sums;

    /// <inheritdoc/>
    public override PartFunctionText Text { get; }

    /// <inheritdoc/>
    public override int PointLength => _parameters.Length;

    /// <inheritdoc/>
    public override int ResultLength { get; }

    /// <inheritdoc/>
    public override Func<double[], CancellationToken, double[]> Over(DataRows part, CancellationToken cancellation)
    {
        var program = ParameterProgram.Compile(_outputs, _parameters, part, cancellation);
        return (point, token) =>
        {
            var results = new double[ResultLength];
            program.Evaluate(point, results, token);
            return results;
        };
    }
}

/// <summary>Bounds on the rounding of sums over rows: the sum of the errors of all terms, the sum of their sizes, and whether one underflowed.</summary>
internal sealed class BoundsFunction : PartFunction
{
    private readonly RootedGraph _outputs;
    private readonly VariableLayout _parameters;
    private readonly bool _creditsExact;
    private readonly bool _jumpsAreUnknown;
    private readonly int _elements;

    /// <summary>A function of expressions.</summary>
    public BoundsFunction(RootedGraph outputs, VariableLayout parameters, bool creditExact, bool jumpsAreUnknown)
        : this(new PartFunctionText(PartExpressions.Write(outputs, parameters), parameters.Names, [creditExact ? 1 : 0, jumpsAreUnknown ? 1 : 0]))
    {
    }

    /// <summary>The function of a text.</summary>
    /// <exception cref="InvalidDataException">The text is none of such a function.</exception>
    public BoundsFunction(PartFunctionText text)
    {
        if (text.Settings is not [0 or 1, 0 or 1]) throw new InvalidDataException("its settings are not known");
        Text = text;
        (_outputs, _parameters) = PartExpressions.Read(text, CancellationToken.None);
        (_creditsExact, _jumpsAreUnknown) = (text.Settings[0] == 1, text.Settings[1] == 1);
        _elements = (int)_outputs.Roots.Sum(root => _outputs.Graph.ShapeOf(root).Count);
    }

    /// <inheritdoc/>
    public override PartFunctionKind Kind => PartFunctionKind.Bounds;

    /// <inheritdoc/>
    public override PartFunctionText Text { get; }

    /// <summary>The elements of the point, and the relative error of these values.</summary>
    public override int PointLength => _parameters.Length + 1;

    /// <inheritdoc/>
    public override int ResultLength => (2 * _elements) + 1;

    /// <inheritdoc/>
    public override Func<double[], CancellationToken, double[]> Over(DataRows part, CancellationToken cancellation)
    {
        var bounds = new ParameterBounds(_outputs, _parameters, part, _creditsExact, _jumpsAreUnknown);
        return (point, token) =>
        {
            var (errors, sizes) = (new double[_elements], new double[_elements]);
            bounds.AddRows(point.AsSpan(..^1), point[^1], errors, sizes, token);
            return [.. errors, .. sizes, bounds.Underflowed ? 1 : 0];
        };
    }
}
