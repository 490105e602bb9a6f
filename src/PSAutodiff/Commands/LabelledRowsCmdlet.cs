using System.Management.Automation;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>A cmdlet that works on a network and labelled data: rows from the pipeline, or arrays.</summary>
public abstract class LabelledRowsCmdlet : NetworkRowsCmdlet
{
    /// <summary>The columns of the labels; by default those it was trained on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public virtual string[]? Label { get; set; }

    /// <summary>The right answers: a matrix of rows x outputs, or a list of numbers or classes.</summary>
    [Parameter]
    [AllowNull]
    public virtual object? Target { get; set; }

    /// <summary>The loss; by default what the network was trained with.</summary>
    [Parameter]
    public virtual LossFunction LossFunction { get; set; }

    /// <summary>The most threads to use.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int ThrottleLimit { get; set; } = Environment.ProcessorCount;

    // A network that was trained without classes gives numbers.
    private protected override IRowWork StartRows(object row, int number) =>
        new LabelledRows(Model, Feature, Label, row, number, numeric: Model.LossFunction is not null && Model.Classes.Count == 0, FormatFor(Model));

    /// <inheritdoc/>
    private protected override void RequireNetwork(string example)
    {
        base.RequireNetwork(example);
        RequireOneSource("the right answers");
    }

    /// <summary>Ends the command when there are no data; else says what was left out of them.</summary>
    /// <param name="advice">What to do when no rows came.</param>
    internal void RequireData(string advice)
    {
        if (!IsBound(nameof(Data))) Intake.Require(Intake.Taken, advice);
    }

    /// <summary>All data; they can be taken once.</summary>
    internal NetworkData TakeData(Network network) =>
        IsBound(nameof(Data)) ? NetworkData.FromArrays(network, Data, Target) : Intake.Release<LabelledRows>().ToData(Intake.Numbers());

    private protected LossFunction LossOf(Network network) =>
        IsBound(nameof(LossFunction)) ? LossFunction : network.LossFunction ?? NetworkTraining.DefaultLoss(network);
}
