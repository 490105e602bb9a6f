using System.IO.Compression;
using System.Security.Cryptography;
using PSAutodiff.LinearAlgebra;

namespace PSAutodiff.Remoting;

/// <summary>Which build of the module this is: machines that work together need the same one, or their bits may differ.</summary>
internal static class ModuleBuild
{
    private static readonly Lazy<string> Known = new(Find);

    /// <summary>The version and a hash of the identities of the assemblies, which compilers make from their contents.</summary>
    public static string Id => Known.Value;

    /// <summary>The folder that the module lies in.</summary>
    public static string Folder => Path.GetDirectoryName(typeof(ModuleBuild).Assembly.Location)!;

    /// <summary>The files of the module as a ZIP archive.</summary>
    public static byte[] Pack()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
            {
                archive.CreateEntryFromFile(file, Path.GetRelativePath(Folder, file).Replace('\\', '/'), CompressionLevel.Fastest);
            }
        }

        return stream.ToArray();
    }

    private static string Find()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var type in new[] { typeof(ExprNode), typeof(ModuleBuild), typeof(LinearAlgebraTools) }) hash.AppendData(type.Module.ModuleVersionId.ToByteArray());
        var version = typeof(ModuleBuild).Assembly.GetName().Version!.ToString(3);
        return $"{version}-{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8))}";
    }
}
