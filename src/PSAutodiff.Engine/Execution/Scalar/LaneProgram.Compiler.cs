using System.Runtime.InteropServices;

namespace PSAutodiff.Execution.Scalar;

/// <content>How it is made.</content>
internal sealed partial class LaneProgram
{
    // Every value has a vector of its own: of more the nearest caches hold too few.
    private const int LongestTape = 4096;

    private const int None = -1;

    private sealed class Compiler
    {
        private readonly Tape _tape;
        private readonly int _columnCount;
        private readonly List<Value> _values = [];
        private readonly List<Node> _nodes = [];
        private readonly List<Tape.Instruction> _singles = [];
        private readonly List<int> _broadcast = [];
        private readonly List<LaneStep> _steps = [];
        private readonly List<int> _terms = [];
        private int _singleCount;
        private int _placeCount;

        public Compiler(Tape tape, int columnCount) => (_tape, _columnCount) = (tape, columnCount);

        public LaneProgram Compile(int[] seconds)
        {
            var outputs = Number();
            CountUses(outputs);
            PlaceSingles();
            Emit();
            return Finish(outputs, seconds);
        }

        private ref Value Of(int value) => ref CollectionsMarshal.AsSpan(_values)[value];

        private ref Node NodeOf(int value) => ref CollectionsMarshal.AsSpan(_nodes)[Of(value).Node];

        /// <summary>From registers, which are used again and again, to values.</summary>
        private int[] Number()
        {
            var valueIn = new int[_tape.RegisterCount];
            var sources = _tape.InputCount + _tape.Constants.Length;
            _singleCount = Math.Max(1, sources);
            for (var i = 0; i < sources; i++) valueIn[i] = i < _columnCount ? New(None, None) : New(None, i);
            for (var i = 0; i < _tape.Instructions.Length; i++)
            {
                var step = _tape.Instructions[i];
                if (step.Operation is DetachOperation)
                {
                    // The same value.
                    valueIn[step.Target] = valueIn[step.X];
                    continue;
                }

                var arity = step.Operation.Arity;
                var (x, y, z) = (valueIn[step.X], arity > 1 ? valueIn[step.Y] : None, arity > 2 ? valueIn[step.Z] : None);
                if (Of(x).Single != None && (y == None || Of(y).Single != None) && (z == None || Of(z).Single != None))
                {
                    _singles.Add(new Tape.Instruction(step.Operation, _singleCount, Of(x).Single, y == None ? 0 : Of(y).Single, z == None ? 0 : Of(z).Single));
                    valueIn[step.Target] = New(None, _singleCount++);
                    continue;
                }

                var node = new Node { Operation = step.Operation, X = x, Y = y, Z = z, Second = None, Value = valueIn[step.Target] = New(_nodes.Count, None) };
                if (_tape.SharesWithNext(i) is not null)
                {
                    var next = _tape.Instructions[++i];
                    node.Operation = next.Operation;
                    node.Second = valueIn[next.Target] = New(_nodes.Count, None);
                }

                // Operations that are one instruction each wait for nothing but their arguments; of all others those are done together that can be.
                var level = Math.Max(LevelOf(x), Math.Max(LevelOf(y), LevelOf(z)));
                node.Level = IsSimple(node) ? level : level + 1;
                _nodes.Add(node);
            }

            return Array.ConvertAll(_tape.Outputs, output => valueIn[output]);

            int LevelOf(int value) => value == None || Of(value).Node == None ? 0 : NodeOf(value).Level;

            int New(int node, int single)
            {
                _values.Add(new Value { Node = node, Single = single, Place = None, Output = None });
                return _values.Count - 1;
            }
        }

        private static bool IsSimple(in Node node) => node.Second == None && (IsFused(node) || PairsOf(node.Operation) is not null);

        private static bool IsLink(in Node node) => IsFused(node) || node is { Second: None, Operation: SumOperation or SubOperation };

        // A link with a product of its own.
        private static bool IsFused(in Node node) => node.Operation is MulOperation.Plus;

        // Those that are a few instructions long; of one argument too.
        private static LaneForm? PairsOf(Operation operation) => operation switch
        {
            SumOperation => LaneForm.Sums,
            SubOperation => LaneForm.Differences,
            MulOperation => LaneForm.Products,
            DivOperation => LaneForm.Quotients,
            MaxOperation => LaneForm.Larger,
            MinOperation => LaneForm.Smaller,
            NegOperation => LaneForm.Opposites,
            ReluOperation => LaneForm.Ramps,
            _ => null,
        };

