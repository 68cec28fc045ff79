using Mono.Cecil;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>The product as it was compiled.</summary>
internal static class Product
{
    public static IEnumerable<string> Assemblies() =>
        Directory.EnumerateFiles(
            Repository.Built,
            "Sillage*.dll",
            new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive }
        );

    /// <summary>Every type, the nested ones and those that the compiler made as well.</summary>
    public static IEnumerable<TypeDefinition> Types() => Assemblies().SelectMany(TypesOf);

    /// <summary>What the methods of a type name.</summary>
    public static IEnumerable<MemberReference> Operands(TypeDefinition type) =>
        type
            .Methods.Where(method => method.HasBody)
            .SelectMany(method => method.Body.Instructions)
            .Select(instruction => instruction.Operand)
            .OfType<MemberReference>();

    /// <summary>The type in which it stands, as it is written.</summary>
    public static TypeReference Outermost(TypeReference type) =>
        type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<TypeDefinition> TypesOf(string path)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(path);
        foreach (var type in assembly.MainModule.GetTypes())
        {
            yield return type;
        }
    }
}
