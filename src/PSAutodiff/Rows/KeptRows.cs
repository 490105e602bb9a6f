using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>Keeps the rows that work was done on without a fault, for models that are fitted to some of them again.</summary>
/// <param name="work">What is done with every row.</param>
/// <param name="others">Reads what fits need beside it; null for nothing.</param>
internal sealed class KeptRows(IRowWork work, VariableReader? others) : IRowSurvey
{
    private readonly double[] _others = new double[others?.Variables.Length ?? 0];

    /// <summary>The rows.</summary>
    public List<object> Rows { get; } = [];

    /// <summary>Their numbers, from 1.</summary>
    public List<int> Numbers { get; } = [];

    /// <inheritdoc/>
    public RoundedIntegers Rounded => work.Rounded;

    /// <summary>What was done with the rows.</summary>
    public TWork Release<TWork>()
        where TWork : IRowWork => (TWork)work;

    /// <inheritdoc/>
    public bool Look(object row, int number) => work is not IRowSurvey survey || survey.Look(row, number);

    /// <inheritdoc/>
    public void Decide() => (work as IRowSurvey)?.Decide();

    /// <inheritdoc/>
    public void Take(object row, int number)
    {
        if (others is not null)
        {
            others.Start(row, number);
            others.Read(_others, finite: true);
        }

        work.Take(row, number);
        Rows.Add(row);
        Numbers.Add(number);
    }
}
