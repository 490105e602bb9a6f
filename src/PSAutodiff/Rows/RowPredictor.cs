using System.Numerics;
using PSAutodiff.Networks;

namespace PSAutodiff.Rows;

/// <summary>The outputs of a network for one row after the other; prepared once.</summary>
internal abstract class RowPredictor
{
    public static RowPredictor For(Network network) => network.Precision == NetworkPrecision.Single ? new OfNumbers<float>(network) : new OfNumbers<double>(network);

    /// <summary>The outputs for one row of raw inputs.</summary>
    public abstract double[] Predict(ReadOnlySpan<double> inputs, CancellationToken cancellation);

    private sealed class OfNumbers<T>(Network network) : RowPredictor
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly DensePrediction<T> _prediction = new(network, threads: 1);
        private readonly T[] _inputs = new T[network.InputSize];

        public override double[] Predict(ReadOnlySpan<double> inputs, CancellationToken cancellation)
        {
            InputRows.Convert(inputs, _inputs.AsSpan(), _inputs.Length, network.Scaling);
            return Array.ConvertAll(_prediction.Predict(_inputs, 1, cancellation), double.CreateTruncating);
        }
    }
}
