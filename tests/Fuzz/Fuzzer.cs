using System.Diagnostics;
using System.Globalization;

namespace PSAutodiff.Fuzz;

/// <summary>Draws inputs for a target and runs them, on a stack far too small for recursion over an input, with a limit of time for each.</summary>
public sealed class Fuzzer(FuzzTarget target, int seed)
{
    private const int StackBytes = 256 * 1024;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    // Far more than any input takes, on a machine with much else to do. Counted in looks: a process that is stopped for a while does not look.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private readonly byte[][] _corpus = [.. Corpus(target.Name).Select(File.ReadAllBytes)];
    private byte[] _current = [];
    private int _number;
    private string? _fault;

    /// <summary>Inputs that were run.</summary>
    public int Count => _number;

    /// <summary>The input run last.</summary>
    public byte[] Current => _current;

    /// <summary>Inputs that were not refused.</summary>
    public int Accepted { get; private set; }

    /// <summary>The files of inputs for a target that once found a fault, or are worth beginning from.</summary>
    public static IReadOnlyList<string> Corpus(string target)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "corpus", target);
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Runs inputs from one number on, until there is a fault, or enough, or no more time.</summary>
    /// <returns>The fault, with all that is needed to see it again; null when there was none.</returns>
    public string? Run(int first, int count, TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        return Guard(() =>
        {
            for (var i = first; i < first + count && clock.Elapsed < time && _fault is null; i++) RunOne(i, Draw(i));
        });
    }

    /// <summary>Runs one input.</summary>
    public string? Run(byte[] input) => Guard(() => RunOne(0, input));

    /// <summary>The input with a number: the same in every run with the same seed and corpus.</summary>
    public byte[] Draw(int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) ^ number));
        var kind = random.Next(4);
        if (kind == 0) return target.Generate(random);
        var from = kind == 1 && _corpus.Length > 0 ? _corpus[random.Next(_corpus.Length)] : target.Generate(random);
        return target.Mutate(random, from);
    }

    private void RunOne(int number, byte[] input)
    {
        _current = input;
        try
        {
            target.Run(input);
            Accepted++;
        }
        catch (AutodiffException exception)
        {
            if (!IsGood(exception)) _fault = Describe(number, $"an error without an id or a message: {exception}");
        }
#pragma warning disable CA1031 // That nothing else is thrown is what is tested.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _fault = Describe(number, exception is FaultException ? exception.Message : exception.ToString());
        }

        _number++;
    }

    private static bool IsGood(AutodiffException exception) =>
        typeof(AutodiffException).Assembly.GetType("PSAutodiff.ErrorIds")!.GetField(exception.ErrorId) is not null && exception.Message.Length > 10;

    private string? Guard(ThreadStart run)
    {
        _fault = null;
        var thread = new Thread(run, StackBytes) { IsBackground = true };
        thread.Start();
        var (number, looks) = (-1, 0);
        while (!thread.Join(BetweenLooks))
        {
            if (Volatile.Read(ref _number) != number) (number, looks) = (_number, 0);
            else if (++looks > Longest / BetweenLooks) return Describe(number, $"no end after {Longest.TotalSeconds} seconds");
        }

        return _fault;
    }

    private string Describe(int number, string what) => string.Create(
        CultureInfo.InvariantCulture,
        $"{target.Name}, seed {seed}, input {number}: {what}\nThe input in base64: {Convert.ToBase64String(_current)}\nAs text: {System.Text.Encoding.UTF8.GetString(_current)}");
}
