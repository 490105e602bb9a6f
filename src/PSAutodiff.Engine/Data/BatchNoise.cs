using PSAutodiff.Kernels;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Data;

/// <summary>Noise for one call of <see cref="ITrainingModel{T}.Gradient"/>.</summary>
/// <param name="Random">Where it is drawn from, in an order that does not depend on threads.</param>
/// <param name="InputDeviation">Standard deviation of what is added to every input; 0 for none.</param>
/// <param name="DropoutDeviation">Standard deviation of the factors, with mean 1, on the inputs of every layer; 0 for none.</param>
internal sealed record BatchNoise(RandomSource Random, double InputDeviation, double DropoutDeviation);
