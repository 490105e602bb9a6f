using PSAutodiff.Graphs;
using PSAutodiff.Operations;
using PSAutodiff.Simplification;

namespace PSAutodiff;

/// <summary>The ramp max(0, x), with derivative 0 at 0.</summary>
internal sealed class ReluOperation() : UnaryOperation("relu")
{
    internal override Notation Latex { get; } = Notation.LatexCall("\\operatorname{relu}", 1);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("relu(relu(x)) = relu(x)", Identity.Standard, static (x, _, _) => x.Is<ReluOperation>() ? x : Term.None),
    ];

    protected override double Evaluate(double x) => x > 0 || double.IsNaN(x) ? x : 0;

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Constant(0).Apply<LessOperation>(x).Apply<SelectOperation>(adjoint, x.Constant(0));
}

public sealed partial class ExprNode
{
    /// <summary>The ramp max(0, x), with derivative 0 at 0.</summary>
    public static ExprNode Relu(ExprNode x) => Apply<ReluOperation>(x);
}
