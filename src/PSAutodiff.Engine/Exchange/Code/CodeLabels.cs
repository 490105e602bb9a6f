using System.Globalization;
using System.Numerics;
using PSAutodiff.Data;

namespace PSAutodiff.Exchange.Code;

/// <summary>The classes of a model as values of one type that every language has.</summary>
internal sealed class CodeLabels
{
    private CodeLabels(object[] values) => Values = values;

    /// <summary>All of them bool, long, double or string.</summary>
    public IReadOnlyList<object> Values { get; }

    /// <summary>The classes of a model; whole numbers, fractions and Booleans as such, all else as text.</summary>
    public static CodeLabels Of(PortableModel model)
    {
        var classes = model.Classes;
        if (classes.All(static label => label is bool)) return new([.. classes]);
        if (classes.All(static label => label is sbyte or byte or short or ushort or int or uint or long || (label is ulong or BigInteger or Int128 or UInt128 && BigInteger.Parse(ClassLabel.Text(label), CultureInfo.InvariantCulture) <= long.MaxValue && BigInteger.Parse(ClassLabel.Text(label), CultureInfo.InvariantCulture) >= long.MinValue)))
        {
            return new([.. classes.Select(static label => (object)long.Parse(ClassLabel.Text(label), CultureInfo.InvariantCulture))]);
        }

        return classes.All(static label => label is double or float or Half)
            ? new([.. classes.Select(static label => (object)Convert.ToDouble(label is Half half ? (double)half : label, CultureInfo.InvariantCulture))])
            : new([.. classes.Select(static label => (object)ClassLabel.Text(label))]);
    }
}
