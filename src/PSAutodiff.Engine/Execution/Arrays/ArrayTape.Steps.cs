using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSAutodiff.Kernels;

namespace PSAutodiff.Execution.Arrays;

/// <content>
/// Instructions as they are run. What goes element by element is a few numbers long, so that thousands of operations on small vectors stay in the
/// cache, and a product and the sum that it goes into are one step.
/// </content>
internal sealed partial class ArrayTape
{
    // Steps between two looks at the token, which longer ones take each; a power of two.
    private const int StepsUnwatched = 1 << 6;
    private const int LongStep = 1 << 12;

    /// <summary>How a step is run.</summary>
    private enum StepForm : byte
    {
        /// <summary>As the instruction of its number.</summary>
        Whole,

        /// <summary>One number.</summary>
        Number,

        /// <summary>Element by element.</summary>
        Apply,

        /// <summary>With the operation that it shares its value with, which goes to the place of the second argument.</summary>
        Both,

        /// <summary>Elements that stay together are copied.</summary>
        Copy,

        /// <summary>x + y.</summary>
        Add,

        /// <summary>x - y.</summary>
        Subtract,

        /// <summary>x * y.</summary>
        Multiply,

        /// <summary>z + x * y.</summary>
        PlusProduct,

        /// <summary>x * y + z.</summary>
        ProductPlus,

        /// <summary>z - x * y.</summary>
        MinusProduct,

        /// <summary>x * y - z.</summary>
        ProductMinus,
    }

    /// <summary>Which arguments of a step are one number for all elements, and which of the first two are not needed after it.</summary>
    [Flags]
    private enum StepArguments : byte
    {
        XStays = 1,
        YStays = 2,
        ZStays = 4,
        EndsX = 8,
        EndsY = 16,
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(in StepList list, int start, int end, double[] arena, CancellationToken cancellation)
    {
        var steps = list.Steps.AsSpan(start, end - start);
        for (var i = 0; i < steps.Length; i++)
        {
            ref readonly var step = ref steps[i];
            if ((i & (StepsUnwatched - 1)) == 0 || step.Length >= LongStep) cancellation.ThrowIfCancellationRequested();
            if (step.Form == StepForm.Whole) Run(list.Instructions[step.Number], arena, cancellation);
            else if (step.Form == StepForm.Number) arena[step.Target] = step.Operation.Evaluate(arena[step.X], arena[step.Y], arena[step.Z]);
            else if (step.Length <= WorkWatch.AtOnce) Run(step, ref MemoryMarshal.GetArrayDataReference(arena), 0, step.Length);
            else RunLong(step, arena, cancellation);
        }
    }

    // In pieces, so that it can be ended soon.
    private static void RunLong(in Step step, double[] arena, CancellationToken cancellation)
    {
        for (var first = 0; first < step.Length; first += Math.Min(WorkWatch.AtOnce, step.Length - first))
        {
            cancellation.ThrowIfCancellationRequested();
            Run(step, ref MemoryMarshal.GetArrayDataReference(arena), first, Math.Min(WorkWatch.AtOnce, step.Length - first));
        }
    }

