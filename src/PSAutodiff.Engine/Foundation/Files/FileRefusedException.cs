namespace PSAutodiff.Foundation.Files;

/// <summary>Why a file that is there is not replaced.</summary>
internal enum FileRefusal
{
    /// <summary>It was not to be replaced.</summary>
    Exists,

    /// <summary>It is write-protected.</summary>
    WriteProtected,
}

/// <summary>A file that is there was left as it is, and the caller could have asked for more.</summary>
internal sealed class FileRefusedException(FileRefusal refusal, string message) : IOException(message)
{
    public FileRefusal Refusal { get; } = refusal;
}
