using System.Diagnostics;

namespace PSAutodiff.Bench;

/// <summary>Times two ways of doing the same in turn, so that a machine whose speed drifts treats both alike.</summary>
internal static class Timing
{
    private const double WarmupSeconds = 0.8;
    private const double SampleSeconds = 0.02;

    /// <summary>Median time of one call of each, in seconds, over many samples taken in turn.</summary>
    public static (double First, double Second) Compare(Action first, Action second, int samples = 25)
    {
        var (firstCalls, secondCalls) = (Warm(first), Warm(second));
        var (firstTimes, secondTimes) = (new double[samples], new double[samples]);
        for (var i = 0; i < samples; i++)
        {
            firstTimes[i] = Time(first, firstCalls);
            secondTimes[i] = Time(second, secondCalls);
        }

        return (Median(firstTimes), Median(secondTimes));
    }

    /// <summary>Median time of one call, in seconds.</summary>
    public static double Measure(Action work, int samples = 25)
    {
        var calls = Warm(work);
        var times = new double[samples];
        for (var i = 0; i < samples; i++) times[i] = Time(work, calls);
        return Median(times);
    }

    /// <summary>Time of a single call, in seconds.</summary>
    public static double Once(Action work) => Time(work, 1);

    /// <summary>Runs until the code is compiled for good; gives the number of calls that fill a sample.</summary>
    private static int Warm(Action work)
    {
        var clock = Stopwatch.StartNew();
        var calls = 0;
        while (clock.Elapsed.TotalSeconds < WarmupSeconds || calls < 3)
        {
            work();
            calls++;
        }

        return Math.Max(1, (int)(calls * SampleSeconds / clock.Elapsed.TotalSeconds));
    }

    private static double Time(Action work, int calls)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < calls; i++) work();
        return clock.Elapsed.TotalSeconds / calls;
    }

    private static double Median(double[] times)
    {
        Array.Sort(times);
        return times[times.Length / 2];
    }
}
