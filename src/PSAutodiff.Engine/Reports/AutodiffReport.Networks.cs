using PSAutodiff.Core;
using PSAutodiff.Data;
using PSAutodiff.Networks.Activations;
using PSAutodiff.Reports.Plots;

namespace PSAutodiff.Reports;

/// <content>Networks.</content>
internal sealed partial class AutodiffReport
{
    private const int GridPoints = 101;
    private const int DrawnUnits = 16;
    private const int TableRows = 50;
    private const int TableColumns = 20;
    private static readonly string[] Colours = ["#2166ac", "#b2182b", "#1b7837", "#e08214", "#762a83", "#01665e", "#c51b7d", "#4d4d4d"];

    /// <summary>Adds a network: a picture of its layers, its weights and biases, and with two inputs its decision boundary.</summary>
    /// <param name="network">The network.</param>
    /// <param name="points">Points to draw on the boundary.</param>
    public void AddNetwork(Network network, IReadOnlyList<ReportPoint> points)
    {
        StartSection($"Network {network}");
        Network(network, points);
    }

    private void Network(Network network, IReadOnlyList<ReportPoint> points)
    {
        Heading("Layers");
        var description = Invariant($"{network.InputSize} inputs, {network.Layers.Count} layers, {network.ParameterCount} {(network.IsPlain ? "weights and biases" : "parameters")}. Positive weights are red, negative ones blue, and wide ones large; units show their biases. Above each layer stand what is trained in it, with shapes, and what it does.{(network.Layers.Any(static layer => layer.Skip > 0) ? " Arcs are skip connections." : string.Empty)}");
        _pictures.Start("network", $"Network {network}", description);
        _pictures.Array("layers", () =>
        {
            DrawnLayer(network.InputSize, InputNames(network), "inputs", null, [Invariant($"x ({network.InputSize})")]);
            for (var i = 0; i < network.Layers.Count; i++)
            {
                var layer = network.Layers[i];
                DrawnLayer(layer.Outputs, UnitNames(network, i), layer.Form.Text, layer, [.. network.Layout.Layers[i].Arrays().Select(static array => $"{array.Name} {array.Shape}")]);
            }
        });
        _pictures.End();
        Figure(description);
        Formula(network.OutputSize == 1 ? "p" : "outputs", network.ToExpression());
        if (network.InputSize == 1) NetworkCurve(network, points);
        if (network.InputSize == 2) Boundary(network, points);
        WeightTables(network);
    }

    private void DrawnLayer(int size, Func<int, string> name, string activation, NetworkLayer? layer, IReadOnlyList<string> shapes) => _pictures.Object(() =>
    {
        var drawn = Math.Min(size, DrawnUnits);
        _pictures.Integer("size", size);
        _pictures.Text("activation", activation);
        _pictures.Texts("shapes", shapes);
        _pictures.Integer("skip", layer?.Skip ?? 0);
        _pictures.Texts("names", Enumerable.Range(0, drawn).Select(name));
        if (layer is null) return;
        _pictures.Numbers("biases", layer.Biases.Take(drawn));
        _pictures.Array("weights", () =>
        {
            for (var i = 0; i < Math.Min(layer.Inputs, DrawnUnits); i++)
            {
                _pictures.Array(() =>
                {
                    for (var j = 0; j < drawn; j++) _pictures.Number(layer.WeightAt(i, j));
                });
            }
        });
    });

    private static Func<int, string> InputNames(Network network)
    {
        var features = network.Features;
        return i => features.Count > 0 ? features[i] : Invariant($"x{i + 1}");
    }

    private static Func<int, string> UnitNames(Network network, int layer)
    {
        var (isHidden, classes, labels) = (layer < network.Layers.Count - 1, network.Classes, network.Labels);
        return j =>
            isHidden ? Invariant($"unit {j + 1} of layer {layer + 1}") :
            classes.Count == network.OutputSize ? ClassLabel.Text(classes[j]) :
            labels.Count == network.OutputSize ? labels[j] :
            Invariant($"output {j + 1}");
    }

