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

    /// <summary>A call of a PowerShell command, which takes its arguments without commas.</summary>
    public static Notation PowerShellCall(string command, int arity) => new(
        $"({command} {string.Join(' ', Enumerable.Range(1, arity).Select(static i => $"(#{i})"))})",
        Notation.Atom,
        new int[arity]);
}