    /// <summary>Runs a step for some of its elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(in Step step, ref double arena, int first, int length)
    {
        var (xStays, yStays) = ((step.Arguments & StepArguments.XStays) != 0, (step.Arguments & StepArguments.YStays) != 0);
        ref var x = ref Unsafe.Add(ref arena, step.X + (xStays ? 0 : first));
        ref var y = ref Unsafe.Add(ref arena, step.Y + (yStays ? 0 : first));
        ref var target = ref Unsafe.Add(ref arena, step.Target + first);
        switch (step.Form)
        {
            case StepForm.Add:
                FusedBlocks.Map<SumOperation.Function>(ref x, xStays, ref y, yStays, ref target, length);
                return;
            case StepForm.Subtract:
                FusedBlocks.Map<SubOperation.Function>(ref x, xStays, ref y, yStays, ref target, length);
                return;
            case StepForm.Multiply:
                FusedBlocks.Map<MulOperation.Function>(ref x, xStays, ref y, yStays, ref target, length);
                return;
            case StepForm.PlusProduct:
                FusedBlocks.Map<FusedBlocks.PlusProduct>(ref x, xStays, ref y, yStays, ref Unsafe.Add(ref arena, step.Z + first), ref target, length);
                return;
            case StepForm.ProductPlus:
                FusedBlocks.Map<FusedBlocks.ProductPlus>(ref x, xStays, ref y, yStays, ref Unsafe.Add(ref arena, step.Z + first), ref target, length);
                return;
            case StepForm.MinusProduct:
                FusedBlocks.Map<FusedBlocks.MinusProduct>(ref x, xStays, ref y, yStays, ref Unsafe.Add(ref arena, step.Z + first), ref target, length);
                return;
            case StepForm.ProductMinus:
                FusedBlocks.Map<FusedBlocks.ProductMinus>(ref x, xStays, ref y, yStays, ref Unsafe.Add(ref arena, step.Z + first), ref target, length);
                return;
            case StepForm.Copy:
                if (length == 1) target = x;
                else MemoryMarshal.CreateReadOnlySpan(ref x, length).CopyTo(MemoryMarshal.CreateSpan(ref target, length));
                return;
            case StepForm.Both:
                step.Operation.Shares[step.Number].Blocks(MemoryMarshal.CreateReadOnlySpan(ref x, length), MemoryMarshal.CreateSpan(ref y, length), MemoryMarshal.CreateSpan(ref target, length));
                return;
        }

        var zStays = (step.Arguments & StepArguments.ZStays) != 0;
        step.Operation.Evaluate(
            MemoryMarshal.CreateReadOnlySpan(ref x, xStays ? 1 : length),
            step.Arity > 1 ? MemoryMarshal.CreateReadOnlySpan(ref y, yStays ? 1 : length) : default,
            step.Arity > 2 ? MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref arena, step.Z + (zStays ? 0 : first)), zStays ? 1 : length) : default,
            MemoryMarshal.CreateSpan(ref target, length));
    }

    /// <summary>An instruction in short.</summary>
    /// <param name="Operation">The operation.</param>
    /// <param name="Form">How it is run.</param>
    /// <param name="Arguments">What its arguments are.</param>
    /// <param name="Arity">How many arguments there are.</param>
    /// <param name="Number">Which instruction it is, or which sharing.</param>
    /// <param name="Length">The number of elements.</param>
    /// <param name="Target">Where the result goes.</param>
    /// <param name="X">Where the first argument is; the first number where there is none.</param>
    /// <param name="Y">Where the second one is.</param>
    /// <param name="Z">Where the third one is.</param>
    private readonly record struct Step(Operation Operation, StepForm Form, StepArguments Arguments, byte Arity, int Number, int Length, int Target, int X, int Y = 0, int Z = 0);

    /// <summary>Steps, with the instructions that are not shortened.</summary>
    /// <param name="Steps">The steps.</param>
    /// <param name="Instructions">The instructions.</param>
    private readonly record struct StepList(Step[] Steps, Instruction[] Instructions)
    {
        /// <summary>Number of elements that are computed, copied, or looked at where they are joined.</summary>
        public double Work
        {
            get
            {
                var work = 0.0;
                foreach (ref readonly var step in Steps.AsSpan()) work += step.Form == StepForm.Whole ? Instructions[step.Number].Work : step.Length;
                return work;
            }
        }

        /// <summary>Which elements an argument of a step is, or its target.</summary>
        /// <param name="step">The step.</param>
        /// <param name="argument">0 to 2; -1 for the target.</param>
        public Extent ExtentOf(in Step step, int argument)
        {
            if (step.Form == StepForm.Whole)
            {
                ref readonly var instruction = ref Instructions[step.Number];
                var place = argument switch { -1 => instruction.Target, 0 => instruction.X, 1 => instruction.Y, _ => instruction.Z };
                return new Extent(place.Start, place.Length);
            }

            if (argument >= step.Arity) return default;
            return argument switch
            {
                -1 => new Extent(step.Target, step.Length),
                0 => new Extent(step.X, step.Arguments.HasFlag(StepArguments.XStays) ? 1 : step.Length),
                1 => new Extent(step.Y, step.Arguments.HasFlag(StepArguments.YStays) ? 1 : step.Length),
                _ => new Extent(step.Z, step.Arguments.HasFlag(StepArguments.ZStays) ? 1 : step.Length),
            };
        }
    }

    /// <summary>Elements that lie together.</summary>
    /// <param name="Start">The first.</param>
    /// <param name="Length">How many there are.</param>
    private readonly record struct Extent(int Start, int Length)
    {
        public bool Overlaps(Extent other) => Length > 0 && other.Length > 0 && Start < other.Start + other.Length && other.Start < Start + Length;

        /// <summary>Whether two have elements together that are others of each.</summary>
        public bool IsShiftedFrom(Extent other) => Overlaps(other) && this != other;
    }

    /// <summary>Shortens instructions one after the other.</summary>
    /// <param name="capacity">About how many there are.</param>
    private sealed class StepBuilder(int capacity)
    {
        private readonly List<Step> _steps = new(capacity);
        private readonly List<Instruction> _instructions = [];

        /// <summary>Adds an instruction.</summary>
        /// <param name="instruction">The instruction.</param>
        /// <param name="ends">Which of its arguments are not needed after it.</param>
        public void Add(in Instruction instruction, StepArguments ends)
        {
            var step = Shortened(instruction, ends);
            if (step.Form == StepForm.Whole) _instructions.Add(instruction);
            else if (step.Form is StepForm.Add or StepForm.Subtract && TryFuse(step)) return;
            _steps.Add(step);
        }

        public StepList Build() => new([.. _steps], [.. _instructions]);

        private Step Shortened(in Instruction instruction, StepArguments ends)
        {
            var (operation, target, x, y, z) = (instruction.Operation, instruction.Target, instruction.X, instruction.Y, instruction.Z);
            if (instruction.Way == Way.Copied && target.Shape.Rows == 1) return new Step(operation, StepForm.Copy, default, 1, 0, x.Length, target.Start, x.Start);
            if (instruction.Way == Way.Both) return new Step(operation, StepForm.Both, default, 2, instruction.Factor, target.Length, target.Start, x.Start, y.Start);
            if (!instruction.IsDirect || x.Length == 0) return new Step(operation, StepForm.Whole, default, 0, _instructions.Count, target.Length, target.Start, x.Start);
            var arity = (byte)(z.Length > 0 ? 3 : y.Length > 0 ? 2 : 1);
            if (x.Length == 1 && target.Length > 1) ends |= StepArguments.XStays;
            if (y.Length == 1 && target.Length > 1) ends |= StepArguments.YStays;
            if (z.Length == 1 && target.Length > 1) ends |= StepArguments.ZStays;
            var form = operation switch
            {
                _ when ends.HasFlag(StepArguments.XStays | StepArguments.YStays) => StepForm.Apply,
                SumOperation => StepForm.Add,
                SubOperation => StepForm.Subtract,
                MulOperation => StepForm.Multiply,
                _ => target.Length == 1 ? StepForm.Number : StepForm.Apply,
            };
            return new Step(operation, form, ends, arity, 0, target.Length, target.Start, x.Start, y.Start, z.Start);
        }

        /// <summary>Joins a sum to the step before it, if that is a product which nothing else needs: each rounded as by itself, so with the same bits.</summary>
        private bool TryFuse(in Step sum)
        {
            if (_steps.Count == 0 || _steps[^1] is not { Form: StepForm.Multiply } product || product.Length != sum.Length) return false;
            var isFirst = sum.X == product.Target && sum.Arguments.HasFlag(StepArguments.EndsX);
            if (!isFirst && !(sum.Y == product.Target && sum.Arguments.HasFlag(StepArguments.EndsY))) return false;
            var rest = isFirst ? sum.Y : sum.X;
            if (rest == product.Target || (sum.Arguments & (StepArguments.XStays | StepArguments.YStays)) != 0) return false;
            var target = new Extent(sum.Target, sum.Length);
            if (target.IsShiftedFrom(new Extent(product.X, LengthOf(product, StepArguments.XStays))) || target.IsShiftedFrom(new Extent(product.Y, LengthOf(product, StepArguments.YStays)))) return false;
            var form = (sum.Form, isFirst) switch
            {
                (StepForm.Add, true) => StepForm.ProductPlus,
                (StepForm.Add, false) => StepForm.PlusProduct,
                (_, true) => StepForm.ProductMinus,
                _ => StepForm.MinusProduct,
            };
            _steps[^1] = product with { Operation = sum.Operation, Form = form, Arity = 3, Target = sum.Target, Z = rest };
            return true;

            static int LengthOf(in Step product, StepArguments stays) => product.Arguments.HasFlag(stays) ? 1 : product.Length;
        }
    }
}
