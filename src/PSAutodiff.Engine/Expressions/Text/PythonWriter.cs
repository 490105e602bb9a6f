using System.Globalization;
using System.Text;
using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Expressions.Text;

/// <summary>Writes an expression as the source of a Python function of NumPy arrays or numbers, with the rules of broadcasting.</summary>
internal static class PythonWriter
{
    public static string Write(ExprNode node, CancellationToken cancellation = default) => new Style(node, cancellation).Write();

    private sealed class Style(ExprNode node, CancellationToken cancellation) : PythonStyle(node, cancellation)
    {
        private static readonly HashSet<string> Own = [.. HelperNames(static op => op.Python), "np", "evaluate"];

        protected override string Library => "np";

        public string Write()
        {
            NameVariables();
            var text = new StringBuilder("import numpy as np\n\n\n");
            foreach (var helper in Helpers())
            {
                AppendLines(text, helper.Text, string.Empty);
                text.Append("\n\n");
            }

            text.Append("# ").Append(Title).Append("\n@np.errstate(all=\"ignore\")\ndef evaluate(").AppendJoin(", ", Parameters()).Append("):\n");

            // NumPy's numbers also where Python's own are given; [()] makes a number of an array without dimensions.
            foreach (var name in Variables)
            {
                text.Append(CultureInfo.InvariantCulture, $"    {Variable(name)} = np.asarray({Variable(name)}, dtype=np.float64)[()]\n");
                if (!ShapeOf(name).IsNumber) text.Append(CultureInfo.InvariantCulture, $"    assert {Variable(name)}.shape == {ArrayForms.Tuple(ShapeOf(name).Sizes)}\n");
            }

            AppendStatements(text, "    ");
            return text.ToString();
        }

        public override LiteralForm FormOf(int rank, int columns)
        {
            var form = base.FormOf(rank, columns);
            return form with { Open = "np.array(" + form.Open, Close = form.Close + ")" };
        }

        protected override CodeForm FormOf(Operation operation) => operation.Python;

        protected override Notation ArrayNotationOf(Operation operation, in ArgumentShapes of) => operation.IsElementwise ? NotationOf(operation) : operation.PythonOf(of);

        protected override bool IsReserved(string name) => base.IsReserved(name) || Own.Contains(name);
    }
}
