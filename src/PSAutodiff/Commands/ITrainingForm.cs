using PSAutodiff.Remoting;
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

    /// <summary>What is read of rows that stay in sessions.</summary>
    /// <param name="source">How they are read.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">It is not known what the rows are to have.</exception>
    IPartReading Reading(RowScriptSource source, CancellationToken cancellation);

    /// <summary>Trains over rows that stay in sessions, when they were read as <see cref="Reading"/> says.</summary>
    /// <exception cref="AutodiffException">The rows do not suit, or an option does not.</exception>
    TrainingResult TrainParts(RowScriptParts parts, TrainingOptions options);

    /// <summary>Trains, when all rows have come.</summary>
    TrainingResult Train(TrainingOptions options, CancellationToken cancellation);
}
