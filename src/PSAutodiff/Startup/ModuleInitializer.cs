using System.Management.Automation;
using PSAutodiff.Loading;
using PSAutodiff.Startup;

namespace PSAutodiff;

/// <summary>Runs when the module is imported.</summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    /// <summary>Loads the engine, so that <c>[PSAutodiff.ExprNode]</c> is known right after the import, makes the linear algebra findable, and warms up.</summary>
    public void OnImport()
    {
        Foundation.NumberInput.Unwrap = Converters.Conversions.Unwrap;
        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(ExprNode).TypeHandle);
        LinearAlgebraLoadContext.Register();
        WarmUp.Start();
    }
}