    private void WeightTables(Network network)
    {
        Heading("Weights and biases");
        for (var l = 0; l < network.Layers.Count; l++)
        {
            var layer = network.Layers[l];
            var from = l == 0 ? InputNames(network) : UnitNames(network, l - 1);
            var (inputs, outputs) = (Math.Min(layer.Inputs, TableRows), Math.Min(layer.Outputs, TableColumns));
            var rows = Enumerable.Range(0, inputs).Select(i => Row(from(i), j => layer.WeightAt(i, j))).Append(Row("bias", j => layer.BiasSpan[j])).Concat(Extras());
            Table(
                Invariant($"Layer {l + 1}: {layer.Inputs} x {layer.Outputs}, {layer.Form.Text}"),
                ["from \\ to", .. Enumerable.Range(0, outputs).Select(UnitNames(network, l))],
                rows);
            if (layer.Inputs > 1 && layer.Outputs > 1 && l < MostMaps) HeatMap(Invariant($"Weights of layer {l + 1}"), WeightsOf(layer), from, UnitNames(network, l));
            if (inputs < layer.Inputs || outputs < layer.Outputs) Note(Invariant($"The table holds the first {inputs} rows and {outputs} columns. Export-AutodiffModel writes all."));

            IEnumerable<IReadOnlyList<string>> Extras()
            {
                if (layer.Extras is { Gain: { } gain, Offset: { } offset }) foreach (var row in new[] { Row("gain", j => gain[j]), Row("offset", j => offset[j]) }) yield return row;
                if (layer.Extras.Projection is not { } projection) yield break;
                for (var i = 0; i < Math.Min(projection.GetLength(0), TableRows); i++)
                {
                    var source = i;
                    yield return Row(Invariant($"skip from {(layer.Skip > l ? InputNames(network)(i) : UnitNames(network, l - layer.Skip)(i))}"), j => projection[source, j]);
                }
            }

            IReadOnlyList<string> Row(string name, Func<int, double> value) => [name, .. Enumerable.Range(0, outputs).Select(j => Invariant(value(j)))];
        }
    }

    private static ArrayCells WeightsOf(NetworkLayer layer)
    {
        var weights = new double[layer.Inputs * layer.Outputs];
        for (var i = 0; i < weights.Length; i++) weights[i] = layer.WeightAt(i / layer.Outputs, i % layer.Outputs);
        return new ArrayCells(Shape.Matrix(layer.Inputs, layer.Outputs), weights);
    }

    private void Boundary(Network network, IReadOnlyList<ReportPoint> points)
    {
        Heading("Decision boundary");
        var (x, y) = (Range(network, 0, points, static point => point.X), Range(network, 1, points, static point => point.Y));
        var inputs = new double[GridPoints * GridPoints, 2];
        for (var i = 0; i < GridPoints * GridPoints; i++)
        {
            inputs[i, 0] = x.From + ((x.To - x.From) * (i % GridPoints) / (GridPoints - 1));
            inputs[i, 1] = y.From + ((y.To - y.From) * (i / GridPoints) / (GridPoints - 1));
        }

        var (values, from, to, what) = Shown(network, network.Predict(inputs));
        string[] names = [InputNames(network)(0), InputNames(network)(1)];
        var groups = ReportPoint.Groups(points, "data");
        IReadOnlyList<double> levels = network.OutputSize > 2 ? [.. Enumerable.Range(1, network.OutputSize - 1).Select(static output => output + 0.5)] : SurfacePlot.LevelsOf(values);
        var description = Invariant($"{what} over {GridPoints} x {GridPoints} points, {names[0]} from {x.From:g4} to {x.To:g4} and {names[1]} from {y.From:g4} to {y.To:g4}; blue is low, white the middle, red high{(levels.Count == 0 ? string.Empty : levels.Count == 1 ? ", with a line at 0.5" : ", with lines between the classes")}.");
        StartMap("boundary", "Decision boundary", description, names, x, y, values);
        _pictures.Numbers("range", [from, to]);
        _pictures.Numbers("levels", levels);
        _pictures.Array("groups", () =>
        {
            foreach (var (i, group) in groups.Index()) Group(group.Name, Colours[i % Colours.Length], isConnected: false, group.X.Zip(group.Y, static (x, y) => (x, y, 0.0)));
        });
        _pictures.End();
        var plain = new SurfacePlot
        {
            Name = string.Empty,
            Evaluate = (xs, ys) =>
            {
                var grid = new double[xs.Length, 2];
                for (var i = 0; i < xs.Length; i++) (grid[i, 0], grid[i, 1]) = (xs[i], ys[i]);
                return Shown(network, network.Predict(grid)).Values;
            },
            XName = names[0],
            YName = names[1],
            X = new PlotScale(x.From, x.To),
            Y = new PlotScale(y.From, y.To),
            Values = (from, to),
            Levels = levels,
        };
        plain.Points.AddRange(groups);
        Figure(description, TerminalMap.Draw(plain, PlainWidth, PlainHeight, PlotStyle.Ascii));
    }

