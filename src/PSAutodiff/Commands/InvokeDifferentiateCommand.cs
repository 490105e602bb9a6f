using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Passes.Differentiation;

namespace PSAutodiff.Commands;

/// <summary>Differentiates expressions.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Differentiate", DefaultParameterSetName = NodesSet)]
[OutputType(typeof(ExprNode), typeof(DerivationStep), ParameterSetName = [NodesSet])]
[OutputType(typeof(ExprGradient), ParameterSetName = [GradientSet])]
[OutputType(typeof(ExprHessian), typeof(ExprNode), ParameterSetName = [HessianSet])]
[OutputType(typeof(ExprJacobian), typeof(ExprNode), ParameterSetName = [JacobianSet])]
public sealed class InvokeDifferentiateCommand : PositionalExpressionCmdlet
{
    private const string NodesSet = "Nodes";
    private const string GradientSet = "Gradient";
    private const string HessianSet = "Hessian";
    private const string JacobianSet = "Jacobian";
    private const string Activity = "Differentiating";
    private const int MostNamesNoted = 1000;
    private const int MostNamesShown = 12;

    private readonly List<ExprNode> _expressions = [];
    private Differential[]? _by;
    private ValueSource? _direction;

    // Of -Variable: those that no expression so far had. And the variables that expressions had.
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>The variables by name, or nodes of the expression; by default all variables, in ordinal order.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public object[]? Variable { get; set; }

    /// <summary>How often to differentiate with respect to each variable.</summary>
    [Parameter(ParameterSetName = NodesSet)]
    [ValidateRange(1, int.MaxValue)]
    public int Order { get; set; } = 1;

    /// <summary>How to build the derivative.</summary>
    [Parameter]
    public DifferentiationMode Mode { get; set; }

    /// <summary>Give one object for each expression, with the derivative for each variable under its name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = GradientSet)]
    public SwitchParameter Gradient { get; set; }

    /// <summary>
    /// Give one object for each expression, with the second derivatives under the names of both variables; by vectors and matrices one matrix over
    /// all their elements.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = HessianSet)]
    public SwitchParameter Hessian { get; set; }

    /// <summary>Give one object for all expressions, with a gradient for each of them; of or by vectors and matrices one matrix over all their elements.</summary>
    [Parameter(Mandatory = true, ParameterSetName = JacobianSet)]
    public SwitchParameter Jacobian { get; set; }

    // These two in every set, so that errors say what is wrong.
    /// <summary>
    /// Give the derivative along a direction instead: for each variable that moves how it moves, a node, text, number, or array of the variable's
    /// shape. Names in text that the expression does not have are of that shape.
    /// </summary>
    [Parameter]
    [AllowNull]
    public object? Direction { get; set; }

    /// <summary>Give the derivation of each derivative instead: one object for each rule applied, in order.</summary>
    [Parameter]
    public SwitchParameter Step { get; set; }

    /// <summary>Leave derivatives as the rules of differentiation make them. With mode Forward they are left so anyway.</summary>
    [Parameter]
    public SwitchParameter NoSimplify { get; set; }

    /// <summary>The shapes of variables of text and script blocks that are vectors and matrices, by name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Shape { get; set; }

    private protected override string Second => nameof(Variable);

