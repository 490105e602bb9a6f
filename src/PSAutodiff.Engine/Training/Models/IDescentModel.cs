using System.Numerics;

namespace PSAutodiff.Training.Models;

/// <summary>A model that takes steps of plain gradient descent on single rows by itself, faster than through its gradient.</summary>
internal interface IDescentModel<T> : ITrainingModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether it does.</summary>
    bool Descends { get; }

    /// <summary>Takes a step on each row, one after the other, until one ends in numbers that are not finite; that one is undone.</summary>
    /// <param name="parameters">The parameters, which are moved.</param>
    /// <param name="rows">Indices of the rows, from 0.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="planned">How many steps the whole training may take.</param>
    /// <param name="losses">Gets the loss before each step; that of a step undone too.</param>
    /// <returns>The number of steps taken and not undone.</returns>
    int Descend(T[] parameters, ReadOnlySpan<int> rows, double rate, int planned, Span<double> losses);
}
