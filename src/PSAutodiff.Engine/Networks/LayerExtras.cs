using System.Globalization;
using System.Runtime.InteropServices;

namespace PSAutodiff.Networks;

/// <summary>What a layer has to train beside weights and biases. Nobody changes the arrays once a layer has them.</summary>
/// <param name="Gain">The gain of layer normalization: one for each output; null without it.</param>
/// <param name="Offset">The offset of layer normalization: one for each output; null without it.</param>
/// <param name="Projection">The matrix that what a skip connection adds is multiplied by; null where it is added as it is.</param>
internal sealed record LayerExtras(double[]? Gain, double[]? Offset, double[,]? Projection)
{
    /// <summary>Nothing.</summary>
    public static LayerExtras None { get; } = new(null, null, null);

    /// <summary>How many numbers there are.</summary>
    public int Count => (Gain?.Length ?? 0) + (Offset?.Length ?? 0) + (Projection?.Length ?? 0);

    /// <summary>The elements of the matrix, row after row; none without it.</summary>
    public Span<double> ProjectionSpan => Projection is null ? [] : MemoryMarshal.CreateSpan(ref Projection[0, 0], Projection.Length);

    /// <summary>The numbers of a new layer: it normalizes by a gain of 1 and an offset of 0.</summary>
    /// <param name="form">What the layer does.</param>
    /// <param name="projection">The matrix of its skip connection, where it has one.</param>
    public static LayerExtras New(LayerForm form, double[,]? projection)
    {
        if (!form.Normalizes) return projection is null ? None : new(null, null, projection);
        var gain = new double[form.Outputs];
        Array.Fill(gain, 1);
        return new(gain, new double[form.Outputs], projection);
    }

    /// <summary>A copy of the numbers, as a layer needs them.</summary>
    /// <param name="form">What the layer does.</param>
    /// <param name="name">What errors call the layer, at the beginning of a sentence.</param>
    /// <param name="round">Rounds numbers, and throws where one is not finite; it gets their name.</param>
    /// <exception cref="AutodiffException">They are not those of such a layer.</exception>
    public LayerExtras Checked(LayerForm form, string name, RoundNumbers round)
    {
        if (form.IsPlain && Count == 0) return None;
        var (gain, offset, projection) = ((double[]?)Gain?.Clone(), (double[]?)Offset?.Clone(), (double[,]?)Projection?.Clone());
        var wanted = form.Normalizes ? form.Outputs : 0;
        if ((gain?.Length ?? 0) != wanted || (offset?.Length ?? 0) != wanted)
        {
            throw Invalid(string.Create(CultureInfo.InvariantCulture, $"{name} {(form.Normalizes ? "has layer normalization" : "is without layer normalization")}, so it needs {wanted} numbers each as gain and as offset, not {gain?.Length ?? 0} and {offset?.Length ?? 0}."));
        }

        if (projection is not null != form.Projects) throw Invalid($"{name} {(form.Projects ? "has a skip connection with a matrix, but the matrix is not there" : "has a matrix for a skip connection, but its steps have none")}.");
        if (projection is not null && (projection.GetLength(0) == 0 || projection.GetLength(1) != form.Outputs)) throw Invalid(string.Create(CultureInfo.InvariantCulture, $"{name} has {form.Outputs} outputs, but the matrix of its skip connection is {projection.GetLength(0)} x {projection.GetLength(1)}: it needs a column for each."));
        var copy = new LayerExtras(gain, offset, projection);
        round(gain, "the gain");
        round(offset, "the offset");
        round(copy.ProjectionSpan, "the matrix of the skip connection");
        return copy;
    }

    /// <summary>Rounds numbers in their place.</summary>
    public delegate void RoundNumbers(Span<double> values, string what);

    private static AutodiffException Invalid(string message) => new(ErrorIds.NetworkInvalid, message);
}
