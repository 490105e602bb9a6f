using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Checks derivatives against central differences.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Derivative")]
[OutputType(typeof(bool), typeof(DerivativeCheck))]
public sealed class TestDerivativeCommand : PositionalExpressionCmdlet
{
    private ValueSource _at = ValueSource.Empty;
    private ExprNode? _node;
    private Dictionary<string, ExprNode>? _candidates;
    private Network? _network;

    /// <summary>The point: a dictionary with a value for each variable, or an object with properties.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? At { get; set; }

    /// <summary>The derivatives to check, by variable; by default those that Invoke-Differentiate gives.</summary>
    [Parameter]
    [AllowNull]
    public object? Derivative { get; set; }

    /// <summary>The variables whose derivatives are checked.</summary>
    [Parameter]
    [Alias("Parameter")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public string[]? Variable { get; set; }

    /// <summary>The step of the central difference to either side.</summary>
    [Parameter]
    public double Epsilon { get; set; }

    /// <summary>The largest error, times the larger one of derivative and difference where that is above 1.</summary>
    [Parameter]
    public double Tolerance { get; set; }

    /// <summary>Check the mean of the expression over rows from the pipeline.</summary>
    [Parameter]
    public SwitchParameter Mean { get; set; }

    /// <summary>Check the sum of the expression over rows from the pipeline.</summary>
    [Parameter]
    public SwitchParameter Sum { get; set; }

    /// <summary>The columns of the rows that are the inputs of a network; by default those it was trained on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public string[]? Feature { get; set; }

    /// <summary>The columns of the labels of a network; by default those it was trained on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public string[]? Label { get; set; }

    /// <summary>The loss of a network; by default what it was trained with.</summary>
    [Parameter]
    public LossFunction LossFunction { get; set; }

    /// <summary>Give a row for each variable.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <summary>The shapes of variables of text and script blocks that are vectors and matrices, by name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Shape { get; set; }

    private IReadOnlyDictionary<string, Shape>? Arrays => VariableLayout.Of(_node!.Variables, ExprNode.Flatten([_node], Cancellation)).ByName();

    /// <summary>How text in rows is read as a number.</summary>
    [Parameter]
    public NumberFormat NumberFormat { get; set; } = NumberFormat.Plain;

    /// <summary>What is done with rows that lack a value.</summary>
    [Parameter]
    public MissingValueAction MissingValue { get; set; } = MissingValueAction.Error;

    private protected override MissingValueAction RowsMissingValue => MissingValue;

    private protected override string Second => nameof(At);

    private protected override string Example => $"For example: {Name} 'x^2' -At @{{ x = 3 }}";

    private protected override ValueSource? GivenValues => _at;

    private protected override bool ListsAreArrays => true;

    private protected override IRowsForm? RowsForm => _network is not null ? new NetworkDerivativeForm(this, _network, CheckNetwork) : TotalOf(Mean, Sum) is { } total
        ? new JoinForm(total, $"For example: Import-Csv data.csv | {Name} '(y - w*x)^2' -At @{{ w = 1 }} -{total}", Start, Finish)
        : null;

    private protected override string RowsAdvice => JoinForm.Advice;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _network = Require(Expression, () => NetworkDerivativeForm.NetworkOf(Expression));
        if ((_network is null ? NetworkDerivativeForm.Parameters : NetworkDerivativeForm.Others).FirstOrDefault(IsBound) is { } wrong)
        {
            Stop(ErrorIds.ArgumentInvalid, _network is null
                ? $"-{wrong} is for networks: $rows | {Name} $net -Label y. Put a network at the first position, or leave -{wrong} out."
                : $"-{wrong} is for expressions. The point of a network is its weights and biases, and what is checked is its mean loss over the rows.");
        }

        base.BeginProcessing();
        _at = Require(At, () => new ValueSource(At) { LeavesOthers = Mean || Sum });
        if (_network is null && (Mean || Sum)) _node = BeforeRows(Expression, () => ToExpression(Expression, _at));
        if (IsBound(nameof(Epsilon))) RequirePositive(Epsilon, ErrorIds.StepInvalid, "-Epsilon");
        if (IsBound(nameof(Tolerance))) RequirePositive(Tolerance, ErrorIds.ToleranceInvalid, "-Tolerance");
    }

    private protected override void Process(object? expression)
    {
        ProcessExpression(expression, node =>
        {
            _node = node;
            _candidates = IsBound(nameof(Derivative)) ? Candidates(node.Variables) : null;
            Write(Check(node, Needed(node), null));
        });
    }

    private protected override void TakeSecond(object? value) => At = value;

    private protected override bool LooksLikeSecond(object? value) => HoldsValues(value);

    private void RequirePositive(double number, string errorId, string parameter)
    {
        if (number is > 0 and < double.PositiveInfinity) return;
        Stop(errorId, string.Create(CultureInfo.InvariantCulture, $"{parameter} has to be a finite number above 0, not {number}."), number);
    }

    /// <summary>What derivatives to check may be of is known with the first row.</summary>
    private JoinedRows Start(object row, int number)
    {
        if (LearnShapes(Expression, _at, row, number) || _node is null) _node = ToExpression(Expression, _at);
        if (IsBound(nameof(Derivative))) _candidates = Candidates(Joined(_node!.Variables, null).Parameters);
        return Joined(Needed(_node!), this);

        JoinedRows Joined(IReadOnlyList<string> variables, IRowMessages? messages) =>
            new(ExprNode.Flatten([_node!], Cancellation), variables, _at, nameof(At), Variable ?? [], ColumnMap.Empty, row, number, leavesOthers: false, messages, NumberFormat);
    }

