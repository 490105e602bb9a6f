using System.Runtime.CompilerServices;

namespace PSAutodiff.Execution;

/// <summary>
/// What was compiled of expressions, kept as long as these live, so that asking again costs nothing and finds machine code that was made
/// meanwhile. Only the last few forms of an expression are kept.
/// </summary>
internal static class KeptForms
{
    // Of each expression.
    private const int Most = 8;

    private static readonly ConditionalWeakTable<ExprNode, LinkedList<(string Key, object Form)>> Table = [];

    /// <summary>A form of an expression, made if it is not there.</summary>
    /// <typeparam name="T">What it is. Safe to share between threads.</typeparam>
    /// <param name="expression">The expression.</param>
    /// <param name="names">All that tells it from other forms of this type.</param>
    /// <param name="make">Makes it. What it throws leaves nothing behind.</param>
    public static T Get<T>(ExprNode expression, IEnumerable<string> names, Func<T> make)
        where T : class
    {
        // Names of variables have no line breaks.
        var key = string.Join('\n', names);
        var forms = Table.GetValue(expression, static _ => new LinkedList<(string Key, object Form)>());
        lock (forms)
        {
            for (var at = forms.First; at is not null; at = at.Next)
            {
                if (at.Value.Form is not T form || at.Value.Key != key) continue;
                forms.Remove(at);
                forms.AddFirst(at);
                return form;
            }
        }

        var made = make();
        lock (forms)
        {
            forms.AddFirst((key, made));
            if (forms.Count > Most) forms.RemoveLast();
        }

        return made;
    }
}
