using System.Text;

namespace PSAutodiff.Fuzz;

/// <summary>Changes inputs at random.</summary>
internal static class Mutator
{
    private const int MostChanges = 6;
    private const int LongestPart = 40;

    private static readonly string[] Pieces =
    [
        "0", "-0", "1", "-1", "2147483648", "-9223372036854775809", "1e308", "1e-320", "1e400", "0.1", ".5", "5.", "1e", "0x1F", "NaN", "Infinity", "null", "true", "[]", "{}", "\"\"", ",", ":", ";",
        "(", ")", "[", "]", "{", "}", "+", "-", "*", "/", "^", "=", "==", "$", "${", "\\u0000", "\\ud800", "\\", "\"", "'", " ", "\t", "\n", "\r\n", "\0", "é", "π", "\u2E2F", "\uD835", "😀", "\u202E", "\u001B[31m",
        "x", "y", "pi", "e", "exp", "exp(", "log(", "select(", "t1 = ", "t1", "AA==", "////", "format", "version",
        "**", "|", "||", "²", "³", "√", "·", "×", "−", "<", "<=", ">=", "!=", "!", "%", "&&", " and ", " or ", "not ", "not(", "if(", "max(", "2(", "2x", "2e3x", "${CPU Load}", "${a`}", "}", "`",
        "[0]", "[-1]", "[1:]", "[:, 0]", "[0, 1:2]", "[x, y]", "[[1, 2], [3, 4]]", ".T", "@", " @ ", "axis=0", ", axis=1", "v: [3]; ", "A: [2, 3]; ", "S: [2, 2] symmetric; ", "x: [1000000000]; ", "sum(", "concat(", "zeros(3)", "eye(2)", "1000000000", "max(", ", 0)",
    ];

    /// <summary>A few changes of bytes.</summary>
    public static byte[] ChangeBytes(Random random, byte[] input)
    {
        var bytes = new List<byte>(input);
        for (var i = Changes(random); i > 0; i--)
        {
            var at = random.Next(bytes.Count + 1);
            var length = Math.Min(random.Next(LongestPart), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                    break;
                case 4 when at + 4 <= bytes.Count:
                    for (var k = 0; k < 4; k++) bytes[at + k] = (byte)(random.Next(2) * 255);
                    break;
                case 5:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>A few changes of text: pieces that mean something to a reader put in, parts left out, moved or repeated.</summary>
    public static byte[] ChangeText(Random random, byte[] input)
    {
        if (random.Next(8) == 0) return ChangeBytes(random, input);
        var text = new StringBuilder(Encoding.UTF8.GetString(input));
        for (var i = Changes(random); i > 0; i--)
        {
            var at = random.Next(text.Length + 1);
            var length = Math.Min(random.Next(LongestPart), text.Length - at);
            switch (random.Next(9))
            {
                case < 5:
                    ReplaceToken(random, text, at);
                    break;
                case 5:
                    text.Remove(at, length);
                    break;
                case 6:
                    text.Insert(random.Next(text.Length + 1), text.ToString(at, length));
                    break;
                case 7:
                    text.Remove(at, Math.Min(1, text.Length - at));
                    break;
                default:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // One as often as several: after many changes hardly anything is read far.
    private static int Changes(Random random) => random.Next(2) == 0 ? 1 : 1 + random.Next(MostChanges);

    /// <summary>Puts another number or word of the text, or a piece, in the place of one.</summary>
    private static void ReplaceToken(Random random, StringBuilder text, int at)
    {
        var (start, end) = Token(text, at);
        if (end == start) return;
        var (otherStart, otherEnd) = Token(text, random.Next(text.Length));
        var other = otherEnd > otherStart && random.Next(2) == 0 ? text.ToString(otherStart, otherEnd - otherStart) : Pieces[random.Next(Pieces.Length)];
        text.Remove(start, end - start).Insert(start, other);
    }

    private static (int Start, int End) Token(StringBuilder text, int at)
    {
        var (start, end) = (at, at);
        while (start > 0 && IsWord(text[start - 1])) start--;
        while (end < text.Length && IsWord(text[end])) end++;
        return (start, end);
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '.';
}
