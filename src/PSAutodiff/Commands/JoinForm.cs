using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>The form of a cmdlet that works on one expression joined over rows to a mean or sum.</summary>
/// <param name="total">What the rows are joined to.</param>
/// <param name="example">How to pipe rows in.</param>
/// <param name="start">Makes the rows, with the first of them and its number.</param>
/// <param name="finish">Works on the data.</param>
internal sealed class JoinForm(RowTotal total, string example, Func<object, int, JoinedRows> start, Action<JoinedRows, DataRows> finish) : IRowsForm
{
    /// <summary>How to ask for it.</summary>
    public const string Advice = "Rows are joined by -Mean or -Sum. ";

    /// <inheritdoc/>
    public string Cause => $"-{total}";

    /// <inheritdoc/>
    public string Example => example;

    /// <inheritdoc/>
    public IRowWork Start(object row, int number) => start(row, number);

    /// <inheritdoc/>
    public void Finish(RowIntake rows)
    {
        var joined = rows.Release<JoinedRows>();
        finish(joined, joined.ToData(total));
    }
}
