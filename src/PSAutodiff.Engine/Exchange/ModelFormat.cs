namespace PSAutodiff;

/// <summary>The formats in which a model is saved.</summary>
public enum ModelFormat
{
    /// <summary>JSON with all that the model knows; Import-AutodiffModel gives back every bit.</summary>
    Json,

    /// <summary>ONNX, which runtimes in most languages run.</summary>
    Onnx,

    /// <summary>The numbers of networks, regressions and curve fits as tensors with names.</summary>
    Safetensors,

    /// <summary>A Python file that needs NumPy alone.</summary>
    Python,

    /// <summary>A Python file with a module of PyTorch, and its numbers as safetensors beside it.</summary>
    PyTorch,

    /// <summary>A C# file without references.</summary>
    CSharp,

    /// <summary>A function of PowerShell that needs no module.</summary>
    PowerShell,
}
