using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>A cmdlet that works on a network and labelled data: rows from the pipeline, or arrays.</summary>
public abstract class LabelledRowsCmdlet : AutodiffCmdlet
{
    private protected const string RowsSet = "Rows";
    private const string DataSet = "Data";

    private LabelledRows? _labelled;
    private RowIntake? _rows;
    private Network? _network;

    /// <summary>The rows: objects or dictionaries with the features and the labels.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = RowsSet)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The network, or the result of a training that has one; it stays as it is.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public object? Network { get; set; }

    /// <summary>The columns that are the inputs, in order; by default those it was trained on.</summary>
    [Parameter(ParameterSetName = RowsSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Feature { get; set; }

    /// <summary>The columns of the labels; by default those it was trained on.</summary>
    [Parameter(ParameterSetName = RowsSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Label { get; set; }

    /// <summary>The inputs as a matrix: rows x inputs.</summary>
    [Parameter(ParameterSetName = DataSet)]
    [AllowNull]
    public object? Data { get; set; }

    /// <summary>The right answers: a matrix of rows x outputs, or a list of numbers or classes.</summary>
    [Parameter(ParameterSetName = DataSet)]
    [AllowNull]
    public object? Target { get; set; }

    /// <summary>The loss; by default what the network was trained with.</summary>
    [Parameter]
    public LossFunction LossFunction { get; set; }

    /// <summary>The most threads to use.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int ThrottleLimit { get; set; } = Environment.ProcessorCount;

    private RowIntake Rows => _rows ??= new RowIntake(this, TakeRow);

    /// <summary>The network that was given, and a check that arrays came in pairs.</summary>
    private protected Network RequireNetwork(string example)
    {
        if (!IsBound(nameof(Network))) Stop(ErrorIds.NetworkMissing, $"{MyInvocation.MyCommand.Name} needs -Network, for example: {example}");
        var network = Require(Network, () => Conversions.ToNetwork(Network));
        if (IsBound(nameof(Data)) != IsBound(nameof(Target))) Stop(ErrorIds.DataInvalid, "-Data, the inputs, and -Target, the right answers, go together. Of rows from the pipeline -Label names the columns of the answers.");
        return network;
    }

    /// <summary>Takes the row from the pipeline, when there is one.</summary>
    private protected void TakeRow(Network network)
    {
        if (!IsBound(nameof(InputObject))) return;
        _network = network;
        Rows.Take(InputObject);
    }

    /// <summary>Ends the command when there are no data; else says what was left out of them.</summary>
    /// <param name="advice">What to do when no rows came.</param>
    private protected void RequireData(string advice)
    {
        if (IsBound(nameof(Data))) return;
        if (_labelled is not { Count: > 0 }) ThrowTerminatingError(Record(Rows.None(advice), null));
        Rows.Finish(_labelled!.Rounded);
    }

    /// <summary>All data; they can be taken once.</summary>
    private protected NetworkData TakeData(Network network)
    {
        var data = IsBound(nameof(Data)) ? NetworkData.FromArrays(network, Data, Target) : _labelled!.ToData();
        _labelled = null;
        return data;
    }

    private void TakeRow(object row)
    {
        _labelled ??= StartReading(_network!, row);
        _labelled.Add(row, Rows.Number);
    }

    private LabelledRows StartReading(Network network, object row)
    {
        RowReader.RequireColumns(row, Rows.Number);
        // A network that was trained without classes gives numbers.
        return Require(row, () => new LabelledRows(network, Feature, Label, row, Rows.Number, numeric: network.LossFunction is not null && network.Classes.Count == 0));
    }

    private protected LossFunction LossOf(Network network) =>
        IsBound(nameof(LossFunction)) ? LossFunction : network.LossFunction ?? NetworkTraining.DefaultLoss(network);
}
