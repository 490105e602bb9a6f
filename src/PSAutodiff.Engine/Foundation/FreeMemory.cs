namespace PSAutodiff.Foundation;

/// <summary>Refuses what would take more memory than the computer has left: systems end processes then, others' too.</summary>
internal static class FreeMemory
{
    // Of the whole memory, what is asked for without a look, and what is left to others.
    private const double Share = 1.0 / 16;

    /// <summary>Refuses memory that there is not.</summary>
    /// <param name="elements">How many numbers are asked for.</param>
    /// <param name="what">What has them, as the beginning of a sentence: "The arrays of this expression have".</param>
    /// <exception cref="AutodiffException">There is not so much.</exception>
    public static void Require(double elements, string what)
    {
        var (bytes, all) = (elements * sizeof(double), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        if (bytes <= all * Share) return;

        // What others use is looked at whenever memory is collected; what was used here before may be free again after that.
        for (var generation = 0; bytes <= all / 2; generation += GC.MaxGeneration)
        {
            GC.Collect(generation);
            if (bytes <= all - GC.GetGCMemoryInfo().MemoryLoadBytes - (all * Share)) return;
            if (generation == GC.MaxGeneration) break;
        }

        throw new AutodiffException(
            ErrorIds.DataTooLarge,
            FormattableString.Invariant($"{what} {elements} elements together. Their {bytes / 1e9:0.#} GB are more than can be used here: this computer has {all / 1e9:0.#} GB of memory, of which {Math.Max(0, all - GC.GetGCMemoryInfo().MemoryLoadBytes) / 1e9:0.#} GB are free. Use smaller arrays."));
    }
}
