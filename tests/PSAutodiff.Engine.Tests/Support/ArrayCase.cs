using PSAutodiff.Core;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Fuzz;
using Nested = PSAutodiff.Tests.ArrayReference.Nested;

namespace PSAutodiff.Tests;

/// <summary>A random program of arrays with values for its variables.</summary>
internal sealed class ArrayCase
{
    private readonly Dictionary<string, Nested> _at = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Nested> _near = new(StringComparer.Ordinal);

    public ArrayCase(int seed, int size, bool isSmooth, bool isNumber)
    {
        var random = new Random(seed);
        Seed = seed;
        Program = ArrayGrammar.Make(random, size, isSmooth, isNumber);
        Node = ExprNode.Parse(Program.Text);
        Draw(random);
    }

    /// <summary>A text with random values for its variables.</summary>
    public ArrayCase(string text, int seed)
    {
        Seed = seed;
        Node = ExprNode.Parse(text);
        Program = new(text, [.. ExprNode.Flatten([Node]).VariablesAndShapes().Select(static one => new ArrayGrammar.Variable(one.Name, [.. one.Shape.Sizes.Select(static size => (int)size)], one.Shape.IsSymmetric))]);
        Draw(new Random(seed));
    }

    private void Draw(Random random)
    {
        foreach (var variable in Program.Variables)
        {
            var value = Random(random, variable);
            _at.Add(variable.Name, value);
            _near.Add(variable.Name, Nested.Of(value.Sizes, value.Elements().Select(element => element * (1 + (1e-13 * (random.NextDouble() - 0.5))))));
        }
    }

    public int Seed { get; }

    public ArrayGrammar.Program Program { get; }

    public ExprNode Node { get; }

    public string[] Names => [.. Node.Variables];

    public Nested At(string name) => _at[name];

    /// <summary>Values that the engine computes, all elements in order.</summary>
    public double[] Evaluate(params IReadOnlyList<ExprNode> nodes) => new Compiled(nodes, _at).Run();

    /// <summary>Expressions to be evaluated at several places, maybe with more variables.</summary>
    public Compiled Compile(IReadOnlyList<ExprNode> nodes, IEnumerable<KeyValuePair<string, Nested>>? more = null) => new(nodes, new Dictionary<string, Nested>(_at.Concat(more ?? []), StringComparer.Ordinal));

    /// <summary>Values by the reference, and how far each moves with the last digits of the variables.</summary>
    public (double[] Values, double[] Unsteadiness) Reference(ExprNode node)
    {
        double[] values = [.. ArrayReference.Evaluate(node, _at).Elements()];
        double[] near = [.. ArrayReference.Evaluate(node, _near).Elements()];
        return (values, [.. values.Zip(near, static (a, b) => Math.Abs(a - b))]);
    }

    /// <summary>Whether all that an expression is computed from is finite.</summary>
    /// <param name="node">The expression.</param>
    /// <param name="directions">What the names of directions begin with, where there are any; these are ones.</param>
    public bool IsRegular(ExprNode node, string? directions = null)
    {
        IEnumerable<KeyValuePair<string, Nested>> ones = directions is null ? [] : _at.Select(one => KeyValuePair.Create(directions + one.Key, Nested.Of(one.Value.Sizes, one.Value.Elements().Select(static _ => 1.0))));
        ArrayReference.Evaluate(node, new Dictionary<string, Nested>(_at.Concat(ones), StringComparer.Ordinal), out var isRegular);
        return isRegular;
    }

    /// <summary>The derivatives of all elements of an expression by those of a variable, by central differences: element by element, each by all.</summary>
    public double[] Differences(ExprNode node, string variable)
    {
        const double step = 1e-3;
        var compiled = Compile([node]);
        var count = _at[variable].Elements().Count();
        var columns = Enumerable.Range(0, count).Select(i =>
        {
            double[] At(double by) => compiled.Run(variable, i, by);
            var (near, far) = (At(step).Zip(At(-step), static (a, b) => (a - b) / (2 * step)), At(2 * step).Zip(At(-2 * step), static (a, b) => (a - b) / (4 * step)));
            return near.Zip(far, static (a, b) => ((4 * a) - b) / 3).ToArray();
        }).ToArray();
        return [.. Enumerable.Range(0, columns[0].Length).SelectMany(i => columns.Select(column => column[i]))];
    }

    /// <summary>Whether two values are the same but for rounding.</summary>
    public void RequireNear(string what, double[] expected, double[] actual, double tolerance, double[]? unsteadiness = null)
    {
        if (expected.Length != actual.Length) throw new InvalidOperationException($"{what}: {actual.Length} elements, not {expected.Length}; seed {Seed}: {Program.Text}");
        for (var i = 0; i < expected.Length; i++)
        {
            if (!AreNear(expected[i], actual[i], tolerance, unsteadiness?[i] ?? 0)) throw new InvalidOperationException($"{what}: {actual[i]:R} at {i}, not {expected[i]:R}; seed {Seed}: {Program.Text}");
        }
    }

    private static bool AreNear(double expected, double actual, double tolerance, double unsteadiness)
    {
        if (double.IsNaN(unsteadiness) || double.IsNaN(expected)) return double.IsNaN(actual) || double.IsNaN(unsteadiness);
        if (!double.IsFinite(expected)) return expected.Equals(actual);
        return Math.Abs(expected - actual) <= (tolerance * Math.Max(1, Math.Abs(expected))) + (1e3 * unsteadiness);
    }

    private static Nested Random(Random random, ArrayGrammar.Variable variable)
    {
        double Element() => Math.Round((3 * random.NextDouble()) - 1.5, 3);
        if (!variable.IsSymmetric) return Nested.Of(variable.Shape, Enumerable.Range(0, variable.Shape.Aggregate(1, static (a, b) => a * b)).Select(_ => Element()).ToArray());
        var half = Nested.Matrix(variable.Shape[0], variable.Shape[0], (_, _) => Element());
        return Nested.Matrix(variable.Shape[0], variable.Shape[0], (i, j) => i < j ? half[i, j] : half[j, i]);
    }

    /// <summary>Expressions and values of their variables, one element of which may be moved.</summary>
    internal sealed class Compiled
    {
        private readonly ArrayTape _tape;
        private readonly double[] _inputs;
        private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

        public Compiled(IReadOnlyList<ExprNode> nodes, Dictionary<string, Nested> at)
        {
            string[] names = [.. at.Keys.Order(StringComparer.Ordinal)];
            var inputs = new List<double>();
            foreach (var name in names)
            {
                _places.Add(name, inputs.Count);
                inputs.AddRange(at[name].Elements());
            }

            _tape = ArrayTape.Compile(ExprNode.Flatten(nodes), new VariableLayout(names, [.. names.Select(name => Shape.Of([.. at[name].Sizes.Select(static size => (long)size)]))]));
            _inputs = [.. inputs];
        }

        /// <summary>All elements of the values.</summary>
        public double[] Run()
        {
            var results = new double[_tape.OutputLength];
            _tape.Run(_inputs, results);
            return results;
        }

        /// <summary>The same with an element of a variable moved.</summary>
        public double[] Run(string variable, int element, double by)
        {
            ref var place = ref _inputs[_places[variable] + element];
            var before = place;
            place += by;
            var results = Run();
            _inputs[_places[variable] + element] = before;
            return results;
        }
    }
}
