using System.Globalization;
using System.Text;
using PSAutodiff.Core;
using PSAutodiff.Exchange.Safetensors;
using PSAutodiff.Expressions.Text;
using PSAutodiff.Networks.Activations;

namespace PSAutodiff.Exchange.Code;

/// <summary>A model as a module of PyTorch in a Python file, which loads its numbers from the safetensors file of the same name.</summary>
internal static class TorchFile
{
    private const string Loading = """"
        def load(path=None):
            """The model with the numbers of a safetensors file; by default the one beside this file."""

            with open(path or os.path.splitext(__file__)[0] + ".safetensors", "rb") as file:
                data = file.read()
            start = 8 + int.from_bytes(data[:8], "little")
            header = json.loads(data[8:start])
            types = {"F64": torch.float64, "F32": torch.float32}
            tensors = {}
            for name, entry in header.items():
                if name != "__metadata__":
                    begin, end = entry["data_offsets"]
                    tensors[name] = torch.frombuffer(bytearray(data[start + begin:start + end]), dtype=types[entry["dtype"]]).reshape(entry["shape"])
            model = Model(next(iter(tensors.values())).dtype)
            model.load_state_dict({KEYS.get(name, name): tensor for name, tensor in tensors.items()})
            return model.eval()


        """";

    private const string Without = """"
        def load():
            """The model. Its numbers stand in its expression."""

            return Model(torch.float64).eval()


        """";

    private const string Rows = """"
        _loaded = None


        def inputs(rows):
            """The inputs of the model for rows, in the order of INPUTS: a tensor with a row for each."""

            if torch.is_tensor(rows):
                return rows
            if not hasattr(rows, "keys"):
                rows = rows.tolist() if hasattr(rows, "tolist") else list(rows)
                if len(rows) > 0 and not hasattr(rows[0], "keys"):
                    return torch.tensor(rows, dtype=torch.float64).reshape(-1, len(INPUTS))
            return torch.tensor(_inputs_of_rows(rows), dtype=torch.float64).reshape(-1, len(INPUTS))


        def _values(rows, model):
            global _loaded
            if model is None:
                model = _loaded = _loaded or load()
            with torch.no_grad():
                values = model(inputs(rows)).tolist()
            for i, row in enumerate(values):
                if not all(map(math.isfinite, row)):
                    raise ValueError(f"Row {i + 1} gets a prediction that is not a finite number.")
            return values


        """";

    private const string Numbers = """"
        def predict(rows, model=None):
            """The predictions for rows, in a list: numbers, or lists of them where the model has several outputs."""

            return [row[0] if len(row) == 1 else row for row in _values(rows, model)]


        def predictions(rows, model=None):
            """What Invoke-AutodiffModel adds to each of the rows, under the names PREDICTIONS."""

            return _values(rows, model)


        """";

    private const string Classes = """"
        def _place(row):
            return int(row[0] >= 0.5) if len(row) == 1 else max(range(len(row)), key=row.__getitem__)


        def predict(rows, model=None):
            """The classes of rows, in a list."""

            return [CLASSES[_place(row)] for row in _values(rows, model)]


        """";

    private const string Probabilities = """"
        def predict_proba(rows, model=None):
            """The probabilities of rows, in a list: for each a list in the order of CLASSES."""

            return [[1.0 - row[0], row[0]] if len(row) == 1 else row for row in _values(rows, model)]


        def predictions(rows, model=None):
            """What Invoke-AutodiffModel adds to each of the rows, under the names PREDICTIONS."""

            added = []
            for row in _values(rows, model):
                place = _place(row)
                row = [1.0 - row[0], row[0]] if len(row) == 1 else row
                added.append([CLASSES[place], row[place], *row])
            return added


        """";

    private const string NoProbabilities = """"
        def predictions(rows, model=None):
            """What Invoke-AutodiffModel adds to each of the rows, under the names PREDICTIONS."""

            return [[label] for label in predict(rows, model)]


        """";

