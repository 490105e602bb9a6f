using System.Collections;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using NumberText = PSAutodiff.Foundation.NumberText;

namespace PSAutodiff.Converters;

/// <summary>
/// Reads an arithmetic script block as an expression: <c>{ 4 * $x * $y + [Math]::Exp(-$y) }</c>. The block is translated from its
/// syntax tree and never run; whatever is not arithmetic, a $name, a number, a [Math] function or [Math]::PI is refused by name.
/// </summary>
internal static class ScriptBlockTranslator
{
    private static readonly Dictionary<string, Operation> MathFunctions = OperationTable.ByCode
        .Where(static op => op.MathName is not null)
        .ToDictionary(static op => op.MathName!, StringComparer.OrdinalIgnoreCase);

    // They came with PowerShell 7, after the library that this is compiled against.
    private static readonly PropertyInfo? Background = typeof(PipelineAst).GetProperty(nameof(Background));
    private static readonly PropertyInfo? GenericTypeArguments = typeof(InvokeMemberExpressionAst).GetProperty(nameof(GenericTypeArguments));

    /// <summary>The expression that a script block writes down.</summary>
    /// <exception cref="AutodiffException">The block holds something else than arithmetic.</exception>
    public static ExprNode Translate(ScriptBlock script)
    {
        var stack = new Stack<(Ast Ast, bool Visited)>();
        var values = new Stack<ExprNode>();
        stack.Push((Body((ScriptBlockAst)script.Ast), false));
        while (stack.TryPop(out var item))
        {
            var (ast, visited) = item;
            if (visited)
            {
                Combine(ast, values);
                continue;
            }

            switch (ast)
            {
                case ConstantExpressionAst constant and not StringConstantExpressionAst:
                    values.Push(Number(constant));
                    break;
                case VariableExpressionAst { Splatted: false } variable when variable.VariablePath.IsUnqualified && !IsAutomatic(variable):
                    values.Push(ExprNode.Variable(variable.VariablePath.UserPath));
                    break;
                case ParenExpressionAst parenthesis:
                    stack.Push((Expression(parenthesis.Pipeline), false));
                    break;
                case UnaryExpressionAst { TokenKind: TokenKind.Plus } unary:
                    stack.Push((unary.Child, false));
                    break;
                case UnaryExpressionAst { TokenKind: TokenKind.Minus } unary:
                    stack.Push((ast, true));
                    stack.Push((unary.Child, false));
                    break;
                case BinaryExpressionAst { Operator: TokenKind.Plus or TokenKind.Minus or TokenKind.Multiply or TokenKind.Divide } binary:
                    stack.Push((ast, true));
                    stack.Push((binary.Right, false));
                    stack.Push((binary.Left, false));
                    break;
                case InvokeMemberExpressionAst call when call.Static && IsMath(call.Expression):
                    stack.Push((ast, true));
                    foreach (var argument in Arguments(call).Reverse()) stack.Push((argument, false));
                    break;
                case MemberExpressionAst member and not InvokeMemberExpressionAst when member.Static && IsMath(member.Expression):
                    values.Push(MathConstant(member));
                    break;
                default:
                    throw Refused(ast);
            }
        }

        return values.Pop();
    }

    private static void Combine(Ast ast, Stack<ExprNode> values)
    {
        switch (ast)
        {
            case UnaryExpressionAst:
                var child = values.Pop();
                values.Push(child.Value is { } number ? ExprNode.Constant(-number) : -child);
                break;
            case BinaryExpressionAst binary:
                var y = values.Pop();
                var x = values.Pop();
                values.Push(binary.Operator switch
                {
                    TokenKind.Plus => x + y,
                    TokenKind.Minus => x - y,
                    TokenKind.Multiply => x * y,
                    _ => x / y,
                });
                break;
            case InvokeMemberExpressionAst call:
                var operation = MathFunctions[NameOf(call)];
                var second = operation.Arity > 1 ? values.Pop() : null;
                values.Push(ExprNode.Apply(operation, values.Pop(), second, null));
                break;
        }
    }

