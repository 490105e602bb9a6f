using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>Writes an expression as the source of a C# class with one public method, <c>double Evaluate(double x, double y)</c>.</summary>
internal static class CSharpWriter
{
    private static readonly FrozenSet<string> Keywords = (
        "abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event "
        + "explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null "
        + "object operator out override params private protected public readonly ref return sbyte sealed short sizeof stackalloc static "
        + "string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while "
        + "__arglist __makeref __reftype __refvalue").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    public static string Write(ExprNode node, CancellationToken cancellation = default) => new Style(node, cancellation).Write();

    /// <summary>A name as it stands in code: words of the language have a sign before them.</summary>
    public static string Identifier(string name) => Keywords.Contains(name) ? "@" + name : name;

    /// <summary>The members of a class that compute an expression: arrays of numbers, the private method <c>Evaluate</c> of its variables in ordinal order, and what it calls.</summary>
    /// <param name="node">The expression.</param>
    /// <param name="constants">Gets the arrays, which are fields.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static string WriteMembers(ExprNode node, StringBuilder constants, CancellationToken cancellation = default) => new Style(node, cancellation) { KeptConstants = constants }.WriteMembers("private");

    private sealed class Style(ExprNode node, CancellationToken cancellation) : LoopStyle(node, cancellation)
    {
        private static readonly HashSet<string> Own = [.. HelperNames(static op => op.CSharp), "Math", "Buffer", "ArgumentException", "ArgumentOutOfRangeException", "Expression", "Evaluate"];

        protected override string Pi => "Math.PI";

        protected override string Return => "return ";

        protected override bool HasBraceLine => true;

        protected override string StatementEnd => ";";

        public string Write()
        {
            var members = WriteMembers("public");
            return new StringBuilder("using System;\n\n// ").Append(Title).Append("\npublic static class Expression\n{\n").Append(members).Append("}\n").ToString();
        }

        public string WriteMembers(string access)
        {
            NameVariables();
            var text = new StringBuilder("    ").Append(access).Append(" static ").Append(TypeOf(ValueShape)).Append(" Evaluate(").AppendJoin(", ", Variables.Select(name => $"{TypeOf(ShapeOf(name))} {Variable(name)}")).Append(")\n    {\n");
            AppendStatements(text, "        ");
            text.Append("    }\n");
            foreach (var helper in Helpers())
            {
                text.Append('\n');
                AppendLines(text, helper.Text, "    ");
            }

            return text.ToString();
        }

        protected override CodeForm FormOf(Operation operation) => operation.CSharp;

        protected override string Assignment(string local) => $"double {local} = ";

        protected override bool IsReserved(string name) => Own.Contains(name);

        protected override string NotFinite(double value) => double.IsNaN(value) ? "double.NaN" : value > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity";

        protected override string ArrayAssignment(string local, Shape shape) => string.Create(CultureInfo.InvariantCulture, $"{TypeOf(shape)} {local} = new double[{string.Join(", ", shape.Sizes)}]");

        protected override string IndexAssignment(string local) => $"int {local} = ";

        protected override IEnumerable<string> ConstantStatements(string local, ConstantArray array)
        {
            var (numbers, columns) = (array.Elements.Select(Number), (int)array.Shape.Last);
            yield return array.Shape.IsVector
                ? $"double[] {local} = {{ {string.Join(", ", numbers)} }}"
                : $"double[,] {local} = {{ {string.Join(", ", numbers.Chunk(columns).Select(static row => $"{{ {string.Join(", ", row)} }}"))} }}";
        }

        protected override string SignOf(string sign) => sign;

        protected override string ForLine(string index, string from, string end) => $"for (int {index} = {from}; {index} < {end}; {index}++)";

        protected override string IfLine(string condition) => $"if ({condition})";

        protected override string IndexAmong(string index) => index;

        protected override string ReturnArray(string name) => "return " + name;

        protected override string Call(string type, string function, ReadOnlySpan<string> arguments) => $"{type}.{function}({string.Join(", ", arguments.ToArray())})";

        protected override string CallHelper(string name, ReadOnlySpan<string> arguments) => $"{name}({string.Join(", ", arguments.ToArray())})";

        protected override string CheckOf(string name, Shape shape) => FormattableString.Invariant(shape.IsVector
            ? (FormattableString)$"if ({name}?.Length != {shape.Rows}) throw new ArgumentException($\"It has to have {shape.Rows} elements, not {{{name}?.Length}}.\", nameof({name}));"
            : $"if ({name}?.GetLength(0) != {shape.Rows} || {name}.GetLength(1) != {shape.Columns}) throw new ArgumentException($\"It has to have {shape.Rows} rows and {shape.Columns} columns, not {{{name}?.GetLength(0)}} and {{{name}?.GetLength(1)}}.\", nameof({name}));");

        protected override string Decorate(string name) => Identifier(name);

        private static string TypeOf(Shape shape) => shape.Rank switch { 0 => "double", 1 => "double[]", _ => "double[,]" };
    }
}
