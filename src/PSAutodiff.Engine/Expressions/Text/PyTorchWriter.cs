using System.Globalization;
using System.Text;
using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// Writes an expression as the source of a Python function of PyTorch tensors, through which gradients flow. Numbers and lists are taken as
/// tensors of double precision; tensors keep their precision and device.
/// </summary>
internal static class PyTorchWriter
{
    private const string Helpers = """
        def options(*values):
            one = next((value for value in values if torch.is_tensor(value) and value.is_floating_point()), None)
            return dict(dtype=torch.float64, device=None) if one is None else dict(dtype=one.dtype, device=one.device)


        def array(parts, like):
            return torch.stack([array(part, like) if isinstance(part, list) else torch.as_tensor(part, **like) for part in parts])
        """;

    public static string Write(ExprNode node, CancellationToken cancellation = default) => "import math\n\nimport torch\n\n\n" + WriteFunction(node, cancellation);

    /// <summary>The function <c>evaluate</c> of the variables in ordinal order and what it calls, for a file that imports math and torch.</summary>
    public static string WriteFunction(ExprNode node, CancellationToken cancellation = default) => new Style(node, cancellation).Write();

    private sealed class Style(ExprNode node, CancellationToken cancellation) : PythonStyle(node, cancellation)
    {
        private static readonly HashSet<string> Own = [.. HelperNames(static op => op.PyTorch), "torch", "math", "evaluate", "options", "array", "like"];

        protected override string Library => "math";

        protected override bool FoldsCalls => true;

        public string Write()
        {
            NameVariables();
            var text = new StringBuilder(PyTorchWriter.Helpers.ReplaceLineEndings("\n")).Append("\n\n\n");
            foreach (var helper in Helpers())
            {
                AppendLines(text, helper.Text, string.Empty);
                text.Append("\n\n");
            }

            text.Append("# ").Append(Title).Append("\ndef evaluate(").AppendJoin(", ", Parameters()).Append("):\n    like = options(").AppendJoin(", ", Parameters()).Append(")\n");
            foreach (var name in Variables)
            {
                text.Append(CultureInfo.InvariantCulture, $"    {Variable(name)} = torch.as_tensor({Variable(name)}, **like)\n");
                if (!ShapeOf(name).IsNumber) text.Append(CultureInfo.InvariantCulture, $"    assert {Variable(name)}.shape == {ArrayForms.Tuple(ShapeOf(name).Sizes)}\n");
            }

            AppendStatements(text, "    ");
            return text.ToString();
        }

        public override LiteralForm FormOf(int rank, int columns)
        {
            var form = base.FormOf(rank, columns);
            return form with { Open = "array(" + form.Open, Close = form.Close + ", like)" };
        }

        protected override CodeForm FormOf(Operation operation) => operation.PyTorch;

        protected override Notation ArrayNotationOf(Operation operation, in ArgumentShapes of) => operation.IsElementwise ? NotationOf(operation) : operation.PyTorchOf(of);

        protected override bool IsReserved(string name) => base.IsReserved(name) || Own.Contains(name);
    }
}