    private void Finish(JoinedRows rows, DataRows data)
    {
        if (rows.Parameters.Length == 0)
        {
            throw new AutodiffException(ErrorIds.ParameterUnknown, "Every variable of the expression is a column of the rows, so there is no derivative to check. Give the parameters values with -At.");
        }

        Write(Check(_node!, rows.Parameters, data));
    }

    private void CheckNetwork(Network network, NetworkData data, LossFunction loss)
    {
        const string activity = "Checking derivatives";
        var clock = Stopwatch.StartNew();
        var checks = NetworkDerivatives.Check(
            network,
            data.ToTrainingData<double>(network, loss),
            loss,
            Environment.ProcessorCount,
            Variable,
            IsBound(nameof(Epsilon)) ? Epsilon : null,
            IsBound(nameof(Tolerance)) ? Tolerance : null,
            (done, all) => ShowProgress(activity, string.Create(CultureInfo.InvariantCulture, $"{done} of {all} weights and biases"), clock, (double)done / all),
            Cancellation);
        EndProgress(activity);
        Write(checks);
    }

    /// <summary>The variables of the expression and of the derivatives to check.</summary>
    private string[] Needed(ExprNode node) =>
        [.. node.Variables.Concat(_candidates?.Values.SelectMany(static candidate => candidate.Variables) ?? []).Distinct(StringComparer.Ordinal)];

    private IReadOnlyList<DerivativeCheck> Check(ExprNode node, IReadOnlyList<string> parameters, DataRows? rows)
    {
        var given = VariableLayout.Of(parameters, ExprNode.Flatten([node, .. (IEnumerable<ExprNode>?)_candidates?.Values ?? []], Cancellation));
        return DerivativeCheck.RunElements(
            node,
            given,
            _at.ElementsOf(given),
            _candidates,
            Variable,
            IsBound(nameof(Epsilon)) ? Epsilon : null,
            IsBound(nameof(Tolerance)) ? Tolerance : null,
            rows,
            Cancellation);
    }

    /// <summary>A derivative to check, whose text has the variables of the expression.</summary>
    /// <param name="value">Text, a script block, a node, or numbers.</param>
    /// <param name="variable">The variable whose derivative it is.</param>
    private ExprNode Candidate(object? value, string variable)
    {
        if (Conversions.Unwrap(value) is IList && ArrayShapeOf(variable) is { } shape) return ValueSource.ConstantOf(value, variable, shape);
        return Conversions.ToExpression(value, null, Arrays, Cancellation);
    }

    private Shape? ArrayShapeOf(string variable) => Arrays?.TryGetValue(variable, out var shape) == true ? shape : null;

    /// <summary>The derivatives by variable, whatever they were given as.</summary>
    private Dictionary<string, ExprNode> Candidates(IReadOnlyList<string> all)
    {
        var variables = Variable ?? all;
        switch (Conversions.Live(Derivative))
        {
            case IDictionary:
                return Named(all);
            case IList list:
                return InOrder(list, variables);
            case null or string or ScriptBlock or ExprNode:
            case { } value when Conversions.TryGetDouble(value, out _):
                return InOrder(new[] { Candidate(Derivative, string.Empty) }, variables);
            default:
                return Named(all);
        }
    }

    private Dictionary<string, ExprNode> Named(IReadOnlyList<string> variables)
    {
        var given = new ValueSource(Derivative);
        var names = given.Match(variables);
        var candidates = new Dictionary<string, ExprNode>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] is { } name) candidates.Add(variables[i], Candidate(given[name], variables[i]));
        }

        // A name that stands for no variable is left as it is, for the check to name it.
        foreach (var name in given.AllNames.Except(names.OfType<string>(), StringComparer.Ordinal)) candidates.Add(name, Candidate(given[name], name));
        return candidates;
    }

    private Dictionary<string, ExprNode> InOrder(IList values, IReadOnlyList<string> variables)
    {
        if (values.Count == variables.Count)
        {
            return Enumerable.Range(0, values.Count).ToDictionary(i => variables[i], i => Candidate(values[i], variables[i]), StringComparer.Ordinal);
        }

        if (variables.Count == 1 && ArrayShapeOf(variables[0]) is not null && values.Count > 1) return new(StringComparer.Ordinal) { [variables[0]] = Candidate(values, variables[0]) };
        var names = variables.Count == 0 ? "no variables" : $"the variables {string.Join(", ", variables)}";
        var example = variables.Count == 0 ? "x" : variables[0];
        throw new AutodiffException(
            ErrorIds.DerivativeAmbiguous,
            string.Create(
                CultureInfo.InvariantCulture,
                $"-Derivative has {values.Count} derivative{(values.Count == 1 ? string.Empty : "s")} for {names}. Say which is which, for example -Derivative @{{ {example} = '...' }}, or name the variables with -Variable."));
    }

    private void Write(IReadOnlyList<DerivativeCheck> checks)
    {
        if (Detailed)
        {
            WriteObject(checks, enumerateCollection: true);
            return;
        }

        foreach (var check in checks) WriteVerbose(check.ToString());
        var worst = DerivativeCheck.Worst(checks);
        if (worst is not null)
        {
            var failed = checks.Count(static check => !check.Passed);
            WriteWarning(string.Create(
                CultureInfo.InvariantCulture,
                $"{failed} of {checks.Count} derivatives failed{(failed == 1 ? string.Empty : ", worst")}: {worst}. -Detailed shows all."));
        }

        WriteObject(worst is null);
    }
}
