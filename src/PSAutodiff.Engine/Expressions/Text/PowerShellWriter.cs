using System.Collections.Frozen;
using System.Text;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>Writes an expression as the text of a PowerShell script with one parameter for each variable.</summary>
internal static class PowerShellWriter
{
    public static string Write(ExprNode node, CancellationToken cancellation = default) => new Style(node, cancellation).Write();

    private sealed class Style(ExprNode node, CancellationToken cancellation) : CodeStyle(node, cancellation)
    {
        // Variables that PowerShell sets or reads itself.
        private static readonly FrozenSet<string> Automatic = (
            "_ args ConfirmPreference ConsoleFileName DebugPreference EnabledExperimentalFeatures Error ErrorActionPreference ErrorView Event "
            + "EventArgs EventSubscriber ExecutionContext false foreach FormatEnumerationLimit HOME Host InformationPreference input IsCoreCLR "
            + "IsLinux IsMacOS IsWindows LASTEXITCODE LogCommandHealthEvent Matches MyInvocation NestedPromptLevel null OFS OutputEncoding PID "
            + "PROFILE ProgressPreference PSBoundParameters PSCmdlet PSCommandPath PSCulture PSDebugContext PSDefaultParameterValues PSEdition "
            + "PSEmailServer PSHOME PSItem PSModuleAutoLoadingPreference PSNativeCommandArgumentPassing PSNativeCommandUseErrorActionPreference "
            + "PSScriptRoot PSSenderInfo PSSessionApplicationName PSSessionConfigurationName PSSessionOption PSStyle PSUICulture "
            + "PSVersionTable PWD Sender ShellId StackTrace switch this Transcript true VerbosePreference WarningPreference "
            + "WhatIfPreference").Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

        protected override string Pi => "[Math]::PI";

        protected override string Return => string.Empty;

        protected override string StatementEnd => string.Empty;

        public string Write()
        {
            NameVariables();
            var text = new StringBuilder("# ").Append(Title).Append('\n');
            text.Append("param(").AppendJoin(", ", Parameters().Select(static name => "[double] " + name)).Append(")\n\n");
            foreach (var helper in Helpers())
            {
                AppendLines(text, helper.Text, string.Empty);
                text.Append('\n');
            }

            AppendStatements(text, string.Empty);
            return text.ToString();
        }

        protected override CodeForm FormOf(Operation operation) => operation.PowerShell;

        protected override string Assignment(string local) => $"{local} = ";

        protected override bool IsReserved(string name) => Automatic.Contains(name);

        protected override string KeyOf(string name) => name.ToUpperInvariant();

        protected override string Decorate(string name) => "$" + name;
    }
}
