using PSAutodiff.LinearAlgebra;

namespace PSAutodiff.Rows;

/// <summary>Measures a model that is not a network.</summary>
internal static class ModelMeasure
{
    /// <summary>What a model predicts for labels.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The inputs of a row each, for the deviance.</param>
    /// <param name="labels">The label of each row: a number, or the index of its class.</param>
    /// <param name="predictions">The output of the model for each row.</param>
    public static Outcome Of(IAutodiffModel model, double[,] inputs, double[] labels, double[] predictions)
    {
        double? deviance = model is GeneralizedRegressionResult generalized ? LinearAlgebraTools.Deviance(generalized.Family, labels, generalized.Linear(inputs)) : null;
        if (model.Classes.Count > 0) return new Outcome(LossFunction.BinaryCrossEntropy, deviance!.Value / 2 / labels.Length, labels, Array.ConvertAll(predictions, static output => (double)NetworkOutput.ClassOf<double>([output])), 1, model.Classes, deviance);
        var squares = 0.0;
        for (var i = 0; i < labels.Length; i++) squares += (labels[i] - predictions[i]) * (labels[i] - predictions[i]);
        return new Outcome(LossFunction.MeanSquaredError, squares / labels.Length, labels, predictions, 1, [], deviance);
    }
}
