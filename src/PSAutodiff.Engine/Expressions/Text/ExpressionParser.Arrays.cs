using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Expressions.Text;

/// <content>Vectors and matrices: declarations of shapes, literals, indices and axes.</content>
internal sealed partial class ExpressionParser
{
    private const string SymmetricWord = "symmetric";
    private const string AxisWord = "axis";

    // The largest whole number that every smaller one is exact below.
    private const double LargestSize = 1L << 53;

    // Declared in the text, and beside it.
    private readonly IReadOnlyDictionary<string, Shape>? _shapesBeside;
    private Dictionary<string, Shape>? _shapes;
    private long? _axis;

    // Where what is applied at the moment stands.
    private int _at;

    /// <summary>Whether it is about operations and the shapes of their arguments, and knows no place in the text.</summary>
    private static bool IsOfShapes(AutodiffException exception) =>
        exception is not ExpressionSyntaxException && exception.ErrorId is ErrorIds.ShapeMismatch or ErrorIds.ShapeInvalid or ErrorIds.DataTooLarge or ErrorIds.ShapeConflict or ErrorIds.IndexInvalid or ErrorIds.ArgumentCount;

    /// <summary>The same error at the place of the operation that was being applied.</summary>
    private ExpressionSyntaxException Located(AutodiffException exception) => new(exception.ErrorId, exception.Message, _text, _at) { Numbers = Numbers() };

    private string[] Numbers() => [.. _builder.VariableNames.Where(name => _builder.ShapeOf(_builder.FindVariable(name)).IsNumber)];

    /// <summary>Reads <c>name: [4, 8] symmetric;</c> from the bracket on.</summary>
    private void ShapeDeclaration(Token token, string name)
    {
        if (!VariableNames.IsValid(name) || IsPi(token, name)) throw Error(token, $"'{name}' cannot be the name of a variable");
        if (IsBound(name)) throw Error(token, $"'{name}' is bound already and cannot be declared");
        if (IsDeclared(name)) throw Error(token, $"'{name}' is declared as a function already");
        if (_builder.FindVariable(name) >= 0) throw Error(token, $"'{name}' was used as a number before; a shape is declared before the first use", ErrorIds.ShapeConflict);
        for (var i = 0; i < 3; i++) Advance();
        var rows = ReadSize();
        var columns = 0L;
        var isMatrix = IsSymbol(_current, ',');
        if (isMatrix)
        {
            Advance();
            columns = ReadSize();
        }

        if (!IsSymbol(_current, ']')) throw Error(_current, isMatrix ? "expected ']' after the sizes: an array has one or two" : "expected ',' or ']' after the size");
        Advance();
        var shape = isMatrix ? Shape.Matrix(rows, columns) : Shape.Vector(rows);
        if (_current.Kind == TokenKind.Name && Shown(_current) == SymmetricWord)
        {
            if (!isMatrix || rows != columns) throw Error(_current, $"'{name}' is {shape.InWords()}; only a square matrix is symmetric", ErrorIds.ShapeInvalid);
            shape = Shape.Symmetric(rows);
            Advance();
        }

        if (!IsSymbol(_current, ';')) throw Error(_current, $"expected ';' after the shape of '{name}'");
        if (!(_shapes ??= new Dictionary<string, Shape>(StringComparer.Ordinal)).TryAdd(name, shape)) throw Error(token, $"the shape of '{name}' is declared already", ErrorIds.ShapeConflict);
        Advance();
    }

    private long ReadSize()
    {
        if (_current.Kind != TokenKind.Number || _current.Number is not (>= 1 and < LargestSize) || _current.Number != Math.Floor(_current.Number))
        {
            throw Error(_current, "expected a size, a whole number from 1 to 2^53", ErrorIds.ShapeInvalid);
        }

        Advance();
        return (long)_previous.Number;
    }

    /// <summary>Reads <c>axis=0</c> where the next argument would stand; false when it is none.</summary>
    private bool ReadAxis()
    {
        if (!_current.IsName || !IsSymbol(_next, '=')) return false;
        if (Shown(_current) != AxisWord) throw Error(_current, $"there is no '{Shown(_current)}=' in a call; '{AxisWord}=' names an axis");
        if (!_pending.TryPeek(out var open) || open.Kind != PendingKind.Function) throw Error(_current, $"'{AxisWord}=' stands in the call of a function");
        Advance();
        Advance();
        _axis = ReadWhole($"expected an axis, 0 or 1");
        if (!IsSymbol(_current, ')')) throw Error(_current, $"expected ')' after '{AxisWord}={_axis}', which ends a call");

        // It is no argument.
        _pending.Pop();
        _pending.Push(open with { ArgumentCount = open.ArgumentCount - 1 });
        return true;
    }

    private long ReadWhole(string expected)
    {
        var isNegative = IsSymbol(_current, '-');
        if (isNegative) Advance();
        if (_current.Kind != TokenKind.Number || _current.Number > LargestSize || _current.Number != Math.Floor(_current.Number)) throw Error(_current, expected);
        Advance();
        return isNegative ? -(long)_previous.Number : (long)_previous.Number;
    }

