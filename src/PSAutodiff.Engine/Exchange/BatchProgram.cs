namespace PSAutodiff.Exchange;

/// <summary>What the elements of a tensor are.</summary>
internal enum BatchType
{
    /// <summary>Numbers of the precision of the program.</summary>
    Number,

    /// <summary>Numbers of 64 bits, whatever the precision of the program.</summary>
    Double,

    /// <summary>Integers of 64 bits.</summary>
    Integer,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Texts.</summary>
    Text,
}

/// <summary>A tensor that does not depend on rows.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sizes">The sizes of its axes; none for a number.</param>
/// <param name="Values">Its elements: double[], long[], bool[] or string[].</param>
internal sealed record BatchConstant(string Name, long[] Sizes, Array Values)
{
    /// <summary>Whether its numbers have 64 bits whatever the precision of the program.</summary>
    public bool IsWide { get; init; }

    public BatchType Type => Values switch { double[] => IsWide ? BatchType.Double : BatchType.Number, long[] => BatchType.Integer, bool[] => BatchType.Boolean, _ => BatchType.Text };
}

/// <summary>One operation over all rows of a batch, by its name in ONNX.</summary>
/// <param name="Operation">The name.</param>
/// <param name="Inputs">The names of the tensors it takes.</param>
/// <param name="Output">The name of the one it gives.</param>
/// <param name="Attributes">Whole numbers, or lists of them, by name.</param>
internal sealed record BatchStep(string Operation, string[] Inputs, string Output, params (string Name, object Value)[] Attributes)
{
    /// <summary>The attribute of a cast to single precision, whatever the precision of the program.</summary>
    public const string Single = "single";

    /// <summary>What stands before the name of an operation that is none of ONNX.</summary>
    public const string Own = ".";

    /// <summary>A whole number.</summary>
    public long Number(string name) => (long)Attributes.First(attribute => attribute.Name == name).Value;

    /// <summary>A list of whole numbers.</summary>
    public long[] Numbers(string name) => (long[])Attributes.First(attribute => attribute.Name == name).Value;
}

/// <summary>What a program gives.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its elements are.</param>
/// <param name="Width">The size of the axis after that of the rows; 0 for none.</param>
internal sealed record BatchOutput(string Name, BatchType Type, long Width)
{
    /// <summary>The sizes of all axes, -1 for that of the rows, where they are others.</summary>
    public long[] Sizes { get => field ?? (Width > 0 ? [-1, Width] : [-1]); init; }
}

/// <summary>What a program takes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sizes">The sizes of its axes, -1 for that of the rows.</param>
/// <param name="About">What it is called elsewhere.</param>
internal sealed record BatchInput(string Name, long[] Sizes, string About);

/// <summary>
/// A model as steps over a batch of rows: a number of each row is [rows, 1], a vector [rows, n], a matrix [rows, m, n]; what does not depend on
/// rows has no such axis. ONNX and NumPy are written from it.
/// </summary>
/// <param name="InputSize">The number of columns of the input.</param>
/// <param name="Constants">The constants, each once.</param>
/// <param name="Steps">The steps, in an order in which they can be taken.</param>
/// <param name="Outputs">What is given.</param>
internal sealed record BatchProgram(int InputSize, IReadOnlyList<BatchConstant> Constants, IReadOnlyList<BatchStep> Steps, IReadOnlyList<BatchOutput> Outputs)
{
    /// <summary>All inputs: the one, or the variables of an expression.</summary>
    public IReadOnlyList<BatchInput> Inputs { get => field ?? [new(Input, [-1, InputSize], string.Empty)]; init; }

    /// <summary>The name of the input, [rows, columns].</summary>
    public const string Input = "input";

    /// <summary>The output of a model of numbers.</summary>
    public const string Output = "output";

    /// <summary>The output of the classes.</summary>
    public const string Label = "label";

    /// <summary>The output of their probabilities.</summary>
    public const string Probabilities = "probabilities";
}
