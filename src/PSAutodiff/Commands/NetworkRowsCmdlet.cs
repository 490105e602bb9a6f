using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>A cmdlet that works on rows with a network.</summary>
public abstract class NetworkRowsCmdlet : RowsCmdlet
{
    /// <summary>The network, or the result of a training that has one; it stays as it is.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public virtual object? Network { get; set; }

    /// <summary>The columns that are the inputs, in order; by default those it was trained on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public virtual string[]? Feature { get; set; }

    /// <inheritdoc/>
    private protected override IEnumerable<string> NeededColumns => base.NeededColumns.Concat(Feature is null && Model is not null ? ModelInputs.ColumnsOf(Model, ColumnMap.Empty) : []);

    /// <summary>The network that was given.</summary>
    private protected Network Model { get; private set; } = null!;

    /// <summary>Ends the command when no network was given.</summary>
    private protected virtual void RequireNetwork(string example)
    {
        if (!IsBound(nameof(Network))) Stop(ErrorIds.NetworkMissing, $"{MyInvocation.MyCommand.Name} needs -Network, for example: {example}");
        Model = Require(Network, () => Conversions.ToNetwork(Network));
    }
}
