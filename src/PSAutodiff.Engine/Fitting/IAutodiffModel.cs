namespace PSAutodiff;

/// <summary>A model that predicts: a network, a regression, a fitted curve, or an expression whose parameters were trained.</summary>
public interface IAutodiffModel
{
    /// <summary>What is predicted, as an expression of the inputs: a number, or a vector of several outputs. Of two classes it is the probability of the second.</summary>
    ExprNode Expression { get; }

    /// <summary>The names of the inputs, in the order of the columns that <see cref="Predict"/> takes; of vectors and matrices those of their elements.</summary>
    IReadOnlyList<string> Inputs { get; }

    /// <summary>Number of outputs.</summary>
    int OutputSize { get; }

    /// <summary>The classes that outputs are probabilities of, those of 0 and 1 with one output; empty for a model of numbers.</summary>
    IReadOnlyList<object> Classes { get; }

    /// <summary>The columns that gave the elements of variables in the rows that it was made from: they do so wherever <c>-Column</c> names no others.</summary>
    IReadOnlyList<VariableColumns> InputColumns => [];

    /// <summary>How text was read as a number in the rows that it was made from: one format for all columns.</summary>
    NumberFormat NumberFormat { get; }

    /// <summary>The outputs for rows of inputs: rows x inputs gives rows x outputs.</summary>
    /// <exception cref="AutodiffException">The rows have another number of inputs than the model.</exception>
    double[,] Predict(double[,] inputs);

    /// <summary>Between which numbers what is predicted lies, for rows of inputs.</summary>
    /// <param name="inputs">Rows x inputs.</param>
    /// <param name="interval">What the limits hold: the mean, or a new label with its noise.</param>
    /// <param name="confidence">The probability with which they hold it, above 0 and below 1.</param>
    /// <returns>The lower and upper limit of each row: rows x 2.</returns>
    /// <exception cref="AutodiffException">The model has no such limits; the message says why.</exception>
    double[,] LimitsFor(double[,] inputs, PredictionInterval interval, double confidence);
}
