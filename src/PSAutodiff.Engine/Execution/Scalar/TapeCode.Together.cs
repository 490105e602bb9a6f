using System.Reflection;
using System.Reflection.Emit;

namespace PSAutodiff.Execution.Scalar;

/// <content>Functions of several values that are known at the same time, by one call for all of them.</content>
internal sealed partial class TapeCode
{
    private sealed partial class Emitter
    {
        // Of fewer, going through memory takes as much time as lanes save.
        private const int FewestTogether = 4;

        private LocalBuilder? _memory;

        /// <summary>Emits all instructions: level by level, where functions of values of the levels before make up the next.</summary>
        public void EmitTogether()
        {
            var units = Units();
            var groups = new Dictionary<(int Level, Operation Operation, bool IsPair), List<Unit>>();
            foreach (var unit in units.Where(static unit => unit.Blocks is not null))
            {
                var key = (unit.Level, unit.Second?.Operation ?? unit.First.Operation, unit.Second is not null);
                if (!groups.TryGetValue(key, out var some)) groups.Add(key, some = []);
                some.Add(unit);
            }

            var together = groups.Values.Where(static some => some.Count >= FewestTogether).ToArray();
            if (together.Length == 0)
            {
                EmitInstructions(0, _tape.Instructions.Length);
                return;
            }

            _outputs = Array.ConvertAll(_tape.Outputs, output => _valueIn[output]);
            var most = together.Max(static some => some.Count * (some[0].Second is null ? 2 : 3));
            _memory = _il.DeclareLocal(typeof(nint));
            _method.InitLocals = false;
            _il.Emit(OpCodes.Ldc_I4, most * sizeof(double));
            _il.Emit(OpCodes.Conv_U);
            _il.Emit(OpCodes.Localloc);
            _il.Emit(OpCodes.Stloc, _memory);
            var isDone = new HashSet<Unit>(together.SelectMany(static some => some), ReferenceEqualityComparer.Instance);
            var rest = units.Where(unit => !isDone.Contains(unit)).ToLookup(static unit => unit.Level);
            var last = units.Max(static unit => unit.Level);
            for (var level = 0; level <= last; level++)
            {
                foreach (var some in together)
                {
                    if (some[0].Level == level) EmitTogether(some);
                }

                foreach (var unit in rest[level])
                {
                    if (unit.Second is not { } second)
                    {
                        Emit(unit.First);
                        continue;
                    }

                    Load(unit.First.X);
                    EmitBoth(second.Operation.Joins!, unit.First.Target, second.Target);
                }
            }
        }

        // The value that is in each register at the end.
        private int[] _valueIn = [];

        /// <summary>The instructions with a register for each value, and those together that share their work.</summary>
        private List<Unit> Units()
        {
            var units = new List<Unit>();
            var levels = new int[_firstTemporary + _tape.Instructions.Length];
            _valueIn = [.. Enumerable.Range(0, _tape.RegisterCount)];
            for (var i = 0; i < _tape.Instructions.Length; i++)
            {
                var first = Renamed(i, out var level);
                Tape.Instruction? second = null;
                var blocks = first.Operation.BlockMethod;
                if (_tape.SharesWithNext(i) is { } sharing)
                {
                    _valueIn[_tape.Instructions[i].Target] = first.Target;
                    second = Renamed(++i, out _);
                    blocks = sharing.Blocks.Method;
                }

                if (blocks is not { IsStatic: true }) blocks = null;
                if (blocks is not null) level++;
                levels[first.Target] = level;
                _valueIn[_tape.Instructions[second is null ? i : i - 1].Target] = first.Target;
                if (second is { } other)
                {
                    levels[other.Target] = level;
                    _valueIn[_tape.Instructions[i].Target] = other.Target;
                }

                units.Add(new Unit(first, second, level, blocks));
            }

            return units;

            Tape.Instruction Renamed(int i, out int level)
            {
                var step = _tape.Instructions[i];
                var arity = step.Operation.Arity;
                var (x, y, z) = (_valueIn[step.X], arity > 1 ? _valueIn[step.Y] : 0, arity > 2 ? _valueIn[step.Z] : 0);
                level = Math.Max(levels[x], Math.Max(arity > 1 ? levels[y] : 0, arity > 2 ? levels[z] : 0));
                return new Tape.Instruction(step.Operation, _firstTemporary + i, x, y, z);
            }
        }

        private void EmitTogether(List<Unit> some)
        {
            for (var i = 0; i < some.Count; i++)
            {
                LoadMemory(i);
                Load(some[i].First.X);
                _il.Emit(OpCodes.Stind_R8);
            }

            LoadSpan(typeof(ReadOnlySpan<double>), 0);
            LoadSpan(typeof(Span<double>), 1);
            if (some[0].Second is not null) LoadSpan(typeof(Span<double>), 2);
            _il.Emit(OpCodes.Call, some[0].Blocks!);
            for (var i = 0; i < some.Count; i++)
            {
                Keep(some.Count + i, some[i].First.Target);
                if (some[i].Second is { } second) Keep((2 * some.Count) + i, second.Target);
            }

            void LoadSpan(Type type, int part)
            {
                LoadMemory(part * some.Count);
                _il.Emit(OpCodes.Ldc_I4, some.Count);
                _il.Emit(OpCodes.Newobj, type.GetConstructor([typeof(void*), typeof(int)])!);
            }

            void Keep(int place, int value)
            {
                LoadMemory(place);
                _il.Emit(OpCodes.Ldind_R8);
                var local = _il.DeclareLocal(typeof(double));
                _il.Emit(OpCodes.Stloc, local);
                _locals[value] = local;
            }
        }

        private void LoadMemory(int place)
        {
            _il.Emit(OpCodes.Ldloc, _memory!);
            if (place == 0) return;
            _il.Emit(OpCodes.Ldc_I4, place * sizeof(double));
            _il.Emit(OpCodes.Add);
        }

        /// <summary>An instruction, or two that share their work, with the values that it needs and makes instead of registers.</summary>
        private sealed record Unit(Tape.Instruction First, Tape.Instruction? Second, int Level, MethodInfo? Blocks);
    }
}
