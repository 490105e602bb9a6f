using System.Text;

namespace PSAutodiff.Reports.Plots;

/// <summary>
/// A rectangle of characters to draw on: dots, several in a cell where the style has them, and marks that take a whole cell.
/// What is drawn has a pen, a number from 0 up that says its color, and with one dot a cell its sign.
/// </summary>
internal sealed class CellCanvas
{
    private const string Signs = "*+ox#@%&$~";
    private const string Quadrants = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█";

    // By row from the top, left and right.
    private static readonly byte[] BrailleDots = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];

    private readonly int _dotsInWidth;
    private readonly int _dotsInHeight;
    private readonly PlotStyle _style;

    // By cell, row by row. Pens are one more, so that 0 is none.
    private readonly byte[] _dots;
    private readonly char[] _marks;
    private readonly int[] _pens;

    public CellCanvas(int columns, int rows, PlotStyle style)
    {
        (Columns, Rows, _style) = (columns, rows, style);
        (_dotsInWidth, _dotsInHeight) = DotsOfCell(style);
        (Width, Height) = (columns * _dotsInWidth, rows * _dotsInHeight);
        var cells = checked(columns * rows);
        (_dots, _marks, _pens) = (new byte[cells], new char[cells], new int[cells]);
    }

    /// <summary>Number of characters in a row.</summary>
    public int Columns { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of dots in a row.</summary>
    public int Width { get; }

    /// <summary>Number of rows of dots.</summary>
    public int Height { get; }

    /// <summary>How many dots a cell has side by side and above each other.</summary>
    public static (int Wide, int High) DotsOfCell(PlotStyle style) => style switch
    {
        PlotStyle.Braille => (2, 4),
        PlotStyle.Blocks => (2, 2),
        _ => (1, 1),
    };

    /// <summary>The character of a full cell of a pen, for legends.</summary>
    public static char Sample(PlotStyle style, int pen) => style switch
    {
        PlotStyle.Braille => '⠒',
        PlotStyle.Blocks => '▀',
        _ => Signs[pen % Signs.Length],
    };

    /// <summary>Draws a dot; outside nothing happens.</summary>
    /// <param name="x">The column of dots, from the left.</param>
    /// <param name="y">The row of dots, from the top.</param>
    /// <param name="pen">The pen.</param>
    public void Dot(int x, int y, int pen)
    {
        if (x < 0 || x >= Width || y < 0 || y >= Height) return;
        var cell = ((y / _dotsInHeight) * Columns) + (x / _dotsInWidth);
        _dots[cell] |= _style switch
        {
            PlotStyle.Braille => BrailleDots[((y % 4) * 2) + (x % 2)],
            PlotStyle.Blocks => (byte)(1 << (((y % 2) * 2) + (x % 2))),
            _ => 1,
        };
        _pens[cell] = pen + 1;
    }

    /// <summary>Puts a character into a cell, over its dots; outside nothing happens.</summary>
    public void Mark(int column, int row, char mark, int pen)
    {
        if (column < 0 || column >= Columns || row < 0 || row >= Rows) return;
        _marks[(row * Columns) + column] = mark;
        _pens[(row * Columns) + column] = pen + 1;
    }

    /// <summary>Puts a character into a cell that has nothing yet.</summary>
    public void Fill(int column, int row, char mark, int pen)
    {
        if (IsBlank((row * Columns) + column)) Mark(column, row, mark, pen);
    }

    /// <summary>The text of a row, without blanks at its end.</summary>
    /// <param name="row">The row, from the top.</param>
    /// <param name="colors">Begins the color of a pen; null to leave the text plain.</param>
    public string Line(int row, Func<int, string>? colors)
    {
        var cells = Columns;
        while (cells > 0 && IsBlank((row * Columns) + cells - 1)) cells--;
        var text = new StringBuilder();
        var current = 0;
        for (var column = 0; column < cells; column++)
        {
            var cell = (row * Columns) + column;
            if (colors is not null && !IsBlank(cell) && _pens[cell] != current)
            {
                current = _pens[cell];
                text.Append(colors(current - 1));
            }

            text.Append(CharacterOf(cell));
        }

        if (current != 0) text.Append(PlotColors.Reset);
        return text.ToString();
    }

    private bool IsBlank(int cell) => _dots[cell] == 0 && _marks[cell] is '\0' or ' ';

    private char CharacterOf(int cell)
    {
        if (_marks[cell] != '\0') return _marks[cell];
        var dots = _dots[cell];
        return dots == 0 ? ' ' : _style switch
        {
            PlotStyle.Braille => (char)(0x2800 + dots),
            PlotStyle.Blocks => Quadrants[dots],
            _ => Signs[(_pens[cell] - 1) % Signs.Length],
        };
    }
}
