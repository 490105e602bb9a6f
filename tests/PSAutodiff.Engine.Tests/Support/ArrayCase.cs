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
    public bool IsRegular(ExprNode node)
    {
        ArrayReference.Evaluate(node, _at, out var isRegular);
        return isRegular;
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
