namespace PSAutodiff;

/// <summary>How text in rows is read as a number.</summary>
public enum NumberFormat
{
    /// <summary>A point before the decimals and nothing else: 2.5, 1e-3.</summary>
    Plain,

    /// <summary>Also with commas between groups of three digits, and with a percent sign for hundredths: 203,400 and 29.4%.</summary>
    Formatted,
}
