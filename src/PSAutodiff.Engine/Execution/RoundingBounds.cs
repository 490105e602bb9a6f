using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Execution;

/// <summary>
/// Values of expressions at a point together with bounds on what rounding may have done to them: running error analysis
/// (Wilkinson). The error of a node is what its arguments' errors make of its value, found by moving the arguments, and one
/// rounding of its own. Not thread-safe: one object serves one point after the other.
/// </summary>
internal sealed class RoundingBounds
{
    private const double SmallestNormal = 2.2250738585072014e-308;

    // Between two looks at the token; a power of two.
    private const int NodesUnwatched = 1 << 12;

    private readonly Graph _graph;
    private readonly int[] _roots;
    private readonly int[] _nodes;
    private readonly int[] _variableOf;
    private readonly double[] _values;
    private readonly double[] _errors;

    // Where the elements of a node begin in these two; null for a graph of numbers, whose nodes have one each.
    private readonly int[]? _starts;
    private readonly Range[] _elementsOf = [];
    private readonly bool _creditExact;
    private readonly bool _jumpsAreUnknown;

    /// <summary>Prepares the analysis.</summary>
    /// <param name="expressions">The expressions.</param>
    /// <param name="variables">The variables in the order in which points give their elements.</param>
    /// <param name="creditExact">
    /// Whether an operation that happens to be exact (1 + 2, but not 0.1 + 0.2) counts as such; if not, the bounds hold beside
    /// the point as well.
    /// </param>
    /// <param name="jumpsAreUnknown">Whether nothing is known of a value that jumps within its arguments' errors.</param>
    /// <exception cref="AutodiffException">The arrays of the expressions are too large to keep all of them.</exception>
    public RoundingBounds(RootedGraph expressions, VariableLayout variables, bool creditExact = true, bool jumpsAreUnknown = false)
    {
        _jumpsAreUnknown = jumpsAreUnknown;
        (_graph, _roots) = expressions;
        _creditExact = creditExact;
        var reachable = expressions.Reachable();
        var nodes = new List<int>();
        var indexOf = new NamePlaces(variables.Names);
        _variableOf = new int[reachable.Length];
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id]) continue;
            nodes.Add(id);
            if (_graph.IsVariable(id)) _variableOf[id] = indexOf[_graph.NameOf(id)];
        }

        _nodes = [.. nodes];
        var length = reachable.Length;
        if (_graph.HasArrays(reachable))
        {
            _elementsOf = [.. Enumerable.Range(0, variables.Names.Count).Select(variables.ElementsOf)];
            (_starts, length) = Places();
        }

        _values = new double[length];
        _errors = new double[length];
    }

    /// <summary>Whether a part of the expressions underflowed, so that 0 says little about its true value.</summary>
    public bool Underflowed { get; private set; }

    /// <summary>The value of a root at the last point: the same bits as from a compiled expression.</summary>
    public double ValueOf(int root) => _values[PlaceOf(_roots[root])];

    /// <summary>
    /// How far the value of a root at the last point may be from that of exact arithmetic, up to a small factor; infinite when
    /// nothing is known, never NaN.
    /// </summary>
    public double BoundOf(int root) => _errors[PlaceOf(_roots[root])];

    /// <summary>The same for each element of a root.</summary>
    public ReadOnlySpan<double> BoundsOf(int root) => Of(_errors, _roots[root]);

    /// <summary>The elements of the value of a root at the last point.</summary>
    public ReadOnlySpan<double> ValuesOf(int root) => Of(_values, _roots[root]);

    /// <summary>Evaluates at a point.</summary>
    /// <param name="point">Values of the variables.</param>
    /// <param name="pointError">The relative error of these values; 0 when they count as exact.</param>
    /// <param name="exact">How many of the first values count as exact whatever the error of the others is.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Evaluate(ReadOnlySpan<double> point, double pointError = 0, int exact = 0, CancellationToken cancellation = default)
    {
        Underflowed = false;
        foreach (var id in _nodes)
        {
            if ((id & (NodesUnwatched - 1)) == 0) cancellation.ThrowIfCancellationRequested();
            if (_starts is not null)
            {
                VisitArray(id, point, pointError, exact);
            }
            else if (_graph.IsVariable(id))
            {
                var value = point[_variableOf[id]];
                (_values[id], _errors[id]) = (value, _variableOf[id] < exact ? 0 : pointError * Math.Abs(value));
            }
            else if (_graph.IsConstant(id))
            {
                var value = _graph.ConstantOf(id);
                (_values[id], _errors[id]) = (value, ErrorOf(value));
            }
            else
            {
                Visit(_graph.OperationOf(id), id, _graph.X(id), _graph.Y(id), _graph.Z(id));
            }
        }
    }

    // Constants such as 0.1 and pi stand for numbers that have no double; 3, 0.25 and 1e6 for themselves.
    private static bool IsShort(double value) => (BitConverter.DoubleToInt64Bits(value) & 0xFFFFF) == 0;

    private static double ErrorOf(double constant) => IsShort(constant) ? 0 : Rounding.Unit * Math.Abs(constant);

    private int PlaceOf(int id) => _starts is null ? id : _starts[id];

    private (int[] Starts, int Length) Places()
    {
        var starts = new int[_variableOf.Length];
        long length = 0;
        foreach (var id in _nodes)
        {
            starts[id] = (int)length;
            length += _graph.IsIndex(id) ? 0 : Math.Min(_graph.ShapeOf(id).Count, Array.MaxLength + 1L);
            if (length > Array.MaxLength) throw new AutodiffException(ErrorIds.DataTooLarge, "The arrays of this expression have more elements together than can be computed with.");
        }

        return (starts, (int)length);
    }

    private Span<double> Of(double[] all, int id) => id < 0 || _graph.IsIndex(id) ? [] : _starts is null ? all.AsSpan(id, 1) : all.AsSpan(_starts[id], (int)_graph.ShapeOf(id).Count);

    private void VisitArray(int id, ReadOnlySpan<double> point, double pointError, int exact)
    {
        var values = Of(_values, id);
        var errors = Of(_errors, id);
        if (_graph.IsVariable(id))
        {
            var elements = _elementsOf[_variableOf[id]];
            point[elements].CopyTo(values);
            for (var i = 0; i < values.Length; i++) errors[i] = elements.Start.Value + i < exact ? 0 : pointError * Math.Abs(values[i]);
        }
        else if (_graph.IsConstant(id) || _graph.IsArray(id))
        {
            if (_graph.IsArray(id)) _graph.ArrayOf(id).Elements.CopyTo(values);
            else values[0] = _graph.ConstantOf(id);
            for (var i = 0; i < values.Length; i++) errors[i] = ErrorOf(values[i]);
        }
        else if (_graph.OperationOf(id) is ArrayOperation operation)
        {
            var (x, y, last) = (_graph.X(id), _graph.Y(id), operation.HasIndices ? _graph.Argument(id, operation.Arity - 1) : -1);
            var of = new ArrayOperands
            {
                X = Of(_values, x),
                Y = Of(_values, y),
                ShapeX = _graph.ShapeOf(x),
                ShapeY = y < 0 ? Shape.Number : _graph.ShapeOf(y),
                Shape = _graph.ShapeOf(id),
                Indices = last < 0 ? [] : _graph.IndicesOf(last),
            };
            operation.Execute(of, values);
            var known = new ArrayErrors { X = Of(_errors, x), Y = Of(_errors, y), Value = values, OfJump = _jumpsAreUnknown ? double.PositiveInfinity : 1 };
            Underflowed |= operation.Bound(of, known, errors);
            for (var i = 0; i < errors.Length; i++)
            {
                if (double.IsNaN(errors[i]) || !double.IsFinite(values[i])) errors[i] = double.PositiveInfinity;
            }
        }
        else if (!_graph.IsIndex(id))
        {
            VisitElements(id);
        }
    }

    private void VisitElements(int id)
    {
        var (shape, operation) = (_graph.ShapeOf(id), _graph.OperationOf(id));
        var (columns, count) = (Math.Max(1, shape.Last), shape.Count);
        for (long i = 0; i < count; i++)
        {
            Visit(operation, _starts![id] + (int)i, PlaceOf(_graph.X(id), i / columns, i % columns), PlaceOf(_graph.Y(id), i / columns, i % columns), PlaceOf(_graph.Z(id), i / columns, i % columns));
        }
    }

    // The element that stands in a row and column where an argument is stretched.
    private int PlaceOf(int argument, long row, long column)
    {
        if (argument < 0) return -1;
        var shape = _graph.ShapeOf(argument);
        var place = shape.Last == 1 || shape.IsNumber ? 0 : column;
        if (shape.IsMatrix && shape.Rows > 1) place += row * shape.Columns;
        return _starts![argument] + (int)place;
    }

    /// <summary>Computes one element from its arguments, each at its place.</summary>
    private void Visit(Operation operation, int at, int xId, int yId, int zId)
    {
        var (x, ex) = (_values[xId], _errors[xId]);
        var (y, ey) = yId < 0 ? (0, 0) : (_values[yId], _errors[yId]);
        var (z, ez) = zId < 0 ? (0, 0) : (_values[zId], _errors[zId]);
        var value = operation.Evaluate(x, y, z);
        var rounding = operation.Rounding;
        var inexact = ex > 0 || ey > 0 || ez > 0;
        var error = double.IsFinite(value) ? OwnError(operation, rounding, value, x, y, _creditExact && !inexact) : double.PositiveInfinity;
        if (inexact)
        {
            error += ex > rounding.LargestArgumentError ? double.PositiveInfinity
                : rounding.Propagates is { } propagates ? propagates(value, x, ex, y, ey)
                : new Neighbourhood(operation, (x, ex), (y, ey), (z, ez), isSmooth: rounding.Units > 0, isOneArgument: xId == yId).Spread(value);
            if (double.IsNaN(error) || (_jumpsAreUnknown && rounding.Jumps?.Invoke(error, x, ex) == true)) error = double.PositiveInfinity;
        }

        _values[at] = value;
        _errors[at] = error;
    }

    private double OwnError(Operation operation, Rounding rounding, double value, double x, double y, bool creditExact)
    {
        if (rounding.Units == 0 || (creditExact && rounding.IsExact?.Invoke(x, y) == true)) return 0;
        var error = rounding.Units * Rounding.Unit * Math.Abs(value);
        if (!rounding.MayUnderflow) return error;
        if (Math.Abs(value) < SmallestNormal && x != 0 && (operation.Arity < 2 || y != 0))
        {
            // log(1) is 0 as well, but moves away from it when the argument moves.
            const double little = 1.0 / 1024;
            Underflowed |= Math.Abs(operation.Evaluate(x + (little * x), y, 0)) < SmallestNormal;
        }

        return error + double.Epsilon;
    }

    /// <summary>Values of an operation where its arguments are moved by up to twice their errors.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second argument.</param>
    /// <param name="z">The third argument.</param>
    /// <param name="isSmooth">Whether the operation is no step or kink.</param>
    /// <param name="isOneArgument">Whether the first two arguments are one and the same, and move as one: less(u, u) is 0.</param>
    private readonly struct Neighbourhood(Operation operation, Inexact x, Inexact y, Inexact z, bool isSmooth, bool isOneArgument)
    {
        private const int Parts = 8;

        /// <summary>
        /// How far the value moves when the arguments move by their errors: half of what twice the errors do, because a single error
        /// may be too small to move an argument at all.
        /// </summary>
        public double Spread(double value)
        {
            var magnitude = Math.Abs(value);
            double spread = 0, largest = 0;
            for (var corner = 0; corner < 8; corner++)
            {
                if ((x.Error == 0 && (corner & 1) != 0) || (y.Error == 0 && (corner & 2) != 0) || (z.Error == 0 && (corner & 4) != 0)) continue;
                if (isOneArgument && (corner & 1) != (corner & 2) >> 1) continue;
                var end = At(corner, 1);
                var distance = Math.Abs(end - value);
                if (distance > magnitude / 64) distance = OnTheWay(corner, value, distance);
                if (!double.IsFinite(distance)) return double.PositiveInfinity;
                spread = Math.Max(spread, distance);
                largest = Math.Max(largest, Math.Abs(end));
            }

            // A value larger than all around it stands next to a pole, which may be between them.
            if (magnitude > largest && spread > magnitude / 4) return double.PositiveInfinity;

            // sin(1e20): neighbouring doubles are whole waves apart, so moving by one tells nothing.
            if (isSmooth && spread > Math.Max(1, magnitude) / 64 && x.IsNearNeighbour && y.IsNearNeighbour) return double.PositiveInfinity;

            // An argument may be 0 where its ends are not: the condition of a select.
            if (x.MayBe0 || y.MayBe0 || z.MayBe0)
            {
                spread = Math.Max(spread, 2 * Math.Abs(operation.Evaluate(x.Or0, y.Or0, z.Or0) - value));
            }

            return spread / 2;
        }

        private double At(int corner, double part) => operation.Evaluate(
            x.Moved((corner & 1) == 0 ? part : -part),
            y.Moved((corner & 2) == 0 ? part : -part),
            z.Moved((corner & 4) == 0 ? part : -part));

        /// <summary>The largest distance on the way to a corner; nothing is known where the value turns more than once, as a wave does.</summary>
        private double OnTheWay(int corner, double value, double distance)
        {
            var turns = -1;
            var (last, direction) = (value, 0);
            for (var part = 1; part <= Parts; part++)
            {
                var next = At(corner, (double)part / Parts);
                distance = Math.Max(distance, Math.Abs(next - value));
                if (next.CompareTo(last) is var step and not 0 && step != direction)
                {
                    direction = step;
                    turns++;
                }

                last = next;
            }

            return turns > 1 ? double.PositiveInfinity : distance;
        }
    }

    private readonly record struct Inexact(double Value, double Error)
    {
        public bool MayBe0 => Error > 0 && Math.Abs(Value) <= 2 * Error;

        public double Or0 => MayBe0 ? 0 : Value;

        /// <summary>Whether twice the error is only a few units in the last place.</summary>
        public bool IsNearNeighbour => Error <= 8 * Rounding.Unit * Math.Abs(Value);

        public static implicit operator Inexact((double Value, double Error) pair) => new(pair.Value, pair.Error);

        // Of an undefined argument anything may be true, also that it is large: less(x, 0/0) is 0, but says nothing.
        public double Moved(double part) => Error == 0 ? Value : double.IsInfinity(Error) ? part * Error : Value + (2 * part * Error);
    }
}
