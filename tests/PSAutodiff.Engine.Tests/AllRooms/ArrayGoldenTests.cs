using System.Text.Json;
using PSAutodiff.Core;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Passes.Elements;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>400 expressions of arrays with values, gradients and Hessians computed elsewhere from the text alone.</summary>
public sealed class ArrayGoldenTests
{
    private const double Tolerance = 1e-12;

    private static readonly Lazy<List<ArrayRecord>> Records = new(() => [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "arrays.jsonl")).Select(static line => new ArrayRecord(line))]);

    [Fact]
    public void There_are_400_and_their_variables_and_shapes_are_found()
    {
        Assert.Equal(400, Records.Value.Count);
        Assert.All(Records.Value, static record => Assert.Equal(record.Names, record.Node.Variables));
    }

    [Fact]
    public void Values_agree() => Assert.All(Records.Value, static record => record.AssertNear([record.Value], record.Evaluate([record.Node])));

    [Fact]
    public void Gradients_agree() => Assert.All(Records.Value, static record => record.AssertNear(record.Gradient, record.Evaluate(record.Node.Gradient(record.Names))));

    [Fact]
    public void Directional_derivatives_agree_with_gradients() => Assert.All(Records.Value, static record =>
    {
        var directions = record.Names.ToDictionary(static name => name, name => record.Direction(name));
        var expected = 0.0;
        var next = 0;
        foreach (var name in record.Names)
        {
            foreach (var element in ArrayRecord.ElementsOf(directions[name])) expected += element * record.Gradient[next++];
        }

        record.AssertNear([expected], record.Evaluate([record.Node.DifferentiateAlong(directions)]), 10);
    });

    [Fact]
    public void Hessians_agree_as_directions_of_gradients() => Assert.All(Records.Value, static record =>
    {
        if (record.Hessian is null) return;
        var gradient = record.Node.Gradient(record.Names);
        var names = record.Names.ToDictionary(static name => name, static name => "d_" + name);
        var directions = record.Names.ToDictionary(static name => name, name => record.DirectionVariable(name, names[name]));
        ExprNode[] rows = [.. gradient.Select(node => node.DifferentiateAlong(directions))];
        var size = record.Gradient.Length;
        for (var i = 0; i < size; i++)
        {
            var column = record.Evaluate(rows, names, i);
            record.AssertNear([.. Enumerable.Range(0, size).Select(j => record.Hessian[j, i])], column, 10);
        }
    });

    [Fact]
    public void Hessian_matrices_agree_wherever_they_are_expressions()
    {
        var (closed, open) = (0, 0);
        foreach (var record in Records.Value.Where(static record => record.Hessian is not null))
        {
            // By one variable after the other: many have a matrix among them, by which there is none.
            var start = 0;
            foreach (var name in record.Names)
            {
                var length = ArrayRecord.ElementsOf(record.Direction(name)).Length;
                try
                {
                    var hessian = record.Node.HessianMatrix(name);
                    Assert.Equal(Shape.Matrix(length, length), hessian.ArrayShape.Plain());
                    double[] expected = [.. Enumerable.Range(0, length * length).Select(i => record.Hessian![start + (i / length), start + (i % length)])];
                    record.AssertNear(expected, record.Evaluate([hessian]), 10);
                    record.AssertNear(expected, record.Evaluate([hessian.Simplify(SimplificationRule.Textbook)]), 10);
                    record.AssertNear(expected, record.Evaluate([hessian.Simplify(SimplificationRule.Stable)]), 10);
                    closed++;
                }
                catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.DerivativeOfArray)
                {
                    open++;
                }

                start += length;
            }
        }

        Assert.True(closed > 100, $"{closed} closed, {open} not.");
    }

    [Theory]
    [InlineData(SimplificationRule.Standard)]
    [InlineData(SimplificationRule.Stable)]
    [InlineData(SimplificationRule.Textbook)]
    public void Simplified_expressions_and_gradients_agree(SimplificationRule rule) => Assert.All(Records.Value, record =>
    {
        record.AssertNear([record.Value], record.Evaluate([record.Node.Simplify(rule)]), 10);
        record.AssertNear(record.Gradient, record.Evaluate([.. record.Node.Gradient(record.Names).Select(node => node.Simplify(rule))]), 10);
    });

    [Fact]
    public void Written_out_in_numbers_values_gradients_and_Hessians_agree() => Parallel.ForEach(Records.Value, static record =>
    {
        var written = Assert.IsType<ExprNode>(record.Node.ToScalar());
        var (names, point) = record.Elements();
        record.AssertNear([record.Value], Evaluate([written]));
        record.AssertNear(record.Gradient, Evaluate(written.Gradient(names)), 10);
        if (record.Hessian is null || names.Length > 12) return;
        var hessian = written.Hessian(names);
        record.AssertNear([.. record.Hessian.Cast<double>()], Evaluate([.. Enumerable.Range(0, names.Length * names.Length).Select(i => hessian[i / names.Length, i % names.Length])]), 10);

        double[] Evaluate(IReadOnlyList<ExprNode> nodes)
        {
            var results = new double[nodes.Count];
            CompiledExpression.Compile(nodes, names).Evaluate(point, results);
            return results;
        }
    });

    [Fact]
    public void Text_reads_back_to_an_equal_expression() => Assert.All(Records.Value, static record =>
    {
        Assert.Equal(record.Node, ExprNode.Parse(record.Node.ToText(ExprTextFormat.Infix, 1_000_000)));
        Assert.Equal(record.Node, ExprNode.Parse(record.Node.ToText(ExprTextFormat.Let)));
        foreach (var derivative in record.Node.Gradient(record.Names)) Assert.Equal(derivative, ExprNode.Parse(derivative.ToText(ExprTextFormat.Let)));
    });

    private sealed class ArrayRecord
    {
        private readonly Dictionary<string, double[]> _at = new(StringComparer.Ordinal);
        private readonly double _scale;

        public ArrayRecord(string line)
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            Text = root.GetProperty("expression").GetString()!;
            Node = ExprNode.Parse(Text);
            foreach (var entry in root.GetProperty("at").EnumerateObject()) _at.Add(entry.Name, Flatten(entry.Value));
            Names = [.. _at.Keys.Order(StringComparer.Ordinal)];
            Value = root.GetProperty("value").GetDouble();
            Gradient = [.. Names.SelectMany(name => Flatten(root.GetProperty("gradient").GetProperty(name)))];
            _scale = root.GetProperty("scale").GetDouble();
            if (root.TryGetProperty("hessian", out var rows))
            {
                Hessian = new double[Gradient.Length, Gradient.Length];
                for (var i = 0; i < Gradient.Length; i++)
                {
                    for (var j = 0; j < Gradient.Length; j++) Hessian[i, j] = rows[i][j].GetDouble();
                }
            }
        }

        public string Text { get; }

        public ExprNode Node { get; }

        public string[] Names { get; }

        public double Value { get; }

        public double[] Gradient { get; }

        public double[,]? Hessian { get; }

        public static double[] ElementsOf(ExprNode node) => node.Operation.Code == OperationTable.ConstantCode ? [node.ConstantValue] : ((ConstantArray)node.LeafContent).Elements;

        public ExprNode Direction(string name)
        {
            var random = new Random(name.Length + Text.Length);
            var elements = Array.ConvertAll(_at[name], _ => Math.Round(random.NextDouble() - 0.5, 3));
            var shape = ShapeOf(name);
            if (shape.IsSymmetric) shape = shape.Plain();
            return shape.IsNumber ? ExprNode.Constant(elements[0]) : ExprNode.Constant(new ConstantArray(elements, shape));
        }

        public ExprNode DirectionVariable(string name, string direction) => ExprNode.Variable(direction, ShapeOf(name).Plain());

        /// <summary>The names of the elements when they are written out, and the elements.</summary>
        public (string[] Names, double[] Point) Elements()
        {
            var elements = new ElementNames([.. Names.Select(name => (name, ShapeOf(name)))]);
            return (
                [.. Names.SelectMany(name => ShapeOf(name).IsNumber ? [name] : Enumerable.Range(0, _at[name].Length).Select(i => elements.NameOf(name, i)).ToArray())],
                [.. Names.SelectMany(name => _at[name])]);
        }

        public double[] Evaluate(IReadOnlyList<ExprNode> outputs, Dictionary<string, string>? directions = null, int unit = -1)
        {
            string[] names = directions is null ? Names : [.. Names, .. Names.Select(name => directions[name])];
            var flat = ExprNode.Flatten(outputs);
            var tape = ArrayTape.Compile(flat, VariableLayout.Of(names, flat));
            if (directions is null) return Run(tape, [.. Names.Zip(tape.Inputs.Shapes).SelectMany(pair => Used(pair.First, pair.Second))]);
            var all = new List<double>();
            var first = 0;
            for (var i = 0; i < names.Length; i++)
            {
                if (i < Names.Length)
                {
                    all.AddRange(Used(names[i], tape.Inputs.Shapes[i]));
                    continue;
                }

                var length = _at[Names[i - Names.Length]].Length;
                for (var j = 0; j < length; j++, first++)
                {
                    if (tape.Inputs.Shapes[i].Count == length) all.Add(first == unit ? 1 : 0);
                }

                if (tape.Inputs.Shapes[i].Count != length) all.Add(0);
            }

            return Run(tape, [.. all]);
        }

        public void AssertNear(double[] expected, double[] actual, double factor = 1)
        {
            Assert.True(expected.Length == actual.Length, $"{actual.Length} numbers, not {expected.Length}: {Text}");
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.True(Math.Abs(expected[i] - actual[i]) <= factor * Tolerance * Math.Max(1, _scale), $"{actual[i]:R} at {i}, not {expected[i]:R}: {Text}");
            }
        }

        // A variable that is not there any more has one unused place.
        private double[] Used(string name, Shape shape) => shape.Count == _at[name].Length ? _at[name] : [0];

        private static double[] Run(ArrayTape tape, double[] inputs)
        {
            var results = new double[tape.OutputLength];
            tape.Run(inputs, results);
            return results;
        }

        private Shape ShapeOf(string name)
        {
            var (graph, root) = Node.Flatten();
            for (var id = 0; id <= root; id++)
            {
                if (graph.IsVariable(id) && graph.NameOf(id) == name) return graph.ShapeOf(id);
            }

            return Shape.Number;
        }

        private static double[] Flatten(JsonElement value) => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().SelectMany(Flatten)] : [value.GetDouble()];
    }
}
