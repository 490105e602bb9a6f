namespace PSAutodiff.Rows;

/// <summary>Work that may have to look at several rows before it takes the first.</summary>
internal interface IRowSurvey : IRowWork
{
    /// <summary>Looks at a row.</summary>
    /// <returns>Whether it has seen enough; the rows that it looked at are then to be taken in order.</returns>
    bool Look(object row, int number);

    /// <summary>Ends the looking.</summary>
    /// <exception cref="AutodiffException">The columns do not suit.</exception>
    void Decide();
}
