using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Rows;

namespace PSAutodiff;

/// <summary>The method Predict of models in PowerShell, which takes whatever a script calls rows.</summary>
public static class ModelPrediction
{
    /// <summary>The outputs of a model for rows: rows x outputs.</summary>
    /// <param name="instance">The model.</param>
    /// <param name="inputs">A matrix, a list of rows, or the numbers of one row; of a model with one input the numbers of one row each.</param>
    /// <exception cref="AutodiffException">It is none of these, or has another number of inputs than the model.</exception>
    public static double[,] Predict(PSObject instance, object? inputs)
    {
        ArgumentNullException.ThrowIfNull(instance);
        var model = (IAutodiffModel)instance.BaseObject;
        if (Conversions.Unwrap(inputs) is double[,] whole) return model.Predict(whole);
        var size = model.Inputs.Count;
        var example = string.Join(", ", Enumerable.Range(1, Math.Min(size, 3))) + (size > 3 ? ", ..." : string.Empty);
        if (inputs is null) throw new AutodiffException(ErrorIds.DataInvalid, string.Create(CultureInfo.InvariantCulture, $"Predict was given $null. Give a row of {size} {(size == 1 ? "number" : "numbers")}, as in Predict(({example})), or a list of such rows."));
        var table = NumberTable.FromNumbers(inputs, "The input of Predict");
        if (table.Width != 1 || size == 1 || NumberTable.IsMatrix(inputs)) return model.Predict(table.ToMatrix());
        if (table.Rows == size) return model.Predict(new NumberTable(table.Take<double>(null), 1, size).ToMatrix());
        throw new AutodiffException(
            ErrorIds.LengthMismatch,
            string.Create(CultureInfo.InvariantCulture, $"Predict was given {table.Rows} {(table.Rows == 1 ? "number" : "numbers")}, but the model has {size} inputs. Give a row of {size} numbers, as in Predict(({example})), or a list of such rows."));
    }
}
