namespace PSAutodiff.Exchange.Onnx;

/// <summary>The numbers of the fields and types that the schema of ONNX, onnx.proto, gives.</summary>
internal static class OnnxFields
{
    public const int TypeFloat = 1;
    public const int TypeInt32 = 6;
    public const int TypeInt64 = 7;
    public const int TypeString = 8;
    public const int TypeBool = 9;
    public const int TypeDouble = 11;

    public const int AttributeFloat = 1;
    public const int AttributeInt = 2;
    public const int AttributeString = 3;
    public const int AttributeTensor = 4;
    public const int AttributeFloats = 6;
    public const int AttributeInts = 7;
    public const int AttributeStrings = 8;

    /// <summary>Of a model.</summary>
    internal static class Model
    {
        public const int IrVersion = 1;
        public const int ProducerName = 2;
        public const int ProducerVersion = 3;
        public const int DocString = 6;
        public const int Graph = 7;
        public const int OpsetImport = 8;
        public const int MetadataProps = 14;
        public const int Functions = 25;
    }

    /// <summary>Of a version of a set of operations.</summary>
    internal static class Opset
    {
        public const int Domain = 1;
        public const int Version = 2;
    }

    /// <summary>Of a key with a value.</summary>
    internal static class Entry
    {
        public const int Key = 1;
        public const int Value = 2;
    }

    /// <summary>Of a graph.</summary>
    internal static class Graph
    {
        public const int Node = 1;
        public const int Name = 2;
        public const int Initializer = 5;
        public const int Input = 11;
        public const int Output = 12;
        public const int SparseInitializer = 15;
    }

    /// <summary>Of an operation.</summary>
    internal static class Node
    {
        public const int Input = 1;
        public const int Output = 2;
        public const int Name = 3;
        public const int OpType = 4;
        public const int Attribute = 5;
        public const int Domain = 7;
    }

    /// <summary>Of an attribute.</summary>
    internal static class Attribute
    {
        public const int Name = 1;
        public const int Float = 2;
        public const int Int = 3;
        public const int String = 4;
        public const int Tensor = 5;
        public const int Floats = 7;
        public const int Ints = 8;
        public const int Strings = 9;
        public const int Type = 20;
    }

    /// <summary>Of a tensor.</summary>
    internal static class Tensor
    {
        public const int Dims = 1;
        public const int DataType = 2;
        public const int Segment = 3;
        public const int FloatData = 4;
        public const int Int32Data = 5;
        public const int StringData = 6;
        public const int Int64Data = 7;
        public const int Name = 8;
        public const int RawData = 9;
        public const int DoubleData = 10;
        public const int ExternalData = 13;
        public const int DataLocation = 14;
    }

    /// <summary>Of an input or output.</summary>
    internal static class ValueInfo
    {
        public const int Name = 1;
        public const int Type = 2;
        public const int DocString = 3;
        public const int TensorType = 1;
        public const int ElementType = 1;
        public const int Shape = 2;
        public const int Dimension = 1;
        public const int DimensionValue = 1;
        public const int DimensionName = 2;
    }
}
