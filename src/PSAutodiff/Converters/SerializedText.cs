using System.Management.Automation;
using PSAutodiff.Serialization;

namespace PSAutodiff;

/// <summary>
/// The text by which an object of the module travels through jobs, remoting and Clixml, in a hidden property: Select-Object * must not
/// compute it.
/// </summary>
public static class SerializedText
{
    private const string Property = nameof(SerializedText);
    private const string Standard = "PSStandardMembers";
    private const string Prefix = "Deserialized.";

    /// <summary>All types whose objects come back live. Views/Types.xml names them too.</summary>
    internal static readonly IReadOnlyList<Type> Types =
    [
        typeof(ExprNode), typeof(Operation), typeof(ExprGradient), typeof(ExprHessian), typeof(ExprJacobian), typeof(DerivationStep),
        typeof(Measurement), typeof(ExpressionCost), typeof(CompiledFunction), typeof(ExpressionComparison), typeof(DerivativeCheck),
        typeof(NodeAdjoint),
        typeof(Minimum), typeof(MinimizationStep), typeof(Root),
        typeof(Network), typeof(NetworkLayer), typeof(FeatureScaling), typeof(WeightSaliency), typeof(ModelTest), typeof(ConfusionMatrix), typeof(ClassMeasure),
        typeof(NetworkTrace), typeof(LayerTrace),
        typeof(TrainingResult), typeof(TrainingStep), typeof(TrainingRestart), typeof(SweepRow), typeof(IdxData),
        typeof(LinearRegressionResult), typeof(GeneralizedRegressionResult), typeof(RegressionPart), typeof(CurveFitResult), typeof(ExpressionModel), typeof(FeatureColumn), typeof(VariableColumns), typeof(WeightDecayAnalysis), typeof(WeightDecayDirection), typeof(MatrixAnalysis),
    ];

    private static readonly Dictionary<string, Type> TypesByName = Types.ToDictionary(static type => Prefix + type.FullName, StringComparer.Ordinal);

    /// <summary>The text of an object; null for one that is not live.</summary>
    public static string? Get(PSObject instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return instance.BaseObject is PSCustomObject ? null : ObjectText.Write(instance.BaseObject);
    }

    /// <summary>An object as JSON: the method ToJson of objects in PowerShell.</summary>
    public static string? ToJson(PSObject instance) => Get(instance);

    /// <summary>
    /// Makes a dictionary carry its text, and those in it theirs: PowerShell writes nothing of a dictionary but its entries and what was
    /// added to the instance.
    /// </summary>
    internal static object Attach(object value)
    {
        switch (value)
        {
            case ExprHessian hessian:
                foreach (var row in hessian.Values) Attach(row!);
                break;
            case ExprJacobian jacobian:
                foreach (var row in jacobian.Rows) Attach(row);
                return value;
            case SweepRow row:
                Name(row);
                return value;
            case ExprGradient:
                break;
            default:
                return value;
        }

        var instance = PSObject.AsPSObject(value);
        if (instance.Members[Standard] is null)
        {
            var text = new PSCodeProperty(Property, typeof(SerializedText).GetMethod(nameof(Get)));
            instance.Members.Add(new PSMemberSet(Standard, [text, new PSPropertySet("DefaultDisplayPropertySet", ["Variables", value is ExprHessian ? "Entries" : "Values"])]));
        }

        return instance;
    }

    // Each setting becomes a property, by which rows are sorted, grouped and exported.
    private static void Name(SweepRow row)
    {
        var instance = PSObject.AsPSObject(row);
        foreach (string name in row.Settings.Keys)
        {
            if (instance.Properties[name] is null) instance.Properties.Add(new PSNoteProperty(name, row.Settings[name]));
        }
    }

    /// <summary>The type that a dead object had, where it is one of the module's; null for everything else.</summary>
    internal static Type? TypeOf(object? value)
    {
        if (value is not PSObject instance) return null;
        foreach (var name in instance.TypeNames)
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)) return null;
            if (TypesByName.TryGetValue(name, out var type)) return type;
        }

        return null;
    }

    /// <summary>The text that a dead object carries; null when it lost it.</summary>
    internal static string? Of(PSObject instance) =>
        (instance.Properties[Property] ?? (instance.Members[Standard] as PSMemberSet)?.Properties[Property])?.Value as string;

    /// <summary>A value, or the live object for a dead one of the module's: it came out of a job or file before the module was there.</summary>
    /// <exception cref="AutodiffException">It lost its text on the way, or the text is damaged.</exception>
    internal static object? Revive(object? value)
    {
        if (TypeOf(value) is not { } type) return value;
        var text = Of((PSObject)value!) ?? throw new AutodiffException(ErrorIds.ObjectDead, Lost(type));
        return Attach(ObjectText.Read(text, type));
    }

    private static string Lost(Type type)
    {
        var (send, receive) =
            type == typeof(ExprNode) ? ("$json = $node | ConvertTo-ExprText Json", "New-ExprNode -Json $using:json") :
            type == typeof(Network) ? ("$json = $network.ToJson()", "[PSAutodiff.Network]::ParseJson($using:json)") :
            type == typeof(TrainingResult) ? ("$json = $result.Network.ToJson()", "[PSAutodiff.Network]::ParseJson($using:json)") :
            ("$text = [System.Management.Automation.PSSerializer]::Serialize(@(, $object))", "[System.Management.Automation.PSSerializer]::Deserialize($using:text)[0]");
        return $"This {type.Name} came through a session or file that does not know the types of PSAutodiff, and lost its contents on the way. " +
            $"Send it as text: {send} before, and {receive} on the other side, where PSAutodiff is imported.";
    }
}
