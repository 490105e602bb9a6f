using PSAutodiff.Serialization;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Nothing that a network gives leads back into it.</summary>
public sealed class ImmutableNetworkTests
{
    private static Network Example => Network.Create(2, [(3, ActivationFunction.Tanh), (2, ActivationFunction.Softmax)], NetworkInitializer.GlorotUniform, 4, NetworkPrecision.Double)
        .WithColumns(["a", "b"], ["y"], ["no", "yes"], new FeatureScaling([1, 2], [3, 4]))
        .WithFrozen([1]);

    [Fact]
    public void Writing_to_what_a_network_gives_changes_nothing()
    {
        var network = Example;
        var json = network.ToJson();
        var outputs = network.Predict(new double[,] { { 0.5, -1 } });
        foreach (var layer in network.Layers)
        {
            layer.Weights[0, 0] = double.NaN;
            layer.Biases[0] = double.PositiveInfinity;
            if (layer.Frozen is { } frozen) frozen[0, 0] = true;
        }

        network.Scaling!.Means[0] = double.NaN;
        network.Scaling.Deviations[0] = 0;
        ((NetworkLayer[])network.Layers)[0] = network.Layers[1];
        ((string[])network.Features)[0] = "b";
        ((string[])network.Labels)[0] = "z";
        ((object[])network.Classes)[0] = "yes";
        network.Parameters["b1_1"] = double.NaN;
        Assert.Equal(json, network.ToJson());
        Assert.Equal(json, Network.ParseJson(network.ToJson()).ToJson());
        Assert.Equal(outputs, network.Predict(new double[,] { { 0.5, -1 } }));
    }

    [Fact]
    public void Writing_to_what_a_network_was_made_of_changes_nothing()
    {
        double[,] weights = { { 1, 2 } };
        double[] biases = [3, 4];
        double[] means = [5], deviations = [6];
        string[] names = ["a"];
        var network = Network.FromWeights([weights], [biases], [ActivationFunction.Linear]).WithColumns(names, [], [], new FeatureScaling(means, deviations));
        var json = network.ToJson();
        (weights[0, 0], biases[0], means[0], deviations[0], names[0]) = (double.NaN, double.NaN, double.NaN, 0, "b");
        Assert.Equal(json, network.ToJson());
    }

    [Fact]
    public void Arrays_are_what_they_were()
    {
        var layer = Example.Layers[0];
        Assert.Equal(2, layer.Weights.GetLength(0));
        Assert.Equal(3, layer.Weights.GetLength(1));
        Assert.Equal(0, layer.Weights[0, 1]);
        Assert.True(layer.Frozen![0, 1]);
        Assert.Equal(9, layer.ParameterCount);
        Assert.Equal([1, 2], Example.Scaling!.Means);
        var (means, deviations) = Example.Scaling;
        Assert.Equal([1.0, 2, 3, 4], [.. means, .. deviations]);
    }

    [Fact]
    public void A_layer_and_a_scaling_come_back_from_their_texts()
    {
        var layer = (NetworkLayer)ObjectText.Read(ObjectText.Write(Example.Layers[0]), typeof(NetworkLayer));
        Assert.Equal(Example.Layers[0].Weights, layer.Weights);
        Assert.Equal(Example.Layers[0].Frozen, layer.Frozen);
        Assert.Equal("2 -> 3 Tanh", layer.ToString());
        var scaling = (FeatureScaling)ObjectText.Read(ObjectText.Write(Example.Scaling!), typeof(FeatureScaling));
        Assert.Equal(Example.Scaling!.Deviations, scaling.Deviations);
    }

    [Theory]
    [InlineData("{\"weights\":[[\"NaN\"]],\"biases\":[0],\"activation\":\"Linear\",\"frozen\":null}")]
    [InlineData("{\"weights\":[[1],[2,3]],\"biases\":[0],\"activation\":\"Linear\",\"frozen\":null}")]
    [InlineData("{\"weights\":[[1]],\"biases\":[0],\"activation\":7,\"frozen\":null}")]
    [InlineData("{\"weights\":[[1]],\"biases\":[0],\"activation\":\"Linear\",\"frozen\":[[true]]}")]
    [InlineData("{\"weights\":[],\"biases\":[],\"activation\":\"Linear\",\"frozen\":null}")]
    [InlineData("{\"weights\":[[1]],\"biases\":[0],\"activation\":\"Linear\"}")]
    public void No_number_that_is_none_gets_into_a_layer_by_its_text(string text) =>
        Assert.Equal("ObjectText", Assert.Throws<AutodiffException>(() => ObjectText.Read(text, typeof(NetworkLayer))).ErrorId);
}