    private bool Simplifies => !NoSimplify && Mode != DifferentiationMode.Forward;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Variable is not null) _by = Require(Variable, () => Array.ConvertAll(Variable, Differential.Of));
        var names = _by?.Where(static by => by.Part is null).Select(static by => by.Name).ToArray();
        RequireNames(names);
        _missing.UnionWith(names ?? []);
        if (IsBound(nameof(Direction))) TakeDirection();
        if (Step && ParameterSetName != NodesSet)
        {
            Stop(
                ErrorIds.StepUnsupported,
                $"-Step shows the derivations of single derivatives and cannot be combined with -{ParameterSetName}. Leave one of the two out.");
        }

        if (Step && Mode == DifferentiationMode.Reverse)
        {
            Stop(
                ErrorIds.StepUnsupported,
                "-Step shows the rules of forward differentiation and cannot be combined with -Mode Reverse. Use -Mode Auto or Forward.");
        }

        // The objects hold one derivative under each name.
        if (ParameterSetName != NodesSet && RepeatedName(names) is { } twice) Stop(ErrorIds.VariableNameInvalid, $"-Variable names '{twice}' more than once.", twice);
    }

    private protected override void Process(object? expression)
    {
        ProcessExpression(expression, node =>
        {
            Note(node);
            var by = _by ?? [.. node.Variables.Select(static name => new Differential(name, null))];
            if (_direction is not null) WriteObject(AlongDirection(node));
            else if (Gradient) WriteObject(SerializedText.Attach(GradientOf(node, by)));
            else if (Hessian) WriteObject(SerializedText.Attach(HessianOf(node, by)));
            else if (Jacobian) _expressions.Add(node);
            else if (Step) WriteSteps(node, by);
            else WriteDerivatives(node, by);
        });
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (_expressions.Count > 0) Attempt(null, () => WriteObject(SerializedText.Attach(JacobianOf(_expressions))));

        // The derivative of a constant is 0, and nobody wonders.
        if (_known.Count == 0) return;
        foreach (var variable in (_by ?? []).Select(static by => by.Name).Concat(_direction?.AllNames ?? []).Where(_missing.Contains).Distinct(StringComparer.Ordinal)) WriteWarning(Explain(variable));
    }

    // Which variables are meant is a matter of the whole pipeline: not every expression has to have all.
    private void Note(ExprNode node)
    {
        if (_missing.Count == 0) return;
        VariableNames.CheckAmong(_missing, () => node.Variables);
        _missing.ExceptWith(node.Variables);
        if (_known.Count < MostNamesNoted) _known.UnionWith(node.Variables);
    }

    private string Explain(string variable)
    {
        var names = string.Join(", ", _known.Take(MostNamesShown)) + (_known.Count > MostNamesShown ? ", ..." : string.Empty);
        return $"There is no variable '{variable}' to differentiate by, so its derivative is 0. The variables are: {names}.{NearNames.Hint(variable, _known)}";
    }

    private protected override void TakeSecond(object? value) => Variable = ConvertSecond<object[]>(value, "names of variables, or nodes");

    private void TakeDirection()
    {
        _direction = Require(Direction, () => new ValueSource(Direction ?? throw new AutodiffException(ErrorIds.ValueMissing, "-Direction is null. It says how variables move, for example -Direction @{ w = 'v' }.")));
        _missing.UnionWith(_direction.AllNames);
        if (!_direction.AllNames.Any()) Stop(ErrorIds.ValueMissing, "-Direction says of no variable how it moves. For example: -Direction @{ w = 'v' }", Direction);
        if (Step) Stop(ErrorIds.StepUnsupported, "-Step shows the derivations of derivatives by variables and cannot be combined with -Direction. Leave one of the two out.");
        string? other = Gradient ? nameof(Gradient) : Hessian ? nameof(Hessian) : Jacobian ? nameof(Jacobian) : Variable is not null ? nameof(Variable) : Order > 1 ? nameof(Order) : null;
        if (other is not null) Stop(ErrorIds.ArgumentInvalid, $"-Direction gives one derivative, along the direction, and cannot be combined with -{other}. Leave one of the two out.");
        if (Mode == DifferentiationMode.Reverse) Stop(ErrorIds.ArgumentInvalid, "A derivative along a direction is built forward, so that -Direction cannot be combined with -Mode Reverse. Leave -Mode out.");
    }

    private ExprNode AlongDirection(ExprNode node)
    {
        var variables = VariableLayout.Of(node.Variables, ExprNode.Flatten([node], Cancellation));
        var names = _direction!.Match(variables.Names);
        if (variables.Names.Count > 0 && Array.TrueForAll(names, static name => name is null))
        {
            _missing.ExceptWith(_direction.AllNames);
            var given = string.Join(", ", _direction.AllNames.Order(StringComparer.Ordinal).Take(MostNamesShown));
            throw new AutodiffException(ErrorIds.VariableUnknown, $"-Direction says how {given} moves, but the variables of the expression are: {string.Join(", ", variables.Names.Take(MostNamesShown))}.{NearNames.Hint(variables.Names[0], _direction.AllNames)}");
        }

        var directions = new Dictionary<string, ExprNode>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] is not { } name) continue;
            _missing.Remove(name);
            var shape = variables.Shapes[i].Plain();
            directions.Add(variables.Names[i], _direction.ConstantOf(name, shape) ?? Conversions.ToExpression(_direction[name], null, new ShapesBeside(variables.ByName(), shape), Cancellation));
        }

        return Tidy([node.DifferentiateAlong(directions, Cancellation)])[0];
    }

    // The variables by one sweep, each node by itself.
    private void WriteDerivatives(ExprNode node, IReadOnlyList<Differential> by)
    {
        string[] names = [.. by.Where(static one => one.Part is null).Select(static one => one.Name)];
        var derivatives = Tidy(node.Differentiate(names, Mode, Cancellation));
        var shapes = VariableLayout.Of(names, ExprNode.Flatten([node], Cancellation)).Shapes;
        var next = 0;
        foreach (var one in by)
        {
            if (one.Part is null)
            {
                WriteObject(OfHigherOrder(derivatives[next], one.Name, shapes[next++]));
                continue;
            }

            var parts = ExpressionParts.Of(node, [one.Part], Cancellation);
            WriteObject(PutBack(parts, OfHigherOrder(Tidy(parts.Whole.Differentiate(parts.Names, Mode, Cancellation))[0], parts.Names[0], one.Part.ArrayShape.Plain())));
        }
    }

    private ExprNode OfHigherOrder(ExprNode derivative, string variable, Shape by)
    {
        var clock = Stopwatch.StartNew();
        for (var order = 1; order < Order && derivative is not { IsConstant: true, ConstantValue: 0 }; order++)
        {
            ShowProgress(Activity, string.Create(CultureInfo.InvariantCulture, $"derivative {order + 1} of {Order}, the last one has {derivative.NodeCount} nodes"), clock, (double)order / Order);
            if (Mode == DifferentiationMode.Reverse && !derivative.ArrayShape.IsNumber)
            {
                throw new AutodiffException(
                    ErrorIds.DerivativeOfArray,
                    string.Create(CultureInfo.InvariantCulture, $"Mode Reverse differentiates numbers, and derivative {order} by '{variable}' is {derivative.ArrayShape.InWords()}. Take -Mode Auto, which differentiates arrays too where that can be written as an expression, or give a direction for '{variable}' (-Direction)."));
            }

            derivative = by.IsNumber || derivative.Variables.Contains(variable) ? Tidy(derivative.Differentiate([variable], Mode, Cancellation))[0] : derivative.DifferentiateByAbsent(variable, by);
        }

        if (clock.Elapsed.TotalSeconds >= 1) EndProgress(Activity);
        return derivative;
    }

    private ExprNode PutBack(ExpressionParts parts, ExprNode derivative) => Tidy([parts.PutBack(derivative, Cancellation)])[0];

    private ExprGradient GradientOf(ExprNode node, IReadOnlyList<Differential> by)
    {
        string[] names = [.. by.Where(static one => one.Part is null).Select(static one => one.Name)];
        var ofVariables = DerivativeObjects.Gradient(node, names, Mode, Tidy, Cancellation);
        if (names.Length == by.Count) return ofVariables;
        var all = new List<(string Name, ExprNode Derivative)>();
        foreach (var one in by)
        {
            if (one.Part is null)
            {
                all.Add((one.Name, (ExprNode)ofVariables[one.Name]!));
                continue;
            }

            var parts = ExpressionParts.Of(node, [one.Part], Cancellation);
            all.Add((parts.Names[0], PutBack(parts, DerivativeObjects.Gradient(parts.Whole, parts.Names, Mode, Tidy, Cancellation).Derivatives[0])));
        }

        if (RepeatedName([.. all.Select(static entry => entry.Name)]) is { } twice) throw new AutodiffException(ErrorIds.VariableNameInvalid, $"-Variable has '{twice}' more than once.");
        return new ExprGradient(node, [.. all.Select(static entry => entry.Name)], [.. all.Select(static entry => entry.Derivative)]);
    }

    private object HessianOf(ExprNode node, IReadOnlyList<Differential> by)
    {
        if (by.All(static one => one.Part is null)) return DerivativeObjects.Hessian(node, [.. by.Select(static one => one.Name)], Tidy, Cancellation);
        string[] names = [.. by.Where(static one => one.Part is null).Select(static one => one.Name)];
        ExprNode[] nodes = [.. by.Where(static one => one.Part is not null).Select(static one => one.Part!)];
        var parts = ExpressionParts.Of(node, nodes, Cancellation);
        parts.RequireIndependent(names);
        var (nextNode, nextName) = (0, 0);
        string[] all = [.. by.Select(one => one.Part is null ? names[nextName++] : parts.Names[nextNode++])];
        if (RepeatedName(all) is { } twice) throw new AutodiffException(ErrorIds.VariableNameInvalid, $"-Variable has '{twice}' more than once.");
        var hessian = DerivativeObjects.Hessian(parts.Whole, all, Tidy, Cancellation);
        if (hessian is ExprNode matrix) return PutBack(parts, matrix);
        var entries = Tidy([.. DerivativeObjects.NodesOf(hessian)!.Skip(1).Select(entry => parts.PutBack(entry, Cancellation))]);
        return DerivativeObjects.Hessian(all, [node, .. entries], Cancellation);
    }

    private object JacobianOf(IReadOnlyList<ExprNode> expressions)
    {
        if (_by is null || _by.All(static one => one.Part is null)) return DerivativeObjects.Jacobian(expressions, _by?.Select(static one => one.Name).ToArray(), Mode, Tidy, Cancellation);
        ExprGradient[] rows = [.. expressions.Select(node => GradientOf(node, _by))];
        return new ExprJacobian(rows[0].Variables, rows);
    }

    private IReadOnlyList<ExprNode> Tidy(IReadOnlyList<ExprNode> derivatives)
    {
        if (!Simplifies || derivatives.Count == 0) return derivatives;
        var (tidy, assumptions) = ExprNode.Simplify(derivatives, SimplificationRule.Textbook, Cancellation);
        foreach (var assumption in assumptions) WriteVerbose($"Assumed: {assumption}");
        return tidy;
    }

    private void WriteSteps(ExprNode node, IReadOnlyList<Differential> by)
    {
        foreach (var one in by)
        {
            var (derivative, variable) = (node, one.Name);
            if (one.Part is not null)
            {
                var parts = ExpressionParts.Of(node, [one.Part], Cancellation);
                (derivative, variable) = (parts.Whole, parts.Names[0]);
            }

            var number = 1;
            var shape = VariableLayout.Of([variable], ExprNode.Flatten([derivative], Cancellation)).Shapes[0];
            for (var order = 0; order < Order; order++)
            {
                var steps = shape.IsNumber || derivative.Variables.Contains(variable)
                    ? derivative.DifferentiateByStep(variable, Mode, Simplifies ? SimplificationRule.Textbook : null, number, Cancellation)
                    : derivative.StepByAbsent(variable, shape, number);
                WriteObject(steps, enumerateCollection: true);
                number += steps.Count;
                derivative = steps[^1].Whole!;
            }
        }
    }

    /// <summary>What is differentiated by: a variable, or a node of the expression.</summary>
    private readonly record struct Differential(string Name, ExprNode? Part)
    {
        public static Differential Of(object? value)
        {
            if (Conversions.Live(value) is not ExprNode node) return new Differential(VariableNames.Unquoted(LanguagePrimitives.ConvertTo<string>(value)), null);
            if (node.IsConstant) throw new AutodiffException(ErrorIds.NodeNotFound, $"There is no derivative by the constant {node}. -Variable takes names of variables and nodes that depend on them.");
            return node.Name is { } name ? new Differential(name, null) : new Differential(node.ToString(), node);
        }
    }
}
