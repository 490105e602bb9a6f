using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSAutodiff.Remoting;

namespace PSAutodiff.Commands;

/// <summary>What the cmdlets share that work over rows which stay in sessions.</summary>
internal static class RowScriptForm
{
    private static readonly string[] Parameters = ["Part", "Session", "TimeoutSeconds"];

    /// <summary>What -Session, -RowScript and -Part say; null without -RowScript.</summary>
    /// <exception cref="AutodiffException">They do not go together, or with rows from the pipeline.</exception>
    public static RowScriptSource? SourceOf(AutodiffCmdlet command, ScriptBlock? script, PSSession[]? sessions, object?[]? parts, int timeoutSeconds, string[] others)
    {
        if (script is null)
        {
            var alone = Array.Find(Parameters, command.IsBound);
            return alone is null || others.Contains(alone, StringComparer.Ordinal) ? null : throw Invalid($"-{alone} is about rows that stay in sessions. Give the script that reads them there with -RowScript, or leave it out.");
        }

        if (sessions is null) throw Invalid("-RowScript runs in sessions. Give them with -Session.");
        if (sessions.Distinct().Count() != sessions.Length) throw Invalid("-Session has the same session twice. Leave one of the two out.");
        if (command.MyInvocation.ExpectingInput || command.IsBound("InputObject")) throw Invalid("There are rows from the pipeline and also -RowScript. Give one of the two.");
        if (others.FirstOrDefault(command.IsBound) is { } other) throw Invalid($"-{other} does not go with -RowScript. Leave one of the two out.");
        if (script.Ast.Find(static ast => ast is System.Management.Automation.Language.UsingExpressionAst, searchNestedScriptBlocks: true) is { } used) throw Invalid($"-RowScript has {used.Extent.Text}, which has no value in the session. Give the script the value as an argument: -Part $value -RowScript {{ param($Part) ... }}.");
        if (parts is null && script.Ast is System.Management.Automation.Language.ScriptBlockAst { ParamBlock: not null }) throw Invalid("-RowScript takes a parameter, but there is no -Part for it. Give a value for each part of the rows, for example -Part (1..4).");
        command.StandGuard();
        return new RowScriptSource(script, sessions, parts, timeoutSeconds * 1000L);
    }

    /// <summary>Ends the command when rows were lost on the way; what was reached is in a variable.</summary>
    public static void RequireWhole(AutodiffCmdlet command, RowScriptParts parts, string variable, object? result)
    {
        if (parts.Loss is not { } loss) return;
        if (result is not null) command.SessionState.PSVariable.Set(variable, result);
        command.Stop(ErrorIds.MachinesLost, result is null ? $"{loss} Nothing was reached." : $"{loss} What was reached is in ${variable}.", result);
    }

    private static AutodiffException Invalid(string message) => new(ErrorIds.ArgumentInvalid, message);
}