        private void CountUses(int[] outputs)
        {
            foreach (var node in _nodes)
            {
                Of(node.X).Uses++;
                if (node.Y != None) Of(node.Y).Uses++;
                if (node.Z != None) Of(node.Z).Uses++;
            }

            foreach (var output in outputs) Of(output).IsOutput = true;
            foreach (ref var node in CollectionsMarshal.AsSpan(_nodes))
            {
                if (IsLink(node)) Join(ref node);
            }
        }

        /// <summary>Takes a sum or difference together with what it is made of, where that is wanted nowhere else: a product, and the chain that it continues.</summary>
        private void Join(ref Node node)
        {
            (node.Rest, node.Term) = IsFused(node) ? (node.Z, None) : (node.X, node.Y);
            if (node.Term == None)
            {
                if (IsAlone(node.Rest, product: false) || IsAlone(node.Rest, product: true)) NodeOf(node.Rest).IsJoined = true;
                return;
            }

            if (!IsAlone(node.Term, product: true) && node.Operation is SumOperation && IsAlone(node.X, product: true)) (node.Rest, node.Term) = (node.Y, node.X);
            if (IsAlone(node.Term, product: true)) NodeOf(node.Term).IsJoined = true;
            if (!IsAlone(node.Rest, product: false) && node.Operation is SumOperation && !(Of(node.Term).Node != None && NodeOf(node.Term).IsJoined) && IsAlone(node.Term, product: false))
                (node.Rest, node.Term) = (node.Term, node.Rest);
            if (IsAlone(node.Rest, product: false) || IsAlone(node.Rest, product: true)) NodeOf(node.Rest).IsJoined = true;
        }

        private bool IsAlone(int value, bool product)
        {
            if (Of(value) is not { Uses: 1, IsOutput: false, Node: not None }) return false;
            ref var node = ref NodeOf(value);
            return !node.IsJoined && (product ? node.Operation is MulOperation : IsLink(node));
        }

        private void PlaceSingles()
        {
            _placeCount = _columnCount;
            for (var i = 0; i < _columnCount; i++) Of(i).Place = i;
            foreach (var node in _nodes)
            {
                Place(node.X);
                Place(node.Y);
                Place(node.Z);
            }

            void Place(int value)
            {
                if (value == None || Of(value).Single == None || Of(value).Place != None) return;
                _broadcast.Add(Of(value).Single);
                Of(value).Place = _placeCount++;
            }
        }

        private void Emit()
        {
            var levels = new List<List<int>>();
            for (var i = 0; i < _nodes.Count; i++)
            {
                while (levels.Count <= _nodes[i].Level) levels.Add([]);
                levels[_nodes[i].Level].Add(i);
            }

            foreach (var level in levels)
            {
                // Functions of this level need simple operations of those before alone, and those of this level need functions of it.
                var functions = new Dictionary<(Operation, bool, int, int, int), List<int>>();
                foreach (var i in level)
                {
                    var node = _nodes[i];
                    if (IsSimple(node)) continue;
                    var key = (node.Operation, node.Second != None, SingleOf(node.X), SingleOf(node.Y), SingleOf(node.Z));
                    if (!functions.TryGetValue(key, out var some)) functions.Add(key, some = []);
                    some.Add(i);
                }

                foreach (var some in functions.Values) Function(some);
                Simple([.. level.Where(i => IsSimple(_nodes[i]) && !_nodes[i].IsJoined && !IsOutputProduct(_nodes[i]))]);
            }

            int SingleOf(int value) => value == None ? None : Of(value).Single;
        }

        private bool IsOutputProduct(in Node node) => node is { Second: None, Operation: MulOperation } && Of(node.Value) is { Uses: 0, IsOutput: true };

        private void Function(List<int> some)
        {
            var first = _nodes[some[0]];
            Span<int> places = [Together(some, first.X, static node => node.X), Together(some, first.Y, static node => node.Y), Together(some, first.Z, static node => node.Z)];
            var target = _placeCount;
            foreach (var i in some) Of(_nodes[i].Value).Place = _placeCount++;
            for (var i = 0; i < some.Count && first.Second != None; i++) Of(_nodes[some[i]].Second).Place = _placeCount++;
            _steps.Add(new LaneStep(first.Second == None ? LaneForm.Function : LaneForm.Pair, some.Count, 0, _terms.Count, target, first.Operation));
            for (var argument = 0; argument < 3; argument++)
            {
                // Where it is, and whether it is one for all.
                _terms.Add(places[argument]);
                _terms.Add(argument == 0 && Of(first.X).Single != None || argument == 1 && first.Y != None && Of(first.Y).Single != None || argument == 2 && first.Z != None && Of(first.Z).Single != None ? 1 : 0);
            }
        }

