namespace PSAutodiff.Kernels.Threading;

/// <summary>Independent pieces of work, which threads and machines take in order. What one of them could not end comes back for the others.</summary>
/// <param name="count">The number of pieces.</param>
internal sealed class WorkList(int count)
{
    private readonly object _gate = new();
    private readonly SortedSet<int> _returned = [];
    private int _next;
    private int _done;

    /// <summary>Whether all pieces are done.</summary>
    public bool IsDone
    {
        get
        {
            lock (_gate) return _done == count;
        }
    }

    /// <summary>The number of pieces that are done.</summary>
    public int Done
    {
        get
        {
            lock (_gate) return _done;
        }
    }

    /// <summary>Takes the next piece, if one is left.</summary>
    public bool TryTake(out int piece)
    {
        lock (_gate)
        {
            if (_returned.Count > 0)
            {
                piece = _returned.Min;
                return _returned.Remove(piece);
            }

            piece = _next;
            if (_next == count) return false;
            _next++;
            return true;
        }
    }

    /// <summary>Gives back a piece that was taken.</summary>
    public void GiveBack(int piece)
    {
        lock (_gate)
        {
            _returned.Add(piece);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Notes that a piece is done.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _done++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until there may be something to take, or all is done.</summary>
    /// <param name="milliseconds">How long at most.</param>
    public void Wait(int milliseconds)
    {
        lock (_gate)
        {
            if (_done < count && _returned.Count == 0 && _next == count) Monitor.Wait(_gate, milliseconds);
        }
    }
}
