using System.Text;

namespace PSAutodiff.Fuzz;

/// <summary>
/// Something that reads what others wrote. It may refuse an input with an <see cref="AutodiffException"/>; anything else that comes
/// out is a fault.
/// </summary>
public abstract class FuzzTarget
{
    /// <summary>All targets.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
        [new ParserTarget(), new ArraysTarget(), new JsonTarget(), new NetworkTarget(), new ObjectsTarget(), new CheckpointTarget(), new IdxTarget(), new OnnxTarget(), new SafetensorsTarget(), new PassesTarget()];

    /// <summary>The name on the command line, and of the folder of its corpus.</summary>
    public abstract string Name { get; }

    /// <summary>Inputs for one second of the suite, about.</summary>
    public abstract int SuiteCount { get; }

    /// <summary>An input that is right, or nearly so.</summary>
    public abstract byte[] Generate(Random random);

    /// <summary>An input with something changed, added or left out.</summary>
    public virtual byte[] Mutate(Random random, byte[] input) => Mutator.ChangeBytes(random, input);

    /// <summary>Reads an input and checks all that has to hold.</summary>
    /// <exception cref="AutodiffException">The input is refused.</exception>
    /// <exception cref="FaultException">Something does not hold.</exception>
    public abstract void Run(byte[] input);

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(byte[] input) => Encoding.UTF8.GetString(input);

    /// <summary>Reads an input, which must not take more memory than in proportion to it, whether it is refused or not.</summary>
    protected static T Within<T>(byte[] input, Func<byte[], T> read)
    {
        // What is set up once, such as the tables of JSON, and for each byte the objects of a number of two digits in a list.
        const int once = 3_000_000;
        const int each = 400;
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            return read(input);
        }
        finally
        {
            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Require(taken <= once + ((long)each * input.Length), $"{input.Length} bytes take {taken} bytes of memory");
        }
    }

    protected static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new FaultException(otherwise);
    }
}
