using System.Collections;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Passes.Definitions;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Replaces variables of expressions by numbers or other expressions.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "Expression")]
[OutputType(typeof(ExprNode))]
public sealed class ResolveExpressionCommand : PositionalExpressionCmdlet
{
    private ValueSource _values = ValueSource.Empty;
    private FunctionDefinitions? _functions;
    private ExprNode? _node;

    // The functions of all expressions; null before the first.
    private SortedSet<string>? _known;
    private readonly HashSet<string> _misspelled = new(StringComparer.Ordinal);

    /// <summary>What takes the place of variables: names with numbers, nodes, text or script blocks.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? At { get; set; }

    /// <summary>What takes the place of functions without definitions: names with text such as 'z => tanh(z)', or script blocks.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DefinitionsCompleter))]
    public IDictionary? Function { get; set; }

    /// <summary>Give the mean of the expression over rows from the pipeline, whose columns take the place of variables, written out.</summary>
    [Parameter]
    public SwitchParameter Mean { get; set; }

    /// <summary>Give the sum of the expression over rows from the pipeline, whose columns take the place of variables, written out.</summary>
    [Parameter]
    public SwitchParameter Sum { get; set; }

    /// <summary>The shapes of variables of text and script blocks that are vectors and matrices, by name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Shape { get; set; }

    /// <summary>How text in rows is read as a number.</summary>
    [Parameter]
    public NumberFormat NumberFormat { get; set; } = NumberFormat.Plain;

    /// <summary>What is done with rows that lack a value.</summary>
    [Parameter]
    public MissingValueAction MissingValue { get; set; } = MissingValueAction.Error;

    private protected override MissingValueAction RowsMissingValue => MissingValue;

    private protected override string Second => nameof(At);

    private protected override IRowsForm? RowsForm => TotalOf(Mean, Sum) is { } total
        ? new JoinForm(
            total,
            $"For example: Import-Csv data.csv | {Name} '(y - w*x)^2' -{total}",
            StartRows,
            Finish)
        : null;

    private protected override string RowsAdvice => JoinForm.Advice;

    private protected override string Example => $"For example: {Name} 'x + y' -At @{{ x = 2 }}";

    private protected override ValueSource? GivenValues => _values;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (!Mean && !Sum && At is null && Function is null) Stop(ErrorIds.ValueMissing, "Resolve-Expression needs -At, for example -At @{ x = 2; y = 'a + b' }, or -Function, for example -Function @{ phi = 'z => tanh(z)' }.");
        _values = Require(At, () => new ValueSource(At) { HasExpressions = true });
        if (Function is not null) _functions = Require(Function, () => new FunctionDefinitions(FunctionText.Definitions(Function, Cancellation), Cancellation));
        if (Mean || Sum) _node = BeforeRows(Expression, () => Defined(ToExpression(Expression)));
    }

    private JoinedRows StartRows(object row, int number)
    {
        if (LearnShapes(Expression, _values, row, number) || _node is null) _node = Defined(ToExpression(Expression));
        return new JoinedRows(ExprNode.Flatten([_node], Cancellation), _node.Variables, _values, nameof(At), [], ColumnMap.Empty, row, number, leavesOthers: true, this, NumberFormat);
    }

    private protected override void Process(object? expression)
    {
        ProcessExpression(expression, given =>
        {
            var node = Defined(given);
            WriteObject(node.Resolve(Replacements(VariableLayout.Of(node.Variables, ExprNode.Flatten([node], Cancellation))), Cancellation));
        });
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (_known is null) return;
        var there = _known.Count == 0 ? "There are no functions without definitions." : $"The functions without definitions: {string.Join(", ", _known)}.";
        foreach (var name in _functions!.Unused.Where(name => !_misspelled.Contains(name))) WriteWarning($"-Function defines '{name}', but no expression has a function of that name. {there}");
    }

    // What takes the place of variables may have variables that are called like columns, and keeps them.
    private void Finish(JoinedRows rows, DataRows data)
    {
        var replacements = Replacements(new VariableLayout(rows.Parameters));
        WriteObject(_node!.WriteOut(data, Cancellation).Resolve(replacements, Cancellation));
    }

    /// <summary>An expression with definitions in the places of functions: they may bring variables along.</summary>
    private ExprNode Defined(ExprNode node)
    {
        if (_functions is null) return node;
        (_known ??= new(StringComparer.Ordinal)).UnionWith(node.Functions);
        var defined = _functions.Resolve(node);
        foreach (var (name, function) in NearNames.Pairs(_functions.Names.Except(node.Functions, StringComparer.Ordinal), defined.Functions))
        {
            _misspelled.Add(name);
            WriteWarning($"-Function defines '{name}', but the expression has no such function, and its function '{function}' was left alone. Is one of them misspelled?");
        }

        return defined;
    }

    private Dictionary<string, ExprNode> Replacements(VariableLayout variables)
    {
        var replacements = new Dictionary<string, ExprNode>(StringComparer.Ordinal);
        var names = _values.Match(variables.Names);
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] is { } name) replacements.Add(variables.Names[i], ReplacementOf(name, variables.Shapes[i]));
        }

        WarnOfNearNames(_values, variables.Names, names);
        return replacements;
    }

    private protected override void TakeSecond(object? value) => At = value;

    private protected override bool LooksLikeSecond(object? value) => HoldsValues(value);

    private ExprNode ReplacementOf(string name, Shape shape)
    {
        if (_values.ConstantOf(name, shape) is { } constant) return constant;
        try
        {
            var node = Conversions.ToExpression(_values[name], Cancellation);
            return _functions?.Resolve(node) ?? node;
        }
        catch (AutodiffException exception)
        {
            throw exception.Within($"What -At gives for '{name}' is not an expression.");
        }
    }
}
