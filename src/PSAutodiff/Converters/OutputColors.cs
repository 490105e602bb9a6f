using System.Globalization;
using System.Management.Automation;

namespace PSAutodiff.Converters;

/// <summary>Whether what is written may have colors.</summary>
internal static class OutputColors
{
    /// <summary>
    /// As $PSStyle.OutputRendering says: always with Ansi, never with PlainText, and with Host where the text goes straight to a terminal that
    /// knows colors. Never when the environment variable NO_COLOR is set.
    /// </summary>
    public static bool IsOn(PSCmdlet cmdlet)
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))) return false;
        var style = cmdlet.SessionState.PSVariable.GetValue("PSStyle");
        var rendering = style is null ? null : PSObject.AsPSObject(style).Properties["OutputRendering"]?.Value;
        return Convert.ToString(rendering, CultureInfo.InvariantCulture) switch
        {
            "Ansi" => true,
            "Host" => cmdlet.MyInvocation.PipelinePosition == cmdlet.MyInvocation.PipelineLength && !Console.IsOutputRedirected && (cmdlet.Host?.UI?.SupportsVirtualTerminal ?? false),
            _ => false,
        };
    }
}
