using System.Runtime.CompilerServices;
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
        ref readonly var first = ref _instructions[loop.First];
        ref readonly var last = ref _instructions[loop.Last];
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
            foreach (ref readonly var instruction in _instructions.AsSpan((loop.First + 1)..loop.Last))
            {
                var target = instruction.Target.In(arena).Slice(row, count);
                if (instruction.Way == Way.Both) instruction.Operation.Shares[instruction.Factor].Blocks(Some(instruction.X), instruction.Y.In(arena).Slice(row, count), target);
                else instruction.Operation.Evaluate(Some(instruction.X), Some(instruction.Y), Some(instruction.Z), target);
            }

            MatrixProduct.MultiplyFew(new MatrixRows<double>(last.X.In(arena).Slice(row, count), 1, count), some, columns, result);

            ReadOnlySpan<double> Some(in Place place) => place.Length <= 1 ? place.In(arena) : place.In(arena).Slice(row, count);
        }
    }

    /// <summary>Instructions that are run together for some rows after the other.</summary>
    /// <param name="First">The product of a matrix and a vector.</param>
    /// <param name="Last">The product of a vector and the same matrix. Between them each goes element by element over the rows.</param>
    private readonly record struct Loop(int First, int Last);

    /// <summary>Finds loops, and puts the instructions of each next to each other.</summary>
    private static class LoopFinder
    {
        // Instructions between the two products.
        private const int MostBetween = 64;

        public static Loop[] Find(List<Instruction> instructions)
        {
            var loops = new List<Loop>();
            for (var i = 0; i < instructions.Count; i++)
            {
                if (!IsProduct(instructions[i]) || !instructions[i].X.Shape.IsMatrix || !instructions[i].Y.Shape.IsVector || instructions[i].X.Length < LargeMatrix) continue;
                if (TryLoop(instructions, i) is not { } loop) continue;
                loops.Add(loop);
                i = loop.Last;
            }

            return [.. loops];
        }

        private static bool IsProduct(in Instruction instruction) => instruction is { Operation: MatMulOperation, Way: Way.Whole };

        private static Loop? TryLoop(List<Instruction> instructions, int first)
        {
            var start = instructions[first];
            var (inside, after) = (new List<Instruction> { start }, new List<Instruction>());
            for (var i = first + 1; i < instructions.Count && i <= first + MostBetween; i++)
            {
                var next = instructions[i];
                if (IsProduct(next) && next.X.Shape.IsVector && next.Y.Start == start.X.Start && next.Y.Shape == start.X.Shape)
                {
                    // All that it needs is computed in the rows before, and it writes nothing that they look at.
                    if (!IsInRows(next.X, inside) || after.Exists(other => Conflict(next, other)) || inside.Exists(other => Touches(other, next.Target))) return null;
                    inside.Add(next);
                    for (var k = 0; k < inside.Count; k++) instructions[first + k] = inside[k];
                    for (var k = 0; k < after.Count; k++) instructions[first + inside.Count + k] = after[k];
                    return new Loop(first, first + inside.Count - 1);
                }

                (GoesByRows(next, inside) && !after.Exists(other => Conflict(next, other)) ? inside : after).Add(next);
            }

            return null;
        }

        // Whether some rows after the other give the same as all instructions for all rows.
        private static bool GoesByRows(Instruction next, List<Instruction> inside)
        {
            var (isBoth, start) = (next.Way == Way.Both, inside[0]);
            if (!(next.IsDirect || isBoth) || next.Target.Length != start.Target.Length) return false;
            if (!IsInRows(next.X, inside) || !IsInRows(next.Y, inside) || !IsInRows(next.Z, inside)) return false;
            return CanWrite(next.Target) && (!isBoth || CanWrite(next.Y));

            bool CanWrite(Place place) =>
                !Overlap(place, start.X) && !Overlap(place, start.Y)
                && !inside.Exists(other => IsShifted(place, other.Target) || IsShifted(place, other.X) || IsShifted(place, other.Y) || IsShifted(place, other.Z));
        }

        // The elements of what is written are those of the same rows, or none of them is.
        private static bool IsInRows(Place place, List<Instruction> inside) =>
            !inside.Exists(other => IsShifted(place, other.Target) || (other.Way == Way.Both && IsShifted(place, other.Y)));

        private static bool IsShifted(in Place one, in Place other) => Overlap(one, other) && (one.Start != other.Start || one.Length != other.Length);

        // Whether it makes a difference which of two is first.
        private static bool Conflict(Instruction one, Instruction other) =>
            Touches(other, one.Target) || Touches(one, other.Target) || (one.Way == Way.Both && Touches(other, one.Y)) || (other.Way == Way.Both && Touches(one, other.Y));

        private static bool Touches(in Instruction instruction, in Place place) =>
            Overlap(instruction.Target, place) || Overlap(instruction.X, place) || Overlap(instruction.Y, place) || Overlap(instruction.Z, place);

        private static bool Overlap(in Place one, in Place other) => one.Length > 0 && other.Length > 0 && one.Start < other.Start + other.Length && other.Start < one.Start + one.Length;
    }
}
