using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>What Start-NetworkTraining trains.</summary>
internal interface ITrainingForm
{
    /// <summary>The names that columns may have to have beside those that parameters name.</summary>
    IEnumerable<string> NeededColumns { get; }

    /// <summary>Finds out with the first row which columns are meant.</summary>
    /// <param name="row">The row.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <exception cref="AutodiffException">The columns do not suit.</exception>
    IRowWork StartRows(object row, int number);

    /// <summary>What the settings of a sweep are tried on, when all rows have come.</summary>
    /// <param name="points">The settings.</param>
    /// <param name="withFolds">Whether they will be trained over folds.</param>
    ISweepSubject ForSweep(IReadOnlyList<SweepPoint> points, bool withFolds);

    /// <summary>Trains, when all rows have come.</summary>
    TrainingResult Train(TrainingOptions options, CancellationToken cancellation);
}