    /// <summary>The files.</summary>
    /// <param name="model">The model.</param>
    /// <param name="precision">The numbers of the tensors.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">PyTorch has no form for an operation.</exception>
    public static CodeFile Write(PortableModel model, NetworkPrecision precision, CancellationToken cancellation)
    {
        var hasTensors = model.Model is Network or RegressionResult or CurveFitResult;
        var module = new StringBuilder();
        var keys = Array.Empty<(string Name, string Key)>();
        switch (model.Model)
        {
            case Network network: AppendNetwork(module, network); break;
            case RegressionResult regression: AppendRegression(module, regression); break;
            default: keys = AppendExpression(module, model, cancellation); break;
        }

        var text = new StringBuilder(CodeFile.Header(model, "#", CodeText.Python,
        [
            $"It needs PyTorch{(hasTensors ? ", and the safetensors file of the same name beside it" : string.Empty)}: load() gives the module, and predict(rows) predicts with it.",
        ]));
        text.Append("import datetime\nimport json\nimport math\nimport os\nimport re\n\nimport torch\n\n");
        PythonRows.Append(text, model);
        if (hasTensors) text.Append("KEYS = {").AppendJoin(", ", keys.Select(static pair => $"{CodeText.Python(pair.Name)}: {CodeText.Python(pair.Key)}")).Append("}\n\n\n");
        text.Append(module).Append("\n\n");
        Part(hasTensors ? Loading : Without);
        Part(Rows);
        if (model.Classes.Count == 0) Part(Numbers);
        else
        {
            Part(Classes);
            Part(model.GivesProbabilities ? Probabilities : NoProbabilities);
        }

        PythonRows.AppendDoor(text);
        return new CodeFile(text.ToString(), hasTensors ? SafetensorsModel.Write(model, precision) : null, []);

        void Part(string part) => text.Append(part.ReplaceLineEndings("\n"));
    }

    private static void AppendNetwork(StringBuilder text, Network network)
    {
        text.Append("class Model(torch.nn.Module):\n    def __init__(self, dtype=torch.float64):\n        super().__init__()\n        self.layers = torch.nn.Sequential(\n");
        foreach (var layer in network.Layers)
        {
            var activation = Activation.Of(layer.Activation).Torch ?? throw new AutodiffException(ErrorIds.FormatUnsupported, $"The activation {layer.Activation} has no form in PyTorch here. Save the model as JSON.");
            text.Append(CultureInfo.InvariantCulture, $"            torch.nn.Linear({layer.Inputs}, {layer.Outputs}, dtype=dtype),\n            torch.nn.{activation},\n");
        }

        text.Append("        )\n");
        AppendModules("norms", static layer => layer.Form.Normalizes, static layer => FormattableString.Invariant($"LayerNorm({layer.Outputs}, dtype=dtype)"));
        AppendModules("projections", static layer => layer.Form.Projects, static layer => FormattableString.Invariant($"Linear({layer.Extras.Projection!.GetLength(0)}, {layer.Outputs}, bias=False, dtype=dtype)"));
        AppendModules("drops", static layer => layer.Dropout > 0, static layer => FormattableString.Invariant($"Dropout({layer.Dropout})"));
        if (network.Scaling is { } scaling)
        {
            AppendBuffer("means", scaling.Means);
            AppendBuffer("deviations", scaling.Deviations);
        }

        text.Append("\n    def forward(self, inputs):\n");
        if (network.Scaling is not null) text.Append("        inputs = (inputs - self.means) / self.deviations\n");
        if (network.IsPlain) text.Append("        return self.layers(inputs.to(self.layers[0].weight.dtype))\n");
        else AppendSteps(text, network);

        void AppendModules(string name, Func<NetworkLayer, bool> isOne, Func<NetworkLayer, string> module)
        {
            if (!network.Layers.Any(isOne)) return;
            text.Append("        self.").Append(name).Append(" = torch.nn.ModuleDict({\n");
            foreach (var (l, layer) in network.Layers.Index())
            {
                if (isOne(layer)) text.Append(CultureInfo.InvariantCulture, $"            \"{2 * l}\": torch.nn.{module(layer)},\n");
            }

            text.Append("        })\n");
        }

        void AppendBuffer(string name, double[] numbers) =>
            text.Append("        self.register_buffer(\"").Append(name).Append("\", torch.tensor([\n").Append(CodeText.Numbers(numbers.Select(CodeText.Number), "            ")).Append("        ], dtype=torch.float64), persistent=False)\n");
    }

    // What each layer takes in stays there for skip connections.
    private static void AppendSteps(StringBuilder text, Network network)
    {
        text.Append("        taken = [inputs.to(self.layers[0].weight.dtype)]\n");
        foreach (var (l, layer) in network.Layers.Index())
        {
            text.Append(CultureInfo.InvariantCulture, $"        values = self.layers[{2 * l}](taken[{l}])\n");
            foreach (var step in layer.Steps)
            {
                var source = FormattableString.Invariant($"taken[{l + 1 - layer.Skip}]");
                text.Append("        values = ").Append(step switch
                {
                    LayerStep.LayerNorm => FormattableString.Invariant($"self.norms[\"{2 * l}\"](values)"),
                    LayerStep.Activation => FormattableString.Invariant($"self.layers[{(2 * l) + 1}](values)"),
                    LayerStep.Dropout => FormattableString.Invariant($"self.drops[\"{2 * l}\"](values)"),
                    _ => layer.Form.Projects ? FormattableString.Invariant($"values + self.projections[\"{2 * l}\"]({source})") : $"values + {source}",
                }).Append('\n');
            }

            text.Append("        taken.append(values)\n");
        }

        text.Append("        return taken[-1]\n");
    }

