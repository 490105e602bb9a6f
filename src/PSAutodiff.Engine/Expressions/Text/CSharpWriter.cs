using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>Writes an expression as the source of a C# class with one public method, <c>double Evaluate(double x, double y)</c>.</summary>
internal static class CSharpWriter
{
    public static string Write(ExprNode node, CancellationToken cancellation = default) => new Style(node, cancellation).Write();

    private sealed class Style(ExprNode node, CancellationToken cancellation) : LoopStyle(node, cancellation)
    {
        private static readonly FrozenSet<string> Keywords = (
            "abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event "
            + "explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null "
            + "object operator out override params private protected public readonly ref return sbyte sealed short sizeof stackalloc static "
            + "string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while "
            + "__arglist __makeref __reftype __refvalue").Split(' ').ToFrozenSet(StringComparer.Ordinal);

        private static readonly HashSet<string> Own = [.. HelperNames(static op => op.CSharp), "Math", "Buffer", "ArgumentException", "ArgumentOutOfRangeException", "Expression", "Evaluate"];

        protected override string Pi => "Math.PI";

        protected override string Return => "return ";

        protected override bool HasBraceLine => true;

        protected override string StatementEnd => ";";

        public string Write()
        {
            NameVariables();
            var text = new StringBuilder("using System;\n\n// ").Append(Title).Append("\npublic static class Expression\n{\n");
            text.Append("    public static ").Append(TypeOf(ValueShape)).Append(" Evaluate(").AppendJoin(", ", Variables.Select(name => $"{TypeOf(ShapeOf(name))} {Variable(name)}")).Append(")\n    {\n");
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

        protected override string Decorate(string name) => Keywords.Contains(name) ? "@" + name : name;

        private static string TypeOf(Shape shape) => shape.Rank switch { 0 => "double", 1 => "double[]", _ => "double[,]" };
    }
}
