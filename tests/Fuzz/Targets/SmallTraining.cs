namespace PSAutodiff.Fuzz;

/// <summary>A training that takes no time.</summary>
internal static class SmallTraining
{
    public static LossTraining Line { get; } = new(ExprNode.Parse("(y - (a*x + b))^2"), ["x", "y"], ["a", "b"]) { StartFromSeed = static seed => [seed % 7, seed % 3] };

    public static double[][] Rows { get; } = [[0, 1], [1, 3], [2, 4.5], [3, 7], [4, 9.5]];

    /// <summary>The result of a training with random options, diverged ones included.</summary>
    public static TrainingResult Some(Random random)
    {
        var options = new TrainingOptions
        {
            Epochs = 1 + random.Next(4),
            BatchSize = 1 + random.Next(3),
            Shuffle = random.Next(2) == 0,
            LearningRate = random.Next(4) == 0 ? 1e10 : 0.05,
            Restarts = 1 + random.Next(2),
            Seed = random.Next(),
            Threads = 1,
        };
        var result = Line.Run([0.1, 0.2], Rows, null, options);
        if (random.Next(3) == 0) (result.Parameters, result.Network) = (null, NetworkTarget.Some(random));
        return result;
    }
}
