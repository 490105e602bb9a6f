namespace PSAutodiff.Exchange.Onnx;

/// <summary>Writes a model as a file of ONNX.</summary>
internal static class OnnxWriter
{
    public const int OldestOpset = 17;
    public const int NewestOpset = 21;

    /// <summary>The bytes of a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="precision">The numbers that it works in.</param>
    /// <param name="opset">The version of the operations, from 17 to 21.</param>
    /// <param name="producerVersion">The version of what writes.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">The model has an operation without a form in ONNX, or no inputs.</exception>
    public static byte[] Write(PortableModel model, NetworkPrecision precision, int opset, string producerVersion, CancellationToken cancellation = default)
    {
        var isDouble = precision == NetworkPrecision.Double;
        var program = BatchWriter.Write(model, isNarrow: isDouble, withLabels: true, widens: !isDouble, cancellation);
        return FileOf(program, isDouble, opset, producerVersion, $"A {model.Kind}. Inputs in order: {string.Join(", ", model.Inputs)}.", ModelNotes.Of(model), cancellation);
    }

    /// <summary>The bytes of a file of an expression, whose variables are inputs.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="precision">The numbers that it works in.</param>
    /// <param name="opset">The version of the operations, from 17 to 21.</param>
    /// <param name="producerVersion">The version of what writes.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">It has an operation without a form in ONNX.</exception>
    public static byte[] Write(PortableExpression expression, NetworkPrecision precision, int opset, string producerVersion, CancellationToken cancellation = default)
    {
        var isDouble = precision == NetworkPrecision.Double;
        return FileOf(BatchWriter.Write(expression, isNarrow: isDouble, cancellation), isDouble, opset, producerVersion, $"An expression of {string.Join(", ", expression.Inputs)}.", expression.Notes(), cancellation);
    }

    private static byte[] FileOf(BatchProgram program, bool isDouble, int opset, string producerVersion, string about, IEnumerable<(string Key, string Value)> notes, CancellationToken cancellation)
    {
        var number = isDouble ? OnnxFields.TypeDouble : OnnxFields.TypeFloat;
        var graph = new ProtoWriter();
        var constants = program.Constants.ToDictionary(static constant => constant.Name, StringComparer.Ordinal);
        foreach (var step in program.Steps)
        {
            cancellation.ThrowIfCancellationRequested();
            graph.Message(OnnxFields.Graph.Node, NodeOf(step, number, opset, constants));
        }

        // Axes that are attributes need no tensor.
        var used = program.Steps.SelectMany(step => HasAxesAttribute(step.Operation, opset) ? step.Inputs[..1] : step.Inputs).ToHashSet(StringComparer.Ordinal);

        graph.Text(OnnxFields.Graph.Name, "model");
        foreach (var constant in program.Constants.Where(constant => used.Contains(constant.Name))) graph.Message(OnnxFields.Graph.Initializer, TensorOf(constant, number));
        foreach (var input in program.Inputs) graph.Message(OnnxFields.Graph.Input, ValueOf(input.Name, number, input.Sizes, input.About));
        foreach (var output in program.Outputs) graph.Message(OnnxFields.Graph.Output, ValueOf(output.Name, TypeOf(output.Type, number), output.Sizes, string.Empty));
        var file = new ProtoWriter()
            .Integer(OnnxFields.Model.IrVersion, IrOf(opset))
            .Text(OnnxFields.Model.ProducerName, "PSAutodiff")
            .Text(OnnxFields.Model.ProducerVersion, producerVersion)
            .Text(OnnxFields.Model.DocString, about)
            .Message(OnnxFields.Model.Graph, graph)
            .Message(OnnxFields.Model.OpsetImport, new ProtoWriter().Text(OnnxFields.Opset.Domain, string.Empty).Integer(OnnxFields.Opset.Version, opset));
        foreach (var (key, value) in notes) file.Message(OnnxFields.Model.MetadataProps, new ProtoWriter().Text(OnnxFields.Entry.Key, key).Text(OnnxFields.Entry.Value, value));
        return file.ToArray();
    }

    /// <summary>The version of the file format that came with a version of the operations.</summary>
    public static int IrOf(int opset) => opset switch { <= 18 => 8, <= 20 => 9, _ => 10 };