        /// <summary>Where the arguments of some nodes stand one after the other: where they are, or are copied to.</summary>
        private int Together(List<int> some, int first, Func<Node, int> argument)
        {
            if (first == None) return None;
            var start = Of(first).Place;
            if (Of(first).Single != None) return start;
            var isThere = true;
            for (var i = 0; i < some.Count; i++) isThere &= Of(argument(_nodes[some[i]])).Place == start + i;
            if (isThere) return start;
            _steps.Add(new LaneStep(LaneForm.Copies, some.Count, 0, _terms.Count, _placeCount, null));
            start = _placeCount;
            _placeCount += some.Count;
            foreach (var i in some) _terms.Add(Of(argument(_nodes[i])).Place);
            return start;
        }

        /// <summary>Sums and products of a level: what can be done at the same time and in the same form, one after the other.</summary>
        private void Simple(int[] nodes)
        {
            var made = Array.ConvertAll(nodes, MadeOf);
            foreach (var i in nodes) Of(_nodes[i].Value).Depth = 0;
            foreach (var one in made)
            {
                var depth = 0;
                foreach (var value in one.Arguments) depth = Math.Max(depth, value == None ? 0 : Of(value).Depth);
                Of(one.Value).Depth = depth + 1;
            }

            foreach (var one in made.OrderBy(one => Of(one.Value).Depth).ThenBy(static one => one.Parts[0].Form).ThenBy(static one => one.Parts[0].Length)) Add(one);
            foreach (var i in nodes) Of(_nodes[i].Value).Depth = 0;
        }

        private void Add(in Made one)
        {
            var target = Of(one.Value).Place = _placeCount++;
            for (var i = 0; i < one.Parts.Length; i++)
            {
                var (form, length, start, end) = one.Parts[i];

                // What is alike, one after the other, is one step.
                if (_steps.Count > 0 && _steps[^1] is var last && last.Form == form && last.Length == length && last.Target + last.Count == target) _steps[^1] = last with { Count = last.Count + 1 };
                else _steps.Add(new LaneStep(form, 1, length, _terms.Count, target, null));
                foreach (var value in one.Arguments.AsSpan(start, end - start)) _terms.Add(value == None ? target : Of(value).Place);
            }
        }

        /// <summary>How a sum, difference or product is made.</summary>
        private Made MadeOf(int number)
        {
            var node = _nodes[number];
            if (!IsLink(node)) return new Made(node.Value, [node.X, node.Y == None ? node.X : node.Y], [new Part(PairsOf(node.Operation)!.Value, 0, 0, 2)]);

            // The links of the chain, the last one first.
            var links = new List<Node> { node };
            while (Of(links[^1].Rest).Node != None && NodeOf(links[^1].Rest) is { IsJoined: true, Operation: not MulOperation } before) links.Add(before);
            links.Reverse();
            var (arguments, parts) = (new List<int>(), new List<Part>());
            var (next, rest) = (0, links[0].Rest);
            if (ProductOf(rest) is { } product)
            {
                // The first product is that of a chain of products if others follow.
                arguments.AddRange(product.X, product.Y);
                var isFused = IsFused(links[0]);
                var form = isFused ? LaneForm.PlusFusedProducts : LaneForm.PlusProducts;
                while (next < links.Count && FormOf(links[next]) == form) Product(links[next++]);
                var isLast = next == links.Count - 1 && FormOf(links[next]) == LaneForm.PlusValues;
                if (isLast) arguments.Add(links[next++].Term);
                form = isLast ? (isFused ? LaneForm.FusedDotsPlus : LaneForm.DotsPlus) : isFused ? LaneForm.FusedDots : LaneForm.Dots;
                parts.Add(new Part(form, isLast ? next : next + 1, 0, arguments.Count));
                rest = None;
            }
            else if (links.Count == 1 && FormOf(node) is LaneForm.PlusValues or LaneForm.MinusValues)
            {
                return new Made(node.Value, [rest, node.Term], [new Part(node.Operation is SumOperation ? LaneForm.Sums : LaneForm.Differences, 0, 0, 2)]);
            }

            while (next < links.Count)
            {
                var (form, first, start) = (FormOf(links[next]), next, arguments.Count);
                arguments.Add(rest);
                for (; next < links.Count && FormOf(links[next]) == form; next++)
                {
                    if (form is LaneForm.PlusValues or LaneForm.MinusValues) arguments.Add(links[next].Term);
                    else Product(links[next]);
                }

                parts.Add(new Part(form, next - first, start, arguments.Count));
                rest = None;
            }

            return new Made(node.Value, [.. arguments], [.. parts]);

            void Product(in Node link)
            {
                var factors = IsFused(link) ? link : NodeOf(link.Term);
                arguments.AddRange(factors.X, factors.Y);
            }
        }

