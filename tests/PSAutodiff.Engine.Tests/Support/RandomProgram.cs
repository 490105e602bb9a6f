namespace PSAutodiff.Tests;

/// <summary>
/// A random program, made of the shapes that decide how a program is run: chains and layers of every operation whose operands are
/// one value, neighbours, gathered or mixed, with lengths around every threshold, and several outputs of every kind.
/// </summary>
internal sealed class RandomProgram
{
    // What regrouping, lanes, blocks and stretches of machine code go by, and a little less and more.
    private static readonly int[] Thresholds = [1, 2, 3, 7, 8, 9, 11, 12, 13, 15, 16, 17, 23, 24, 25, 31, 32, 33, 34, 47, 63, 64, 65];

    private static readonly int[] FarThresholds =
        [127, 128, 129, 240, 255, 256, 257, 383, 384, 385, 511, 512, 513, 799, 800, 801, 1023, 1024, 1025, 1599, 1600, 1601, 2000, 2001];

    private static readonly double[] Constants = [0, 1, -1, -0.0, 2, 0.5, -2, 3, 0.1, 1.7, -0.3, 1e-300, -1e300, double.Epsilon, 123456789.125];

    private readonly Random _random;
    private readonly List<ExprNode> _made = [];
    private readonly List<ExprNode[]> _rows = [];
    private readonly List<ExprNode> _outputs = [];

    private RandomProgram(int seed)
    {
        Seed = seed;

        // Neighbouring seeds of Random have related numbers; related to the operations in turn, some shapes would never come.
        _random = new Random(unchecked((int)System.Numerics.BitOperations.Crc32C(0, (uint)seed)));
        var length = OneIn(40) ? FarLength() : OneIn(6) ? Length() : Any(24, 31, 32, 33, 34, 40, 50, 65);
        var inputs = !OneIn(3) ? length + _random.Next(2) : OneIn(40) ? FarLength() : OneIn(4) ? Length() : 1 + _random.Next(4);
        Names = [.. Enumerable.Range(0, inputs).Select(static i => $"v{i}")];
        _rows.Add([.. Names.Select(ExprNode.Variable)]);
        _made.AddRange(_rows[0]);
        AddSystematically(seed, length);
        for (var parts = OneIn(3) ? _random.Next(5) : 0; parts > 0; parts--) AddPart(OneIn(25) ? FarLength() : Length());
        ChooseOutputs();
        if (OneIn(6)) _random.Shuffle(Names);
        if (OneIn(8)) Names = [.. Names, "unused"];
    }

    /// <summary>How the operands of a chain or layer lie.</summary>
    private enum Operands
    {
        One,
        Neighbours,
        Backwards,
        Gathered,
        Mixed,
        Alternating,
    }

    public int Seed { get; }

    /// <summary>The inputs, in any order; perhaps more than are needed.</summary>
    public string[] Names { get; }

    public ExprNode[] Outputs => [.. _outputs];

    public static RandomProgram Make(int seed) => new(seed);

    /// <summary>A point: ordinary numbers about 1, of all sizes, or odd ones among them.</summary>
    public double[] Point()
    {
        var kind = _random.Next(4);
        return Array.ConvertAll(Names, _ => kind switch
        {
            < 2 => 0.5 + _random.NextDouble(),
            2 => (6 * _random.NextDouble()) - 3,
            _ => _random.Next(8) switch
            {
                0 => double.NaN,
                1 => double.PositiveInfinity,
                2 => double.NegativeInfinity,
                3 => -0.0,
                4 => 0,
                5 => 1e-310,
                _ => Math.Pow(10, _random.Next(-200, 200)) * (_random.Next(2) - 0.5),
            },
        });
    }

    public bool OneIn(int count) => _random.Next(count) == 0;

    public T Any<T>(params IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];

    private int Length() => OneIn(2) ? Any(Thresholds) : 1 + _random.Next(40);

    private int FarLength() => Any(FarThresholds);

    // Every operation with every kind of operands, in chains and layers: neighbouring seeds have neighbouring combinations.
    private void AddSystematically(int seed, int length)
    {
        var operations = RandomExpressions.AllOperations;
        // Neighbours twice: often something comes between them.
        var kinds = Enum.GetValues<Operands>().Append(Operands.Neighbours).ToArray();
        var (operation, kind) = (operations[seed % operations.Length], kinds[seed / operations.Length % kinds.Length]);
        if (seed / operations.Length / kinds.Length % 2 == 0) AddChain(length, operation, kind);
        else AddLayer(length, operation, kind);
        if (OneIn(2)) _outputs.Add(_made[^1]);
    }

    private void AddPart(int length)
    {
        switch (_random.Next(6))
        {
            case 0:
                AddChain(length);
                break;
            case 1:
                AddChain(length);
                AddChain(Length());
                break;
            case 2:
                // As wide as long: regrouped only if it is wide enough.
                AddLayer(length);
                AddChain(Math.Min(length, _rows[^1].Length));
                break;
            case 3:
                for (var layers = 1 + _random.Next(4); layers > 0; layers--) AddLayer(length);
                break;
            case 4:
                // Chains side by side, over which another one may run.
                _rows.Add([.. Enumerable.Range(0, 2 + _random.Next(6)).Select(_ => AddChain(Any(30, 31, 32, 33, 40)))]);
                break;
            default:
                AddTangle(Math.Min(length, 100));
                break;
        }
    }

