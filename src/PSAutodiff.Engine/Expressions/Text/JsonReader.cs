using System.Globalization;
using System.Text;
using System.Text.Json;
using PSAutodiff.Core;
using PSAutodiff.Foundation;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// Reads what <see cref="JsonWriter"/> writes, in one pass and strictly: whatever is not exactly a graph of known operations is an
/// error that names the node. Memory stays in proportion to the length of the text, whatever it claims.
/// </summary>
internal ref struct JsonReader
{
    private const int NoIndex = -1;

    // Every smaller whole number is exact.
    private const long LargestWhole = 1L << 53;

    private static readonly Dictionary<string, Operation> Operations =
        OperationTable.ByCode.ToDictionary(static op => op.Name, StringComparer.Ordinal);

    private static readonly int LongestOperationName = OperationTable.ByCode.Max(static op => op.Name.Length);

    // An object, a list, an object, a list: a deeper text is refused before anything else is looked at.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 4 };

    private readonly GraphBuilder _builder;
    private readonly List<int> _ids = [];
    private Utf8JsonReader _json;
    private int _node = NoIndex;
    private bool _hasArrays;

    private JsonReader(ReadOnlySpan<byte> json, CancellationToken cancellation)
    {
        _json = new Utf8JsonReader(json, Options);
        _builder = new GraphBuilder { Cancellation = cancellation };
    }

    [Flags]
    private enum Properties
    {
        None = 0,
        Format = 1,
        Version = 2,
        Nodes = 4,
        Root = 8,
        Operation = 16,
        Value = 32,
        Name = 64,
        Arguments = 128,
        Shape = 256,
        Symmetric = 512,
        Values = 1024,
    }

    /// <summary>The expression that the text stands for.</summary>
    /// <exception cref="AutodiffException">The text is none.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static ExprNode Read(string json, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(json);
        var reader = default(JsonReader);
        try
        {
            reader = new JsonReader(new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(json), cancellation);
            return reader.ReadExpression();
        }
        catch (JsonException exception)
        {
            throw reader.Error(exception.Message.TrimEnd('.'));
        }
        catch (InvalidOperationException)
        {
            throw reader.Error("a text in it holds half a surrogate pair, escaped");
        }
        catch (EncoderFallbackException)
        {
            throw new AutodiffException(ErrorIds.ExpressionJson, "The JSON text of an expression is wrong: it holds half a surrogate pair.");
        }
    }

    private ExprNode ReadExpression()
    {
        var seen = Properties.None;
        var root = NoIndex;
        var version = 0;
        Advance();
        Expect(JsonTokenType.StartObject, "the text has to be an object");
        while (NextProperty())
        {
            if (_json.ValueTextEquals("format"u8))
            {
                Mark(ref seen, Properties.Format, "format");
                if (_json.TokenType != JsonTokenType.String || !_json.ValueTextEquals(JsonWriter.Format))
                {
                    throw Error($"'format' has to be \"{JsonWriter.Format}\"");
                }
            }
            else if (_json.ValueTextEquals("version"u8))
            {
                Mark(ref seen, Properties.Version, "version");
                if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt32(out version) || version is not (JsonWriter.Version or JsonWriter.VersionOfArrays))
                {
                    throw Error($"'version' has to be {JsonWriter.Version}, or {JsonWriter.VersionOfArrays} with vectors or matrices; another version of PSAutodiff may be able to read this");
                }
            }
            else if (_json.ValueTextEquals("nodes"u8))
            {
                Mark(ref seen, Properties.Nodes, "nodes");
                ReadNodes();
            }
            else if (_json.ValueTextEquals("root"u8))
            {
                Mark(ref seen, Properties.Root, "root");
                root = ReadIndex("'root'");
            }
            else
            {
                throw Error($"{Shown()} is not a property of an expression: the properties are format, version, nodes and root");
            }
        }

        Require(seen, Properties.Format, "format");
        Require(seen, Properties.Version, "version");
        Require(seen, Properties.Nodes, "nodes");
        Require(seen, Properties.Root, "root");
        if (root >= _ids.Count) throw Error($"'root' is {root}, but there are {_ids.Count} nodes");
        if (_builder.IsIndex(_ids[root])) throw Error($"'root' is {root}, a list of whole numbers, which is not an expression");
        if (_hasArrays && version < JsonWriter.VersionOfArrays) throw Error($"'version' has to be {JsonWriter.VersionOfArrays} where there are vectors or matrices");

        // Throws on anything but white space after the object.
        _json.Read();
        return _builder.Build(_ids[root]).Nodes()[0];
    }

    private void ReadNodes()
    {
        Expect(JsonTokenType.StartArray, "'nodes' has to be a list");
        while (true)
        {
            _node = _ids.Count;
            Advance();
            if (_json.TokenType == JsonTokenType.EndArray) break;
            Expect(JsonTokenType.StartObject, "a node has to be an object");
            _ids.Add(ReadNode());
        }

        _node = NoIndex;
    }

    private int ReadNode()
    {
        var seen = Properties.None;
        Operation? operation = null;
        var isFunction = false;
        string? name = null;
        var value = 0.0;
        Span<int> arguments = [Graph.None, Graph.None, Graph.None];
        var count = 0;
        long[] sizes = [];
        double[] values = [];
        var isSymmetric = false;
        while (NextProperty())
        {
            if (_json.ValueTextEquals("op"u8))
            {
                Mark(ref seen, Properties.Operation, "op");
                isFunction = _json.TokenType == JsonTokenType.String && _json.ValueTextEquals(JsonWriter.Function);
                if (!isFunction) operation = ReadOperation();
            }
            else if (_json.ValueTextEquals("value"u8))
            {
                Mark(ref seen, Properties.Value, "value");
                value = ReadNumber("'value'");
            }
            else if (_json.ValueTextEquals("name"u8))
            {
                Mark(ref seen, Properties.Name, "name");
                name = ReadName();
            }
            else if (_json.ValueTextEquals("args"u8))
            {
                Mark(ref seen, Properties.Arguments, "args");
                count = ReadArguments(arguments);
            }
            else if (_json.ValueTextEquals("shape"u8))
            {
                Mark(ref seen, Properties.Shape, "shape");
                sizes = ReadSizes();
            }
            else if (_json.ValueTextEquals("symmetric"u8))
            {
                Mark(ref seen, Properties.Symmetric, "symmetric");
                if (_json.TokenType is not (JsonTokenType.True or JsonTokenType.False)) throw Error("'symmetric' has to be true or false");
                isSymmetric = _json.TokenType == JsonTokenType.True;
            }
            else if (_json.ValueTextEquals("values"u8))
            {
                Mark(ref seen, Properties.Values, "values");
                values = ReadValues();
            }
            else
            {
                throw Error($"{Shown()} is not a property of a node: the properties are op, value, name and args, and shape, symmetric and values for arrays");
            }
        }

        Require(seen, Properties.Operation, "op");
        if (isFunction) return ReadFunction(seen, name, arguments, count);
        (var wanted, var label, var more) = operation!.Code switch
        {
            OperationTable.ConstantCode => (Properties.Value, "value", Properties.None),
            OperationTable.VariableCode => (Properties.Name, "name", Properties.Shape | Properties.Symmetric),
            OperationTable.IndexCode => (Properties.Values, "values", Properties.None),
            OperationTable.ArrayCode => (Properties.Values, "values", Properties.Shape),
            _ => (Properties.Arguments, "args", Properties.None),
        };
        Require(seen, wanted, label);
        if ((seen & ~more) != (Properties.Operation | wanted)) throw Error($"'{operation.Name}' takes 'op' and '{label}'{(more == Properties.None ? string.Empty : more.HasFlag(Properties.Symmetric) ? ", 'shape', 'symmetric'" : ", 'shape'")} and nothing else");
        _hasArrays |= (seen & (Properties.Shape | Properties.Symmetric | Properties.Values)) != 0 || !operation.IsElementwise;
        if (wanted == Properties.Value) return _builder.Constant(value);
        try
        {
            return
                wanted == Properties.Name ? _builder.Variable(name!, ShapeOf(sizes, isSymmetric)) :
                operation.Code == OperationTable.IndexCode ? _builder.Index(WholeNumbers(values)) :
                operation.Code == OperationTable.ArrayCode ? _builder.Constant(ArrayOf(values, seen, sizes)) :
                Apply(operation, arguments, count);
        }
        catch (AutodiffException exception) when (exception.ErrorId is ErrorIds.ShapeMismatch or ErrorIds.ShapeInvalid or ErrorIds.ShapeConflict or ErrorIds.IndexInvalid)
        {
            throw Error(exception.Message.TrimEnd('.'));
        }
    }

    private readonly int Apply(Operation operation, scoped Span<int> arguments, int count)
    {
        if (count != operation.Arity) throw Error(operation.ArgumentCountMessage(count).TrimEnd('.'));
        for (var i = 0; i < count; i++)
        {
            if (_builder.IsIndex(arguments[i]) != (operation.HasIndices && i == count - 1))
            {
                throw Error(operation.HasIndices && i == count - 1 ? $"the last argument of '{operation.Name}' has to be a list of whole numbers, an 'index'" : $"argument {i + 1} of '{operation.Name}' is a list of whole numbers and has to be an expression");
            }
        }

        return _builder.Apply(operation, arguments[0], arguments[1], arguments[2]);
    }

    private readonly Shape ShapeOf(long[] sizes, bool isSymmetric)
    {
        var shape = Shape.Of(sizes);
        if (!isSymmetric) return shape;
        return shape.IsMatrix && shape.Rows == shape.Columns ? Shape.Symmetric(shape.Rows) : throw Error("only a square matrix is symmetric");
    }

    private readonly ConstantArray ArrayOf(double[] values, Properties seen, long[] sizes)
    {
        Require(seen, Properties.Shape, "shape");
        var shape = Shape.Of(sizes);
        if (shape.IsNumber) throw Error("the 'shape' of an array has one or two sizes");
        return shape.Count == values.Length ? new ConstantArray(values, shape) : throw Error($"there are {values.Length} 'values' for {shape.InWords()}");
    }

    private readonly long[] WholeNumbers(double[] values)
    {
        var numbers = new long[values.Length];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = values[i] == Math.Floor(values[i]) && Math.Abs(values[i]) <= LargestWhole ? (long)values[i] : throw Error("an 'index' has whole numbers");
        return numbers;
    }

    private double ReadNumber(string what)
    {
        if (_json.TokenType != JsonTokenType.Number) throw Error($"{what} has to be a number");
        if (!_json.TryGetDouble(out var value) || !double.IsFinite(value)) throw Error($"{what} is too large for a double");
        return NumberText.IsLost(_json.ValueSpan, value) ? throw Error($"{what}: {NumberText.Underflow(Encoding.UTF8.GetString(_json.ValueSpan)).TrimEnd('.')}") : value;
    }

    private double[] ReadValues()
    {
        Expect(JsonTokenType.StartArray, "'values' has to be a list");
        var values = new List<double>();
        while (true)
        {
            Advance();
            if (_json.TokenType == JsonTokenType.EndArray) return [.. values];
            values.Add(ReadNumber("an entry of 'values'"));
        }
    }

    private long[] ReadSizes()
    {
        Expect(JsonTokenType.StartArray, "'shape' has to be a list");
        var sizes = new List<long>();
        while (true)
        {
            Advance();
            if (_json.TokenType == JsonTokenType.EndArray) return [.. sizes];
            if (sizes.Count == 2) throw Error("a 'shape' has at most two sizes");
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out var size) || size is < 1 or > LargestWhole) throw Error("an entry of 'shape' has to be a whole number from 1");
            sizes.Add(size);
        }
    }

    private int ReadFunction(Properties seen, string? name, scoped Span<int> arguments, int count)
    {
        Require(seen, Properties.Name, "name");
        Require(seen, Properties.Arguments, "args");
        if (seen != (Properties.Operation | Properties.Name | Properties.Arguments)) throw Error($"'{JsonWriter.Function}' takes 'op', 'name' and 'args' and nothing else");
        var function = UnknownFunction.NameIn(name!);
        if (NamedFunction.DeclarationProblem(function) is { } problem) throw Error(problem);
        if (UnknownFunction.Parse(name!, count) is not { } operation) throw Error(UnknownFunction.MarksMessage(name!, count).TrimEnd('.'));
        if (_builder.ArityOf(function) is not 0 and var known && known != count) throw Error(UnknownFunction.ArityMessage(function, known, count));
        return Apply(operation, arguments, count);
    }

    private readonly Operation ReadOperation()
    {
        if (_json.TokenType != JsonTokenType.String) throw Error("'op' has to be text");

        // Escapes make a name six times as long at most, so that the buffer is always large enough.
        if (_json.ValueSpan.Length <= LongestOperationName * 6)
        {
            Span<char> buffer = stackalloc char[LongestOperationName * 6];
            try
            {
                var name = buffer[.._json.CopyString(buffer)];
                if (Operations.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var operation)) return operation;
            }
            catch (InvalidOperationException)
            {
                // Half a surrogate pair, escaped: no operation is called that.
            }
        }

        throw Error($"there is no operation {Shown()}");
    }

    private readonly string ReadName()
    {
        if (_json.TokenType != JsonTokenType.String) throw Error("'name' has to be text");
        string? name = null;
        try
        {
            name = _json.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, escaped.
        }

        return VariableNames.IsValid(name)
            ? name!
            : throw Error($"{Shown()} is not a name for a variable; a name is not empty, is not 'pi' and holds nothing that is invisible");
    }

    private int ReadArguments(scoped Span<int> arguments)
    {
        Expect(JsonTokenType.StartArray, "'args' has to be a list");
        var count = 0;
        while (true)
        {
            Advance();
            if (_json.TokenType == JsonTokenType.EndArray) return count;
            if (count == arguments.Length) throw Error($"no operation takes more than {arguments.Length} arguments");
            var index = ReadIndex("an entry of 'args'");
            if (index >= _ids.Count) throw Error($"its argument {index} is not an earlier node");
            arguments[count++] = _ids[index];
        }
    }

    private readonly int ReadIndex(string what) =>
        _json.TokenType == JsonTokenType.Number && _json.TryGetInt32(out var index) && index >= 0
            ? index
            : throw Error($"{what} has to be the index of a node, a whole number from 0");

    /// <summary>Goes to the next property's name; false at the end of the object.</summary>
    private bool NextProperty()
    {
        Advance();
        return _json.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>Notes that a property was given, once, and goes to its value.</summary>
    private void Mark(ref Properties seen, Properties property, string name)
    {
        if ((seen & property) != 0) throw Error($"'{name}' is given twice");
        seen |= property;
        Advance();
    }

    private void Advance()
    {
        if (!_json.Read()) throw Error("the text ends too early");
    }

    private readonly void Expect(JsonTokenType type, string problem)
    {
        if (_json.TokenType != type) throw Error(problem);
    }

    private readonly void Require(Properties seen, Properties property, string name)
    {
        if ((seen & property) == 0) throw Error($"'{name}' is missing");
    }

    /// <summary>The text that stands at the current place, for a message: not more than a few words of it.</summary>
    private readonly string Shown()
    {
        const int most = 40;
        var text = Encoding.UTF8.GetString(_json.ValueSpan[..Math.Min(_json.ValueSpan.Length, most)]);
        return _json.ValueSpan.Length > most ? $"'{text}...'" : $"'{text}'";
    }

    private readonly AutodiffException Error(string problem) => new(
        ErrorIds.ExpressionJson,
        _node == NoIndex
            ? $"The JSON text of an expression is wrong: {problem}."
            : string.Create(CultureInfo.InvariantCulture, $"The JSON text of an expression is wrong in node {_node}: {problem}."));
}
