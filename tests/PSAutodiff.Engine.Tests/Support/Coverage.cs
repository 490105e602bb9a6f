using PSAutodiff.Execution.Scalar;

namespace PSAutodiff.Tests;

/// <summary>What the programs of a test had in them, so that the test can say that nothing was missing.</summary>
internal sealed class Coverage
{
    private readonly HashSet<(string Operation, bool IsChain, int Argument, RegroupedTape.OperandForm Form)> _operands = [];
    private readonly HashSet<int> _stretches = [];

    public int Programs { get; set; }

    public int RegroupedPrograms { get; private set; }

    public int RowSets { get; set; }

    public int Steps { get; set; }

    public long Values { get; set; }

    public long FiniteValues { get; set; }

    /// <summary>Into how many methods machine code was cut.</summary>
    public IReadOnlySet<int> Stretches => _stretches;

    public void Count(TapeCode code, RegroupedTape? program)
    {
        _stretches.Add(code.StretchCount);
        if (program is null) return;
        RegroupedPrograms++;
        foreach (var batch in program.Batches)
        {
            var name = batch.Operation.Name;
            if (batch.IsChain)
            {
                _operands.Add((name, true, 1, batch.Y.Form));
                continue;
            }

            // A batch of one member has one value for each argument, whatever it is.
            if (batch.Count == 1) continue;
            _operands.Add((name, false, 0, batch.X.Form));
            if (batch.Operation.Arity > 1) _operands.Add((name, false, 1, batch.Y.Form));
            if (batch.Operation.Arity > 2) _operands.Add((name, false, 2, batch.Z.Form));
        }
    }

    /// <summary>The forms of operands that no program had, operation by operation, in chains and batches.</summary>
    public IEnumerable<string> Missing()
    {
        foreach (var operation in RandomExpressions.AllOperations)
        {
            foreach (var form in Enum.GetValues<RegroupedTape.OperandForm>())
            {
                if (operation.Arity == 2 && !_operands.Contains((operation.Name, true, 1, form))) yield return $"a chain of {operation} over {form}";
                for (var i = 0; i < operation.Arity; i++)
                {
                    // Equal operations on one and the same value are one operation.
                    if (operation.Arity == 1 && form == RegroupedTape.OperandForm.One) continue;
                    if (!_operands.Contains((operation.Name, false, i, form))) yield return $"a batch of {operation} whose argument {i} is {form}";
                }
            }
        }
    }
}