    private static void AppendRegression(StringBuilder text, RegressionResult regression)
    {
        text.Append("class Model(torch.nn.Module):\n    def __init__(self, dtype=torch.float64):\n        super().__init__()\n");
        text.Append(CultureInfo.InvariantCulture, $"        self.weight = torch.nn.Parameter(torch.zeros(1, {regression.Features.Count}, dtype=dtype))\n");
        text.Append("        self.bias = ").Append(regression.HasIntercept ? "torch.nn.Parameter(torch.zeros(1, dtype=dtype))\n" : "None\n");
        var value = "torch.nn.functional.linear(inputs.to(self.weight.dtype), self.weight, self.bias)";
        if (regression is GeneralizedRegressionResult generalized) value = $"torch.{(generalized.Family == RegressionFamily.Binomial ? "sigmoid" : "exp")}({value})";
        text.Append("\n    def forward(self, inputs):\n        return ").Append(value).Append('\n');
    }

    // A function of the columns and parameters, which are called by their places in a list: any name may be one of a module's own.
    private static (string Name, string Key)[] AppendExpression(StringBuilder text, PortableModel model, CancellationToken cancellation)
    {
        var fit = model.Model as CurveFitResult;
        var expression = fit?.Model ?? model.Expression;
        var parameters = fit is null ? new VariableLayout([]) : VariableLayout.Of(fit.Parameters);
        text.Append(PyTorchWriter.WriteFunction(expression, cancellation)).Append("\n\nclass Model(torch.nn.Module):\n    def __init__(self, dtype=torch.float64):\n        super().__init__()\n");
        text.Append("        self.values = torch.nn.ParameterList([\n");
        foreach (var shape in parameters.Shapes) text.Append("            torch.nn.Parameter(torch.zeros(").Append(ArrayText(shape)).Append(", dtype=dtype)),\n");
        text.Append("        ])\n\n    def forward(self, inputs):\n");
        var isMapped = model.Layout.HasArrays || parameters.HasArrays || !expression.ArrayShape.IsNumber;
        if (parameters.Names.Count > 0) text.Append("        inputs = inputs.to(self.values[0].dtype)\n");
        var arguments = expression.Variables.Select(name => Argument(name) ?? $"self.values[{Place(parameters.Names, name)}]").ToArray();
        var size = model.Model.OutputSize;
        if (isMapped)
        {
            text.Append("        values = [evaluate(").AppendJoin(", ", arguments).Append(") for row in inputs]\n");
            text.Append(CultureInfo.InvariantCulture, $"        return torch.stack(values).reshape(-1, {size}) if values else inputs.new_zeros(0, {size})\n");
        }
        else text.Append("        return evaluate(").AppendJoin(", ", arguments).Append(CultureInfo.InvariantCulture, $").reshape(-1, {size})\n");
        return [.. parameters.Names.Select((name, i) => (name, string.Create(CultureInfo.InvariantCulture, $"values.{i}")))];

        string? Argument(string name)
        {
            var place = Place(model.Layout.Names, name);
            if (place < 0) return null;
            var (shape, range) = (model.Layout.Shapes[place], model.Layout.ElementsOf(place));
            var rows = isMapped ? "row[" : "inputs[:, ";
            return FormattableString.Invariant(shape.Rank switch
            {
                0 => (FormattableString)$"{rows}{range.Start.Value}]",
                1 => $"{rows}{range.Start.Value}:{range.End.Value}]",
                _ => $"{rows}{range.Start.Value}:{range.End.Value}].reshape({shape.Rows}, {shape.Columns})",
            });
        }

        static int Place(IReadOnlyList<string> names, string name)
        {
            for (var i = 0; i < names.Count; i++)
            {
                if (names[i] == name) return i;
            }

            return -1;
        }

        static string ArrayText(Shape shape) => $"({string.Concat(shape.Sizes.Select(static size => string.Create(CultureInfo.InvariantCulture, $"{size}, ")))})";
    }
}
