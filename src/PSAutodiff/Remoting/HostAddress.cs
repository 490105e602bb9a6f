using System.Globalization;

namespace PSAutodiff.Remoting;

/// <summary>Where a session goes: a name, and what stands beside it in <c>user@name:port</c>.</summary>
/// <param name="User">The user; null for none.</param>
/// <param name="Name">The name or address of the machine.</param>
/// <param name="Port">The port; 0 for the one that ssh takes.</param>
internal sealed record HostAddress(string? User, string Name, int Port)
{
    /// <summary>Reads an address.</summary>
    /// <param name="text">A name, <c>user@name</c>, <c>name:port</c> or both.</param>
    /// <exception cref="AutodiffException">It is none, or could be taken for an option by ssh.</exception>
    public static HostAddress Parse(string? text)
    {
        var rest = text ?? string.Empty;
        var at = rest.LastIndexOf('@');
        var user = at < 0 ? null : rest[..at];
        rest = rest[(at + 1)..];
        var port = 0;

        // Several colons are those of an IPv6 address.
        if (rest.LastIndexOf(':') is var colon and > 0 && (rest.IndexOf(':', StringComparison.Ordinal) == colon || rest[colon - 1] == ']'))
        {
            if (!int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535) throw Wrong(text);
            rest = rest[..colon];
        }

        if (rest is ['[', .. var inner, ']']) rest = inner;
        if (!IsWord(rest) || (user is not null && !IsWord(user))) throw Wrong(text);
        return new HostAddress(user, rest, port);
    }

    private static bool IsWord(string part) => part.Length > 0 && part[0] != '-' && part.All(static c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '%' or '\\' or '@' or '+');

    private static AutodiffException Wrong(string? text) =>
        new(ErrorIds.HostNameInvalid, $"-HostName '{(text is { Length: > 100 } ? text[..100] : text)}' is not the name of a machine. Write a name or address, for example web1, ops@web1 or ops@web1:2222.");
}
