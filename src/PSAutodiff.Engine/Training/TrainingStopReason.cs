namespace PSAutodiff;

/// <summary>Why a training ended.</summary>
public enum TrainingStopReason
{
    /// <summary>All epochs were run.</summary>
    Completed,

    /// <summary>As many steps were taken as were allowed.</summary>
    MaxSteps,

    /// <summary>The mean loss of an epoch was below the one that was asked for.</summary>
    StopLoss,

    /// <summary>The loss had not fallen for too many epochs.</summary>
    Patience,

    /// <summary>It was stopped from outside; the result holds what was reached.</summary>
    Cancelled,

    /// <summary>The loss or a parameter was no longer a finite number; the result holds the last finite parameters.</summary>
    NotFinite,

    /// <summary>The mean loss of an epoch was less below that of the epoch before than was asked for.</summary>
    MinDecrease,

    /// <summary>LBFGS found no step that lowers the loss: the parameters are a minimum, as far as rounding shows.</summary>
    Converged,
}