    private ExprNode AddChain(int length) => AddChain(length, Any(RandomExpressions.AllOperations), AnyOperands());

    private ExprNode AddChain(int length, Operation operation, Operands operands)
    {
        var (items, others) = (Choose(length, operands), Choose(length, AnyOperands()));
        var onFirst = !OneIn(6);
        var kept = OneIn(6) ? Any(30, 31, 32, 33, _random.Next(length)) : -1;
        var value = OneIn(4) ? items[0] : Any(_made);
        for (var i = 0; i < length; i++)
        {
            value = operation.Arity == 1 ? ExprNode.Apply(operation, value, null, null) :
                operation.Arity == 2 ? (onFirst ? ExprNode.Apply(operation, value, items[i], null) : ExprNode.Apply(operation, items[i], value, null)) :
                onFirst ? ExprNode.Apply(operation, items[i], value, others[i]) : ExprNode.Apply(operation, value, items[i], others[i]);
            // What is used elsewhere too ends a chain.
            if (i != kept) continue;
            if (OneIn(2)) _outputs.Add(value);
            else _made.Add(value);
        }

        _made.Add(value);
        return value;
    }

    private void AddLayer(int length) => AddLayer(length, Any(RandomExpressions.AllOperations), AnyOperands());

    private void AddLayer(int length, Operation operation, Operands operands)
    {
        ExprNode[][] arguments = [Choose(length, operands), Choose(length, AnyOperands()), Choose(length, AnyOperands())];
        _random.Shuffle(arguments.AsSpan(0, operation.Arity));
        var (x, y, z) = (arguments[0], arguments[1], arguments[2]);
        var row = new ExprNode[length];
        for (var i = 0; i < length; i++)
        {
            row[i] = ExprNode.Apply(operation, x[i], operation.Arity > 1 ? y[i] : null, operation.Arity > 2 ? z[i] : null);
        }

        _rows.Add(row);
        _made.AddRange(row.Length < 100 ? row : row.AsSpan(0, 100));
        if (OneIn(2)) _outputs.AddRange(row);
        else _outputs.Add(row.Aggregate(static (a, b) => a + b));
    }

    private void AddTangle(int length)
    {
        for (var i = 0; i < length; i++)
        {
            var operation = Any(RandomExpressions.AllOperations);
            _made.Add(ExprNode.Apply(operation, Argument(), operation.Arity > 1 ? Argument() : null, operation.Arity > 2 ? Argument() : null));
        }

        ExprNode Argument() => OneIn(2) ? _made[^(1 + _random.Next(Math.Min(3, _made.Count)))] : OneIn(4) ? Any(Constants) : Any(_made);
    }

    private Operands AnyOperands() => Any(Enum.GetValues<Operands>());

    private ExprNode[] Choose(int count, Operands operands)
    {
        var one = OneIn(3) ? Any(Constants) : Any(_made);
        var row = RowOf(count);
        var from = _random.Next(Math.Max(1, row.Length - count + 1));
        var odd = Any(0, count / 2, count - 1);
        return operands switch
        {
            Operands.One => Items(_ => one),
            Operands.Neighbours => Items(i => row[from + i]),
            Operands.Backwards => Items(i => row[from + count - 1 - i]),
            Operands.Gathered => Items(_ => OneIn(5) ? Any(Constants) : OneIn(2) ? Any(row) : Any(_made)),
            Operands.Mixed => Items(i => i == odd ? one : row[from + i]),
            _ => Items(i => i % 2 == 0 ? one : row[from + i]),
        };

        ExprNode[] Items(Func<int, ExprNode> item) => [.. Enumerable.Range(0, count).Select(item)];
    }

    // A layer or the inputs, where they are long enough, or constants in a row.
    private ExprNode[] RowOf(int count)
    {
        var rows = _rows.Where(row => row.Length >= count).ToList();
        if (rows.Count > 0 && !OneIn(4)) return Any(rows);
        var first = _random.Next(1000) * 0.125;
        return [.. Enumerable.Range(0, count).Select(i => ExprNode.Constant(first + (i * 0.0625)))];
    }

    private void ChooseOutputs()
    {
        _outputs.Add(_made[^1]);
        if (OneIn(2)) _outputs.Add(Any(_made));
        if (OneIn(4)) _outputs.Add(_outputs[0]);
        if (OneIn(6)) _outputs.Add(ExprNode.Variable(Any(Names)));
        if (OneIn(6)) _outputs.Add(Any(Constants));
        if (OneIn(6)) _outputs.Add(ExprNode.Exp(Any(Constants)));
        if (OneIn(4) && _made[^1].NodeCount < 500) _outputs.AddRange(_made[^1].Gradient(Names.Length < 20 ? Names : Names[..3]));
        if (OneIn(4)) _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_outputs));
    }
}
