using PSAutodiff.Core;
using PSAutodiff.Execution.Parts;

namespace PSAutodiff.Fitting;

/// <summary>A model, a label and a weight over a part of the rows, which fits need something of.</summary>
internal abstract class FitFunction : PartFunction
{
    private readonly RootedGraph _outputs;
    private readonly VariableLayout _parameters;

    /// <param name="text">The derivatives of the model by the elements of its parameters, its value, the label, and perhaps the weight, which the first setting counts.</param>
    /// <param name="settings">The number of settings.</param>
    /// <exception cref="InvalidDataException">The text is none of such a function.</exception>
    protected FitFunction(PartFunctionText text, int settings)
    {
        if (text.Settings.Count != settings || text.Settings[0] is not (0 or 1)) throw new InvalidDataException("its settings are not known");
        Text = text;
        (_outputs, _parameters) = PartExpressions.Read(text, CancellationToken.None);
        Derivatives = _outputs.Length - (HasWeight ? 3 : 2);
        if (Derivatives < 0) throw new InvalidDataException("it has no model and label");
    }

    /// <inheritdoc/>
    public override PartFunctionText Text { get; }

    /// <inheritdoc/>
    public override int PointLength => _parameters.Length;

    /// <summary>The columns of the triangle: the elements of the parameters and the residuals.</summary>
    protected int Width => _parameters.Length + 1;

    private bool HasWeight => Text.Settings[0] == 1;

    private int Derivatives { get; }

    /// <summary>The text of a function.</summary>
    public static PartFunctionText TextOf(RootedGraph model, VariableLayout parameters, ExprNode label, ExprNode? weight, params double[] settings)
    {
        var all = ExprNode.Flatten([.. model.Nodes(), label, .. weight is null ? Array.Empty<ExprNode>() : [weight]]);
        return new PartFunctionText(PartExpressions.Write(all, parameters), parameters.Names, [weight is null ? 0 : 1, .. settings]);
    }

    /// <summary>Labels and weights of a part.</summary>
    protected FitRows RowsOf(DataRows part, CancellationToken cancellation)
    {
        var nodes = _outputs.Slice(Derivatives + 1, HasWeight ? 2 : 1).Nodes();
        return new FitRows(nodes[0], HasWeight ? nodes[1] : null, part, null, cancellation) is { Unit: 0 } rows
            ? rows
            : throw new AutodiffException(ErrorIds.ValueNotFinite, "Labels, or labels times the roots of weights, are too large or too small for sums of their squares. Scale them.");
    }

    /// <summary>The model over a part.</summary>
    protected FitProgram ProgramOf(DataRows part, FitRows rows, FitLoss loss, double lossScale, CancellationToken cancellation)
    {
        var model = _outputs.Slice(0, Derivatives + 1);
        var compiled = CompiledExpression.Compile(part.LayoutIn(model).Before(_parameters), model, cancellation);
        if (compiled.ResultLength != Width) throw new InvalidDataException("it has other derivatives than parameters");
        return new FitProgram(compiled, _parameters, part, rows.Label, rows.Factors, Environment.ProcessorCount) { Loss = loss, LossScale = lossScale };
    }
}

/// <summary>What a fit has to know of labels and weights: see <see cref="FitRows"/>.</summary>
/// <param name="text">Its text.</param>
internal sealed class FitLabelsFunction(PartFunctionText text) : FitFunction(text, 1)
{
    /// <inheritdoc/>
    public override PartFunctionKind Kind => PartFunctionKind.FitLabels;

    /// <summary>The number of rows whose weight is not 0, the squared length of the labels, their total weight, mean and variation, and the sum of the logarithms of weights.</summary>
    public override int ResultLength => 6;

    /// <inheritdoc/>
    public override Func<double[], CancellationToken, double[]> Over(DataRows part, CancellationToken cancellation)
    {
        var rows = RowsOf(part, cancellation);
        return (_, _) => [rows.Count, rows.LabelNorm * rows.LabelNorm, rows.TotalWeight, rows.Mean, rows.Variation, rows.LogWeights];
    }
}

/// <summary>The triangle of derivatives and residuals, and the sums of a loss other than least squares.</summary>
/// <param name="text">Its text.</param>
internal sealed class FitTriangleFunction(PartFunctionText text) : FitFunction(text, 3)
{
    /// <inheritdoc/>
    public override PartFunctionKind Kind => PartFunctionKind.FitTriangle;

    /// <summary>The parameters, and whether residuals count as the loss says.</summary>
    public override int PointLength => base.PointLength + 1;

    /// <summary>The triangle, row after row from the diagonal on; its exponents; the sums.</summary>
    public override int ResultLength => (Width * (Width + 1) / 2) + Width + 4;

    /// <inheritdoc/>
    public override Func<double[], CancellationToken, double[]> Over(DataRows part, CancellationToken cancellation)
    {
        var loss = (FitLoss)(int)Text.Settings[1];
        if (!Enum.IsDefined(loss) || (int)loss != Text.Settings[1]) throw new InvalidDataException("its loss is not known");
        var program = ProgramOf(part, RowsOf(part, cancellation), loss, Text.Settings[2], cancellation);
        return (point, token) =>
        {
            var (factor, sums) = program.Triangle(point.AsSpan(..^1), point[^1] != 0 ? loss : null, token);
            return [.. factor.Upper(), .. factor.Exponents.ToArray().Select(static exponent => (double)exponent), sums.Value, sums.Squares, sums.Slopes, sums.SquaredSlopes];
        };
    }

    /// <summary>The triangle and sums of a result.</summary>
    /// <exception cref="InvalidDataException">They cannot be.</exception>
    public (TriangularFactor Factor, RobustSums Sums) Read(double[] result)
    {
        var upper = Width * (Width + 1) / 2;
        var exponents = new int[Width];
        for (var i = 0; i < exponents.Length; i++)
        {
            var exponent = result[upper + i];
            if (exponent != Math.Floor(exponent) || !(Math.Abs(exponent) <= 2200)) throw new InvalidDataException("an exponent that cannot be");
            exponents[i] = (int)exponent;
        }

        var last = upper + Width;
        return (TriangularFactor.Of(result.AsSpan(0, upper), exponents), new RobustSums(result[last], result[last + 1], result[last + 2], result[last + 3]));
    }
}

/// <summary>The first row where a model or a derivative is not finite: its index from 0, or -1, and the value there.</summary>
/// <param name="text">Its text.</param>
internal sealed class FitNotFiniteFunction(PartFunctionText text) : FitFunction(text, 1)
{
    /// <inheritdoc/>
    public override PartFunctionKind Kind => PartFunctionKind.FitNotFinite;

    /// <inheritdoc/>
    public override int ResultLength => 2;

    /// <inheritdoc/>
    public override Func<double[], CancellationToken, double[]> Over(DataRows part, CancellationToken cancellation)
    {
        var program = ProgramOf(part, RowsOf(part, cancellation), FitLoss.LeastSquares, 1, cancellation);
        return (point, token) => program.FindNotFinite(point, token) is { } found ? [found.Row, found.Value] : [-1, 0];
    }
}
