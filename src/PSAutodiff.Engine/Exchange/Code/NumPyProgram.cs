using System.Globalization;
using System.Text;
using PSAutodiff.Core;

namespace PSAutodiff.Exchange.Code;

/// <summary>Writes the steps of a program over batches of rows as a function of NumPy arrays.</summary>
internal sealed class NumPyProgram
{
    private static readonly Dictionary<string, Operation> Operations = OperationTable.ByCode.Where(static operation => operation.Arity > 0).ToDictionary(static operation => operation.Name, StringComparer.Ordinal);

    private static readonly CodeHelper Softmax = Operations["softmax"].Python.Helpers[0];

    private static readonly CodeHelper Places = Operations["take"].Python.Helpers[0];

    // Versions of NumPy before 2 take a matrix beside a stack of matrices for a stack of vectors.
    private static readonly CodeHelper Solve = new("solve", """
        def solve(a, b):
            return np.linalg.solve(a, np.broadcast_to(b, a.shape[:-2] + b.shape[-2:]) if b.ndim < a.ndim else b)
        """);

    private readonly Dictionary<string, BatchConstant> _constants;
    private readonly Dictionary<string, CodeHelper> _helpers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _arrays = new(StringComparer.Ordinal);

    private NumPyProgram(BatchProgram program) => _constants = program.Constants.ToDictionary(static constant => constant.Name, StringComparer.Ordinal);

    /// <summary>Appends the function <c>outputs(inputs)</c>, and what it needs before it.</summary>
    public static void Append(StringBuilder text, BatchProgram program, CancellationToken cancellation)
    {
        var writer = new NumPyProgram(program);
        var steps = new StringBuilder();
        foreach (var step in program.Steps)
        {
            cancellation.ThrowIfCancellationRequested();
            steps.Append("    ").Append(step.Output).Append(" = ").Append(writer.Formula(step)).Append('\n');
        }

        foreach (var helper in writer._helpers.Values) text.Append(helper.Text.ReplaceLineEndings("\n")).Append("\n\n\n");
        foreach (var constant in program.Constants.Where(constant => writer._arrays.Contains(constant.Name))) AppendConstant(text, constant);
        if (writer._arrays.Count > 0) text.Append("\n\n");
        text.Append("@np.errstate(all=\"ignore\")\ndef outputs(input):\n    \"\"\"What the model gives for a matrix of inputs: a row for each.\"\"\"\n\n");
        text.Append(steps).Append("    return output\n\n\n");
    }

    private static void AppendConstant(StringBuilder text, BatchConstant constant)
    {
        var elements = constant.Values switch
        {
            double[] numbers => numbers.Select(CodeText.Number),
            bool[] flags => flags.Select(static flag => flag ? "True" : "False"),
            _ => ((long[])constant.Values).Select(static number => number.ToString(CultureInfo.InvariantCulture)),
        };
        text.Append(constant.Name).Append(" = np.array([\n").Append(CodeText.Numbers(elements, "    ")).Append(']');
        if (constant.Sizes.Length != 1) text.Append(").reshape(").AppendJoin(", ", constant.Sizes);
        text.Append(")\n");
    }

