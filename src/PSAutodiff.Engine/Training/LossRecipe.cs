using System.Collections.Specialized;
using System.Text.Json.Serialization;
using PSAutodiff.Core;
using PSAutodiff.Fitting;
using PSAutodiff.Kernels;

namespace PSAutodiff.Training;

/// <summary>How the parameters of a loss are trained to predict, so that it can be done again over other rows.</summary>
internal sealed record LossRecipe
{
    /// <summary>The loss of one row.</summary>
    public required ExprNode Loss { get; init; }

    /// <summary>What is predicted, an expression of columns and parameters; null for nothing.</summary>
    public ExprNode? Prediction { get; init; }

    /// <summary>The variables of the loss that are trained.</summary>
    public required IReadOnlyList<string> Parameters { get; init; }

    /// <summary>The initial values of those that have some: numbers, or arrays of the parameter's shape.</summary>
    public required OrderedDictionary InitialValues { get; init; }

    /// <summary>Whether the others are drawn from a normal distribution, else from a uniform one.</summary>
    public bool IsNormal { get; init; }

    /// <summary>How far they are drawn.</summary>
    public double InitialScale { get; init; } = 1;

    /// <summary>Whether that goes for matrices too, else these go by their size.</summary>
    public bool ScalesMatrices { get; init; }

    /// <summary>The columns that give the elements of variables of the loss.</summary>
    public IReadOnlyList<VariableColumns> InputColumns { get; init; } = [];

    /// <summary>The numbers of the training.</summary>
    public NetworkPrecision Precision { get; init; }

    /// <summary>How it is trained.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>The variables of the loss that are columns.</summary>
    [JsonIgnore]
    public string[] Columns => [.. Loss.Variables.Except(Parameters, StringComparer.Ordinal)];

    /// <summary>Trains.</summary>
    /// <param name="columns">The variables that the rows give, in the order of their values.</param>
    /// <param name="rows">The values of each row.</param>
    /// <param name="samples">The numbers of the rows.</param>
    /// <param name="options">How; those of the recipe, with what does not decide the result.</param>
    /// <param name="columnNames">What the rows call each of the values.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">See <see cref="LossTraining"/>; or an initial value is not finite.</exception>
    public TrainingResult Train(IReadOnlyList<string> columns, IReadOnlyList<double[]> rows, int[] samples, TrainingOptions options, IReadOnlyList<string> columnNames, CancellationToken cancellation)
    {
        var flat = ExprNode.Flatten([Loss], cancellation);
        var layout = VariableLayout.Of([.. Parameters], flat);
        var training = new LossTraining(Loss, columns, Parameters, Precision, cancellation) { StartFromSeed = seed => StartValues(layout, seed), ColumnNames = columnNames };
        var result = training.Run(StartValues(layout, options.Seed), rows, samples, options, cancellation);
        if (Prediction is null) return result;
        result.Recipe = this with { Options = options.Settings() };
        result.Prediction = PredictionWith(result.Parameters!);
        return result;
    }

    /// <summary>Trains over rows that stay elsewhere in parts.</summary>
    /// <param name="rows">The rows, joined to a mean.</param>
    /// <param name="options">How; those of the recipe, with what does not decide the result.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">See <see cref="PartsTraining.Run"/>.</exception>
    public TrainingResult TrainParts(DataRows rows, TrainingOptions options, CancellationToken cancellation)
    {
        if (Precision == NetworkPrecision.Single) throw new AutodiffException(ErrorIds.TrainingOptionInvalid, "Rows that stay in parts are trained on in double precision. Leave single precision out.");
        var layout = VariableLayout.Of([.. Parameters], ExprNode.Flatten([Loss], cancellation));
        var (result, values, _) = PartsTraining.Run(Loss, layout, rows, StartValues(layout, options.Seed), seed => StartValues(layout, seed), static _ => true, [], options, cancellation);
        result.Parameters = layout.Fold(i => values[i]);
        if (Prediction is null) return result;
        result.Recipe = this with { Options = PartsTraining.OptionsFor(options, rows.Count).Settings() };
        result.Prediction = PredictionWith(result.Parameters);
        return result;
    }

    /// <summary>The mean loss over rows, with given values of the parameters.</summary>
    public double MeanLoss(OrderedDictionary parameters, IReadOnlyList<string> columns, double[][] rows, int threads, CancellationToken cancellation) =>
        new LossTraining(Loss, columns, Parameters, Precision, cancellation).MeanLoss(VariableLayout.ElementsOf(parameters), rows, threads, cancellation);

    /// <summary>What is predicted with values of the parameters.</summary>
    public ExprNode PredictionWith(OrderedDictionary parameters) =>
        new ExpressionModel(FitMessages.With(Prediction!, VariableLayout.Of(parameters), VariableLayout.ElementsOf(parameters))).Expression;

    // Drawn for every parameter, so that giving one a value does not change the start of the others.
    private double[] StartValues(VariableLayout layout, int seed)
    {
        var random = new RandomSource(seed);
        var start = new double[layout.Length];
        for (var i = 0; i < layout.Names.Count; i++)
        {
            var elements = start.AsSpan(layout.ElementsOf(i));
            Draw(random, layout.Shapes[i], elements);
            if (InitialValues[layout.Names[i]] is not { } given) continue;
            double[] values = given is double number ? [number] : [.. ((Array)given).Cast<double>()];
            if (values.Length != elements.Length) throw new AutodiffException(ErrorIds.ShapeMismatch, $"The initial value of '{layout.Names[i]}' is not {layout.Shapes[i].InWords()}.");
            values.CopyTo(elements);
        }

        return start;
    }

    // A matrix by Glorot and Bengio (2010), as the layers of a network, unless a scale is given.
    private void Draw(RandomSource random, Shape shape, Span<double> elements)
    {
        var scale = shape.IsMatrix && !ScalesMatrices ? Math.Sqrt((IsNormal ? 2.0 : 6.0) / (shape.Rows + shape.Columns)) : InitialScale;
        foreach (ref var element in elements) element = IsNormal ? random.NextNormal() * scale : random.NextUniform(scale);
        if (!shape.IsSymmetric) return;
        var size = (int)shape.Rows;
        for (var i = 0; i < elements.Length; i++) elements[i] = elements[Math.Min(i, (i % size * size) + (i / size))];
    }
}
