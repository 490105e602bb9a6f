using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Tests;

/// <summary>Random expressions for property tests: bounded in size, with shared parts, over any choice of operations.</summary>
internal sealed class RandomExpressions
{
    public static readonly string[] Names = ["x", "y", "z"];

    // Small whole numbers set identities off; the others have no exact binary form.
    private static readonly double[] EverydayConstants = [0, 1, -1, 2, -2, 3, 0.5, 0.25, -3, 0.1, 1.7, -0.3, 10];

    private static readonly double[] OddConstants =
        [0, 1, -1, -0.0, 2, 1e-300, -1e300, double.Epsilon, double.MaxValue, 0.1, Math.PI, -2.5e-7, 1e21, 123456789.125];

    private readonly Operation[] _operations;
    private readonly double[] _constants;

    private RandomExpressions(Operation[] operations, double[] constants)
    {
        _operations = operations;
        _constants = constants;
    }

    public static Operation[] AllOperations { get; } = [.. OperationTable.OfNumbers];

    /// <summary>All operations, with constants such as people write.</summary>
    public static RandomExpressions Everyday { get; } = new(AllOperations, EverydayConstants);

    /// <summary>All operations, with the constants that are hardest to write and read.</summary>
    public static RandomExpressions Odd { get; } = new(AllOperations, OddConstants);

    /// <summary>No constants to fold, nor operations whose derivatives have some: log(10) and sqrt(pi) are no doubles.</summary>
    public static RandomExpressions WithoutConstants { get; } = new([.. AllOperations.Where(static op => op is not (Log2Operation or Log10Operation or ErfOperation or ErfcOperation))], []);

    public static RandomExpressions Of(params IEnumerable<Operation> operations) => new([.. operations], EverydayConstants);

    /// <summary>Checks a property on many expressions; a failure is shrunk to a small one and thrown.</summary>
    /// <remarks>
    /// The seed is fixed so that a test run tells about the code alone. PSAUTODIFF_TEST_SEED and PSAUTODIFF_TEST_FACTOR widen the search.
    /// </remarks>
    public void Check(int tests, int maxSize, Action<ExprNode> property)
    {
        var arbitrary = Arb.From(Generator(maxSize), Smaller);
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(tests * Setting("PSAUTODIFF_TEST_FACTOR", 1))
            .WithQuietOnSuccess(true)
            .WithStartSize(1)
            .WithEndSize(maxSize)
            .WithReplay(new Replay(new Rnd((ulong)Setting("PSAUTODIFF_TEST_SEED", 20240607) * 0x9E3779B97F4A7C15), null));
        Prop.ForAll(arbitrary, property).Check(config);
    }

    /// <summary>Expressions for a test that draws by itself.</summary>
    public IEnumerable<ExprNode> Sample(int count, int size, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++) yield return Make(random, 1 + random.Next(size));
    }

    private static int Setting(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : usual;

    private Gen<ExprNode> Generator(int maxSize) =>
        Gen.Sized(size => Gen.Choose(0, int.MaxValue - 1).Select(seed => Make(new Random(seed), Math.Clamp(size, 1, maxSize))));

    private ExprNode Make(Random random, int operationCount)
    {
        var made = new List<ExprNode>();
        for (var i = 0; i < operationCount; i++)
        {
            var operation = _operations[random.Next(_operations.Length)];
            var x = Argument(random, made);
            var y = operation.Arity > 1 ? Argument(random, made) : null;
            var z = operation.Arity > 2 ? Argument(random, made) : null;
            made.Add(ExprNode.Apply(operation, x, y, z));
        }

        return made[^1];
    }

    // Mostly one of the last few nodes, so that the root needs most of them and many are used twice.
    private ExprNode Argument(Random random, List<ExprNode> made)
    {
        if (made.Count > 0 && random.NextDouble() < 0.62) return made[Math.Max(0, made.Count - 1 - random.Next(3))];
        return _constants.Length > 0 && random.NextDouble() < 0.35
            ? _constants[random.Next(_constants.Length)]
            : ExprNode.Variable(Names[random.Next(Names.Length)]);
    }

    /// <summary>Smaller expressions in which a failure may persist: a part, or the whole with a part replaced by a part of that.</summary>
    private static IEnumerable<ExprNode> Smaller(ExprNode node)
    {
        foreach (var argument in node.Arguments) yield return argument;
        if (node.Operation.Arity == 0) yield break;
        var (graph, root) = node.Flatten();
        var reachable = graph.Reachable([root]);
        for (var id = root - 1; id >= 0; id--)
        {
            if (!reachable[id] || graph.IsLeaf(id)) continue;
            yield return Replaced(root, id, ExprNode.Variable("x"));
            for (var i = 0; i < graph.OperationOf(id).Arity; i++) yield return Replaced(root, id, graph.Node(graph.Argument(id, i)));
        }

        ExprNode Replaced(int top, int hole, ExprNode filling)
        {
            var nodes = new ExprNode?[top + 1];
            for (var id = 0; id <= top; id++)
            {
                if (!reachable[id]) continue;
                nodes[id] = id == hole ? filling : graph.IsLeaf(id) ? graph.Node(id) : ExprNode.Apply(
                    graph.OperationOf(id),
                    nodes[graph.X(id)]!,
                    graph.Y(id) < 0 ? null : nodes[graph.Y(id)],
                    graph.Z(id) < 0 ? null : nodes[graph.Z(id)]);
            }

            return nodes[top]!;
        }
    }

    /// <summary>The expression in full, for messages: displays are cut.</summary>
    public static string Text(ExprNode node) => LetWriter.Write(node);
}
