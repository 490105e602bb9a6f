namespace PSAutodiff.Tests;

/// <summary>
/// Measures what simplification does to values: original and simplified form in double, both against over 60 digits, at points of
/// every size. At a single point the original may be right by luck, so where the simplified form looks worse the largest errors
/// over a cluster of neighbours decide.
/// </summary>
internal sealed class SimplificationMeasure(SimplificationRule rule)
{
    public const double AllowedFactor = 4;
    public const double FewUlps = 8;

    private const int PointsEach = 4;
    private const int Neighbours = 64;

    // Nothing of such a value was right, so nothing can get worse.
    private const double Wrong = 1L << 51;

    public long Expressions { get; private set; }

    /// <summary>Points at which the original has a value.</summary>
    public long Points { get; private set; }

    /// <summary>Those of them at which the simplified form has other bits.</summary>
    public long Changed { get; private set; }

    /// <summary>Error above 4 times the original's and a few units in the last place.</summary>
    public Finding Worse { get; } = new();

    /// <summary>Infinity or NaN where the original is finite and right to a few digits.</summary>
    public Finding NotFinite { get; } = new();

    /// <summary>Undefined as a real function where the original is defined.</summary>
    public Finding DomainLost { get; } = new();

    /// <summary>Those of the worse ones that are another number as a real function.</summary>
    public Finding OtherFunction { get; } = new();

    /// <summary>Values made better by more than the same factor.</summary>
    public long Better { get; private set; }

    /// <summary>More operations than before.</summary>
    public Finding Dearer { get; } = new();

    /// <summary>Operations before and after, of all expressions together.</summary>
    public long OperationsBefore { get; private set; }

    public long OperationsAfter { get; private set; }

    /// <summary>Measures so many expressions.</summary>
    public static SimplificationMeasure Run(SimplificationRule rule, int count, int seed)
    {
        var measure = new SimplificationMeasure(rule);
        var expressions = new TextbookExpressions(seed);
        for (var i = 0; i < count; i++) measure.Add(expressions.Next(), expressions);
        return measure;
    }

    public void Add(SimplificationMeasure other)
    {
        Expressions += other.Expressions;
        Points += other.Points;
        Changed += other.Changed;
        Better += other.Better;
        OperationsBefore += other.OperationsBefore;
        OperationsAfter += other.OperationsAfter;
        Worse.Add(other.Worse);
        NotFinite.Add(other.NotFinite);
        DomainLost.Add(other.DomainLost);
        OtherFunction.Add(other.OtherFunction);
        Dearer.Add(other.Dearer);
    }

    private void Add(ExprNode node, TextbookExpressions expressions)
    {
        var simplified = node.Simplify(rule);
        Expressions++;
        var (before, after) = (Cost(node), Cost(simplified));
        OperationsBefore += before;
        OperationsAfter += after;
        if (after > before) Dearer.Add(after - before, () => $"{Texts.Let(node)} became {Texts.Let(simplified)}");
        var exact = new Lazy<PreciseEvaluator>(() => PreciseEvaluator.Wide(node));
        var exactAfter = new Lazy<PreciseEvaluator>(() => PreciseEvaluator.Wide(simplified));
        for (var i = 0; i < PointsEach; i++)
        {
            var at = expressions.NextPoint();
            var own = PlainEvaluator.Evaluate(node, at);
            if (double.IsNaN(own)) continue;
            Points++;
            var changed = PlainEvaluator.Evaluate(simplified, at);
            if (changed.Equals(own) || node.Equals(simplified)) continue;
            Changed++;
            if (exact.Value.Evaluate(at) is { } right) Compare(node, simplified, at, (own, changed), right, exact.Value, exactAfter.Value);
        }
    }

    private void Compare(
        ExprNode node,
        ExprNode simplified,
        Dictionary<string, double> at,
        (double Before, double After) values,
        BigFloat right,
        PreciseEvaluator exact,
        PreciseEvaluator exactAfter)
    {
        string Case() => $"at {string.Join(", ", at.Select(static p => FormattableString.Invariant($"{p.Key}={p.Value:r}")))}: {values.Before:r} became {values.After:r}, right {right.ToDoubleRoughly():r}: {Texts.Let(node)} became {Texts.Let(simplified)}";

        var rightAfter = exactAfter.Evaluate(at);
        if (rightAfter is null && double.IsNaN(values.After))
        {
            DomainLost.Add(1, Case);
            return;
        }

        var (before, after) = (HighPrecision.UlpDistance(values.Before, right), HighPrecision.UlpDistance(values.After, right));
        if (before > AllowedFactor * Math.Max(after, FewUlps)) Better++;
        if (after <= Allowed(before) || (before > Wrong && !double.IsFinite(values.After))) return;
        var random = new Random(1);
        for (var i = 0; i < Neighbours && after > Allowed(before); i++)
        {
            var beside = TextbookExpressions.Beside(at, random);
            if (exact.Evaluate(beside) is { } there) before = Math.Max(before, HighPrecision.UlpDistance(PlainEvaluator.Evaluate(node, beside), there));
        }

        if (after <= Allowed(before)) return;
        if (rightAfter is { } other && HighPrecision.UlpDistance(other.ToDoubleRoughly(), right) > after / 2) OtherFunction.Add(1, Case);
        Worse.Add(after / Math.Max(before, 1), Case);
        if (double.IsFinite(values.Before) && !double.IsFinite(values.After)) NotFinite.Add(1, Case);
    }

    private static double Allowed(double before) => Math.Max(AllowedFactor * before, FewUlps);

    private static int Cost(ExprNode node)
    {
        var (graph, id) = node.Flatten();
        return graph.OperationCount([id]);
    }

    /// <summary>How often something was found, the worst of it and some of the first cases.</summary>
    public sealed class Finding
    {
        private const int CasesKept = 12;

        public long Count { get; private set; }

        public double Worst { get; private set; }

        public List<string> Cases { get; } = [];

        public void Add(double size, Func<string> text)
        {
            Count++;
            Worst = Math.Max(Worst, size);
            if (Cases.Count < CasesKept) Cases.Add(text());
        }

        public void Add(Finding other)
        {
            Count += other.Count;
            Worst = Math.Max(Worst, other.Worst);
            Cases.AddRange(other.Cases.Take(CasesKept - Cases.Count));
        }
    }
}
