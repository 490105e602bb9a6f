namespace PSAutodiff.Expressions.Text;

/// <summary>
/// Letters that came to Unicode after its version 8 (2015): letters to this .NET, but not to every Python, PowerShell or C# compiler
/// that an expression may be written for.
/// </summary>
internal static class YoungLetters
{
    // First and last letter of each stretch up to Unicode 16, in order.
    private const string Stretches =
        "\u0560\u0560\u0588\u0588\u05EF\u05EF\u0860\u086A\u0870\u0887\u0889\u088E\u08B5\u08C9\u09FC\u09FC" +
        "\u0C5D\u0C5D\u0C80\u0C80\u0CDD\u0CDD\u0D04\u0D04\u0D54\u0D56\u0E86\u0E86\u0E89\u0E89\u0E8C\u0E8C" +
        "\u0E8E\u0E93\u0E98\u0E98\u0EA0\u0EA0\u0EA8\u0EA9\u0EAC\u0EAC\u170D\u170D\u171F\u171F\u1878\u1878" +
        "\u1B4C\u1B4C\u1C80\u1C8A\u1C90\u1CBA\u1CBD\u1CBF\u1CFA\u1CFA\u2C2F\u2C2F\u2C5F\u2C5F\u312E\u312F" +
        "\u31BB\u31BF\u4DB6\u4DBF\u9FD6\u9FFF\uA7AE\uA7AF\uA7B8\uA7CD\uA7D0\uA7D1\uA7D3\uA7D3\uA7D5\uA7DC" +
        "\uA7F2\uA7F6\uA8FE\uA8FE\uAB66\uAB69";

    /// <summary>Whether a letter is one of them.</summary>
    public static bool Contains(char c)
    {
        for (var i = 0; i < Stretches.Length && Stretches[i] <= c; i += 2)
        {
            if (c <= Stretches[i + 1]) return true;
        }

        return false;
    }
}
