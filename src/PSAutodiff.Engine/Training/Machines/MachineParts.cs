using PSAutodiff.Execution.Parts;
using PSAutodiff.Kernels.Threading;

namespace PSAutodiff.Training.Machines;

/// <summary>A machine and the parts of the rows that it has read.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Parts">The indices of the parts.</param>
internal sealed record PartHolder(IMachine Machine, int[] Parts);

/// <summary>Rows in parts that machines hold. Each is asked for all of its parts at once, and all compute at the same time.</summary>
/// <param name="key">Under which they keep the rows.</param>
/// <param name="names">The columns.</param>
/// <param name="counts">The number of rows of each part.</param>
/// <param name="holders">The machines.</param>
/// <param name="replace">When a machine is lost, says why, and who holds the parts from then on; throws where nobody can.</param>
internal sealed class MachineParts(Guid key, IReadOnlyList<string> names, IReadOnlyList<int> counts, IReadOnlyList<PartHolder> holders, Func<PartHolder, string, CancellationToken, IReadOnlyList<PartHolder>> replace) : IRowParts
{
    private readonly Dictionary<PartFunction, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<IMachine, HashSet<int>> _defined = [];
    private readonly Lock _gate = new();
    private IReadOnlyList<PartHolder> _holders = holders;

    // Answers may be on the way that nobody waited for.
    private bool _isCancelled;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => names;

    /// <inheritdoc/>
    public IReadOnlyList<int> Counts => counts;

    /// <summary>How often machines were asked.</summary>
    public int Rounds { get; private set; }

    /// <inheritdoc/>
    public double[][] Evaluate(PartFunction function, ReadOnlySpan<double> point, CancellationToken cancellation)
    {
        var at = point.ToArray();
        lock (_gate)
        {
            if (!_numbers.TryGetValue(function, out var number)) _numbers.Add(function, number = _numbers.Count);
            var results = new double[counts.Count][];
            while (true)
            {
                if (_isCancelled) throw new OperationCanceledException();
                cancellation.ThrowIfCancellationRequested();
                Rounds++;
                try
                {
                    if (Ask(function, number, at, results, cancellation) is not var (lost, why)) return results;
                    Take(replace(lost, why, cancellation));
                }
                catch (OperationCanceledException)
                {
                    _isCancelled = true;
                    throw;
                }
            }
        }
    }

    /// <summary>Says who holds the parts from now on.</summary>
    public void Take(IReadOnlyList<PartHolder> holders)
    {
        _holders = holders;
        _defined.Clear();
    }

    /// <summary>Lets the machines let go of the rows, where they can still be asked.</summary>
    public void Forget()
    {
        foreach (var holder in _holders) holder.Machine.Send(MachineWork.Rows, RowsService.Forget(key));
    }

    // The machine that was lost and why; null when all have answered.
    private (PartHolder Lost, string Why)? Ask(PartFunction function, int number, double[] point, double[][] results, CancellationToken cancellation)
    {
        (PartHolder Lost, string Why)? loss = null;
        var asked = new List<(PartHolder Holder, bool Defines)>();
        foreach (var holder in _holders)
        {
            if (!_defined.TryGetValue(holder.Machine, out var defined)) _defined.Add(holder.Machine, defined = []);
            var isNew = !defined.Contains(number);
            asked.Add((holder, isNew));
            if (isNew) holder.Machine.Send(MachineWork.Rows, RowsService.Define(number, function));
        }

        // A function is made ready before it is asked for: a machine does what it is sent side by side.
        foreach (var (holder, isNew) in asked)
        {
            if (isNew) Try(holder, () =>
            {
                if (holder.Machine.Receive(cancellation).Length > 0) throw new InvalidDataException("an answer to what was not asked");
                _defined[holder.Machine].Add(number);
            });
        }

        if (loss is not null) return loss;
        foreach (var (holder, _) in asked)
        {
            holder.Machine.Expect((long)holder.Parts.Length * function.ResultLength * sizeof(double));
            holder.Machine.Send(MachineWork.Rows, RowsService.Evaluate(key, number, holder.Parts, point));
        }

        foreach (var (holder, _) in asked)
        {
            Try(holder, () =>
            {
                var answers = RowsService.ResultsOf(holder.Machine.Receive(cancellation), holder.Parts.Length, function.ResultLength);
                for (var i = 0; i < answers.Length; i++) results[holder.Parts[i]] = answers[i];
            });
        }

        return loss;

        // All are heard, so that none has an answer on the way when it is asked again.
        void Try(PartHolder holder, Action receive)
        {
            try
            {
                receive();
            }
            catch (MachineLostException exception)
            {
                loss ??= (holder, exception.Message);
            }
            catch (InvalidDataException exception)
            {
                loss ??= (holder, $"It sent what cannot be: {exception.Message}.");
            }
        }
    }
}
