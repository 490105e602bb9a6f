using PSAutodiff.Kernels.Threading;

namespace PSAutodiff.Tests;

/// <summary>Questions to a desk, which on a busy machine has to be asked again.</summary>
internal static class DeskQuestion
{
    /// <summary>Requests as one message.</summary>
    public static byte[] Message(IEnumerable<byte[]> requests) => [.. MachineDesk.Bundle(requests.Select(static request => new MachineRequest(request))).SelectMany(static piece => piece.ToArray())];

    /// <summary>The answer to a request.</summary>
    public static byte[] Ask(this MachineDesk desk, byte[] request)
    {
        for (var message = Message([request]); ; message = [])
        {
            if (desk.Answers(message).LastOrDefault(static answer => answer is not null) is { } answer) return answer;
        }
    }
}
