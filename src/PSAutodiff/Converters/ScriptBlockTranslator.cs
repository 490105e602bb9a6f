using System.Collections;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using PSAutodiff.Core;
using PSAutodiff.Expressions;
using PSAutodiff.Foundation.Names;
using NumberText = PSAutodiff.Foundation.NumberText;

namespace PSAutodiff.Converters;

/// <summary>
/// Reads an arithmetic script block as an expression: <c>{ 4 * $x * $y + [Math]::Exp(-$y) }</c>. The block is translated from its
/// syntax tree and never run; whatever is not arithmetic, a comparison, a choice, a $name, a number, a [Math] function, [Math]::PI, a static method of
/// nodes, or a member or index of an array is refused by name.
/// </summary>
internal static partial class ScriptBlockTranslator
{
    // By the names of .NET's functions.
    private static readonly Dictionary<string, NamedFunction> MathFunctions = OperationTable.ByCode
        .Where(static op => op.MathName is not null)
        .Select(static op => (op.MathName, op.Name))
        .Concat([(nameof(Math.Truncate), "trunc"), (nameof(Math.Clamp), "clamp"), (nameof(Math.Asinh), "asinh"), (nameof(Math.Acosh), "acosh"), (nameof(Math.Atanh), "atanh")])
        .DistinctBy(static pair => pair.Item1)
        .ToDictionary(static pair => pair.Item1!, static pair => NamedFunction.Find(pair.Item2), StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<TokenKind, NamedFunction> Operators = new (TokenKind Kind, string Name)[]
    {
        (TokenKind.Plus, "sum"), (TokenKind.Minus, "sub"), (TokenKind.Multiply, "mul"), (TokenKind.Divide, "div"), (TokenKind.Rem, "rem"),
        (TokenKind.Igt, "greater"), (TokenKind.Ige, "greaterequal"), (TokenKind.Ilt, "less"), (TokenKind.Ile, "lessequal"), (TokenKind.Ieq, "equal"), (TokenKind.Ine, "notequal"),
        (TokenKind.Cgt, "greater"), (TokenKind.Cge, "greaterequal"), (TokenKind.Clt, "less"), (TokenKind.Cle, "lessequal"), (TokenKind.Ceq, "equal"), (TokenKind.Cne, "notequal"),
        (TokenKind.And, "and"), (TokenKind.Or, "or"),
    }.ToDictionary(static pair => pair.Kind, static pair => NamedFunction.Find(pair.Name));

    private static readonly NamedFunction Negation = NamedFunction.Find("neg");
    private static readonly NamedFunction Not = NamedFunction.Find("not");
    private static readonly NamedFunction Choice = NamedFunction.Find("select");

    // They came with PowerShell 7, after the library that this is compiled against.
    private static readonly PropertyInfo? Background = typeof(PipelineAst).GetProperty(nameof(Background));
    private static readonly PropertyInfo? GenericTypeArguments = typeof(InvokeMemberExpressionAst).GetProperty(nameof(GenericTypeArguments));
    private static readonly Type? Ternary = typeof(Ast).Assembly.GetType("System.Management.Automation.Language.TernaryExpressionAst");
    private static readonly PropertyInfo?[] PartsOfTernary = [Ternary?.GetProperty("Condition"), Ternary?.GetProperty("IfTrue"), Ternary?.GetProperty("IfFalse")];

    /// <summary>The expression that a script block writes down.</summary>
    /// <param name="script">The script block.</param>
    /// <param name="functions">Names of functions without definitions beside those that need no declaration.</param>
    /// <param name="shapes">Shapes of variables that are not numbers.</param>
    /// <exception cref="AutodiffException">The block holds something other than arithmetic.</exception>
    public static ExprNode Translate(ScriptBlock script, IReadOnlyCollection<string>? functions, IReadOnlyDictionary<string, Shape>? shapes) =>
        Translate((ScriptBlockAst)script.Ast, functions, shapes, ofFunction: false);

    /// <summary>The parameters of a script block and the expression in them.</summary>
    /// <param name="script">The script block.</param>
    /// <param name="functions">Names of functions without definitions beside those that need no declaration.</param>
    /// <exception cref="AutodiffException">The block holds something other than bare parameters and arithmetic.</exception>
    public static (IReadOnlyList<string> Parameters, ExprNode Body) TranslateFunction(ScriptBlock script, IReadOnlyCollection<string>? functions)
    {
        var ast = (ScriptBlockAst)script.Ast;
        var parameters = new List<string>();
        foreach (var parameter in ast.ParamBlock?.Parameters ?? Enumerable.Empty<ParameterAst>())
        {
            if (parameter.DefaultValue is not null || parameter.Attributes.Count > 0) throw Refused(parameter);
            parameters.Add(parameter.Name.VariablePath.UserPath);
        }

        return (parameters, Translate(ast, functions, null, ofFunction: true));
    }

    private static ExprNode Translate(ScriptBlockAst script, IReadOnlyCollection<string>? functions, IReadOnlyDictionary<string, Shape>? shapes, bool ofFunction)
    {
        var work = new Work();
        work.Read(Body(script, ofFunction));
        while (work.Next() is { } ast)
        {
            switch (ast)
            {
                case ConstantExpressionAst constant and not StringConstantExpressionAst:
                    work.Take(Number(constant));
                    break;
                case VariableExpressionAst { Splatted: false } variable when variable.VariablePath.IsUnqualified && !IsAutomatic(variable):
                    var name = variable.VariablePath.UserPath;
                    if (VariableNames.IsPi(name) && !variable.Extent.Text.StartsWith("${", StringComparison.Ordinal)) throw new AutodiffException(ErrorIds.VariableNameInvalid, $"{Place(variable)}: '{name}' is the number 3.14159..., which is written [Math]::PI in a script block. A variable of this name is written ${{{name}}}.");
                    work.Take(shapes?.TryGetValue(name, out var shape) == true ? ExprNode.Variable(name, shape) : ExprNode.Variable(name));
                    break;
                case ParenExpressionAst parenthesis:
                    work.Read(Expression(parenthesis.Pipeline));
                    break;
                case UnaryExpressionAst { TokenKind: TokenKind.Plus } unary:
                    work.Read(unary.Child);
                    break;
                case UnaryExpressionAst { TokenKind: TokenKind.Minus } unary:
                    work.Apply(Negation, unary.Child);
                    break;
                case UnaryExpressionAst { TokenKind: TokenKind.Not or TokenKind.Exclaim } unary:
                    work.Apply(Not, unary.Child);
                    break;
                case BinaryExpressionAst binary when Operators.TryGetValue(binary.Operator, out var function):
                    if (IsComparison(binary)) CheckComparison(binary);
                    work.Apply(function, binary.Left, binary.Right);
                    break;
                case InvokeMemberExpressionAst call when call.Static && IsMath(call.Expression):
                    var arguments = Arguments(call);
                    work.Apply(MathFunctions[NameOf(call)], [.. arguments]);
                    break;
                case MemberExpressionAst member and not InvokeMemberExpressionAst when member.Static && IsMath(member.Expression):
                    work.Take(MathConstant(member));
                    break;
                case InvokeMemberExpressionAst { Static: true } call when IsExprNode(call.Expression):
                    CallNodeMethod(work, call);
                    break;
                case InvokeMemberExpressionAst { Static: false } call:
                    CallMember(work, call);
                    break;
                case MemberExpressionAst { Static: false } member and not InvokeMemberExpressionAst when NameOf(member).Equals(nameof(ExprNode.T), StringComparison.OrdinalIgnoreCase):
                    work.Apply(static parts => parts[0].T, member, member.Expression);
                    break;
                case IndexExpressionAst index:
                    ReadIndex(work, index);
                    break;
                case CommandAst call when TryFunctionOf(call, functions) is { } unknown:
                    var given = Arguments(call);
                    work.Apply(unknown.Takes(given.Count) ? unknown : throw new AutodiffException(ErrorIds.ArgumentCount, $"{Place(call)}: {unknown.ArgumentCountMessage(given.Count)}"), [.. given]);
                    break;
                case var _ when Ternary is not null && Ternary.IsInstanceOfType(ast):
                    work.Apply(Choice, Array.ConvertAll(PartsOfTernary, part => (Ast)part!.GetValue(ast)!));
                    break;
                default:
                    throw Refused(ast);
            }
        }

        return work.Result;
    }

    private static bool IsComparison(BinaryExpressionAst binary) => binary.Operator is
        TokenKind.Igt or TokenKind.Ige or TokenKind.Ilt or TokenKind.Ile or TokenKind.Ieq or TokenKind.Ine
        or TokenKind.Cgt or TokenKind.Cge or TokenKind.Clt or TokenKind.Cle or TokenKind.Ceq or TokenKind.Cne;

    private static bool IsCondition(Ast ast)
    {
        while (ast is ParenExpressionAst { Pipeline: PipelineAst { PipelineElements: [CommandExpressionAst { Redirections.Count: 0 } inner] } }) ast = inner.Expression;
        return ast switch
        {
            BinaryExpressionAst binary => IsComparison(binary) || binary.Operator is TokenKind.And or TokenKind.Or,
            UnaryExpressionAst unary => unary.TokenKind is TokenKind.Not or TokenKind.Exclaim,
            _ => false,
        };
    }

    /// <summary>Refuses what PowerShell reads in another way than people: 1 -lt $x -lt 2, -not $x -gt 2, and a condition beside a number.</summary>
    private static void CheckComparison(BinaryExpressionAst binary)
    {
        var (one, other) = binary.Left switch
        {
            BinaryExpressionAst left when IsComparison(left) => ("$a -lt $b -and $b -lt $c", "($a -lt $b) -lt $c"),
            UnaryExpressionAst { TokenKind: TokenKind.Not or TokenKind.Exclaim } => ("-not ($a -lt $b)", "(-not $a) -lt $b"),
            // To PowerShell $true equals every number but 0.
            _ when IsCondition(binary.Left) && !IsCondition(binary.Right) => ("(1 * ($a -lt $b)) -eq $c", "($a -lt $b) -eq ($c -ne 0)"),
            _ => (null, null),
        };
        if (one is null) return;
        throw new AutodiffException(ErrorIds.ScriptBlockUnsupported, $"{Place(binary)}: '{Shortened(binary)}' can be read in two ways: write it as '{one}' or as '{other}'. The script block was not run.");
    }

    private static Ast Body(ScriptBlockAst script, bool ofFunction)
    {
        if (script.ScriptRequirements is not null) throw Refused(script, "#requires");
        var parts = new Parts(ofFunction);
        script.Visit(parts);
        if (parts.Refused is { } part) throw Refused(part);
        if (script.EndBlock?.Traps is [var trap, ..]) throw Refused(trap, "a trap");
        var statements = script.EndBlock?.Statements;
        return statements switch
        {
            null or { Count: 0 } => throw new AutodiffException(
                ErrorIds.ScriptBlockUnsupported,
                "The script block is empty. Write an expression in it, for example { 4 * $x * $y }."),
            { Count: > 1 } => throw Refused(statements[1], "a second statement"),
            _ => Expression(statements[0]),
        };
    }

    private static Ast Expression(StatementAst statement)
    {
        if (statement is not PipelineAst pipeline) throw Refused(statement);
        if (Background?.GetValue(pipeline) is true) throw Refused(pipeline, "the background operator '&'");
        if (pipeline.PipelineElements.Count > 1) throw Refused(pipeline.PipelineElements[1]);
        return pipeline.PipelineElements[0] switch
        {
            CommandExpressionAst { Redirections.Count: 0 } command => command.Expression,
            CommandAst { Redirections.Count: 0, InvocationOperator: TokenKind.Unknown } call => call,
            var other => throw Refused(other),
        };
    }

    /// <summary>The function without a definition that a command calls; null for any other command.</summary>
    private static NamedFunction? TryFunctionOf(CommandAst call, IReadOnlyCollection<string>? functions) =>
        call.CommandElements[0] is StringConstantExpressionAst { StringConstantType: StringConstantType.BareWord, Value: var name }
        && (UnknownFunction.IsUsual(name) || functions?.Contains(name) == true)
            ? NamedFunction.Unknown(name)
            : null;

    /// <summary>The arguments of a call, written <c>f $x $y</c> or <c>f($x, $y)</c>.</summary>
    private static List<Ast> Arguments(CommandAst call)
    {
        var arguments = call.CommandElements.Skip(1).ToList<Ast>();
        if (arguments is not [var only]) return arguments;
        var inner = only is ParenExpressionAst { Pipeline: PipelineAst { PipelineElements: [CommandExpressionAst { Redirections.Count: 0 } command] } } ? command.Expression : only;
        return inner is ArrayLiteralAst list ? [.. list.Elements] : arguments;
    }

    private static ExprNode Number(ConstantExpressionAst constant)
    {
        var node = Conversions.ToExpression(constant.Value);
        return NumberText.IsLost(constant.Extent.Text, node.ConstantValue)
            ? throw new AutodiffException(ErrorIds.ConstantUnderflow, $"{Place(constant)}: {NumberText.Underflow(constant.Extent.Text)}")
            : node;
    }

    private static ReadOnlyCollection<ExpressionAst> Arguments(InvokeMemberExpressionAst call)
    {
        if (GenericTypeArguments?.GetValue(call) is ICollection { Count: > 0 }) throw Refused(call);
        if (!MathFunctions.TryGetValue(NameOf(call), out var operation))
        {
            var known = string.Join(", ", MathFunctions.Keys.Order(StringComparer.Ordinal));
            throw new AutodiffException(
                ErrorIds.OperationUnknown,
                $"{Place(call)}: [Math]::{NameOf(call)} is not an operation of expressions. The operations are: {known}.");
        }

        var count = call.Arguments?.Count ?? 0;
        return operation.Takes(count)
            ? call.Arguments!
            : throw new AutodiffException(ErrorIds.ArgumentCount, $"{Place(call)}: {operation.ArgumentCountMessage(count)}");
    }

    private static ExprNode MathConstant(MemberExpressionAst member) => NameOf(member).ToUpperInvariant() switch
    {
        "PI" => ExprNode.Constant(Math.PI),
        "E" => ExprNode.Constant(Math.E),
        "TAU" => ExprNode.Constant(Math.Tau),
        _ => throw Refused(member),
    };

    // $true, $null and $_ mean something in PowerShell; as names of variables they would only be mistakes.
    private static bool IsAutomatic(VariableExpressionAst variable) =>
        variable.VariablePath.UserPath.ToUpperInvariant() is "TRUE" or "FALSE" or "NULL" or "_" or "PSITEM";

    private static bool IsMath(ExpressionAst expression) =>
        expression is TypeExpressionAst type
        && (type.TypeName.FullName.Equals("Math", StringComparison.OrdinalIgnoreCase)
            || type.TypeName.FullName.Equals("System.Math", StringComparison.OrdinalIgnoreCase));

    private static string NameOf(MemberExpressionAst member) =>
        member.Member is StringConstantExpressionAst name ? name.Value : throw Refused(member.Member);

    private static AutodiffException Refused(Ast ast, string? what = null)
    {
        what ??= ast switch
        {
            CommandAst command => $"the command '{command.GetCommandName() ?? Shortened(command)}'",
            CommandParameterAst => $"the parameter '{Shortened(ast)}' of a command",
            BinaryExpressionAst binary => $"the operator '{binary.ErrorPosition.Text}'",
            StringConstantExpressionAst or ExpandableStringExpressionAst when ast.Parent is CommandAst => $"the argument {Shortened(ast)} without parentheses, (...),",
            StringConstantExpressionAst or ExpandableStringExpressionAst => $"the text {Shortened(ast)}",
            VariableExpressionAst { Splatted: false } variable when variable.VariablePath.IsUnqualified => $"PowerShell's own {Shortened(ast)}",
            VariableExpressionAst { Splatted: false } => $"the variable of a scope or drive {Shortened(ast)}",
            NamedBlockAst block => $"the {block.BlockKind.ToString().ToLowerInvariant()} block",
            ParamBlockAst => "a param block",
            UsingStatementAst => $"the statement '{Shortened(ast)}'",
            AssignmentStatementAst => $"the assignment '{Shortened(ast)}'",
            IfStatementAst => "the statement 'if' (write $a -gt $b ? $x : $y for a choice)",
            _ => $"'{Shortened(ast)}'",
        };
        var hint = ast is CommandAst call && call.GetCommandName() is { } name && NamedFunction.DeclarationProblem(name) is null ? $" If '{name}' is a function without a definition, declare it: New-ExprNode -Function {name}." : string.Empty;
        return new AutodiffException(
            ErrorIds.ScriptBlockUnsupported,
            $"{Place(ast)}: {what} cannot be part of an expression.{hint} Allowed are + - * / %, parentheses, numbers, $names, [Math] functions ([Math]::Pow for powers), [Math]::PI, members and indices of arrays ($A.T, $A.Dot($x), $A.Sum(), $A[0, 1]), static methods such as [PSAutodiff.ExprNode]::Sigmoid($x), comparisons such as -gt, -and, -or, -not and ? :. The script block was not run.");
    }

    private static string Shortened(Ast ast) => ast.Extent.Text.Length > 40 ? ast.Extent.Text[..40] + "..." : ast.Extent.Text;

    private static string Place(Ast ast) =>
        string.Create(CultureInfo.InvariantCulture, $"Script block, line {ast.Extent.StartLineNumber}, column {ast.Extent.StartColumnNumber}");

    /// <summary>What is still to be read of a syntax tree, and the values of what was read: stacks of its own, so that depth costs no call stack.</summary>
    private sealed class Work
    {
        private readonly Stack<(Ast Ast, Func<ExprNode[], ExprNode>? Make, int Count)> _todo = new();
        private readonly Stack<ExprNode> _values = new();

        public ExprNode Result => _values.Pop();

        public void Read(Ast ast) => _todo.Push((ast, null, 0));

        public void Take(ExprNode value) => _values.Push(value);

        /// <summary>Has the arguments read, in order, and then the function applied to them.</summary>
        public void Apply(NamedFunction function, params Ast[] arguments) =>
            Apply(values => function == Negation && values[0].Value is { } number ? ExprNode.Constant(-number) : function.Apply(values), arguments[0].Parent, arguments);

        /// <summary>Has the arguments read, in order, and then made into something that stands at a place.</summary>
        public void Apply(Func<ExprNode[], ExprNode> make, Ast place, params Ast[] arguments)
        {
            _todo.Push((place, make, arguments.Length));
            for (var i = arguments.Length - 1; i >= 0; i--) Read(arguments[i]);
        }

        /// <summary>What is to be read next, after all that can be applied before it; null at the end.</summary>
        public Ast? Next()
        {
            while (_todo.TryPop(out var item))
            {
                if (item.Make is null) return item.Ast;
                var arguments = new ExprNode[item.Count];
                for (var i = item.Count - 1; i >= 0; i--) arguments[i] = _values.Pop();
                try
                {
                    _values.Push(item.Make(arguments));
                }
                catch (AutodiffException exception) when (exception.ErrorId is ErrorIds.ShapeMismatch or ErrorIds.ShapeInvalid or ErrorIds.IndexInvalid)
                {
                    throw new AutodiffException(exception.ErrorId, $"{Place(item.Ast)}: {exception.Message}");
                }
            }

            return null;
        }
    }

    /// <summary>Finds the first part of a script block that is not its body, whatever kinds of parts there are.</summary>
    private sealed class Parts(bool ofFunction) : AstVisitor2
    {
        public Ast? Refused { get; private set; }

        public override AstVisitAction VisitNamedBlock(NamedBlockAst namedBlockAst) => namedBlockAst.Unnamed ? AstVisitAction.SkipChildren : Refuse(namedBlockAst);

        public override AstVisitAction VisitParamBlock(ParamBlockAst paramBlockAst) => ofFunction ? AstVisitAction.SkipChildren : Refuse(paramBlockAst);

        public override AstVisitAction VisitUsingStatement(UsingStatementAst usingStatementAst) => Refuse(usingStatementAst);

        private AstVisitAction Refuse(Ast part)
        {
            if (Refused is null || part.Extent.StartOffset < Refused.Extent.StartOffset) Refused = part;
            return AstVisitAction.SkipChildren;
        }
    }
}
