using System.Globalization;
using PSAutodiff.Core;

namespace PSAutodiff.Passes.Elements;

/// <summary>
/// Names for the elements of vectors and matrices: b_2, W_0_1; with more underscores where a name in use, or an element of another array, has that one.
/// </summary>
internal sealed class ElementNames
{
    // By the name without underscores at its end: the arrays of that name, and how many underscores stand before the first index of those that have names.
    private readonly Dictionary<string, List<Family>> _families = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Family> _byName = new(StringComparer.Ordinal);

    /// <summary>Finds names.</summary>
    /// <param name="variables">All variables.</param>
    public ElementNames(IReadOnlyList<(string Name, Shape Shape)> variables)
    {
        foreach (var (name, shape) in variables)
        {
            if (shape.IsNumber) continue;
            var family = new Family(name, shape);
            _byName.Add(name, family);
            if (!_families.TryGetValue(family.Stem, out var families)) _families.Add(family.Stem, families = []);
            families.Add(family);
        }

        foreach (var (name, shape) in variables) Avoid(name, shape.IsNumber ? null : _byName[name]);

        // Elements of vectors may look like those of matrices, but not the other way round.
        foreach (var family in _byName.Values.OrderBy(static family => family.Shape.Rank).ThenBy(static family => family.Name, StringComparer.Ordinal))
        {
            family.Choose();
            foreach (var other in _families[family.Stem])
            {
                if (other.Shape.Rank == family.Shape.Rank) other.Avoid(family.Underscores);
            }

            if (family.Shape.IsVector) Avoid(NameOf(family.Name, 0), family);
        }
    }

    /// <summary>The name of an element.</summary>
    /// <param name="name">The name of the array.</param>
    /// <param name="element">Its number, row after row.</param>
    public string NameOf(string name, int element) => _byName[name].NameOf(element);

    // Whatever array would have an element of this name has to have another.
    private void Avoid(string name, Family? own)
    {
        if (Split(name) is not var (before, last)) return;
        var (stem, underscores) = Family.StemOf(before);
        foreach (var family in _families.GetValueOrDefault(stem) ?? [])
        {
            if (family != own && family.Shape.IsVector && last < family.Shape.Rows) family.Avoid(underscores);
        }

        // The two indices of a matrix have one underscore between them.
        if (underscores != 1 || Split(before[..^1]) is not var (front, first)) return;
        (stem, underscores) = Family.StemOf(front);
        foreach (var family in _families.GetValueOrDefault(stem) ?? [])
        {
            if (family != own && family.Shape.IsMatrix && first < family.Shape.Rows && last < family.Shape.Columns) family.Avoid(underscores);
        }
    }

    // What is before the digits at the end, and their number.
    private static (string Before, long Number)? Split(string name)
    {
        var end = name.Length;
        while (end > 0 && char.IsAsciiDigit(name[end - 1])) end--;
        return end < name.Length && (name[end] != '0' || end == name.Length - 1) && long.TryParse(name.AsSpan(end), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (name[..end], number) : null;
    }

    /// <summary>The elements of an array.</summary>
    private sealed class Family(string name, Shape shape)
    {
        private readonly HashSet<int> _avoided = [];

        public string Name => name;

        public Shape Shape => shape;

        public string Stem { get; } = StemOf(name).Stem;

        /// <summary>How many underscores stand before the first index, those of the name with them.</summary>
        public int Underscores { get; private set; }

        public static (string Stem, int Underscores) StemOf(string text)
        {
            var stem = text.TrimEnd('_');
            return (stem, text.Length - stem.Length);
        }

        public void Avoid(int underscores) => _avoided.Add(underscores);

        public void Choose()
        {
            Underscores = StemOf(name).Underscores + 1;
            while (_avoided.Contains(Underscores)) Underscores++;
        }

        public string NameOf(int element)
        {
            var before = Stem + new string('_', Underscores);
            return shape.IsVector
                ? string.Create(CultureInfo.InvariantCulture, $"{before}{element}")
                : string.Create(CultureInfo.InvariantCulture, $"{before}{element / shape.Columns}_{element % shape.Columns}");
        }
    }
}
