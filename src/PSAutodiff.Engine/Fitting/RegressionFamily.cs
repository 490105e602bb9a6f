namespace PSAutodiff;

/// <summary>How what is predicted is spread about its mean, and by which function the mean follows from the linear part of the model.</summary>
public enum RegressionFamily
{
    /// <summary>Numbers with noise of one variance; the mean is the linear part.</summary>
    Gaussian,

    /// <summary>One of two classes, or a part of a number of trials; the linear part is the logarithm of the odds.</summary>
    Binomial,

    /// <summary>Counts; the linear part is the logarithm of the mean.</summary>
    Poisson,
}
