using PSAutodiff.Passes.Differentiation;
using PSAutodiff.Serialization;

namespace PSAutodiff.Fuzz;

/// <summary>The texts by which results travel through jobs, remoting and Clixml: the name of a type, a line feed, the text.</summary>
internal sealed class ObjectsTarget : FuzzTarget
{
    private static readonly Type[] Types = [typeof(TrainingResult), typeof(Minimum), typeof(ExprGradient), typeof(ExprHessian), typeof(ExpressionComparison), typeof(Root)];

    public override string Name => "objects";

    public override int SuiteCount => 1500;

    public override byte[] Generate(Random random)
    {
        var value = Some(random);

        // Else an input would be another every time.
        Set(value, nameof(TrainingResult.Elapsed), TimeSpan.FromTicks(random.NextInt64(TimeSpan.TicksPerDay)));
        Set(value, nameof(TrainingResult.RowsPerSecond), 1e6 * random.NextDouble());
        return Bytes($"{value.GetType().Name}\n{ObjectText.Write(value)}");
    }

    public override byte[] Mutate(Random random, byte[] input)
    {
        var (name, text) = Split(Text(input));
        return Bytes($"{name}\n{Text(Mutator.ChangeText(random, Bytes(text)))}");
    }

    public override void Run(byte[] input)
    {
        var (name, text) = Split(Text(input));
        if (Array.Find(Types, type => type.Name == name) is { } type) RequireReadsBack(ObjectText.Read(text, type));
    }

    internal static void RequireReadsBack(object value)
    {
        var text = ObjectText.Write(value);
        Require(ObjectText.Write(ObjectText.Read(text, value.GetType())) == text, $"it reads back as something else: {text}");
    }

    internal static void Set(object value, string property, object other) => value.GetType().GetProperty(property)?.SetValue(value, other);

    private static (string Name, string Text) Split(string input) =>
        input.IndexOf('\n') is var end and >= 0 ? (input[..end], input[(end + 1)..]) : (input, string.Empty);

    private static object Some(Random random)
    {
        var (node, kind) = (Grammar.Expression(random, 6), random.Next(Types.Length));
        if (kind is 1 or 5 && node.Variables.Count > 0)
        {
            double[] start = [.. node.Variables.Select(static _ => 0.7)];
            try
            {
                return kind == 1
                    ? new Minimization(node).Run(start, new MinimizationOptions { MaxIteration = 3, KeepPath = true })
                    : new RootFinding([.. node.Variables.Select(name => node - (2 * ExprNode.Variable(name)))]).Run(start, new RootOptions { MaxIteration = 3 });
            }
            catch (AutodiffException)
            {
                // Not finite at the start: something else then.
                kind = 0;
            }
        }

        return kind switch
        {
            2 => DerivativeObjects.Gradient(node, node.Variables, DifferentiationMode.Auto, tidy: null),
            3 => DerivativeObjects.Hessian(node, node.Variables, tidy: null),
            4 => ExpressionComparison.Compare(node, Grammar.Expression(random, 3)),
            _ => SmallTraining.Some(random),
        };
    }
}