    /// <summary>Reads an index in brackets after an operand: <c>[0]</c>, <c>[1:, :2]</c>.</summary>
    private void ReadIndex()
    {
        var open = _current;
        _at = open.Start;
        var operand = _operands.Pop();
        var shape = _builder.ShapeOf(operand);
        if (_previous.Kind == TokenKind.Number) throw Error(open, "a product of a number and an array is written with '*'");
        if (shape.IsNumber) throw new ExpressionSyntaxException(ErrorIds.ShapeMismatch, "a number has no elements; declare the shape of a variable before its use, as in 'v: [3]; v[0]'", _text, open.Start) { Numbers = Numbers() };
        Advance();
        var first = ReadBounds(shape.Rows, shape.IsMatrix ? "row" : "element");
        SliceBounds[] bounds = shape.IsMatrix ? [first, SliceBounds.Range(0, shape.Columns)] : [first];
        if (IsSymbol(_current, ','))
        {
            if (!shape.IsMatrix) throw Error(_current, $"{shape.InWords()} has one index");
            Advance();
            bounds[1] = ReadBounds(shape.Columns, "column");
        }

        if (!IsSymbol(_current, ']')) throw Error(_current, "expected ']' after an index; indices are whole numbers and ranges such as 1:3");
        Advance();
        _operands.Push(_builder.Term(operand).Part(bounds).Id);
    }

    private SliceBounds ReadBounds(long size, string what)
    {
        var token = _current;
        var start = IsSymbol(_current, ':') ? (long?)null : ReadWhole("expected an index, a whole number, or a range such as 1:3");
        _at = token.Start;
        if (!IsSymbol(_current, ':')) return SliceBounds.Index(start!.Value, size, what);
        Advance();
        var end = _current.Kind == TokenKind.Number || IsSymbol(_current, '-') ? ReadWhole("expected the end of a range") : (long?)null;
        return SliceBounds.Range(start, end, size, what);
    }

    /// <summary>Ends a literal: constants become one array, other elements are put together one by one.</summary>
    private void EndLiteral(Pending open)
    {
        var elements = new int[open.ArgumentCount + 1];
        for (var i = elements.Length - 1; i >= 0; i--) elements[i] = _operands.Pop();
        _at = open.Start;
        StackOperation.Check(Array.ConvertAll(elements, _builder.ShapeOf));
        if (TryConstant(elements) is { } array)
        {
            _operands.Push(_builder.Constant(array));
            return;
        }

        var first = _builder.Term(elements[0]);
        var literal = elements.Length > 1 ? first.Id : first.Reshaped(first.Shape.Rank switch
        {
            0 => Shape.Vector(1),
            1 => Shape.Matrix(1, first.Shape.Rows),
            _ => throw Error(open.Token, "an array has one or two axes; a literal of matrices would have three"),
        }).Id;
        for (var i = 1; i < elements.Length; i++) literal = _builder.Apply(OperationOf<StackOperation>.Instance, literal, elements[i]);
        _operands.Push(literal);
    }

    private ConstantArray? TryConstant(int[] elements)
    {
        if (Array.TrueForAll(elements, _builder.IsConstant)) return new ConstantArray(Array.ConvertAll(elements, _builder.ConstantOf), Shape.Vector(elements.Length));
        if (!Array.TrueForAll(elements, id => _builder.IsArray(id) && _builder.ShapeOf(id).IsVector)) return null;
        var columns = _builder.ShapeOf(elements[0]).Rows;
        if (!Array.TrueForAll(elements, id => _builder.ShapeOf(id).Rows == columns)) return null;
        return new ConstantArray([.. elements.SelectMany(id => _builder.ArrayOf(id).Elements)], Shape.Matrix(elements.Length, columns));
    }

    /// <summary>Refuses what can be read in two ways: sum(A, 0) as the sum along an axis or as A + 0. A number that is no axis has a point: max(A, 0.0).</summary>
    private void CheckReadings(NamedFunction function, int[] arguments, Token at)
    {
        if (arguments.Length != 2 || function.Name is not ("sum" or "max" or "min") || _builder.ShapeOf(arguments[0]).IsNumber || !_builder.IsConstant(arguments[1])) return;
        var before = _text.AsSpan(0, _previous.Start).TrimEnd();
        var written = before[(before.LastIndexOfAnyExceptInRange('0', '9') + 1)..];
        before = before[..^written.Length];
        if (written.IsEmpty || before is [.., '.' or '_'] or [.., 'e' or 'E', '+' or '-'] || char.IsLetter(before[^1])) return;
        var number = _builder.ConstantOf(arguments[1]).ToString(CultureInfo.InvariantCulture);
        throw TwoReadings(
            at,
            $"{function.Name}(..., {number})",
            $"'{function.Name}(..., {AxisWord}={number})' for one along an axis",
            function.Name == "sum" ? $"'... + {number}'" : $"'{function.Name}(..., {number}.0)' for one of each element and a number");
    }

    /// <summary>Refuses powers of arrays that mean something else on paper: A^T, and A^-1 of a matrix. Where there are parentheses they are exponents.</summary>
    private void CheckPower(Pending power, int exponent)
    {
        var shape = _builder.ShapeOf(_operands.Peek());
        if (shape.IsNumber) return;
        var written = _text.AsSpan(power.Start + power.Length).TrimStart();
        if (_builder.IsVariable(exponent) && _builder.NameOf(exponent) == "T" && written is ['T', ..]) throw TwoReadings(power.Token, "...^T", "'.T' for the transpose", "'^(T)' for powers with the exponent T");
        var isName = _text.AsSpan(0, power.Start).TrimEnd() is not [.., ')'];
        if (shape.IsMatrix && isName && _builder.IsConstant(exponent) && _builder.ConstantOf(exponent) == -1 && written is ['-', ..])
        {
            throw TwoReadings(power.Token, "...^-1", "'1/...' for the reciprocals of the elements", "'inv(...)' for the inverse of a matrix");
        }
    }

    private ExpressionSyntaxException NoBars(Token at) => Error(at, "bars stand around numbers; write norm(v) for the length of a vector, abs(v) for absolute values element by element");
}