    private string Formula(BatchStep step)
    {
        var x = Argument(step.Inputs[0]);
        switch (step.Operation)
        {
            case "Identity": return x;
            case "Abs": return $"np.abs({x})";
            case "Exp": return $"np.exp({x})";
            case "Log": return $"np.log({x})";
            case "Sqrt": return $"np.sqrt({x})";
            case "Add": return $"{x} + {Argument(step.Inputs[1])}";
            case "Sub": return $"{x} - {Argument(step.Inputs[1])}";
            case "Mul": return $"{x} * {Argument(step.Inputs[1])}";
            case "Div": return $"{x} / {Argument(step.Inputs[1])}";
            case "Equal": return $"{x} == {Argument(step.Inputs[1])}";
            case "Where": return $"np.where({x}, {Argument(step.Inputs[1])}, {Argument(step.Inputs[2])})";
            case "Cast": return $"{x}.astype({(step.Attributes[0].Value is BatchType.Integer ? "np.int64" : "np.float64")})";
            case "MatMul" or "Gemm": return $"{x} @ {Argument(step.Inputs[1])}";
            case "ReduceSum": return Reduced("np.sum", step, x);
            case "ReduceMean": return Reduced("np.mean", step, x);
            case "ReduceMax": return Reduced("np.max", step, x);
            case "ReduceMin": return Reduced("np.min", step, x);
            case "ArgMax": return $"np.argmax({x}, axis={Whole(step, "axis")}, keepdims=True)";
            case "Softmax":
                _helpers.TryAdd(Softmax.Name, Softmax);
                return $"softmax({x}, axis={Whole(step, "axis")})";
            case "Squeeze": return $"np.squeeze({x}, axis={Known(step.Inputs[1])[0]})";
            case "Unsqueeze": return $"np.expand_dims({x}, axis={Known(step.Inputs[1])[0]})";
            case "Transpose": return $"np.transpose({x}, ({string.Join(", ", step.Numbers("perm"))}))";
            case "Reshape": return $"np.reshape({x}, ({string.Join(", ", Known(step.Inputs[1]))}))";
            case "Shape": return "np.array(input.shape[:1])";
            case "Concat": return $"np.concatenate(({string.Join(", ", step.Inputs.Select(Argument))}), axis={Whole(step, "axis")})";
            case "Expand":
                var sizes = Argument(step.Inputs[1]);
                return $"np.broadcast_to({x}, np.broadcast_shapes(np.shape({x}), tuple({sizes})))";
            case "Slice": return $"{x}[{string.Concat(Enumerable.Repeat(":, ", (int)Known(step.Inputs[3])[0]))}{Known(step.Inputs[1])[0]}:{Known(step.Inputs[2])[0]}]";
            case "Pad":
                var pads = Known(step.Inputs[1]);
                return $"np.pad({x}, ({string.Join(", ", Enumerable.Range(0, pads.Length / 2).Select(i => $"({pads[i]}, {pads[i + (pads.Length / 2)]})"))}))";
            case "Gather": return $"np.take({x}, {Argument(step.Inputs[1])}, axis={Whole(step, "axis")})";
            case "GatherElements": return $"np.take_along_axis({x}, {Argument(step.Inputs[1])}, axis=1)";
            case ".places":
                _helpers.TryAdd(Places.Name, Places);
                return $"places({x})";
            case ".inv": return $"np.linalg.inv({x})";
            case ".cholesky": return $"np.linalg.cholesky(({x} + np.swapaxes({x}, -1, -2)) / 2.0)";
            case ".solve":
                _helpers.TryAdd(Solve.Name, Solve);
                return step.Number("vector") == 1 ? $"solve({x}, np.expand_dims({Argument(step.Inputs[1])}, -1))[..., 0]" : $"solve({x}, {Argument(step.Inputs[1])})";
            case ".logdet": return $"np.expand_dims((lambda sign, value: np.where(sign >= 0, value, np.nan))(*np.linalg.slogdet({x})), 1)";
            case ['.', .. var name] when Operations.TryGetValue(name, out var operation): return Elementwise(operation, [.. step.Inputs.Select(Argument)]);
            default: throw new AutodiffException(ErrorIds.FormatUnsupported, $"The model has the step '{step.Operation}', which Python has no form for. Save it as C# or PowerShell.");
        }
    }

    private string Elementwise(Operation operation, string[] arguments)
    {
        var form = operation.Python;
        foreach (var helper in form.Helpers) _helpers.TryAdd(helper.Name, helper);
        return string.Concat(form.Notation.Pieces.Select(piece => piece.Argument < 0 ? piece.Text : arguments[piece.Argument]));
    }

    private string Reduced(string function, BatchStep step, string x) =>
        $"{function}({x}, axis=({string.Concat(Known(step.Inputs[1]).Select(static axis => $"{axis}, "))}), keepdims={(Whole(step, "keepdims") == "1" ? "True" : "False")})";

    private static string Whole(BatchStep step, string name) => step.Number(name).ToString(CultureInfo.InvariantCulture);

    private long[] Known(string name) => (long[])_constants[name].Values;

    // A number in its place; an array by its name.
    private string Argument(string name)
    {
        if (!_constants.TryGetValue(name, out var constant)) return name;
        if (constant.Sizes.Length == 0 && constant.Values is double[] and [var number]) return double.IsFinite(number) ? Signed(number) : double.IsNaN(number) ? "np.nan" : number > 0 ? "np.inf" : "(-np.inf)";
        _arrays.Add(name);
        return name;
    }

    private static string Signed(double number) => CodeText.Number(number) is ['-', ..] text ? $"({text})" : CodeText.Number(number);
}
