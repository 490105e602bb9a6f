namespace PSAutodiff.Fuzz;

/// <summary>Something that has to hold does not.</summary>
public sealed class FaultException(string message) : Exception(message);