        private LaneForm FormOf(in Node link)
        {
            if (IsFused(link)) return LaneForm.PlusFusedProducts;
            var isProduct = ProductOf(link.Term) is not null;
            return link.Operation is SumOperation ? (isProduct ? LaneForm.PlusProducts : LaneForm.PlusValues) : isProduct ? LaneForm.MinusProducts : LaneForm.MinusValues;
        }

        private Node? ProductOf(int value) => Of(value).Node != None && NodeOf(value) is { IsJoined: true, Operation: MulOperation } product ? product : null;

        private LaneProgram Finish(int[] outputs, int[] seconds)
        {
            var count = 0;
            var (products, values, ofOuter) = (new List<int>(), new List<int>(), new List<(int Output, int Second)>());
            for (var i = 0; i < outputs.Length; i++)
            {
                var output = outputs[i];
                if (Of(output).Single != None || Of(output).Output != None) continue;
                Of(output).Output = 0;
                if (seconds[i] >= 0 && Of(output).Node != None && NodeOf(output).Operation is MulOperation) ofOuter.Add((output, seconds[i]));
                else (Of(output).Node != None && IsOutputProduct(NodeOf(output)) ? products : values).Add(output);
            }

            if (products.Count > 0) _steps.Add(new LaneStep(LaneForm.OutputProducts, products.Count, 0, _terms.Count, 0, null));
            foreach (var output in products)
            {
                var node = NodeOf(output);
                _terms.Add(Of(node.X).Place);
                _terms.Add(Of(node.Y).Place);
                Of(output).Output = count++;
            }

            if (values.Count > 0) _steps.Add(new LaneStep(LaneForm.OutputValues, values.Count, 0, _terms.Count, count, null));
            foreach (var output in values)
            {
                _terms.Add(Of(output).Place);
                Of(output).Output = count++;
            }

            var (lines, columns, total) = (new List<LaneLine>(), new List<int>(), WholeOf(count));
            foreach (var (output, second) in ofOuter)
            {
                var node = NodeOf(output);
                var (first, column) = second == 0 ? (Of(node.Y).Place, Of(node.X).Place) : (Of(node.X).Place, Of(node.Y).Place);
                var line = lines.Count > 0 ? lines[^1] : new LaneLine(None, 0, 0, 0);
                var next = line.Second + line.Count;
                if (line.First != first || (next < columns.Count && columns[next] != column))
                {
                    // The others of a line begin where those of an earlier one do, or after all of them.
                    var known = lines.FindIndex(earlier => columns[earlier.Second] == column);
                    while (columns.Count % Across != 0) columns.Add(columns[^1]);
                    line = new LaneLine(first, known >= 0 ? lines[known].Second : columns.Count, 0, total);
                    next = line.Second;
                    lines.Add(line);
                }

                if (next == columns.Count) columns.Add(column);
                Of(output).Output = line.Target + line.Count;
                lines[^1] = line with { Count = line.Count + 1 };
                total = line.Target + WholeOf(line.Count + 1);
            }

            while (columns.Count % Across != 0) columns.Add(columns[^1]);
            int[] places = Array.ConvertAll(outputs, output => Of(output).Single is not None and var single ? ~single : Of(output).Output);
            return new LaneProgram([.. _singles], _singleCount, [.. _broadcast], _columnCount, _tape.InputCount, _placeCount, [.. _steps], [.. _terms], places, count, total, [.. lines], [.. columns]);
        }

        private static int WholeOf(int count) => (count + Across - 1) / Across * Across;

        /// <summary>How a value is made by simple operations.</summary>
        /// <param name="Value">The value.</param>
        /// <param name="Arguments">What it is made of; none stands for the value itself as far as it is made.</param>
        /// <param name="Parts">The steps.</param>
        private readonly record struct Made(int Value, int[] Arguments, Part[] Parts);

        /// <summary>A step of it, with some of the arguments.</summary>
        private readonly record struct Part(LaneForm Form, int Length, int Start, int End);

        private struct Value
        {
            public int Depth;
            public int Node;
            public int Single;
            public int Place;
            public int Uses;
            public int Output;
            public bool IsOutput;
        }

        private struct Node
        {
            public Operation Operation;
            public int X;
            public int Y;
            public int Z;
            public int Value;
            public int Second;
            public int Level;

            /// <summary>Of a sum or difference what it is added to or subtracted from, and what is.</summary>
            public int Rest;
            public int Term;

            /// <summary>Whether it is computed with the only one that needs it.</summary>
            public bool IsJoined;
        }
    }
}
