using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Expressions;

namespace PSAutodiff.Commands;

/// <summary>Makes expressions from text, script blocks, numbers, names or operations.</summary>
[Cmdlet(VerbsCommon.New, "ExprNode", DefaultParameterSetName = ExpressionSet)]
[OutputType(typeof(ExprNode))]
public sealed class NewExprNodeCommand : ExpressionCmdlet
{
    private const string ExpressionSet = "Expression";
    private const string ValueSet = "Value";
    private const string NameSet = "Name";
    private const string OperationSet = "Operation";
    private const string JsonSet = "Json";

    private IReadOnlyCollection<string>? _functions;

    /// <summary>Text, a script block, a number or a node; the kind decides how it is read.</summary>
    // Typed object: a string parameter would turn { ... } into text and a piped node into its shortened display.
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ExpressionSet)]
    [AllowNull]
    public object? Expression { get; set; }

    /// <summary>Names of functions in the expression that have no definition yet.</summary>
    [Parameter(ParameterSetName = ExpressionSet)]
    [Parameter(ParameterSetName = OperationSet)]
    [ValidateNotNullOrEmpty]
    public string[]? Function { get; set; }

    /// <summary>A number, for a constant.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ValueSet)]
    public double Value { get; set; }

    /// <summary>The name of a variable.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NameSet)]
    [AllowEmptyString]
    public string Name { get; set; } = string.Empty;

    /// <summary>The sizes of a variable that is a vector or matrix; beside an expression, those of its variables by name.</summary>
    [Parameter(ParameterSetName = ExpressionSet)]
    [Parameter(ParameterSetName = NameSet)]
    [Parameter(ParameterSetName = OperationSet)]
    [ValidateNotNullOrEmpty]
    public object? Shape { get; set; }

    /// <summary>Makes the variable a matrix that is its own transpose.</summary>
    [Parameter(ParameterSetName = NameSet)]
    public SwitchParameter Symmetric { get; set; }

    /// <summary>The name of an operation, such as sum, mul or tanh; also const with -Value and var with -Name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OperationSet)]
    [Parameter(ParameterSetName = ValueSet)]
    [Parameter(ParameterSetName = NameSet)]
    [ArgumentCompleter(typeof(OperationCompleter))]
    public string Op { get; set; } = string.Empty;

    /// <summary>The first argument of the operation.</summary>
    [Parameter(ParameterSetName = OperationSet)]
    [AllowNull]
    public object? X { get; set; }

    /// <summary>The second argument of the operation.</summary>
    [Parameter(ParameterSetName = OperationSet)]
    [AllowNull]
    public object? Y { get; set; }

    /// <summary>The third argument of the operation.</summary>
    [Parameter(ParameterSetName = OperationSet)]
    [AllowNull]
    public object? Z { get; set; }

    /// <summary>Text that ConvertTo-ExprText -As Json wrote.</summary>
    [Parameter(Mandatory = true, ParameterSetName = JsonSet)]
    public string Json { get; set; } = string.Empty;

    private protected override string Example => "For example: New-ExprNode 'x^2'";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Symmetric && Shape is null) Stop(ErrorIds.ShapeInvalid, "-Symmetric goes with -Shape and the two sizes of a square matrix, as in -Shape 3, 3 -Symmetric.");
        if (ParameterSetName != NameSet) _ = Shapes;
        if (Function is not null) _functions = Require(Function, () => FunctionText.Names(Function));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case ValueSet:
                ProcessExpression(Value, () => Leaf(OperationTable.Constant, ExprNode.Constant(Value)));
                break;
            case NameSet:
                ProcessExpression(Name, () => Leaf(OperationTable.Variable, Variable()));
                break;
            case OperationSet:
                ProcessExpression(Op, Operation);
                break;
            case JsonSet:
                ProcessExpression(Json, () => ExprNode.ParseJson(Json, Cancellation));
                break;
            default:
                if (!IsBound(nameof(Expression))) break;
                ProcessExpression(Expression, () => ShapeTable.Checked(Conversions.ToExpression(Expression, _functions, Shapes, Cancellation), Shapes), node =>
                {
                    WarnOfNames(Expression, node);
                    WriteObject(node);
                });
                break;
        }
    }

    private void ProcessExpression(object? target, Func<ExprNode> make) => ProcessExpression(target, make, WriteObject);

    private ExprNode Leaf(Operation operation, ExprNode node) => Op.Length == 0 || Op == operation.Name
        ? node
        : throw new AutodiffException(ErrorIds.OperationUnknown, $"With -Value or -Name there is no operation '{Op}': -Value goes with const, -Name with var.");

    private ExprNode Variable()
    {
        if (Shape is null) return ExprNode.Variable(Name);
        var shape = ShapeTable.ShapeOf(Shape, Name);
        if (!Symmetric) return ExprNode.Variable(Name, shape);
        return shape.IsMatrix && shape.Rows == shape.Columns
            ? ExprNode.SymmetricVariable(Name, shape.Rows)
            : throw new AutodiffException(ErrorIds.ShapeInvalid, $"'{Name}' is {shape.InWords()}. Only a square matrix is symmetric, as with -Shape 3, 3.");
    }

    private ExprNode Operation()
    {
        var given = new (string Name, object? Value)[] { (nameof(X), X), (nameof(Y), Y), (nameof(Z), Z) };
        var count = 0;
        while (count < given.Length && IsBound(given[count].Name)) count++;
        var arguments = Array.ConvertAll(given[..count], argument => Conversions.ToExpression(argument.Value, _functions, Shapes, Cancellation));
        return ShapeTable.Checked(ExprNode.Apply(NamedFunction.Find(Op, _functions), arguments), Shapes);
    }
}