    private void StartMap(string type, string title, string description, string[] names, (double From, double To) x, (double From, double To) y, double[] values)
    {
        _pictures.Start(type, title, description);
        _pictures.Texts("names", names);
        _pictures.Integer("n", GridPoints);
        _pictures.Numbers("x", [x.From, x.To]);
        _pictures.Numbers("y", [y.From, y.To]);
        _pictures.Numbers("values", values);
    }

    private void Group(string name, string colour, bool isConnected, IEnumerable<(double X, double Y, double Value)> points) => _pictures.Object(() =>
    {
        _pictures.Text("name", name);
        _pictures.Text("colour", colour);
        _pictures.Flag("connected", isConnected);
        _pictures.Array("points", () =>
        {
            foreach (var (i, point) in points.Index())
            {
                _pictures.Array(() =>
                {
                    _pictures.Number(point.X);
                    _pictures.Number(point.Y);
                    _pictures.Number(point.Value);
                    _pictures.Text(isConnected ? Invariant($"{name} {i}") : name);
                });
            }
        });
    });

    /// <summary>The points with half their width around them; without points what the network was trained on, else from -2 to 2.</summary>
    private static (double From, double To) Range(Network network, int input, IReadOnlyList<ReportPoint> points, Func<ReportPoint, double> coordinate)
    {
        if (points.Count == 0)
        {
            return network.Scaling is { } scaling
                ? (scaling.Means[input] - (3 * scaling.Deviations[input]), scaling.Means[input] + (3 * scaling.Deviations[input]))
                : (-2, 2);
        }

        return Widened(points.Select(coordinate), share: 0.5);
    }

    private static (double From, double To) Widened(IEnumerable<double> values, double share)
    {
        var (from, to) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values) (from, to) = (Math.Min(from, value), Math.Max(to, value));
        var margin = to > from ? share * (to - from) : Math.Max(1, 0.1 * Math.Abs(to));
        return (from - margin, to + margin);
    }

    /// <summary>One number for each point: the output, of two the second, of more the number of the largest.</summary>
    private static (double[] Values, double From, double To, string What) Shown(Network network, double[,] outputs)
    {
        var (count, size) = (outputs.GetLength(0), outputs.GetLength(1));
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            if (size <= 2)
            {
                values[i] = outputs[i, size - 1];
                continue;
            }

            var best = 0;
            for (var j = 1; j < size; j++)
            {
                if (outputs[i, j] > outputs[i, best]) best = j;
            }

            values[i] = best + 1;
        }

        if (size > 2) return (values, 1, size, "Number of the largest output");
        var what = size == 1 ? "Output" : Invariant($"Output {UnitNames(network, network.Layers.Count - 1)(1)}");
        if (Activation.Of(network.LastActivation).GivesProbabilities) return (values, 0, 1, what);
        var finite = values.Where(double.IsFinite).DefaultIfEmpty().ToArray();
        var (least, greatest) = (finite.Min(), finite.Max());
        return (values, least, greatest > least ? greatest : least + 1, what);
    }
}
