using System.Numerics;
using PSAutodiff.Data;
using PSAutodiff.Networks;

namespace PSAutodiff.Rows;

/// <summary>The outputs of a network for one row after the other; prepared once.</summary>
internal abstract class RowPredictor
{
    public static RowPredictor For(Network network) => network.Precision == NetworkPrecision.Single ? new OfNumbers<float>(network) : new OfNumbers<double>(network);

    /// <summary>The outputs for one row of raw inputs.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="number">The number of the row, from 1.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="RowException">An input is too large for the numbers of the network.</exception>
    public abstract double[] Predict(ReadOnlySpan<double> inputs, int number, CancellationToken cancellation);

    private sealed class OfNumbers<T>(Network network) : RowPredictor
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly DensePrediction<T> _prediction = new(network, threads: 1);
        private readonly T[] _inputs = new T[network.InputSize];

        public override double[] Predict(ReadOnlySpan<double> inputs, int number, CancellationToken cancellation)
        {
            InputRows.Convert(inputs, _inputs.AsSpan(), _inputs.Length, network.Scaling);
            if (NumberRange.FirstLost<T>(_inputs) is >= 0 and var lost)
            {
                var name = lost < network.Features.Count && network.Features.Count == _inputs.Length ? network.Features[lost] : null;
                throw new RowException(ErrorIds.ValueNotFinite, number, name, $"{(name is null ? $"has in input {lost + 1} a number that" : "the number")} is too large for the {(network.Precision == NetworkPrecision.Single ? "single" : "double")} precision of the network{(network.Scaling is null ? string.Empty : " once it is scaled")}.{RowException.LeftOut}");
            }

            return Array.ConvertAll(_prediction.Predict(_inputs, 1, cancellation), double.CreateTruncating);
        }
    }
}
