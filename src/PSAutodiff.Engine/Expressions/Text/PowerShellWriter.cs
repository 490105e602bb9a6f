using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>Writes an expression as the text of a PowerShell script with one parameter for each variable.</summary>
internal static class PowerShellWriter
{
    public static string Write(ExprNode node, CancellationToken cancellation = default) => new Style(node, cancellation).Write();

    /// <summary>Statements that give the value of an expression to a variable.</summary>
    /// <param name="node">The expression.</param>
    /// <param name="result">The variable, which none of the others is called.</param>
    /// <param name="reserved">Names, without the sign, that no other variable may have.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static PowerShellParts WriteParts(ExprNode node, string result, IEnumerable<string> reserved, CancellationToken cancellation = default)
    {
        var constants = new StringBuilder();
        return new Style(node, cancellation) { KeptConstants = constants, Result = result, Reserved = reserved.Append(result[1..]).ToFrozenSet(StringComparer.OrdinalIgnoreCase) }.WriteParts(constants);
    }

    private sealed class Style(ExprNode node, CancellationToken cancellation) : LoopStyle(node, cancellation)
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

        public string? Result { get; init; }

        public FrozenSet<string> Reserved { get; init; } = [];

        protected override string Return => Result is null ? string.Empty : Result + " = ";

        protected override bool HasBraceLine => false;

        protected override string StatementEnd => string.Empty;

        public string Write()
        {
            NameVariables();
            var text = new StringBuilder("# ").Append(Title).Append('\n');
            text.Append("param(").AppendJoin(", ", Variables.Select(name => $"{TypeOf(ShapeOf(name))} {Variable(name)}")).Append(")\n\n");
            foreach (var helper in Helpers())
            {
                AppendLines(text, helper.Text, string.Empty);
                text.Append('\n');
            }

            AppendStatements(text, string.Empty);
            return text.ToString();
        }

        public PowerShellParts WriteParts(StringBuilder constants)
        {
            NameVariables();
            var helpers = new StringBuilder();
            foreach (var helper in Helpers()) AppendLines(helpers, helper.Text, string.Empty);
            var statements = new StringBuilder();
            AppendStatements(statements, string.Empty);
            return new PowerShellParts(helpers.ToString(), constants.ToString(), [.. Variables.Select(Variable)], statements.ToString());
        }

        protected override CodeForm FormOf(Operation operation) => operation.PowerShell;

        protected override string Assignment(string local) => $"{local} = ";

        protected override bool IsReserved(string name) => Automatic.Contains(name) || Reserved.Contains(name);

        protected override string KeyOf(string name) => name.ToUpperInvariant();

        protected override string NotFinite(double value) => double.IsNaN(value) ? "[double]::NaN" : value > 0 ? "[double]::PositiveInfinity" : "[double]::NegativeInfinity";

        protected override string ArrayAssignment(string local, Shape shape) => string.Create(CultureInfo.InvariantCulture, $"{local} = {TypeOf(shape)}::new({string.Join(", ", shape.Sizes)})");

        protected override string IndexAssignment(string local) => $"{local} = ";

        protected override IEnumerable<string> ConstantStatements(string local, ConstantArray array)
        {
            var numbers = $"[double[]] ({string.Join(", ", array.Elements.Select(Number))})";
            if (array.Shape.IsVector)
            {
                yield return $"{local} = {numbers}";
                yield break;
            }

            yield return ArrayAssignment(local, array.Shape);
            yield return string.Create(CultureInfo.InvariantCulture, $"[Buffer]::BlockCopy(({numbers}), 0, {local}, 0, {sizeof(double) * array.Elements.Length})");
        }

        protected override string SignOf(string sign) => sign switch { "==" => "-eq", "!=" => "-ne", "<" => "-lt", "<=" => "-le", _ => "-gt" };

        protected override string ForLine(string index, string from, string end) => $"for ({index} = {from}; {index} -lt {end}; {index}++)";

        protected override string IfLine(string condition) => $"if ({condition})";

        // A comma binds more tightly than a sum.
        protected override string IndexAmong(string index) => index.Contains(' ', StringComparison.Ordinal) ? $"({index})" : index;

        // As one object, and not element by element.
        protected override string ReturnArray(string name) => Result is null ? ", " + name : Result + " = " + name;

        protected override string Call(string type, string function, ReadOnlySpan<string> arguments) => $"[{type}]::{function}({string.Join(", ", arguments.ToArray())})";

        protected override string CallHelper(string name, ReadOnlySpan<string> arguments) => $"Get-{name} {string.Join(' ', arguments.ToArray().Select(static argument => $"({argument})"))}";

        protected override string CheckOf(string name, Shape shape) => FormattableString.Invariant(shape.IsVector
            ? (FormattableString)$"if ({name}.Length -ne {shape.Rows}) {{ throw \"{name[1..]} has to have {shape.Rows} elements, not $({name}.Length).\" }}"
            : $"if ({name}.Rank -ne 2 -or {name}.GetLength(0) -ne {shape.Rows} -or {name}.GetLength(1) -ne {shape.Columns}) {{ throw \"{name[1..]} has to have {shape.Rows} rows and {shape.Columns} columns, not $({name}.Length) elements.\" }}");

        protected override string Decorate(string name) => "$" + name;

        private static string TypeOf(Shape shape) => shape.Rank switch { 0 => "[double]", 1 => "[double[]]", _ => "[double[,]]" };
    }
}

/// <summary>An expression in PowerShell, piece by piece.</summary>
/// <param name="Helpers">The functions that it calls.</param>
/// <param name="Constants">Statements that make arrays of numbers.</param>
/// <param name="Variables">What its variables are called, in ordinal order.</param>
/// <param name="Statements">Statements that give its value to a variable.</param>
internal sealed record PowerShellParts(string Helpers, string Constants, IReadOnlyList<string> Variables, string Statements);
