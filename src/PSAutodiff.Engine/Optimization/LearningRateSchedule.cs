namespace PSAutodiff;

/// <summary>How the learning rate changes in a training.</summary>
public enum LearningRateSchedule
{
    /// <summary>It does not.</summary>
    Constant,

    /// <summary>It is multiplied by a factor every so many epochs.</summary>
    Step,

    /// <summary>It falls along half a cosine, from its start to the last step that the training may take (Loshchilov and Hutter, 2017).</summary>
    Cosine,
}
