using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>What a cmdlet that takes expressions does with rows from the pipeline, its expression standing at the first position.</summary>
internal interface IRowsForm
{
    /// <summary>What makes the pipeline bring rows, as errors say it.</summary>
    string Cause { get; }

    /// <summary>How to pipe rows in, for errors.</summary>
    string Example { get; }

    /// <summary>Finds out with the first row which columns are meant.</summary>
    /// <param name="row">The row.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <exception cref="AutodiffException">The columns do not suit.</exception>
    IRowWork Start(object row, int number);

    /// <summary>Works on the rows, when all have come and at least one can be used.</summary>
    /// <exception cref="AutodiffException">Something is wrong with them as a whole.</exception>
    void Finish(RowIntake rows);
}
