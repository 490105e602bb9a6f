using System.Diagnostics;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The page on adding an operation: what it shows is compiled with the engine as it is, run, and prints what it shows.</summary>
public sealed class AddedOperationTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "added");

    [Fact]
    public void The_page_shows_the_file_that_is_compiled() =>
        Assert.Equal(Text("SoftsignOperation.cs"), Block("csharp"));

    [Fact]
    public async Task One_file_is_enough_for_parser_derivative_formats_and_all_ways_of_running()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(Folder, "PSAutodiff.Engine.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal("", await error);
        Assert.Equal(Block("text"), printed.ReplaceLineEndings("\n"));
    }

    private static string Block(string language)
    {
        var page = Text("adding-an-operation.md");
        var start = page.IndexOf($"```{language}\n", StringComparison.Ordinal) + language.Length + 4;
        return page[start..page.IndexOf("```\n", start, StringComparison.Ordinal)];
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Folder, file)).ReplaceLineEndings("\n");
}
