using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using PSAutodiff.Converters;
using PSAutodiff.LinearAlgebra;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Finds what there is to say about a matrix: rank, determinant, eigenvalues, singular values, inverses.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Matrix")]
[OutputType(typeof(MatrixAnalysis), typeof(double), typeof(int), typeof(bool), typeof(MatrixDefiniteness), typeof(Complex), typeof(double[,]), typeof(Complex[,]))]
public sealed class MeasureMatrixCommand : AutodiffCmdlet
{
    private ValueSource _at = ValueSource.Empty;
    private MatrixRows? _rows;
    private bool _any;

    /// <summary>The matrix: double[,], arrays of rows, a measurement with a Hessian, or a Hessian or Jacobian of Invoke-Differentiate.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public object? Matrix { get; set; }

    /// <summary>Whole matrices, or the rows of one: objects, dictionaries or lists of numbers.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The columns of rows that are objects, names or wildcards.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public string[]? Feature { get; set; }

    /// <summary>Values for the variables of a Hessian or Jacobian.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? At { get; set; }

    /// <summary>The part of the largest singular value up to which others count as 0.</summary>
    [Parameter]
    public double Tolerance { get; set; }

    /// <summary>The one result to write instead of an object with all.</summary>
    [Parameter]
    public MatrixProperty Property { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (IsBound(nameof(Tolerance)) && !(Tolerance is >= 0 and < 1))
        {
            Stop(ErrorIds.ToleranceInvalid, string.Create(CultureInfo.InvariantCulture, $"-Tolerance is a part of the largest singular value: a number of at least 0 and below 1, not {Tolerance}."), Tolerance);
        }

        if (IsBound(nameof(Matrix)) && (MyInvocation.ExpectingInput || IsBound(nameof(InputObject)))) Stop(ErrorIds.DataInvalid, "There is a matrix from the pipeline and also -Matrix. Give one of the two.");
        _at = Require(At, () => new ValueSource(At));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (IsBound(nameof(InputObject))) Take(InputObject);
        else if (IsBound(nameof(Matrix))) TakeAlone(Matrix);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_rows is not null)
        {
            Attempt(null, () => Write(_rows.ToTable(), _rows.Variables));
            if (_rows.Warning is { } warning) WriteWarning(warning);
        }
        else if (!_any)
        {
            WriteError(Record(new AutodiffException(ErrorIds.RowsMissing, "Measure-Matrix was given no matrix. For example: Measure-Matrix @((2, 1), (1, 2))"), null));
        }

        if (_at.Rounded.Warning is { } rounded) WriteWarning(rounded);
    }

    // A list of objects is what the pipeline would have brought one by one; a list of numbers is a column.
    private void TakeAlone(object? matrix)
    {
        if (Conversions.Unwrap(matrix) is IList { Count: > 0 } list and not Array { Rank: > 1 } && IsObject(list[0]))
        {
            foreach (var row in list) Take(row);
            return;
        }

        if (!TryTake(matrix)) Attempt(matrix, () => Write(NumberTable.FromNumbers(matrix, "-Matrix"), []));
        _any = true;
    }

    private static bool IsObject(object? row) => Conversions.Unwrap(row) is not (null or string or ValueType or IList) && !IsWhole(row);

    private static bool IsWhole(object? value) => Conversions.Unwrap(value) is Measurement or ExprHessian or ExprJacobian || NumberTable.IsMatrix(value);

    private void Take(object? item)
    {
        _any = true;
        if (_rows is null && TryTake(item)) return;
        _rows ??= new MatrixRows(Feature);
        Require(item, () =>
        {
            _rows.Take(item);
            return true;
        });
    }

    /// <summary>Works on a value that is a whole matrix.</summary>
    private bool TryTake(object? value)
    {
        object? live = null;
        Attempt(value, () => live = Conversions.Live(value) ?? DBNull.Value);
        if (live is null) return true;
        switch (live)
        {
            case Measurement measurement:
                Attempt(value, () => Write(
                    NumberTable.From(measurement.Hessian ?? throw new AutodiffException(ErrorIds.HessianMissing, "The measurement has no Hessian. Measure it with Measure-Expression -Hessian."), "The Hessian"),
                    measurement.Variables));
                return true;
            case ExprHessian or ExprJacobian:
                Attempt(value, () =>
                {
                    var measured = CompiledMeasurement.For(value, MeasuredParts.Value, expression => ToExpression(expression, _at), Cancellation);
                    var numbers = measured.Measure(Array.ConvertAll(_at.Require(measured.Variables), _at.NumberOf), Cancellation);
                    Write(NumberTable.From(numbers, live is ExprHessian ? "The Hessian" : "The Jacobian"), live is ExprHessian hessian ? hessian.Variables : ((ExprJacobian)live).Variables);
                });
                return true;
            default:
                if (!NumberTable.IsMatrix(value)) return false;
                Attempt(value, () => Write(NumberTable.From(value, "The matrix"), []));
                return true;
        }
    }

    private void Write(NumberTable table, IReadOnlyList<string> variables)
    {
        if (table.Rows == 0 || table.Width == 0)
        {
            throw new AutodiffException(ErrorIds.DataInvalid, string.Create(CultureInfo.InvariantCulture, $"The matrix has {table.Rows} rows and {table.Width} columns, so it has no entries."));
        }

        if (table.Rounded.Warning is { } warning) WriteWarning(warning);
        var decomposition = LinearAlgebraTools.Matrix(table.ToMatrix(), IsBound(nameof(Tolerance)) ? Tolerance : null, Cancellation);
        if (!IsBound(nameof(Property)))
        {
            WriteObject(decomposition.Analyze(variables));
            return;
        }

        var value = decomposition.ValueOf(Property);
        WriteObject(value, enumerateCollection: value is Array { Rank: 1 });
    }
}
