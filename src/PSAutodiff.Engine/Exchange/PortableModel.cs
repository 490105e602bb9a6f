using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Data;
using PSAutodiff.Networks;

namespace PSAutodiff.Exchange;

/// <summary>
/// A model as every format of other programs sees it: one expression of arrays of a row of inputs, what the inputs and outputs are called, and the classes. Networks and
/// regressions are products of a vector and matrices here.
/// </summary>
internal sealed class PortableModel
{
    private PortableModel(IAutodiffModel model, ExprNode expression, IReadOnlyList<string> inputs)
    {
        (Model, Expression) = (model, expression);
        var flat = ExprNode.Flatten([expression]);
        Graph = flat;
        Layout = VariableLayout.Of(expression.Variables, flat);
        Inputs = inputs;
        Classes = model.Classes;
        GivesProbabilities = PredictionNames.AreProbabilities(model);
    }

    /// <summary>The model itself.</summary>
    public IAutodiffModel Model { get; }

    /// <summary>What is predicted, as an expression of the variables of the layout: a number or a vector.</summary>
    public ExprNode Expression { get; }

    /// <summary>The same in a graph.</summary>
    public RootedGraph Graph { get; }

    /// <summary>The variables of the expression, whose elements are the inputs in order.</summary>
    public VariableLayout Layout { get; }

    /// <summary>What the inputs are called.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The classes; empty for a model of numbers.</summary>
    public IReadOnlyList<object> Classes { get; }

    /// <summary>The texts of the classes.</summary>
    public IReadOnlyList<string> ClassTexts => [.. Classes.Select(ClassLabel.Text)];

    /// <summary>Whether the outputs are probabilities of the classes.</summary>
    public bool GivesProbabilities { get; }

    /// <summary>What the outputs are called.</summary>
    public IReadOnlyList<string> Outputs => Model switch
    {
        _ when Classes.Count > 0 => ClassTexts,
        Network { Labels: var labels } network when labels.Count == network.OutputSize => labels,
        RegressionResult regression => [regression.Label],
        CurveFitResult fit => [fit.Label.ToString()],
        { OutputSize: 1 } => ["prediction"],
        _ => [.. Enumerable.Range(1, Model.OutputSize).Select(static i => string.Create(CultureInfo.InvariantCulture, $"prediction{i}"))],
    };

    /// <summary>The column that holds the label; null where it is not one column.</summary>
    public string? Label => Model switch
    {
        Network { Labels: [var label] } => label,
        RegressionResult regression => regression.Label,
        CurveFitResult fit => fit.Label.ToString(),
        _ => null,
    };

    /// <summary>The columns of a table, and how they become the inputs.</summary>
    public IReadOnlyList<FeatureColumn> Columns => Model switch
    {
        Network { Columns: { Count: > 0 } columns } => columns,
        RegressionResult { Columns: { Count: > 0 } columns } => columns,
        _ => [.. Inputs.Select(static name => new FeatureColumn { Name = name })],
    };

    /// <summary>The precision that a file has unless another is asked for.</summary>
    public NetworkPrecision Precision => Model is Network network ? network.Precision : NetworkPrecision.Double;

    /// <summary>What kind of model it is, for descriptions.</summary>
    public string Kind => Model switch
    {
        Network => "dense network",
        GeneralizedRegressionResult { Family: RegressionFamily.Binomial } => "logistic regression",
        GeneralizedRegressionResult => "Poisson regression",
        RegressionResult => "linear regression",
        CurveFitResult => "curve fit",
        _ => "expression",
    };

    /// <summary>The portable form of a model.</summary>
    /// <exception cref="AutodiffException">It has no inputs.</exception>
    public static PortableModel Of(IAutodiffModel model)
    {
        if (model.Inputs.Count == 0) throw new AutodiffException(ErrorIds.FormatUnsupported, "The model has no inputs: it predicts the same for every row. Save it as JSON.");
        return model switch
        {
            Network network => new(model, network.ToExpression(withValues: true), network.Features.Count > 0 ? network.Features : NetworkExpression.InputNames(network)),
            RegressionResult regression => new(model, Linear(regression), regression.Features),
            _ => new(model, model.Expression, model.Inputs),
        };
    }

    private static ExprNode Linear(RegressionResult regression)
    {
        double[] coefficients = [.. regression.Coefficients.Values.Cast<double>()];
        var slopes = new double[regression.Features.Count, 1];
        for (var i = 0; i < regression.Features.Count; i++) slopes[i, 0] = (double)regression.Coefficients[regression.Features[i]]!;
        var value = ExprNode.Variable("x", Shape.Vector(regression.Features.Count)).Dot(slopes);
        if (regression.HasIntercept) value += new[] { coefficients[0] };
        return regression is not GeneralizedRegressionResult generalized ? value :
            generalized.Family == RegressionFamily.Binomial ? ExprNode.Sigmoid(value) : ExprNode.Exp(value);
    }
}
