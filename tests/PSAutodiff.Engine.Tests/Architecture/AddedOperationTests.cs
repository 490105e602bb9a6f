using System.Diagnostics;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The pages on adding an operation and an activation: what they show is compiled with the engine as it is, run, and prints what they show.</summary>
public sealed class AddedOperationTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "added");

    [Theory]
    [InlineData("SoftsignOperation.cs", "adding-an-operation.md")]
    [InlineData("SoftsignActivation.cs", "adding-an-activation.md")]
    public void The_page_shows_the_file_that_is_compiled(string file, string page) =>
        Assert.Equal(Text(file), Block(page, "csharp"));

    [Fact]
    public Task One_file_is_enough_for_parser_derivative_formats_and_all_ways_of_running() => PrintsWhatThePageShows("adding-an-operation.md");

    [Fact]
    public Task One_file_is_enough_for_an_activation() => PrintsWhatThePageShows("adding-an-activation.md", "activation");

    private static async Task PrintsWhatThePageShows(string page, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(Folder, "PSAutodiff.Engine.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal("", await error);
        Assert.Equal(Block(page, "text"), printed.ReplaceLineEndings("\n"));
    }

    private static string Block(string file, string language)
    {
        var page = Text(file);
        var start = page.IndexOf($"```{language}\n", StringComparison.Ordinal) + language.Length + 4;
        return page[start..page.IndexOf("```\n", start, StringComparison.Ordinal)];
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Folder, file)).ReplaceLineEndings("\n");
}
