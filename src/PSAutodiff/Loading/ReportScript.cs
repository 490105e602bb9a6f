using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace PSAutodiff.Loading;

/// <summary>The script that draws the pictures of reports; the build makes it from libraries that npm brings.</summary>
internal static class ReportScript
{
    /// <summary>The script.</summary>
    /// <exception cref="AutodiffException">The module was built without it.</exception>
    public static string Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("report.js") ?? throw new AutodiffException(
            ErrorIds.ReportScriptMissing,
            "This build of the module lacks the libraries that draw charts and graphs, because npm was not there when it was built. " +
            "Install Node.js with npm and run ./build.ps1 again; everything else works without.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Draws pictures outside of a browser, by the same script in Node.js.</summary>
    /// <param name="pictures">The pictures as a JSON array.</param>
    /// <returns>For each picture the text of an SVG file.</returns>
    /// <exception cref="AutodiffException">The script or Node.js is missing, or it failed.</exception>
    public static string[] DrawSvg(string pictures)
    {
        var script = Path.Combine(Path.GetTempPath(), $"psautodiff-{Guid.NewGuid():n}.cjs");
        var start = new ProcessStartInfo("node", [script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        try
        {
            File.WriteAllText(script, Read());
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            process.StandardInput.Write(pictures);
            process.StandardInput.Close();
            process.WaitForExit();
            return process.ExitCode == 0
                ? JsonSerializer.Deserialize<string[]>(output.Result)!
                : throw new AutodiffException(ErrorIds.ReportScriptMissing, $"Node.js could not draw the pictures: {errors.Result.Trim()}");
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw new AutodiffException(
                ErrorIds.ReportScriptMissing,
                $"SVG files are drawn with Node.js, which could not be run: {exception.Message} Install Node.js, or write HTML and save the pictures from the browser.");
        }
        finally
        {
            File.Delete(script);
        }
    }
}
