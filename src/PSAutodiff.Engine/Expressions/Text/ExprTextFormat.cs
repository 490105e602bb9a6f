namespace PSAutodiff;

/// <summary>The formats in which an expression can be written.</summary>
public enum ExprTextFormat
{
    /// <summary>Usual infix text, such as <c>4 * x * y + exp(-1 * y)</c>; reads back. Cut at a length.</summary>
    Infix,

    /// <summary>The teaching lab's print: every operation in parentheses, a space around everything; reads back. Cut at a length.</summary>
    Lab,

    /// <summary>Infix text with shared parts bound to names first, <c>t1 = x * x; t1 + t1</c>; reads back. Always in full.</summary>
    Let,

    /// <summary>A LaTeX formula for math mode; wants the package amsmath. Cut at a length.</summary>
    Latex,

    /// <summary>A presentation MathML element, which browsers typeset. A short note instead where it would be too long.</summary>
    MathML,

    /// <summary>A drawing for the terminal, one node a line, shared parts once. Cut at a length and a number of lines.</summary>
    Tree,

    /// <summary>A directed graph for Graphviz, shared parts once. Always in full.</summary>
    Dot,

    /// <summary>A JSON object, shared parts once, numbers exact; reads back. Always in full.</summary>
    Json,

    /// <summary>The source of a C# class with a method that evaluates the expression. Always in full.</summary>
    CSharp,

    /// <summary>The source of a Python function of NumPy arrays or numbers. Always in full.</summary>
    Python,

    /// <summary>The text of a PowerShell script with one parameter for each variable. Always in full.</summary>
    PowerShell,

    /// <summary>The source of a Python function of PyTorch tensors, through which gradients flow. Always in full.</summary>
    PyTorch,
}
