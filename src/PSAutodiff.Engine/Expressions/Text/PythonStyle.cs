using System.Collections.Frozen;
using System.Text;

namespace PSAutodiff.Expressions.Text;

/// <summary>What code in Python has in common, whatever library computes it.</summary>
internal abstract class PythonStyle(ExprNode node, CancellationToken cancellation) : CodeStyle(node, cancellation)
{
    private static readonly FrozenSet<string> Keywords = (
        "False None True and as assert async await break class continue def del elif else except finally for from global if import in is "
        + "lambda nonlocal not or pass raise return try while with yield __debug__").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    protected override string Return => "return ";

    protected override string StatementEnd => string.Empty;

    // Python raises ZeroDivisionError and OverflowError; only what a library computes follows IEEE arithmetic.
    protected override bool FoldsNumbers => true;

    /// <summary>The short name of the library.</summary>
    protected abstract string Library { get; }

    protected override string Pi => Library + ".pi";

    protected override string Assignment(string local) => $"{local} = ";

    protected override bool IsReserved(string name) => Keywords.Contains(name);

    // Python compares names in compatibility form, and some letters are none there. U+2E2F is a letter, and syntax at the same time.
    protected override bool CanStay(char c) => base.CanStay(c) && c != '\u2E2F' && c.ToString().IsNormalized(NormalizationForm.FormKC);

    protected override string KeyOf(string name) => Ascii.IsValid(name) ? name : name.Normalize(NormalizationForm.FormKC);

    protected override string NotFinite(double value) => double.IsNaN(value) ? $"{Library}.nan" : value > 0 ? $"{Library}.inf" : $"-{Library}.inf";
}
