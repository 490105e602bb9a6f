using System.Runtime.ExceptionServices;

namespace PSAutodiff.Tests;

/// <summary>Runs code on a thread whose stack is far too small for any recursion over a deep graph.</summary>
internal static class SmallStack
{
    private const int Bytes = 256 * 1024;

    public static void Run(Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    action();
                }
#pragma warning disable CA1031 // Passed on to the test below.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            Bytes);
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
