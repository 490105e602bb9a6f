namespace PSAutodiff.Core;

/// <summary>A function that generated source code brings along.</summary>
/// <param name="Name">Its name, which variables must not take.</param>
/// <param name="Text">Its source, without indentation.</param>
internal sealed record CodeHelper(string Name, string Text);

/// <summary>
/// How generated source code writes an operation: a notation that holds each argument once, and the helpers that it calls, directly
/// or through others.
/// </summary>
internal sealed class CodeForm(Notation notation, params CodeHelper[] helpers)
{
    public Notation Notation { get; } = notation;

    public IReadOnlyList<CodeHelper> Helpers { get; } = helpers;

    /// <summary>The infix symbol where it means the same everywhere (+ - * / and the sign), else a function call.</summary>
    public static CodeForm Usual(Operation operation, string function) =>
        new(operation.Infix.Level < Notation.PowerLevel ? operation.Infix : Notation.Call(function, operation.Arity));

    /// <summary>What makes tensors of all arguments of a function of PyTorch, one of which is one.</summary>
    private static readonly CodeHelper TorchTensors = new("tensors", """
        def tensors(*values):
            one = next(value for value in values if torch.is_tensor(value))
            return [torch.as_tensor(value, dtype=one.dtype, device=one.device) for value in values]
        """);

    /// <summary>A function of PyTorch of several tensors, some of which may be numbers.</summary>
    /// <param name="function">Its name.</param>
    /// <param name="arity">How many arguments it has.</param>
    /// <param name="helper">The function, where PyTorch has none.</param>
    public static CodeForm PyTorchCall(string function, int arity, params CodeHelper[] helper)
    {
        var inner = string.Join(", ", Enumerable.Range(1, arity).Select(static i => $"#{i}"));
        return new(new Notation($"{function}(*tensors({inner}))", Notation.Atom, new int[arity]), [TorchTensors, .. helper]);
    }

    /// <summary>What is true as the number 1, and what is not as 0.</summary>
    public static CodeForm PyTorchTruth(string condition, int arity) => new(
        new Notation($"truth({condition}, like)", Notation.Atom, [.. Enumerable.Repeat(Notation.SumLevel, arity)]),
        new CodeHelper("truth", """
            def truth(condition, like):
                return torch.as_tensor(condition).to(**like)
            """));

    /// <summary>A call of a PowerShell command, which takes its arguments without commas.</summary>
    public static Notation PowerShellCall(string command, int arity) => new(
        $"({command} {string.Join(' ', Enumerable.Range(1, arity).Select(static i => $"(#{i})"))})",
        Notation.Atom,
        new int[arity]);
}
