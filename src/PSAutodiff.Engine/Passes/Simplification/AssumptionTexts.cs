using System.Collections;
using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Passes.Simplification;

/// <summary>What was taken for granted, each once and in order. The texts are written when someone asks for them.</summary>
internal sealed class AssumptionTexts : IReadOnlyList<string>
{
    /// <summary>So many are written, and one more for all others.</summary>
    public const int Most = 100;

    private readonly List<(string Format, ExprNode First, ExprNode? Second)> _assumptions = [];
    private IReadOnlyList<string>? _texts;

    public int Count => Texts.Count;

    private IReadOnlyList<string> Texts => _texts ??= Write();

    public string this[int index] => Texts[index];

    /// <summary>An assumption about nodes of a graph, as one may say it where it is made.</summary>
    public static string Text(in Assumption assumption, Graph graph)
    {
        var (first, second) = Parts(assumption, graph);
        return Text(assumption.Format, first, second);
    }

    public void Add(in Assumption assumption, Graph graph)
    {
        var (first, second) = Parts(assumption, graph);
        _assumptions.Add((assumption.Format, first, second));
    }

    public void Add(AssumptionTexts others) => _assumptions.AddRange(others._assumptions);

    public IEnumerator<string> GetEnumerator() => Texts.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static (ExprNode First, ExprNode? Second) Parts(in Assumption assumption, Graph graph) =>
        (graph.Node(assumption.First.Id), assumption.Second.Exists ? graph.Node(assumption.Second.Id) : null);

    private static string Text(string format, ExprNode first, ExprNode? second) =>
        string.Format(CultureInfo.InvariantCulture, format, ExprText.Formula(first), second is null ? null : ExprText.Formula(second));

    private List<string> Write()
    {
        var texts = new SortedSet<string>(StringComparer.Ordinal);
        var written = 0;
        for (; written < _assumptions.Count && texts.Count < Most; written++)
        {
            var (format, first, second) = _assumptions[written];
            texts.Add(Text(format, first, second));
        }

        List<string> result = [.. texts];
        if (written < _assumptions.Count) result.Add(string.Create(CultureInfo.InvariantCulture, $"and {_assumptions.Count - written} more like these"));
        return result;
    }
}
