using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PSAutodiff.Execution.Scalar;

/// <summary>Compiled code of a tape or of a stretch of it.</summary>
/// <param name="first">The first inputs.</param>
/// <param name="second">The other inputs.</param>
/// <param name="outputs">Gets the outputs; their places may be those of inputs.</param>
/// <param name="scratch">Keeps values between stretches.</param>
internal delegate void CodeDelegate(ref double first, ref double second, ref double outputs, ref double scratch);

/// <summary>
/// A tape compiled to machine code by way of dynamic methods. Within a stretch every value has a local of its own, which the JIT
/// keeps in registers; stretches are short enough for the JIT to follow all of them. The bits are those of the interpreter.
/// </summary>
internal sealed partial class TapeCode : TapeWay
{
    // The JIT stops tracking locals somewhat above 1,000; code with untracked ones is several times slower.
    private const int StretchLength = 800;

    private readonly CodeDelegate[] _stretches;
    private readonly int _scratchLength;

    private TapeCode(CodeDelegate[] stretches, int scratchLength)
    {
        _stretches = stretches;
        _scratchLength = scratchLength;
    }

    /// <summary>Into how many methods the tape was cut.</summary>
    public int StretchCount => _stretches.Length;

    /// <summary>Compiles a tape.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="firstInputs">How many inputs stand in the first block; the rest stands in the second.</param>
    public static TapeCode Compile(Tape tape, int firstInputs)
    {
        var count = tape.Instructions.Length;
        var stretches = new CodeDelegate[Math.Max(1, (count + StretchLength - 1) / StretchLength)];
        var liveOut = LiveAfter(tape, stretches.Length);
        for (var i = 0; i < stretches.Length; i++)
        {
            var emitter = new Emitter(tape, firstInputs);
            if (stretches.Length == 1) emitter.EmitTogether();
            else emitter.EmitInstructions(i * StretchLength, Math.Min(count, (i + 1) * StretchLength));
            if (i < stretches.Length - 1) emitter.StoreLive(liveOut[i]);
            else emitter.StoreOutputs();
            stretches[i] = emitter.Finish();
        }

        return new TapeCode(stretches, stretches.Length > 1 ? tape.RegisterCount : 0);
    }

