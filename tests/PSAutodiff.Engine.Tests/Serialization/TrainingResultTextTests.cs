using PSAutodiff.Serialization;
using Xunit;

namespace PSAutodiff.Tests;

public sealed class TrainingResultTextTests
{
    private static readonly LossTraining Line = new(ExprNode.Parse("(y - (a*x + b))^2"), ["x", "y"], ["b", "a"]) { StartFromSeed = static seed => FakeModel<double>.StartOf(2, seed) };

    [Theory]
    [InlineData(1, false, 0.05)]
    [InlineData(1, true, 0.05)]
    [InlineData(4, true, 0.05)]
    [InlineData(1, true, 50)]
    public void Everything_comes_back_with_every_bit(int batchSize, bool shuffle, double rate)
    {
        var options = new TrainingOptions { Epochs = 300, BatchSize = batchSize, Shuffle = shuffle, LearningRate = rate, ValidationFraction = 0.2, Restarts = 3, Seed = -4 };
        var result = Line.Train([0.1, 0.2], FakeModel<double>.SomeRows(10, 1), options);
        var back = Read(ObjectText.Write(result));
        Trainings.AssertSame((result, Array.Empty<double>()), (back, []));
        Assert.Equal(result.Parameters!.Keys, back.Parameters!.Keys);
        Assert.Equal(result.Parameters.Values, back.Parameters.Values);
        Assert.Equal((result.Seed, result.Elapsed, result.RowsPerSecond, result.Optimizer), (back.Seed, back.Elapsed, back.RowsPerSecond, back.Optimizer));
        Assert.Equal((result.LearningRate, result.BatchSize, result.BestEpoch, result.CheckpointProblem), (back.LearningRate, back.BatchSize, back.BestEpoch, back.CheckpointProblem));
        Assert.Equal(ObjectText.Write(result), ObjectText.Write(back));
        Assert.IsType<double[]>(back.Loss);
        Assert.IsType<double[]>(back.EpochLoss);
        Assert.IsType<double[]>(back.ValidationLoss);
        Assert.IsType<TrainingRestart[]>(back.Restarts);
        Assert.Equal(rate > 1, back.FailedStep is not null);
    }

    [Fact]
    public void A_network_comes_back()
    {
        var network = Network.Create(2, [(3, ActivationFunction.Tanh), (1, ActivationFunction.Linear)], NetworkInitializer.GlorotUniform, 4, NetworkPrecision.Double);
        var result = Line.Train([0.1, 0.2], FakeModel<double>.SomeRows(10, 1), new TrainingOptions { Epochs = 1 });
        (result.Parameters, result.Network) = (null, network);
        var back = Read(ObjectText.Write(result));
        Assert.Null(back.Parameters);
        Assert.Equal(network.ToJson(), back.Network!.ToJson());
    }

    [Fact]
    public void Collections_are_arrays()
    {
        var result = Line.Train([0.1, 0.2], FakeModel<double>.SomeRows(10, 1), new TrainingOptions { Epochs = 2 });
        Assert.IsType<double[]>(result.Loss);
        Assert.IsType<double[]>(result.EpochLoss);
        Assert.IsType<double[]>(result.ValidationLoss);
        Assert.IsType<TrainingRestart[]>(result.Restarts);
    }

    [Fact]
    public void A_damaged_text_is_an_error_and_nothing_else()
    {
        var text = ObjectText.Write(Line.Train([0.1, 0.2], FakeModel<double>.SomeRows(10, 1), new TrainingOptions { Epochs = 2, Restarts = 2, ValidationFraction = 0.1 }));
        var refused = 0;
        for (var i = 0; i < text.Length; i++)
        {
            Assert.Equal("ObjectText", Assert.Throws<AutodiffException>(() => Read(text[..i])).ErrorId);
            foreach (var other in "\"0-}A")
            {
                try
                {
                    _ = Read(string.Concat(text.AsSpan(0, i), [other], text.AsSpan(i + 1))).History.Count;
                }
                catch (AutodiffException error)
                {
                    Assert.Equal("ObjectText", error.ErrorId);
                    refused++;
                }
            }
        }

        Assert.InRange(refused, text.Length, 5 * text.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"loss\":[1],\"loss\":[2]}")]
    [InlineData("{\"$type\":\"System.Diagnostics.Process\"}")]
    [InlineData("[[[[[[[[[[[[")]
    public void Another_text_is_an_error(string text) =>
        Assert.Equal("ObjectText", Assert.Throws<AutodiffException>(() => Read(text)).ErrorId);

    private static TrainingResult Read(string text) => (TrainingResult)ObjectText.Read(text, typeof(TrainingResult));
}
