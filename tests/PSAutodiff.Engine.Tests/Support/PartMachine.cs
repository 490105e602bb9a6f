using PSAutodiff.Kernels.Threading;
using PSAutodiff.Training.Machines;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>A machine in this process that holds parts of rows, and dies after some answers.</summary>
internal sealed class PartMachine(string name) : IMachine
{
    private readonly RowsService _service = new();
    private readonly Queue<byte[]> _requests = [];

    public string Name => name;

    public int Slots => 1;

    public int Asks { get; set; }

    public bool IsHostile { get; init; }

    public CancellationTokenSource? Cancels { get; set; }

    private long Expected { get; set; }

    /// <summary>Deals parts out to machines; those of a lost one go to the others, and its name is noted.</summary>
    public static (MachineParts Parts, List<string> Lost) Deal(DataRows[] rows, int machines, int[]? asks, bool isHostile)
    {
        var key = Guid.NewGuid();
        for (var part = 0; part < rows.Length; part++) RowsService.Keep(key, part, rows[part]);
        var alive = Enumerable.Range(0, machines).Select(i => new PartMachine($"m{i}") { Asks = asks?[i] ?? int.MaxValue, IsHostile = isHostile }).ToList();
        var lost = new List<string>();
        return (new MachineParts(key, rows[0].Names, [.. rows.Select(static part => part.Count)], Holders(), (holder, _, _) =>
        {
            lost.Add(holder.Machine.Name);
            alive.Remove((PartMachine)holder.Machine);
            return Holders();
        }), lost);

        PartHolder[] Holders() => [.. alive.Select((machine, i) => new PartHolder(machine, [.. Enumerable.Range(0, rows.Length).Where(part => part % alive.Count == i)])).Where(static holder => holder.Parts.Length > 0)];
    }

    public void Expect(long bytes) => Expected = Math.Max(Expected, bytes);

    public void Send(MachineWork work, byte[] request, ReadOnlyMemory<byte> data) => _requests.Enqueue([.. request, .. data.Span]);

    public byte[] Receive(CancellationToken cancellation)
    {
        Cancels?.Cancel();
        cancellation.ThrowIfCancellationRequested();
        if (Asks-- > 0)
        {
            var answer = _service.Answer(_requests.Dequeue(), cancellation);

            // A longer answer would not be read.
            Assert.InRange(answer.Length, 0, Expected);
            return answer;
        }

        return IsHostile ? [1, 2, 3] : throw new MachineLostException("It died.");
    }
}
