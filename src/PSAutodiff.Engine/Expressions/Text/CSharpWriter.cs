using System.Collections.Frozen;
using System.Text;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>Writes an expression as the source of a C# class with one public method, <c>double Evaluate(double x, double y)</c>.</summary>
internal static class CSharpWriter
{
    public static string Write(ExprNode node, CancellationToken cancellation = default) => new Style(node, cancellation).Write();

    private sealed class Style(ExprNode node, CancellationToken cancellation) : CodeStyle(node, cancellation)
    {
        private static readonly FrozenSet<string> Keywords = (
            "abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event "
            + "explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null "
            + "object operator out override params private protected public readonly ref return sbyte sealed short sizeof stackalloc static "
            + "string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while "
            + "__arglist __makeref __reftype __refvalue").Split(' ').ToFrozenSet(StringComparer.Ordinal);

        private static readonly HashSet<string> Own = [.. HelperNames(static op => op.CSharp), "Math", "Expression", "Evaluate"];

        protected override string Pi => "Math.PI";

        protected override string Return => "return ";

        protected override string StatementEnd => ";";

        public string Write()
        {
            NameVariables();
            var text = new StringBuilder("using System;\n\n// ").Append(Title).Append("\npublic static class Expression\n{\n");
            text.Append("    public static double Evaluate(").AppendJoin(", ", Parameters().Select(static name => "double " + name)).Append(")\n    {\n");
            AppendStatements(text, "        ");
            text.Append("    }\n");
            foreach (var helper in Helpers())
            {
                text.Append('\n');
                AppendLines(text, helper.Text, "    ");
            }

            return text.Append("}\n").ToString();
        }

        protected override CodeForm FormOf(Operation operation) => operation.CSharp;

        protected override string Assignment(string local) => $"double {local} = ";

        protected override bool IsReserved(string name) => Own.Contains(name);

        protected override string Decorate(string name) => Keywords.Contains(name) ? "@" + name : name;
    }
}
