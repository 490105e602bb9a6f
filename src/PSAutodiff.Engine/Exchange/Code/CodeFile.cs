using System.Globalization;
using System.Text;

namespace PSAutodiff.Exchange.Code;

/// <summary>A model as source code, with the files that it needs beside it.</summary>
/// <param name="Text">The code.</param>
/// <param name="Tensors">The bytes of a safetensors file of the same name; null for none.</param>
/// <param name="Renamed">What the language cannot have as a name, and what stands for it.</param>
internal sealed record CodeFile(string Text, byte[]? Tensors, IReadOnlyList<(string Name, string Written)> Renamed)
{
    /// <summary>Whether a format is one of source code.</summary>
    public static bool IsCode(ModelFormat format) => format is ModelFormat.Python or ModelFormat.PyTorch or ModelFormat.CSharp or ModelFormat.PowerShell;

    /// <summary>Writes a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="format">The language.</param>
    /// <param name="name">The name of the file, without its end; a class or function is named after it.</param>
    /// <param name="precision">The numbers of tensors; null for those of the model.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">The language has no form for the model.</exception>
    public static CodeFile Write(IAutodiffModel model, ModelFormat format, string name, NetworkPrecision? precision, CancellationToken cancellation)
    {
        var portable = PortableModel.Of(model);
        return format switch
        {
            ModelFormat.Python => new(NumPyFile.Write(portable, cancellation), null, []),
            ModelFormat.CSharp => CSharpFile.Write(portable, TypeName(name), cancellation),
            ModelFormat.PowerShell => new(PowerShellFile.Write(portable, TypeName(name), cancellation), null, []),
            _ => TorchFile.Write(portable, precision ?? portable.Precision, cancellation),
        };
    }

    /// <summary>The name of a class after that of a file: iris-2.cs holds Iris2Model.</summary>
    public static string TypeName(string file)
    {
        var name = new StringBuilder();
        var isFirst = true;
        foreach (var c in file)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                isFirst = true;
                continue;
            }

            name.Append(isFirst ? char.ToUpperInvariant(c) : c);
            isFirst = false;
        }

        if (name.Length > 0 && char.IsAsciiDigit(name[0])) name.Insert(0, "Model");
        var text = name.ToString();
        return text.EndsWith("Model", StringComparison.Ordinal) ? text : text + "Model";
    }

    /// <summary>The lines that say what a file is, each after the sign of a comment.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sign">The sign.</param>
    /// <param name="quote">Writes a text of others.</param>
    /// <param name="lines">Lines about the language.</param>
    public static string Header(PortableModel model, string sign, Func<string, string> quote, IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        Add(string.Create(CultureInfo.InvariantCulture, $"{(model.Kind == "expression" ? "An" : "A")} {model.Kind}, written by PSAutodiff {typeof(CodeFile).Assembly.GetName().Version!.ToString(3)}. Numbers are double precision."));
        if (model.Label is { } label) Add($"Label: {quote(label)}");
        if (model.Classes.Count > 0) Add($"Classes: {string.Join(", ", model.ClassTexts.Select(quote))}");
        Add($"Inputs in order: {string.Join(", ", model.Inputs.Select(quote))}");
        foreach (var line in lines) Add(line);
        return text.ToString();

        void Add(string line) => text.Append(sign).Append(' ').Append(line).Append('\n');
    }

    /// <summary>The ticks of a date, of which a day has 864,000,000,000.</summary>
    public static string Ticks(DateTime date) => date.Ticks.ToString(CultureInfo.InvariantCulture);
}
