using System.Collections;
using System.Management.Automation;
using PSAutodiff.Expressions;
using PSAutodiff.Passes.Definitions;

namespace PSAutodiff.Converters;

/// <summary>What parameters say of functions without definitions.</summary>
internal static class FunctionText
{
    /// <summary>Definitions by name: text, or script blocks with parameters.</summary>
    /// <exception cref="AutodiffException">One is not a definition.</exception>
    public static IReadOnlyList<FunctionDefinition> Definitions(IDictionary functions, CancellationToken cancellation)
    {
        string[] names = [.. functions.Cast<DictionaryEntry>().Select(Conversions.NameOf)];
        return
        [
            .. functions.Cast<DictionaryEntry>().Select(entry => (Name: Conversions.NameOf(entry), Value: Conversions.Unwrap(entry.Value))).Select(entry => entry.Value switch
            {
                string text => FunctionDefinition.Parse(entry.Name, text, names, cancellation),
                ScriptBlock script => FromScript(entry.Name, script, names),
                _ => throw new AutodiffException(ErrorIds.FunctionInvalid, $"The definition of '{entry.Name}' is {ValueSource.Describe(entry.Value)}. Write text such as 'z => tanh(z)', or a script block such as {{ param($z) [Math]::Tanh($z) }}."),
            }),
        ];
    }

    /// <summary>Names of functions that text may have without definitions.</summary>
    /// <exception cref="AutodiffException">One cannot be the name of such a function.</exception>
    public static IReadOnlyCollection<string> Names(string[] names) => Array.TrueForAll(names, static name => NamedFunction.DeclarationProblem(name) is null)
        ? names
        : throw new AutodiffException(ErrorIds.FunctionInvalid, names.Select(NamedFunction.DeclarationProblem).First(static problem => problem is not null) + ".");

    private static FunctionDefinition FromScript(string name, ScriptBlock script, IReadOnlyCollection<string> names)
    {
        var (parameters, body) = ScriptBlockTranslator.TranslateFunction(script, names);
        return parameters.Count > 0
            ? FunctionDefinition.Of(name, parameters, body)
            : throw new AutodiffException(ErrorIds.FunctionInvalid, $"The script block for '{name}' does not name the argument. Write {{ param($z) ... }}.");
    }
}