    /// <summary>The code where it is a single stretch, for loops in which every nanosecond counts; it uses no scratch memory.</summary>
    public CodeDelegate? Single => _stretches.Length == 1 ? _stretches[0] : null;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Span<double> outputs)
    {
        if (_stretches.Length > 1)
        {
            base.Run(first, second, outputs);
            return;
        }

        _stretches[0](ref MemoryMarshal.GetReference(first), ref MemoryMarshal.GetReference(second), ref MemoryMarshal.GetReference(outputs), ref Unsafe.NullRef<double>());
    }

    /// <summary>Lets the runtime compile the code, stretch by stretch, by running it once.</summary>
    /// <param name="tape">The tape that it was made of.</param>
    /// <param name="isWanted">Whether that is still to be done.</param>
    /// <returns>Whether it was done.</returns>
    public bool Prepare(Tape tape, Func<bool> isWanted)
    {
        // Any numbers will do: first and other inputs may be the same.
        var (inputs, outputs, scratch) = (new double[tape.InputCount + 1], new double[tape.Outputs.Length + 1], new double[_scratchLength + 1]);
        foreach (var stretch in _stretches)
        {
            if (!isWanted()) return false;
            stretch(ref inputs[0], ref inputs[0], ref outputs[0], ref scratch[0]);
        }

        return true;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Run(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Span<double> outputs, double[] memory)
    {
        ref var start = ref MemoryMarshal.GetReference(first);
        ref var rest = ref MemoryMarshal.GetReference(second);
        ref var results = ref MemoryMarshal.GetReference(outputs);
        foreach (var stretch in _stretches) stretch(ref start, ref rest, ref results, ref memory[0]);
    }

    /// <inheritdoc/>
    protected override double[] NewMemory() => GC.AllocateUninitializedArray<double>(_scratchLength);

    /// <summary>For the end of each stretch, the registers that are read later before they are written again.</summary>
    private static bool[][] LiveAfter(Tape tape, int stretches)
    {
        var result = new bool[stretches][];
        var live = new bool[tape.RegisterCount];
        foreach (var output in tape.Outputs) live[output] = true;
        for (var i = tape.Instructions.Length - 1; i >= 0; i--)
        {
            if ((i + 1) % StretchLength == 0) result[i / StretchLength] = (bool[])live.Clone();
            var step = tape.Instructions[i];
            live[step.Target] = false;
            live[step.X] = true;
            if (step.Operation.Arity > 1) live[step.Y] = true;
            if (step.Operation.Arity > 2) live[step.Z] = true;
        }

        return result;
    }

    private sealed partial class Emitter
    {
        private readonly Tape _tape;
        private readonly int _firstInputs;
        private readonly int _firstTemporary;
        private readonly DynamicMethod _method;
        private readonly ILGenerator _il;
        private readonly Dictionary<int, LocalBuilder> _locals = [];
        private int[] _outputs;

        public Emitter(Tape tape, int firstInputs)
        {
            _tape = tape;
            _firstInputs = firstInputs;
            _firstTemporary = tape.InputCount + tape.Constants.Length;
            _outputs = tape.Outputs;
            var reference = typeof(double).MakeByRefType();
            _method = new DynamicMethod(
                "PSAutodiff.Tape",
                typeof(void),
                [reference, reference, reference, reference],
                typeof(TapeCode).Module,
                skipVisibility: true);
            _il = _method.GetILGenerator();
        }

        public void EmitInstructions(int from, int to)
        {
            for (var i = from; i < to; i++)
            {
                var step = _tape.Instructions[i];
                if (i + 1 < to && _tape.SharesWithNext(i) is { } sharing)
                {
                    Load(step.X);
                    EmitBoth(sharing, step.Target, _tape.Instructions[++i].Target);
                    continue;
                }

                Emit(step);
            }
        }

        private void Emit(in Tape.Instruction step)
        {
            Load(step.X);
            if (step.Operation.Arity > 1) Load(step.Y);
            if (step.Operation.Arity > 2) Load(step.Z);
            if (step.Operation.Instruction is { } instruction) _il.Emit(instruction);
            else _il.Emit(OpCodes.Call, step.Operation.ValueMethod);
            var local = _il.DeclareLocal(typeof(double));
            _il.Emit(OpCodes.Stloc, local);
            _locals[step.Target] = local;
        }

        // The argument is on the stack. What is written by address gets a local that the JIT need not keep in memory afterwards.
        private void EmitBoth(Operation.Sharing sharing, int first, int second)
        {
            var (value, written, other) = (_il.DeclareLocal(typeof(double)), _il.DeclareLocal(typeof(double)), _il.DeclareLocal(typeof(double)));
            _il.Emit(OpCodes.Ldloca, written);
            _il.Emit(OpCodes.Call, sharing.Both.Method);
            _il.Emit(OpCodes.Stloc, value);
            _il.Emit(OpCodes.Ldloc, written);
            _il.Emit(OpCodes.Stloc, other);
            _locals[first] = value;
            _locals[second] = other;
        }

        public void StoreLive(bool[] live)
        {
            foreach (var (register, local) in _locals)
            {
                if (register < _firstTemporary || !live[register]) continue;
                LoadAddress(Block.Scratch, register);
                _il.Emit(OpCodes.Ldloc, local);
                _il.Emit(OpCodes.Stind_R8);
            }
        }

        public void StoreOutputs()
        {
            // An output may be an input itself, and the places of inputs may be those of outputs: such inputs are read before anything is
            // written.
            foreach (var output in _outputs.Where(output => output < _tape.InputCount))
            {
                Load(output);
                _il.Emit(OpCodes.Pop);
            }

            for (var i = 0; i < _outputs.Length; i++)
            {
                LoadAddress(Block.Outputs, i);
                Load(_outputs[i]);
                _il.Emit(OpCodes.Stind_R8);
            }
        }

        public CodeDelegate Finish()
        {
            _il.Emit(OpCodes.Ret);
            return _method.CreateDelegate<CodeDelegate>();
        }

        private void Load(int register)
        {
            if (_locals.TryGetValue(register, out var local))
            {
                _il.Emit(OpCodes.Ldloc, local);
                return;
            }

            if (register >= _tape.InputCount && register < _firstTemporary)
            {
                _il.Emit(OpCodes.Ldc_R8, _tape.Constants[register - _tape.InputCount]);
                return;
            }

            if (register >= _firstTemporary) LoadAddress(Block.Scratch, register);
            else if (register < _firstInputs) LoadAddress(Block.First, register);
            else LoadAddress(Block.Second, register - _firstInputs);
            _il.Emit(OpCodes.Ldind_R8);
            _locals[register] = local = _il.DeclareLocal(typeof(double));
            _il.Emit(OpCodes.Dup);
            _il.Emit(OpCodes.Stloc, local);
        }

        private void LoadAddress(Block block, int index)
        {
            _il.Emit(OpCodes.Ldarg, (short)block);
            if (index == 0) return;
            _il.Emit(OpCodes.Ldc_I4, index * sizeof(double));
            _il.Emit(OpCodes.Conv_I);
            _il.Emit(OpCodes.Add);
        }

        private enum Block : short
        {
            First = 0,
            Second = 1,
            Outputs = 2,
            Scratch = 3,
        }
    }
}
