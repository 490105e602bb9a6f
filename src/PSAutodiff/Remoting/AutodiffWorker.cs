using PSAutodiff.Remoting;

namespace PSAutodiff;

/// <summary>What New-AutodiffSession asks of the module in a session on another machine.</summary>
public static class AutodiffWorker
{
    /// <summary>The build of the module here. Sessions with another one are refused.</summary>
    public static string Build => ModuleBuild.Id;
}
