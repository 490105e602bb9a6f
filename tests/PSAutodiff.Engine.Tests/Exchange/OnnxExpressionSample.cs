using PSAutodiff.Core;
using PSAutodiff.Exchange;

namespace PSAutodiff.Tests;

/// <summary>An expression with values of its variables, which are numbers of single precision, and what it is for them.</summary>
internal sealed class OnnxExpressionSample
{
    private const int Rows = 3;

    private readonly ExprNode _expression;
    private readonly Dictionary<string, double[][]> _values = new(StringComparer.Ordinal);

    /// <summary>Draws values: those of the batch for each of three rows, and those of the others for all.</summary>
    public OnnxExpressionSample(ExprNode expression, IReadOnlyCollection<string> given, IReadOnlyCollection<string> batch, Random random, double low = -1, double high = 1)
    {
        _expression = expression;
        var layout = VariableLayout.Of(expression.Variables, ExprNode.Flatten([expression]));
        for (var i = 0; i < layout.Names.Count; i++)
        {
            var own = Enumerable.Range(0, batch.Contains(layout.Names[i]) ? Rows : 1).Select(_ => Draw(layout.Shapes[i])).ToArray();
            _values[layout.Names[i]] = own.Length > 1 ? own : [.. Enumerable.Repeat(own[0], Rows)];
        }

        Portable = new PortableExpression(expression, given.ToDictionary(static name => name, name => _values[name][0], StringComparer.Ordinal), batch);

        double[] Draw(Shape shape)
        {
            var elements = new double[shape.Count];
            for (var i = 0; i < elements.Length; i++) elements[i] = (float)(low + ((high - low) * random.NextDouble()));
            if (shape.IsMatrix && shape.Rows == shape.Columns)
            {
                // Symmetric: some are declared so.
                for (var i = 0; i < shape.Rows; i++)
                {
                    for (var j = 0; j < i; j++) elements[(i * shape.Columns) + j] = elements[(j * shape.Columns) + i];
                }
            }

            return elements;
        }
    }

    /// <summary>The expression with its inputs.</summary>
    public PortableExpression Portable { get; }

    /// <summary>The distance of what a file gives from what the expression is: relative to the largest element, or absolute where all are small; infinity where the shapes differ.</summary>
    public double DistanceOf(byte[] file)
    {
        using var session = new OnnxSession(file);
        var hasRows = Portable.Batch.Count > 0;
        var inputs = Portable.Inputs.Select(name => (Portable.Names[name], Sizes: Portable.SizesOf(name).Select(static size => size < 0 ? Rows : (int)size).ToArray(), Values: Portable.Batch.Contains(name) ? _values[name].SelectMany(static row => row).ToArray() : _values[name][0]));
        var (values, sizes) = session.Run([.. inputs], session.Outputs.Single());
        long[] wanted = [.. hasRows ? (long[])[Rows] : [], .. _expression.ArrayShape.Sizes];
        if (!sizes.Select(static size => (long)size).SequenceEqual(wanted)) return double.PositiveInfinity;
        var expected = Enumerable.Range(0, hasRows ? Rows : 1).SelectMany(ValueOf).ToArray();
        var scale = Math.Max(1, expected.Max(Math.Abs));
        return expected.Zip(values, (a, b) => double.IsNaN(a) && double.IsNaN(b) ? 0 : Math.Abs(a - b) / scale).Select(static off => double.IsNaN(off) ? double.PositiveInfinity : off).Max();
    }

    /// <summary>What single precision cannot be better than: see <see cref="ExchangeSamples.Unavoidable"/>.</summary>
    public double Unavoidable()
    {
        var random = new Random(1);
        var most = 0.0;
        for (var row = 0; row < Rows; row++)
        {
            var expected = ValueOf(row);
            var scale = Math.Max(1, expected.Max(Math.Abs));
            for (var draw = 0; draw < 8; draw++)
            {
                var off = ValueOf(row, element => element * (1 + (ExchangeSamples.HalfDigit * (random.Next(2) == 0 ? 1 : -1)))).Zip(expected, (a, b) => Math.Abs(a - b) / scale).Max();
                if (double.IsFinite(off)) most = Math.Max(most, off);
            }
        }

        return 8 * most;
    }

    private double[] ValueOf(int row) => ValueOf(row, static element => element);

    private double[] ValueOf(int row, Func<double, double> change)
    {
        var compiled = CompiledExpression.Compile([_expression]);
        var results = new double[compiled.ResultLength];
        compiled.Evaluate([.. _expression.Variables.SelectMany(name => _values[name][row]).Select(change)], results);
        return results;
    }
}
