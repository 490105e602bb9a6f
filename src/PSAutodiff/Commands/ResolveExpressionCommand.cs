using System.Management.Automation;

namespace PSAutodiff.Commands;

/// <summary>Replaces variables of expressions by numbers or other expressions.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "Expression")]
[OutputType(typeof(ExprNode))]
public sealed class ResolveExpressionCommand : ExpressionCmdlet
{
    private ValueSource _values = new(null);

    /// <summary>Expressions: nodes, text, script blocks or numbers.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? Expression { get; set; }

    /// <summary>What takes the place of variables: names with numbers, nodes, text or script blocks.</summary>
    [Parameter(Position = 0)]
    public object? At { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (At is null) Stop(ErrorIds.ValueMissing, "Resolve-Expression needs -At, for example -At @{ x = 2; y = 'a + b' }.");
        _values = Require(At, () => new ValueSource(At));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsBound(nameof(Expression))) return;
        ProcessExpression(Expression, node =>
        {
            var replacements = new Dictionary<string, ExprNode>(StringComparer.Ordinal);
            foreach (var variable in node.Variables)
            {
                if (_values.Match(variable) is { } name) replacements.Add(variable, ReplacementOf(name));
            }

            WriteObject(node.Resolve(replacements));
        });
    }

    private ExprNode ReplacementOf(string name)
    {
        try
        {
            return Conversions.ToExpression(_values[name]);
        }
        catch (AutodiffException exception)
        {
            throw new AutodiffException(exception.ErrorId, $"What -At gives for '{name}' is no expression. {exception.Message}");
        }
    }
}
