namespace PSAutodiff;

/// <summary>What limits about a prediction hold.</summary>
public enum PredictionInterval
{
    /// <summary>The mean that the model would predict if its parameters were known exactly.</summary>
    Confidence,

    /// <summary>The label of a new row, its noise included.</summary>
    Prediction,
}
