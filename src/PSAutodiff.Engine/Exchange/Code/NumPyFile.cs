using System.Text;

namespace PSAutodiff.Exchange.Code;

/// <summary>A model as a Python file that needs NumPy alone.</summary>
internal static class NumPyFile
{
    private const string Numbers = """"
        def predict(rows):
            """The predictions for rows: an array with a number for each, or with a row of numbers where the model has several outputs.

            Rows are a list of dicts, one dict, columns by name (a dict of lists, a data frame), or the inputs as a matrix.
            """

            values = outputs(inputs(rows))
            return values[:, 0] if values.shape[1] == 1 else values


        def predictions(rows):
            """What Invoke-AutodiffModel adds to each of the rows, under the names PREDICTIONS."""

            values = outputs(inputs(rows))
            _check(values)
            return values.tolist()
        """";

    private const string Check = """"
        def _check(values):
            wrong = np.flatnonzero(~np.isfinite(values).all(axis=1))
            if wrong.size > 0:
                raise ValueError(f"Row {wrong[0] + 1} gets a prediction that is not a finite number.")
        """";

    private const string Inputs = """"
        def inputs(rows):
            """The inputs of the model for rows, in the order of INPUTS: a matrix with a row for each."""

            if not hasattr(rows, "keys") and not isinstance(rows, np.ndarray):
                rows = list(rows)
            if isinstance(rows, np.ndarray) or (isinstance(rows, list) and len(rows) > 0 and not hasattr(rows[0], "keys")):
                matrix = np.asarray(rows, dtype=np.float64)
                if matrix.ndim != 2 or matrix.shape[1] != len(INPUTS):
                    raise ValueError(f"The inputs are a matrix with {len(INPUTS)} columns, and these have the shape {matrix.shape}.")
                return matrix
            return np.array(_inputs_of_rows(rows), dtype=np.float64).reshape(-1, len(INPUTS))
        """";

    private const string Classes = """"
        def predict(rows):
            """The classes of rows, in a list.

            Rows are a list of dicts, one dict, columns by name (a dict of lists, a data frame), or the inputs as a matrix.
            """

            return [CLASSES[place] for place in _places(outputs(inputs(rows)))]


        def _places(values):
            _check(values)
            return (values[:, 0] >= 0.5).astype(int) if values.shape[1] == 1 else np.argmax(values, axis=1)
        """";

    private const string Probabilities = """"
        def predict_proba(rows):
            """The probabilities of rows: a column for each of CLASSES."""

            values = outputs(inputs(rows))
            return np.hstack((1.0 - values, values)) if values.shape[1] == 1 else values


        def predictions(rows):
            """What Invoke-AutodiffModel adds to each of the rows, under the names PREDICTIONS."""

            values = outputs(inputs(rows))
            places = _places(values)
            values = np.hstack((1.0 - values, values)) if values.shape[1] == 1 else values
            return [[CLASSES[place], row[place], *row] for place, row in zip(places, values.tolist())]
        """";

    private const string NoProbabilities = """"
        def predictions(rows):
            """What Invoke-AutodiffModel adds to each of the rows, under the names PREDICTIONS."""

            return [[label] for label in predict(rows)]
        """";

    /// <summary>The text of the file.</summary>
    /// <exception cref="AutodiffException">An operation has no form over a batch of rows.</exception>
    public static string Write(PortableModel model, CancellationToken cancellation)
    {
        var program = BatchWriter.WriteOwn(model, cancellation);
        var text = new StringBuilder(CodeFile.Header(model, "#", CodeText.Python,
        [
            "It needs NumPy alone: predict(rows). As a program it reads a CSV file and writes it with predictions: python FILE.py rows.csv",
        ]));
        text.Append("import datetime\nimport math\nimport re\n\nimport numpy as np\n\n");
        PythonRows.Append(text, model);
        NumPyProgram.Append(text, program, cancellation);
        Part(Inputs);
        Part(Check);
        if (model.Classes.Count == 0) Part(Numbers);
        else
        {
            Part(Classes);
            Part(model.GivesProbabilities ? Probabilities : NoProbabilities);
        }

        PythonRows.AppendDoor(text);
        return text.ToString();

        void Part(string part) => text.Append(part.ReplaceLineEndings("\n")).Append("\n\n\n");
    }
}