    private static ExpressionAst Body(ScriptBlockAst script)
    {
        if (script.ScriptRequirements is not null) throw Refused(script, "#requires");
        var parts = new Parts();
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

    private static ExpressionAst Expression(StatementAst statement)
    {
        if (statement is not PipelineAst pipeline) throw Refused(statement);
        if (Background?.GetValue(pipeline) is true) throw Refused(pipeline, "the background operator '&'");
        if (pipeline.PipelineElements.Count > 1) throw Refused(pipeline.PipelineElements[1]);
        return pipeline.PipelineElements[0] is CommandExpressionAst { Redirections.Count: 0 } command
            ? command.Expression
            : throw Refused(pipeline.PipelineElements[0]);
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
                $"{Place(call)}: [Math]::{NameOf(call)} is no operation of expressions. Known are: {known}.");
        }

        var count = call.Arguments?.Count ?? 0;
        return count == operation.Arity
            ? call.Arguments!
            : throw new AutodiffException(ErrorIds.ArgumentCount, $"{Place(call)}: {operation.ArgumentCountMessage(count)}");
    }

    private static ExprNode MathConstant(MemberExpressionAst member) => NameOf(member).ToUpperInvariant() switch
    {
        "PI" => ExprNode.Constant(Math.PI),
        "E" => ExprNode.Constant(Math.E),
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
            BinaryExpressionAst binary => $"the operator '{binary.ErrorPosition.Text}'",
            StringConstantExpressionAst or ExpandableStringExpressionAst => $"the text {Shortened(ast)}",
            VariableExpressionAst { Splatted: false } variable when variable.VariablePath.IsUnqualified => $"PowerShell's own {Shortened(ast)}",
            VariableExpressionAst { Splatted: false } => $"the variable of a scope or drive {Shortened(ast)}",
            NamedBlockAst block => $"the {block.BlockKind.ToString().ToLowerInvariant()} block",
            ParamBlockAst => "a param block",
            UsingStatementAst => $"the statement '{Shortened(ast)}'",
            AssignmentStatementAst => $"the assignment '{Shortened(ast)}'",
            _ => $"'{Shortened(ast)}'",
        };
        return new AutodiffException(
            ErrorIds.ScriptBlockUnsupported,
            $"{Place(ast)}: {what} cannot be part of an expression. Allowed are + - * /, parentheses, numbers, $names, [Math] functions ([Math]::Pow for powers) and [Math]::PI. The script block was not run.");
    }

    private static string Shortened(Ast ast) => ast.Extent.Text.Length > 40 ? ast.Extent.Text[..40] + "..." : ast.Extent.Text;

    private static string Place(Ast ast) =>
        string.Create(CultureInfo.InvariantCulture, $"Script block, line {ast.Extent.StartLineNumber}, column {ast.Extent.StartColumnNumber}");

    /// <summary>Finds the first part of a script block that is not its body, whatever kinds of parts there are.</summary>
    private sealed class Parts : AstVisitor2
    {
        public Ast? Refused { get; private set; }

        public override AstVisitAction VisitNamedBlock(NamedBlockAst namedBlockAst) => namedBlockAst.Unnamed ? AstVisitAction.SkipChildren : Refuse(namedBlockAst);

        public override AstVisitAction VisitParamBlock(ParamBlockAst paramBlockAst) => Refuse(paramBlockAst);

        public override AstVisitAction VisitUsingStatement(UsingStatementAst usingStatementAst) => Refuse(usingStatementAst);

        private AstVisitAction Refuse(Ast part)
        {
            if (Refused is null || part.Extent.StartOffset < Refused.Extent.StartOffset) Refused = part;
            return AstVisitAction.SkipChildren;
        }
    }
}
