using PSAutodiff.Kernels.Threading;

namespace PSAutodiff.Tests;

/// <summary>Questions to a desk, which on a busy machine has to be asked again.</summary>
internal static class DeskQuestion
{
    /// <summary>The answer to a request.</summary>
    public static byte[] Ask(this MachineDesk desk, byte[] request)
    {
        for (var message = MachineDesk.Bundle([request]); ; message = MachineDesk.Bundle([]))
        {
            if (desk.Answers(message).LastOrDefault(static answer => answer is not null) is { } answer) return answer;
        }
    }
}