    // Until opset 17 some axes were attributes.
    private static bool HasAxesAttribute(string operation, int opset) => opset < 18 && (operation is "ReduceMean" or "ReduceMax" or "ReduceMin");

    private static ProtoWriter NodeOf(BatchStep step, int number, int opset, Dictionary<string, BatchConstant> constants)
    {
        var node = new ProtoWriter();
        var isAttribute = HasAxesAttribute(step.Operation, opset);
        foreach (var input in isAttribute ? step.Inputs[..1] : step.Inputs) node.Text(OnnxFields.Node.Input, input);
        node.Text(OnnxFields.Node.Output, step.Output).Text(OnnxFields.Node.Name, step.Output).Text(OnnxFields.Node.OpType, step.Operation);
        if (isAttribute) node.Message(OnnxFields.Node.Attribute, AttributeOf("axes", constants[step.Inputs[1]].Values, number));
        foreach (var (name, value) in step.Attributes) node.Message(OnnxFields.Node.Attribute, AttributeOf(name, value, number));
        return node;
    }

    private static ProtoWriter AttributeOf(string name, object value, int number)
    {
        var attribute = new ProtoWriter().Text(OnnxFields.Attribute.Name, name);
        if (value is long[] list)
        {
            foreach (var entry in list) attribute.Integer(OnnxFields.Attribute.Ints, entry);
            return attribute.Integer(OnnxFields.Attribute.Type, OnnxFields.AttributeInts);
        }

        if (value is string text && text != BatchStep.Single) return attribute.Text(OnnxFields.Attribute.String, text).Integer(OnnxFields.Attribute.Type, OnnxFields.AttributeString);
        var whole = value switch { BatchType type => TypeOf(type, number), BatchStep.Single => OnnxFields.TypeFloat, _ => (long)value };
        return attribute.Integer(OnnxFields.Attribute.Int, whole).Integer(OnnxFields.Attribute.Type, OnnxFields.AttributeInt);
    }

    private static ProtoWriter TensorOf(BatchConstant constant, int number)
    {
        var tensor = new ProtoWriter();
        foreach (var size in constant.Sizes) tensor.Integer(OnnxFields.Tensor.Dims, size);
        tensor.Integer(OnnxFields.Tensor.DataType, TypeOf(constant.Type, number));
        if (constant.Values is string[] texts)
        {
            foreach (var text in texts) tensor.Text(OnnxFields.Tensor.StringData, text);
        }

        tensor.Text(OnnxFields.Tensor.Name, constant.Name);
        return constant.Values switch
        {
            double[] numbers when number == OnnxFields.TypeDouble || constant.IsWide => tensor.Doubles(OnnxFields.Tensor.RawData, numbers),
            double[] numbers => tensor.Singles(OnnxFields.Tensor.RawData, numbers),
            long[] integers => tensor.Longs(OnnxFields.Tensor.RawData, integers),
            bool[] flags => tensor.Bytes(OnnxFields.Tensor.RawData, Array.ConvertAll(flags, static flag => flag ? (byte)1 : (byte)0)),
            _ => tensor,
        };
    }

    private static ProtoWriter ValueOf(string name, int type, long[] sizes, string about)
    {
        var shape = new ProtoWriter();
        foreach (var size in sizes) shape.Message(OnnxFields.ValueInfo.Dimension, size < 0 ? new ProtoWriter().Text(OnnxFields.ValueInfo.DimensionName, "rows") : new ProtoWriter().Integer(OnnxFields.ValueInfo.DimensionValue, size));
        var tensor = new ProtoWriter().Integer(OnnxFields.ValueInfo.ElementType, type).Message(OnnxFields.ValueInfo.Shape, shape);
        var value = new ProtoWriter().Text(OnnxFields.ValueInfo.Name, name).Message(OnnxFields.ValueInfo.Type, new ProtoWriter().Message(OnnxFields.ValueInfo.TensorType, tensor));
        return about.Length > 0 ? value.Text(OnnxFields.ValueInfo.DocString, about) : value;
    }

    private static int TypeOf(BatchType type, int number) => type switch
    {
        BatchType.Integer => OnnxFields.TypeInt64,
        BatchType.Boolean => OnnxFields.TypeBool,
        BatchType.Text => OnnxFields.TypeString,
        BatchType.Double => OnnxFields.TypeDouble,
        _ => number,
    };
}
