using System.Numerics;
using PSAutodiff.Data;
using PSAutodiff.Kernels.Threading;

namespace PSAutodiff.Training.Models;

/// <summary>
/// What the training loop trains: the mean loss of a batch of rows, and its gradient, at given parameters. Holds working memory,
/// so one thread at a time may use it; copies for other threads share the data.
/// </summary>
/// <typeparam name="T">The numbers of the parameters: double or float.</typeparam>
internal interface ITrainingModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Number of parameters.</summary>
    int ParameterCount { get; }

    /// <summary>Number of data rows.</summary>
    int RowCount { get; }

    /// <summary>Those who share the work of a step of many rows; null for a single thread.</summary>
    ThreadTeam? Team => null;

    /// <summary>The mean loss over rows, and its gradient. The bits do not depend on the number of threads.</summary>
    /// <param name="parameters">The parameters, in order.</param>
    /// <param name="rows">Indices of the rows, from 0; at least one.</param>
    /// <param name="gradient">Gets the derivatives of the mean loss, one for each parameter.</param>
    /// <param name="noise">Noise on the inputs, drawn anew at each call; null for none.</param>
    /// <param name="cancellation">Ends a long call with an <see cref="OperationCanceledException"/>.</param>
    double Gradient(T[] parameters, ReadOnlySpan<int> rows, T[] gradient, BatchNoise? noise, CancellationToken cancellation);

    /// <summary>The mean loss over rows, without noise.</summary>
    double Loss(T[] parameters, ReadOnlySpan<int> rows, CancellationToken cancellation);

    /// <summary>Whether weight decay applies to a parameter: to weights, not to biases.</summary>
    bool IsDecayed(int parameter);

    /// <summary>A model of the same data with its own working memory.</summary>
    ITrainingModel<T> ForAnotherThread();
}
