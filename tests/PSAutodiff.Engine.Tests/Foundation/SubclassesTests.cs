using PSAutodiff.Core;
using PSAutodiff.Foundation;
using PSAutodiff.Networks.Activations;
using PSAutodiff.Networks.Losses;
using Xunit;

namespace PSAutodiff.Tests.Foundation;

/// <summary>Classes are found by the names of their files: none is left out.</summary>
public sealed class SubclassesTests
{
    [Theory]
    [InlineData(typeof(Operation))]
    [InlineData(typeof(Loss))]
    [InlineData(typeof(Activation))]
    public void All_classes_are_found_that_derive_from_one(Type type)
    {
        // Nested in another operation is what only stands on tapes; each graph has its own functions without definitions.
        var all = type.Assembly.GetTypes().Where(other => other.IsSubclassOf(type) && !other.IsAbstract && !other.IsNested && !other.IsSubclassOf(typeof(FreeFunction)));

        Assert.Equal(all.Select(static other => other.FullName).Order(), Subclasses.Of(type).Select(static other => other.FullName).Order());
    }
}
