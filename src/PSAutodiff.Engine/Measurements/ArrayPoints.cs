using PSAutodiff.Core;

namespace PSAutodiff.Measurements;

/// <summary>Makes of any point one at which expressions of arrays have values: symmetric matrices where they are promised, and whole numbers where elements are chosen by them.</summary>
internal sealed class ArrayPoints
{
    private readonly List<(int Start, int Size)> _symmetric = [];
    private readonly List<(Range Elements, long Places)> _places = [];

    public ArrayPoints(RootedGraph expressions, VariableLayout variables)
    {
        var numbers = PlacesOf(expressions);
        for (var i = 0; i < variables.Names.Count; i++)
        {
            var elements = variables.ElementsOf(i);
            if (variables.Shapes[i].IsSymmetric) _symmetric.Add((elements.Start.Value, (int)variables.Shapes[i].Rows));
            if (numbers.TryGetValue(variables.Names[i], out var places)) _places.Add((elements, places));
        }
    }

    /// <summary>The variables by whose whole numbers elements are chosen, and among how many.</summary>
    public static Dictionary<string, long> PlacesOf(RootedGraph expressions)
    {
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal);
        var graph = expressions.Graph;
        if (graph.Arrays is null) return numbers;
        var reachable = expressions.Reachable();
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id] || graph.IsLeaf(id) || graph.OperationOf(id) is not ArrayOperation operation || graph.Y(id) is not (>= 0 and var chosen) || !graph.IsVariable(chosen)) continue;
            long[] indices = operation.HasIndices ? graph.IndicesOf(graph.Argument(id, operation.Arity - 1)) : [];
            var places = operation.PlacesOf(new ArgumentShapes(graph.ShapeOf(graph.X(id)), graph.ShapeOf(chosen), Shape.Number, indices));
            if (places > 0) numbers[graph.NameOf(chosen)] = Math.Min(places, numbers.GetValueOrDefault(graph.NameOf(chosen), long.MaxValue));
        }

        return numbers;
    }

    /// <summary>Changes a point as little as needed.</summary>
    public void Conform(double[] point)
    {
        foreach (var (start, size) in _symmetric)
        {
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < i; j++) point[start + (i * size) + j] = point[start + (j * size) + i];
            }
        }

        foreach (var (elements, places) in _places)
        {
            foreach (ref var number in point.AsSpan(elements)) number = Math.Floor(Math.Abs(number)) % places;
        }
    }
}
