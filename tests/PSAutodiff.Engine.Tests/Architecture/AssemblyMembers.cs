using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace PSAutodiff.Tests;

/// <summary>A use of one type or member by another one.</summary>
/// <param name="User">Who uses.</param>
/// <param name="Used">What is used.</param>
internal sealed record Use(Place User, Place Used);

/// <summary>A type, or a member of it, and where it is written.</summary>
/// <param name="Type">The outermost type around it.</param>
/// <param name="Member">The member; empty for the type itself.</param>
/// <param name="File">The file that holds it, behind the name of the project: a type may stand in several.</param>
/// <param name="Home">The file where the type is at home.</param>
internal sealed record Place(string Type, string Member, string File, string Home);

/// <summary>
/// What the types of a built assembly use, read from its metadata and the bodies of its methods, and the files they stand in, read from
/// the symbols beside it. A type is at home in the file that is called like it. Constants leave no trace: the compiler writes their values down.
/// </summary>
internal sealed class AssemblyMembers : IDisposable
{
    private static readonly Dictionary<ushort, OperandType> Operands = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (OpCode)field.GetValue(null)!)
        .ToDictionary(static code => (ushort)code.Value, static code => code.OperandType);

    private readonly PEReader _image;
    private readonly MetadataReaderProvider _symbolProvider;
    private readonly MetadataReader _metadata;
    private readonly MetadataReader _symbols;
    private readonly string _project;
    private readonly Dictionary<TypeDefinitionHandle, string?> _homes = [];
    private readonly Dictionary<string, TypeDefinitionHandle> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Type, string Member), string> _files = [];

    /// <summary>Opens an assembly and the symbols beside it.</summary>
    /// <param name="path">The assembly, called like its project and the folder of that.</param>
    public AssemblyMembers(string path)
    {
        Name = Path.GetFileNameWithoutExtension(path);
        _project = $"/{Name}/";
        _image = new PEReader(new MemoryStream(File.ReadAllBytes(path)));
        _metadata = _image.GetMetadataReader();
        _symbolProvider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(File.ReadAllBytes(Path.ChangeExtension(path, ".pdb"))));
        _symbols = _symbolProvider.GetMetadataReader();
        foreach (var type in _metadata.TypeDefinitions) _types.TryAdd(FullName(type), type);
        foreach (var handle in _metadata.MethodDefinitions)
        {
            var method = _metadata.GetMethodDefinition(handle);
            if (FileOf(handle) is { } file) _files.TryAdd((FullName(method.GetDeclaringType()), _metadata.GetString(method.Name)), file);
        }
    }

    /// <summary>The name of the assembly.</summary>
    public string Name { get; }

    /// <summary>The types of the project that are not nested, each with its home.</summary>
    public IEnumerable<(string Type, bool IsPublic, string Home)> Types =>
        from type in _types
        let definition = _metadata.GetTypeDefinition(type.Value)
        where !definition.IsNested && HomeOf(type.Value) is not null
        select (type.Key, definition.Attributes.HasFlag(TypeAttributes.Public), HomeOf(type.Value)!);

    /// <summary>All files that hold a type or a member.</summary>
    public IEnumerable<string> Files => _types.Values.Select(HomeOf).OfType<string>().Concat(_files.Values).Distinct(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Dispose()
    {
        _image.Dispose();
        _symbolProvider.Dispose();
    }

    /// <summary>What this assembly uses of itself and of others.</summary>
    /// <param name="others">The others; what is used of assemblies that are not among them does not count.</param>
    public IReadOnlySet<Use> Uses(params IEnumerable<AssemblyMembers> others)
    {
        var assemblies = others.Append(this).Distinct().ToDictionary(static assembly => assembly.Name, StringComparer.Ordinal);
        var found = new HashSet<Use>();
        foreach (var (name, type) in _types)
        {
            if (HomeOf(type) is not { } home) continue;
            var definition = _metadata.GetTypeDefinition(type);
            Add(home, string.Empty, OfType(definition));
            foreach (var property in definition.GetProperties().Select(_metadata.GetPropertyDefinition))
            {
                Add(home, _metadata.GetString(property.Name), new Targets(this).WithAttributes(property.GetCustomAttributes()).Found);
            }

            foreach (var method in definition.GetMethods()) Add(FileOf(method) ?? home, _metadata.GetString(_metadata.GetMethodDefinition(method).Name), OfMethod(method));

            // One class holds the lambdas of all parts of a type; what its fields keep is made in the methods.
            if (name.EndsWith("<>c", StringComparison.Ordinal)) continue;
            foreach (var field in definition.GetFields().Select(_metadata.GetFieldDefinition)) Add(home, _metadata.GetString(field.Name), OfField(field));

            void Add(string file, string member, IEnumerable<Target> targets)
            {
                var user = new Place(Outer(name), member, file, home);
                foreach (var target in targets)
                {
                    if (assemblies.TryGetValue(target.Assembly, out var assembly) && assembly.PlaceOf(target) is { } used) found.Add(new Use(user, used));
                }
            }
        }

        return found;
    }

    private static string Outer(string name) => name.IndexOf('+', StringComparison.Ordinal) is var plus and > 0 ? name[..plus] : name;

    private Place? PlaceOf(Target target)
    {
        if (!_types.TryGetValue(target.Type, out var type) || HomeOf(type) is not { } home) return null;
        return new Place(Outer(target.Type), target.Member, _files.GetValueOrDefault((target.Type, target.Member), home), home);
    }

    private HashSet<Target> OfField(FieldDefinition field)
    {
        var targets = new Targets(this);
        field.DecodeSignature(targets, null);
        return targets.WithAttributes(field.GetCustomAttributes()).Found;
    }

    private HashSet<Target> OfType(TypeDefinition definition)
    {
        var targets = new Targets(this);
        targets.Add(definition.BaseType);
        foreach (var implemented in definition.GetInterfaceImplementations()) targets.Add(_metadata.GetInterfaceImplementation(implemented).Interface);
        targets.AddConstraints(definition.GetGenericParameters());
        return targets.WithAttributes(definition.GetCustomAttributes()).Found;
    }

    private HashSet<Target> OfMethod(MethodDefinitionHandle handle)
    {
        var method = _metadata.GetMethodDefinition(handle);
        var targets = new Targets(this);
        method.DecodeSignature(targets, null);
        targets.AddConstraints(method.GetGenericParameters());
        targets.WithAttributes(method.GetCustomAttributes());
        foreach (var parameter in method.GetParameters()) targets.WithAttributes(_metadata.GetParameter(parameter).GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0) return targets.Found;
        var body = _image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil) _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(targets, null);
        foreach (var region in body.ExceptionRegions) targets.Add(region.CatchType);
        AddInstructions(body.GetILReader(), targets);
        return targets.Found;
    }

    private static void AddInstructions(BlobReader il, Targets targets)
    {
        while (il.RemainingBytes > 0)
        {
            ushort code = il.ReadByte();
            if (code == 0xFE) code = (ushort)(0xFE00 | il.ReadByte());
            switch (Operands[code])
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    targets.Add(MetadataTokens.EntityHandle(il.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    var cases = il.ReadInt32();
                    il.Offset += 4 * cases;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    il.Offset += 8;
                    break;
                case OperandType.InlineVar:
                    il.Offset += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    il.Offset += 1;
                    break;
                case OperandType.InlineNone:
                    break;
                default:
                    il.Offset += 4;
                    break;
            }
        }
    }

    private string FullName(TypeDefinitionHandle handle)
    {
        var definition = _metadata.GetTypeDefinition(handle);
        var name = _metadata.GetString(definition.Name);
        if (definition.IsNested) return $"{FullName(definition.GetDeclaringType())}+{name}";
        return definition.Namespace.IsNil ? name : $"{_metadata.GetString(definition.Namespace)}.{name}";
    }

    /// <summary>The file of a method, or null where the compiler made it without one.</summary>
    private string? FileOf(MethodDefinitionHandle handle)
    {
        var information = _symbols.GetMethodDebugInformation(handle.ToDebugInformationHandle());
        if (!information.Document.IsNil) return FileOf(information.Document);
        foreach (var point in information.GetSequencePoints())
        {
            if (!point.Document.IsNil) return FileOf(point.Document);
        }

        return null;
    }

    private string? FileOf(DocumentHandle handle)
    {
        var path = _symbols.GetString(_symbols.GetDocument(handle).Name).Replace('\\', '/');
        var start = path.LastIndexOf(_project, StringComparison.Ordinal);
        return start < 0 || path.Contains("/obj/", StringComparison.Ordinal) ? null : path[(start + 1)..];
    }

    /// <summary>The file of a type: the one called like it, else its first; of what the compiler made for several files, that of the type around it.</summary>
    private string? HomeOf(TypeDefinitionHandle handle)
    {
        if (_homes.TryGetValue(handle, out var known)) return known;
        var definition = _metadata.GetTypeDefinition(handle);
        var name = _metadata.GetString(definition.Name).Split('`')[0];
        var files = DocumentsOf(handle).Concat(definition.GetMethods().Select(FileOf)).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var around = definition.IsNested && (files.Length == 0 || name == "<>c") ? HomeOf(definition.GetDeclaringType()) : null;
        return _homes[handle] = around
            ?? Array.Find(files, file => Path.GetFileNameWithoutExtension(file) == name)
            ?? files.OrderBy(static file => file.Length).ThenBy(static file => file, StringComparer.Ordinal).FirstOrDefault();
    }

    /// <summary>The files of a type without method bodies: an enumeration or an interface.</summary>
    private IEnumerable<string?> DocumentsOf(TypeDefinitionHandle handle)
    {
        var kind = new Guid("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");
        foreach (var information in _symbols.GetCustomDebugInformation(handle).Select(_symbols.GetCustomDebugInformation))
        {
            if (_symbols.GetGuid(information.Kind) != kind) continue;
            var blob = _symbols.GetBlobReader(information.Value);
            while (blob.RemainingBytes > 0) yield return FileOf(MetadataTokens.DocumentHandle(blob.ReadCompressedInteger()));
        }
    }

    private readonly record struct Target(string Assembly, string Type, string Member);

    /// <summary>Collects the types and members that handles and signatures name.</summary>
    private sealed class Targets(AssemblyMembers assembly) : ISignatureTypeProvider<object?, object?>, ICustomAttributeTypeProvider<string?>
    {
        private readonly MetadataReader _metadata = assembly._metadata;

        public HashSet<Target> Found { get; } = [];

        public void Add(EntityHandle handle)
        {
            if (handle.IsNil) return;
            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition:
                    Found.Add(new Target(assembly.Name, assembly.FullName((TypeDefinitionHandle)handle), string.Empty));
                    break;
                case HandleKind.TypeReference:
                    AddReference((TypeReferenceHandle)handle, string.Empty);
                    break;
                case HandleKind.TypeSpecification:
                    _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                    break;
                case HandleKind.MethodDefinition:
                    var method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                    Found.Add(new Target(assembly.Name, assembly.FullName(method.GetDeclaringType()), _metadata.GetString(method.Name)));
                    method.DecodeSignature(this, null);
                    break;
                case HandleKind.FieldDefinition:
                    var field = _metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                    Found.Add(new Target(assembly.Name, assembly.FullName(field.GetDeclaringType()), _metadata.GetString(field.Name)));
                    field.DecodeSignature(this, null);
                    break;
                case HandleKind.MethodSpecification:
                    var specification = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                    specification.DecodeSignature(this, null);
                    Add(specification.Method);
                    break;
                case HandleKind.MemberReference:
                    AddMember(_metadata.GetMemberReference((MemberReferenceHandle)handle));
                    break;
            }
        }

        public void AddConstraints(GenericParameterHandleCollection parameters)
        {
            foreach (var parameter in parameters)
            {
                foreach (var constraint in _metadata.GetGenericParameter(parameter).GetConstraints()) Add(_metadata.GetGenericParameterConstraint(constraint).Type);
            }
        }

        public Targets WithAttributes(CustomAttributeHandleCollection attributes)
        {
            foreach (var attribute in attributes.Select(_metadata.GetCustomAttribute))
            {
                Add(attribute.Constructor);
                foreach (var argument in attribute.DecodeValue(this).FixedArguments) AddNamed(argument.Value);
                foreach (var argument in attribute.DecodeValue(this).NamedArguments) AddNamed(argument.Value);
            }

            return this;
        }

        private void AddMember(MemberReference reference)
        {
            var name = _metadata.GetString(reference.Name);
            if (reference.GetKind() == MemberReferenceKind.Method) reference.DecodeMethodSignature(this, null);
            else reference.DecodeFieldSignature(this, null);
            switch (reference.Parent.Kind)
            {
                case HandleKind.TypeReference:
                    AddReference((TypeReferenceHandle)reference.Parent, name);
                    break;
                case HandleKind.TypeDefinition:
                    Found.Add(new Target(assembly.Name, assembly.FullName((TypeDefinitionHandle)reference.Parent), name));
                    break;
                default:
                    Add(reference.Parent);
                    break;
            }
        }

        private string AddReference(TypeReferenceHandle handle, string member)
        {
            var (owner, name) = NameOf(handle);
            Found.Add(new Target(owner, name, member));
            return name;
        }

        private (string Assembly, string Type) NameOf(TypeReferenceHandle handle)
        {
            var reference = _metadata.GetTypeReference(handle);
            var name = _metadata.GetString(reference.Name);
            if (reference.ResolutionScope.Kind == HandleKind.TypeReference)
            {
                var outer = NameOf((TypeReferenceHandle)reference.ResolutionScope);
                return (outer.Assembly, $"{outer.Type}+{name}");
            }

            var owner = reference.ResolutionScope.Kind == HandleKind.AssemblyReference
                ? _metadata.GetString(_metadata.GetAssemblyReference((AssemblyReferenceHandle)reference.ResolutionScope).Name)
                : assembly.Name;
            return (owner, reference.Namespace.IsNil ? name : $"{_metadata.GetString(reference.Namespace)}.{name}");
        }

        // A type in an attribute's arguments is its name, here "Namespace.Type" or "Namespace.Type, Assembly, ...".
        private void AddNamed(object? value)
        {
            if (value is ImmutableArray<CustomAttributeTypedArgument<string?>> values)
            {
                foreach (var one in values) AddNamed(one.Value);
            }
            else if (value is string text && text.StartsWith("PSAutodiff.", StringComparison.Ordinal))
            {
                var parts = text.Split(", ");
                Found.Add(new Target(parts.Length > 1 ? parts[1] : assembly.Name, parts[0], string.Empty));
            }
        }

        object? ISimpleTypeProvider<object?>.GetPrimitiveType(PrimitiveTypeCode typeCode) => null;

        object? ISimpleTypeProvider<object?>.GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
        {
            Add(handle);
            return null;
        }

        object? ISimpleTypeProvider<object?>.GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
        {
            AddReference(handle, string.Empty);
            return null;
        }

        object? ISignatureTypeProvider<object?, object?>.GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
        {
            Add(handle);
            return null;
        }

        object? ISZArrayTypeProvider<object?>.GetSZArrayType(object? elementType) => null;

        object? IConstructedTypeProvider<object?>.GetArrayType(object? elementType, ArrayShape shape) => null;

        object? IConstructedTypeProvider<object?>.GetByReferenceType(object? elementType) => null;

        object? IConstructedTypeProvider<object?>.GetGenericInstantiation(object? genericType, ImmutableArray<object?> typeArguments) => null;

        object? IConstructedTypeProvider<object?>.GetPointerType(object? elementType) => null;

        object? ISignatureTypeProvider<object?, object?>.GetFunctionPointerType(MethodSignature<object?> signature) => null;

        object? ISignatureTypeProvider<object?, object?>.GetGenericMethodParameter(object? genericContext, int index) => null;

        object? ISignatureTypeProvider<object?, object?>.GetGenericTypeParameter(object? genericContext, int index) => null;

        object? ISignatureTypeProvider<object?, object?>.GetModifiedType(object? modifier, object? unmodifiedType, bool isRequired) => null;

        object? ISignatureTypeProvider<object?, object?>.GetPinnedType(object? elementType) => null;

        string? ISimpleTypeProvider<string?>.GetPrimitiveType(PrimitiveTypeCode typeCode) => null;

        string? ISimpleTypeProvider<string?>.GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => assembly.FullName(handle);

        string? ISimpleTypeProvider<string?>.GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => AddReference(handle, string.Empty);

        string? ISZArrayTypeProvider<string?>.GetSZArrayType(string? elementType) => null;

        string? ICustomAttributeTypeProvider<string?>.GetSystemType() => "System.Type";

        bool ICustomAttributeTypeProvider<string?>.IsSystemType(string? type) => type == "System.Type";

        string? ICustomAttributeTypeProvider<string?>.GetTypeFromSerializedName(string name) => name;

        PrimitiveTypeCode ICustomAttributeTypeProvider<string?>.GetUnderlyingEnumType(string? type) => PrimitiveTypeCode.Int32;
    }
}
