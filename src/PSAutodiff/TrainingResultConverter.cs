using System.Management.Automation;

namespace PSAutodiff;

/// <summary>Takes results of trainings through serialization.</summary>
public sealed class TrainingResultConverter : SerializedTextConverter<TrainingResult>
{
    /// <summary>Text that holds every bit of the result.</summary>
    public static string GetSerializedText(PSObject instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return ((TrainingResult)instance.BaseObject).ToJson();
    }

    private protected override TrainingResult Parse(string text) => TrainingResult.ParseJson(text);
}
