using System.Numerics;

namespace PSAutodiff.Core;

/// <summary>The symmetric matrices among variables, within a point or a gradient that has the elements of all.</summary>
internal sealed class SymmetricParts
{
    // Where each begins, and its size.
    private readonly (int Start, int Size)[] _matrices;

    /// <summary>Those among variables.</summary>
    public SymmetricParts(VariableLayout variables) => _matrices = variables.HasArrays
        ? [.. Enumerable.Range(0, variables.Names.Count).Where(i => variables.Shapes[i].IsSymmetric).Select(i => (variables.ElementsOf(i).Start.Value, (int)variables.Shapes[i].Rows))]
        : [];

    /// <summary>Whether there is one.</summary>
    public bool Exist => _matrices.Length > 0;

    /// <summary>The elements above the diagonals, each with the one that it equals.</summary>
    public IEnumerable<(int Above, int Below)> Pairs
    {
        get
        {
            foreach (var (start, size) in _matrices)
            {
                for (var i = 0; i < size; i++)
                {
                    for (var j = 0; j < i; j++) yield return (start + (j * size) + i, start + (i * size) + j);
                }
            }
        }
    }

    /// <summary>
    /// Makes each matrix the mean of itself and its transpose: the nearest symmetric one, and of a gradient, whose elements are derivatives by those of
    /// any matrix, the steepest way that keeps the promise.
    /// </summary>
    public void Symmetrize<T>(Span<T> elements)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var two = T.CreateTruncating(2);
        foreach (var (start, size) in _matrices)
        {
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    ref var below = ref elements[start + (i * size) + j];
                    ref var above = ref elements[start + (j * size) + i];

                    // Halves first only where the sum has no number.
                    if (below.Equals(above)) continue;
                    var sum = below + above;
                    below = above = T.IsFinite(sum) ? sum / two : (below / two) + (above / two);
                }
            }
        }
    }
}
