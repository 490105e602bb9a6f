namespace PSAutodiff.Optimization;

/// <summary>A function between bounds. At a bound towards which it falls its derivative may be infinite, as that of sqrt(x) at 0.</summary>
/// <param name="whole">The function.</param>
/// <param name="box">The bounds.</param>
internal sealed class BoxedObjective(Objective whole, Box box) : Objective(whole)
{
    public override void Evaluate(Iterate at, CancellationToken cancellation)
    {
        base.Evaluate(at, cancellation);
        if (!at.IsFinite && double.IsFinite(at.Value)) box.LimitSlopes(at);
    }

    public override bool EndsFall(Iterate at) => box.EndsFall(at);
}
