using System.Numerics;

namespace PSAutodiff.Data;

/// <summary>The rows that a network is trained or tested on.</summary>
/// <typeparam name="T">The numbers: double or float.</typeparam>
internal sealed class TrainingData<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The inputs, row after row: <see cref="RowCount"/> x <see cref="InputSize"/>.</summary>
    public required T[] Inputs { get; init; }

    /// <summary>The targets, row after row: <see cref="RowCount"/> x <see cref="OutputSize"/>; null when there are <see cref="Classes"/>.</summary>
    public T[]? Targets { get; init; }

    /// <summary>The index of each row's class, standing for a target of one 1 among zeros; null when there are <see cref="Targets"/>.</summary>
    public int[]? Classes { get; init; }

    /// <summary>Number of rows.</summary>
    public required int RowCount { get; init; }

    /// <summary>Number of inputs in a row.</summary>
    public required int InputSize { get; init; }

    /// <summary>Number of outputs of a row.</summary>
    public required int OutputSize { get; init; }

    /// <summary>The targets of a row; of a class 1 in its place and else 0.</summary>
    public void CopyTargets(int row, Span<T> targets)
    {
        if (Targets is not null)
        {
            Targets.AsSpan(row * OutputSize, OutputSize).CopyTo(targets);
        }
        else if (OutputSize == 1)
        {
            targets[0] = T.CreateTruncating(Classes![row]);
        }
        else
        {
            targets.Clear();
            targets[Classes![row]] = T.One;
        }
    }

    /// <summary>Throws unless the sizes agree and every class is one of the outputs; with a single output there are classes 0 and 1.</summary>
    public void Check()
    {
        if (Inputs.LongLength != (long)RowCount * InputSize) throw new ArgumentException($"{RowCount} rows of {InputSize} inputs are not {Inputs.Length} numbers.");
        if ((Targets is null) == (Classes is null)) throw new ArgumentException("There must be either targets or classes.");
        if (Targets is not null && Targets.LongLength != (long)RowCount * OutputSize) throw new ArgumentException($"{RowCount} rows of {OutputSize} outputs are not {Targets.Length} numbers.");
        if (Classes is null) return;
        if (Classes.Length != RowCount) throw new ArgumentException($"There are {RowCount} rows, but {Classes.Length} classes.");
        foreach (var index in Classes)
        {
            if ((uint)index >= (uint)Math.Max(2, OutputSize)) throw new ArgumentException($"There is no class {index} among {OutputSize} outputs.");
        }
    }
}
