using System.Reflection;
using System.Runtime.Loader;

namespace PSAutodiff.Loading;

/// <summary>
/// Where PSAutodiff.LinearAlgebra and its MathNet.Numerics are loaded, so that other modules of the session can have a MathNet.Numerics of
/// their own. The two lie in a folder that PowerShell does not search.
/// </summary>
internal sealed class LinearAlgebraLoadContext : AssemblyLoadContext
{
    private const string Folder = "dependencies";
    private const string Door = "PSAutodiff.LinearAlgebra";

    private static readonly Lazy<Assembly?> Loaded = new(static () => new LinearAlgebraLoadContext().Load(new AssemblyName(Door)));
    private readonly string _folder = Path.Combine(Path.GetDirectoryName(typeof(LinearAlgebraLoadContext).Assembly.Location)!, Folder);

    static LinearAlgebraLoadContext() =>
        // Everything else, MathNet.Numerics above all, is left to the others: whoever asks the default context means another one.
        Default.Resolving += static (_, name) => name.Name == Door ? Loaded.Value : null;

    private LinearAlgebraLoadContext()
        : base("PSAutodiff")
    {
    }

    /// <summary>Makes PSAutodiff.LinearAlgebra known to the process; once, however often it is called.</summary>
    public static void Register() => System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(LinearAlgebraLoadContext).TypeHandle);

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // The one engine that there is: its types are what goes in and out.
        if (assemblyName.Name == typeof(ExprNode).Assembly.GetName().Name) return typeof(ExprNode).Assembly;
        var path = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
