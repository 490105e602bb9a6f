using System.Globalization;

namespace PSAutodiff.Core;

/// <summary>
/// What an operation on arrays writes its loops with, once for every language that has no more than arrays and loops. Elements, indices and
/// values are pieces of text in that language; arithmetic is spelt the same in all.
/// </summary>
internal abstract class LoopCode
{
    /// <summary>The shape of the first argument.</summary>
    public abstract Shape ShapeX { get; }

    /// <summary>The shape of the second argument.</summary>
    public abstract Shape ShapeY { get; }

    /// <summary>The shape of the value.</summary>
    public abstract Shape Shape { get; }

    /// <summary>The whole numbers of the last argument; empty for an operation without.</summary>
    public abstract long[] Indices { get; }

    /// <summary>The smallest of all numbers.</summary>
    public abstract string NegativeInfinity { get; }

    /// <summary>The largest of all.</summary>
    public abstract string PositiveInfinity { get; }

    /// <summary>No number.</summary>
    public abstract string NaN { get; }

    /// <summary>An element of the first argument, by its indices; it may be a formula, so parentheses go around it where it is a part of another.</summary>
    public abstract string X(params ReadOnlySpan<string> at);

    /// <summary>An element of the second argument.</summary>
    public abstract string Y(params ReadOnlySpan<string> at);

    /// <summary>An element of the value, which is 0 before it is set.</summary>
    public abstract string Result(params ReadOnlySpan<string> at);

    /// <summary>Gives the value where it is a number, or one of its elements.</summary>
    /// <param name="value">What it is.</param>
    /// <param name="at">The indices; none for a number.</param>
    public abstract void Return(string value, params ReadOnlySpan<string> at);

    /// <summary>A loop; the body gets the index, from 0.</summary>
    public void For(long count, Action<string> body) => For("0", count.ToString(CultureInfo.InvariantCulture), body);

    /// <summary>A loop over a range of indices.</summary>
    /// <param name="from">The first.</param>
    /// <param name="end">The one after the last.</param>
    /// <param name="body">Gets the index.</param>
    public abstract void For(string from, string end, Action<string> body);

    /// <summary>Loops over all elements of a shape, row after row.</summary>
    public void ForEach(Shape shape, Action<string[]> body)
    {
        if (shape.IsNumber) body([]);
        else if (shape.IsVector) For(shape.Rows, i => body([i]));
        else For(shape.Rows, i => For(shape.Columns, j => body([i, j])));
    }

    /// <summary>What is done only where a condition holds.</summary>
    public abstract void If(string condition, Action body);

    /// <summary>A new variable for a number.</summary>
    public abstract string Local(string value);

    /// <summary>A new matrix of zeros.</summary>
    public abstract string Matrix(long rows, long columns);

    /// <summary>An element of a new matrix.</summary>
    public abstract string At(string matrix, params ReadOnlySpan<string> at);

    /// <summary>A new variable for an index.</summary>
    public abstract string IndexLocal(string value);

    /// <summary>A statement.</summary>
    public abstract void Do(string statement);

    public void Set(string target, string value) => Do($"{target} = {value}");

    public void Add(string target, string value) => Do($"{target} += {value}");

    /// <summary>A function of <see cref="System.Math"/>.</summary>
    public abstract string Math(string function, params ReadOnlySpan<string> arguments);

    /// <summary>A static function of double.</summary>
    public abstract string OfDouble(string function, params ReadOnlySpan<string> arguments);

    /// <summary>A helper of the operation, by its name in C#.</summary>
    public abstract string Helper(string name, params ReadOnlySpan<string> arguments);

    /// <summary>A comparison of two numbers or indices.</summary>
    /// <param name="a">The first.</param>
    /// <param name="sign">One of ==, !=, &lt;, &lt;= and &gt;.</param>
    /// <param name="b">The second.</param>
    public abstract string Compare(string a, string sign, string b);
}
