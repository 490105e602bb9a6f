namespace PSAutodiff;

/// <summary>The characters that a plot in the terminal is drawn with.</summary>
public enum PlotStyle
{
    /// <summary>Braille patterns, with two times four dots a character.</summary>
    Braille,

    /// <summary>Blocks of a quarter of a character.</summary>
    Blocks,

    /// <summary>Characters of ASCII alone, one dot a character.</summary>
    Ascii,
}
