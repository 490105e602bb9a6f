using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Reports;

/// <summary>
/// A report under construction: one HTML page with a section for each thing added. Text, formulas and tables are HTML; pictures are data
/// that the script of the page draws. The page has all it needs in itself, and its policy forbids any request.
/// </summary>
internal sealed partial class AutodiffReport(string title) : IDisposable
{
    private readonly StringBuilder _body = new();
    private readonly PictureWriter _pictures = new();
    private readonly List<string> _headings = [];
    private string? _pictureData;

    /// <summary>The pictures as a JSON array; nothing can be added afterwards.</summary>
    public string Pictures
    {
        get
        {
            CloseSection();
            return _pictureData ??= _pictures.Finish();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pictures.Dispose();

    /// <summary>The page.</summary>
    /// <param name="script">The script that draws the pictures; it must not hold the text that ends a script element.</param>
    public string ToHtml(string script)
    {
        var pictures = Pictures;
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        var contents = _headings.Count < 2
            ? string.Empty
            : $"<nav aria-label=\"Contents\"><ol>{string.Concat(_headings.Select(static (heading, i) => Invariant($"<li><a href=\"#section-{i + 1}\">{Escape(heading)}</a></li>")))}</ol></nav>";
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-{hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{Escape(title)}</title>
            <style>{StyleSheet()}</style>
            </head>
            <body>
            <header><h1>{Escape(title)}</h1>{contents}</header>
            <main>{_body}</main>
            <noscript><p>The pictures of this page are drawn by a script, which is off. Drawings of characters and tables stand in their place.</p></noscript>
            <script type="application/json" id="pictures">{pictures}</script>
            <script>{script}</script>
            </body>
            </html>

            """;
    }

    private static string Escape(string text) => MathMLStyle.Escape(VisibleText.Of(text));

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static string Invariant(double value) => value.ToString("g6", CultureInfo.InvariantCulture);

    private static string StyleSheet()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private void StartSection(string heading)
    {
        CloseSection();
        _headings.Add(heading);
        _body.Append(CultureInfo.InvariantCulture, $"<section id=\"section-{_headings.Count}\"><h2>{Escape(heading)}</h2>");
    }

    private void CloseSection()
    {
        if (_headings.Count > 0 && _pictureData is null) _body.Append("</section>\n");
    }

    private void Heading(string text) => _body.Append(CultureInfo.InvariantCulture, $"<h3>{Escape(text)}</h3>");

    private void Note(string text) => _body.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{Escape(text)}</p>");

    /// <summary>The place of a picture that was begun last.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="plain">The lines that stand in its place where no script runs; none where tables beside it say the same.</param>
    private void Figure(string caption, IEnumerable<string>? plain = null)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<figure id=\"picture-{_pictures.Count}\"><figcaption>{Escape(caption)}</figcaption>");
        if (plain is not null)
        {
            _body.Append(CultureInfo.InvariantCulture, $"<noscript><pre role=\"img\" aria-label=\"{Escape(caption)}\">");
            foreach (var line in plain) _body.Append(Escape(line)).Append('\n');
            _body.Append("</pre></noscript>");
        }

        _body.Append("</figure>");
    }

    private void Table(string caption, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{Escape(caption)}\"><table><caption>{Escape(caption)}</caption><thead><tr>");
        foreach (var column in columns) _body.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{Escape(column)}</th>");
        _body.Append("</tr></thead><tbody>");
        foreach (var row in rows)
        {
            _body.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Escape(row[0])}</th>");
            foreach (var cell in row.Skip(1)) _body.Append(CultureInfo.InvariantCulture, $"<td>{Escape(cell)}</td>");
            _body.Append("</tr>");
        }

        _body.Append("</tbody></table></div>");
    }
}
