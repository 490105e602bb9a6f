using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSAutodiff.Kernels;

namespace PSAutodiff.Execution.Arrays;

/// <content>
/// A large matrix that is multiplied by a vector, and of whose product a vector is made element by element by which it is multiplied from
/// the left, as in gradients of sums of squares: some of its rows at a time, so that they are still in the cache when they are needed again.
/// </content>
internal sealed partial class ArrayTape
{
    // Numbers of a matrix that the nearest caches do not hold, and as many of them as they do.
    private const int LargeMatrix = 1 << 16;
    private const int NumbersAtOnce = 1 << 13;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(Loop loop, double[] arena, CancellationToken cancellation)
    {
        ref readonly var first = ref _list.Instructions[_list.Steps[loop.First].Number];
        ref readonly var last = ref _list.Instructions[_list.Steps[loop.Last].Number];
        var matrix = first.X.In(arena);
        var result = last.Target.In(arena);
        var (rows, columns) = (first.Target.Length, result.Length);
        var most = Math.Max(MatrixProduct.TileRows, NumbersAtOnce / columns);
        result.Clear();
        for (var row = 0; row < rows; row += most)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(most, rows - row);
            var some = matrix.Slice(row * columns, count * columns);
            MatrixProduct.MultiplyPlain(some, count, columns, first.Y.In(arena), 1, first.Target.In(arena).Slice(row, count), cancellation);
            foreach (ref readonly var step in _list.Steps.AsSpan((loop.First + 1)..loop.Last)) Run(step, ref MemoryMarshal.GetArrayDataReference(arena), row, count);
            MatrixProduct.MultiplyFew(new MatrixRows<double>(last.X.In(arena).Slice(row, count), 1, count), some, columns, result);
        }
    }

    /// <summary>Steps that are run together for some rows after the other.</summary>
    /// <param name="First">The product of a matrix and a vector.</param>
    /// <param name="Last">The product of a vector and the same matrix. Between them each goes element by element over the rows.</param>
    private readonly record struct Loop(int First, int Last);

    /// <summary>Finds loops, and puts the steps of each next to each other.</summary>
    private readonly struct LoopFinder(StepList list)
    {
        // Steps between the two products.
        private const int MostBetween = 64;

        private readonly StepList _list = list;

        public Loop[] Find()
        {
            var loops = new List<Loop>();
            for (var i = 0; i < _list.Steps.Length; i++)
            {
                if (!IsProduct(_list.Steps[i], out var product) || !product.X.Shape.IsMatrix || !product.Y.Shape.IsVector || product.X.Length < LargeMatrix) continue;
                if (TryLoop(i, product) is not { } loop) continue;
                loops.Add(loop);
                i = loop.Last;
            }

            return [.. loops];
        }

        private bool IsProduct(in Step step, out Instruction product)
        {
            product = step is { Form: StepForm.Whole, Operation: MatMulOperation } ? _list.Instructions[step.Number] : default;
            return product is { Operation: not null, Way: Way.Whole };
        }

        private Loop? TryLoop(int first, in Instruction product)
        {
            var steps = _list.Steps;
            var (inside, after) = (new List<Reach> { ReachOf(steps[first]) }, new List<Reach>());
            for (var i = first + 1; i < steps.Length && i <= first + MostBetween; i++)
            {
                var next = ReachOf(steps[i]);
                if (IsProduct(steps[i], out var second) && second.X.Shape.IsVector && second.Y.Start == product.X.Start && second.Y.Shape == product.X.Shape)
                {
                    // All that it needs is computed in the rows before, and it writes nothing that they look at.
                    if (!IsInRows(next.X, inside) || after.Exists(other => Conflict(next, other)) || inside.Exists(other => Touches(other, next.Target))) return null;
                    inside.Add(next);
                    for (var k = 0; k < inside.Count; k++) steps[first + k] = inside[k].Step;
                    for (var k = 0; k < after.Count; k++) steps[first + inside.Count + k] = after[k].Step;
                    return new Loop(first, first + inside.Count - 1);
                }

                (GoesByRows(next, inside) && !after.Exists(other => Conflict(next, other)) ? inside : after).Add(next);
            }

            return null;
        }

        private Reach ReachOf(in Step step) => new(step, _list.ExtentOf(step, -1), _list.ExtentOf(step, 0), _list.ExtentOf(step, 1), _list.ExtentOf(step, 2));

        // Whether some rows after the other give the same as all steps for all rows.
        private static bool GoesByRows(in Reach next, List<Reach> inside)
        {
            var start = inside[0];
            if (next.Step.Form is StepForm.Whole or StepForm.Number or StepForm.Copy || next.Target.Length != start.Target.Length) return false;
            if (!IsInRows(next.X, inside) || !IsInRows(next.Y, inside) || !IsInRows(next.Z, inside)) return false;
            return CanWrite(next.Target) && (!next.IsBoth || CanWrite(next.Y));

            bool CanWrite(Extent place) =>
                !place.Overlaps(start.X) && !place.Overlaps(start.Y)
                && !inside.Exists(other => place.IsShiftedFrom(other.Target) || place.IsShiftedFrom(other.X) || place.IsShiftedFrom(other.Y) || place.IsShiftedFrom(other.Z));
        }

        // The elements of what is written are those of the same rows, or none of them is.
        private static bool IsInRows(Extent place, List<Reach> inside) =>
            !inside.Exists(other => place.IsShiftedFrom(other.Target) || (other.IsBoth && place.IsShiftedFrom(other.Y)));

        // Whether it makes a difference which of two is first.
        private static bool Conflict(Reach one, Reach other) =>
            Touches(other, one.Target) || Touches(one, other.Target) || (one.IsBoth && Touches(other, one.Y)) || (other.IsBoth && Touches(one, other.Y));

        private static bool Touches(in Reach reach, Extent place) =>
            reach.Target.Overlaps(place) || reach.X.Overlaps(place) || reach.Y.Overlaps(place) || reach.Z.Overlaps(place);

        /// <summary>A step and what it reads and writes.</summary>
        private sealed record Reach(Step Step, Extent Target, Extent X, Extent Y, Extent Z)
        {
            public bool IsBoth => Step.Form == StepForm.Both;
        }
    }
}
