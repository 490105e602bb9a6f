using PSAutodiff.Remoting;

namespace PSAutodiff;

/// <summary>What a session on another machine does for the cmdlets that were given it with -Session.</summary>
public static class AutodiffWorker
{
    /// <summary>The build of the module here. Sessions with another one are refused.</summary>
    public static string Build => ModuleBuild.Id;
}
