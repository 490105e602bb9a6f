using System.Diagnostics;
using PSAutodiff.Kernels.Threading;

namespace PSAutodiff.Bench;

/// <content>
/// What two threads gain, with loops on registers in the same rounds as a control: how fast either is depends on caches and memory that others
/// on the machine use too, and those loops need neither.
/// </content>
internal static partial class NetworkTimes
{
    public static int Threads(double seconds)
    {
        var teamWork = 0;
        var team = new ThreadTeam((_, _) => Interlocked.Increment(ref teamWork), 2);
        (string, Action)[] actions =
        [
            ("registers 1", static () => Peak<float>(PeakSteps / 8)),
            ("registers 2", static () => Parallel.Invoke(static () => Peak<float>(PeakSteps / 8), static () => Peak<float>(PeakSteps / 8))),
            ("registers 2 by team", TeamPeak()),
            ("double formula 1", FormulaStep<double>(1)),
            ("double formula 1 + 1", Twice(FormulaStep<double>)),
            ("double formula 2", FormulaStep<double>(2)),
            ("double network 1", Step<double>(1)),
            ("double network 2", Step<double>(2)),
            ("single formula 1", FormulaStep<float>(1)),
            ("single formula 1 + 1", Twice(FormulaStep<float>)),
            ("single formula 2", FormulaStep<float>(2)),
            ("single network 1", Step<float>(1)),
            ("single network 2", Step<float>(2)),
            ("empty round x4", () => { for (var i = 0; i < 4; i++) team.Run(2); }),
        ];
        var times = new List<double>[actions.Length];
        for (var k = 0; k < times.Length; k++) times[k] = [];
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            for (var k = 0; k < actions.Length; k++)
            {
                for (var j = 0; j < 10; j++) times[k].Add(Timing.Once(actions[k].Item2));
            }
        }

        for (var k = 0; k < actions.Length; k++)
        {
            times[k].Sort();
            double At(double q) => times[k][(int)(q * (times[k].Count - 1))] * 1e6;
            Console.WriteLine($"{actions[k].Item1,-22} {times[k].Count,6} best {At(0),9:f1} 10% {At(0.1),9:f1} 25% {At(0.25),9:f1} median {At(0.5),9:f1} 75% {At(0.75),9:f1} 90% {At(0.9),9:f1} us");
        }

        foreach (var (one, two, factor) in new[] { (0, 1, 2), (0, 2, 2), (3, 4, 2), (3, 5, 1), (6, 7, 1), (8, 9, 2), (8, 10, 1), (11, 12, 1) })
        {
            double Ratio(double q) => factor * times[one][(int)(q * times[one].Count)] / times[two][(int)(q * times[two].Count)];
            Console.WriteLine($"{actions[two].Item1,-22} best {Ratio(0):f2} 10% {Ratio(0.1):f2} 25% {Ratio(0.25):f2} median {Ratio(0.5):f2}");
        }

        return 0;
    }

    // Two trainings on a thread each, which share no memory: what the machine gives to work of this kind.
    private static Action Twice(Func<int, Action> step)
    {
        Action[] steps = [step(1), step(1)];
        var team = new ThreadTeam((unit, _) => steps[unit](), 2);
        return () => team.Run(2);
    }

    private static Action TeamPeak()
    {
        var team = new ThreadTeam(static (_, _) => Peak<float>(PeakSteps / 8), 2);
        return () => team.Run(2);
    }
}
