namespace PSAutodiff;

/// <summary>How much a weight of a network matters.</summary>
/// <param name="Name">Its name among the network's parameters.</param>
/// <param name="Layer">Its layer, from 1.</param>
/// <param name="Input">The input of the layer, from 1.</param>
/// <param name="Output">The output of the layer, from 1.</param>
/// <param name="Weight">u, its value.</param>
/// <param name="SecondDerivative">h, the second derivative of the mean loss with respect to it; 1 by magnitude.</param>
/// <param name="Saliency">h u^2 / 2: by how much the mean loss would rise without it, were it a parabola around a minimum.</param>
/// <param name="Pruned">Whether it is pruned, or would be.</param>
public sealed record WeightSaliency(string Name, int Layer, int Input, int Output, double Weight, double SecondDerivative, double Saliency, bool Pruned)
{
    /// <summary>The weight and its saliency in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name} = {Weight}: saliency {Saliency}");
}
