using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Shouldly;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>The modules and their ground speak one dialect, as CONTRIBUTING says; the libraries for Socket.IO and Redis have their own.</summary>
public sealed partial class DialectTests
{
    private static readonly string[] Libraries = ["Sillage.SocketIO", "Sillage.Redis"];

    private static IEnumerable<TypeDefinition> Types() =>
        Product.Types().Where(type => !Libraries.Contains(type.Module.Assembly.Name.Name));

    [Fact]
    public void A_slice_with_one_route_handles_it_in_Handle()
    {
        var seen = 0;
        var others = new List<string>();
        foreach (var map in Types().SelectMany(type => type.Methods).Where(m => m is { IsStatic: true, Name: "Map" }))
        {
            var mapped = map
                .Body.Instructions.Where(instruction => instruction.OpCode == OpCodes.Ldftn)
                .Select(instruction => (MethodReference)instruction.Operand)
                .Where(method => Product.Outermost(method.DeclaringType).FullName == map.DeclaringType.FullName)
                .ToList();
            if (mapped is [var only])
            {
                seen++;
                // What a slice maps live as well, it handles there in a method of its own.
                if (only.Name is not ("Handle" or "HandleLive"))
                {
                    others.Add(only.FullName);
                }
            }
        }

        seen.ShouldBeGreaterThan(50);
        others.ShouldBeEmpty();
    }

    private static bool IsMade(MethodDefinition method) =>
        method.Name.Contains('<', StringComparison.Ordinal)
        || method.DeclaringType.Name.Contains('<', StringComparison.Ordinal)
        || Product.Outermost(method.DeclaringType).Name.Contains('<', StringComparison.Ordinal);

    [Fact]
    public void The_only_token_of_a_method_is_ct()
    {
        var others =
            from type in Types()
            from method in type.Methods
            // What overrides another one's method has its names, and so has what the compiler makes; a lambda stands within a method's own.
            where (!method.IsVirtual || method.IsNewSlot) && !IsMade(method)
            let tokens = method.Parameters.Where(p => p.ParameterType.Name == nameof(CancellationToken)).ToList()
            where tokens.Count == 1 && tokens[0].Name is not ("ct" or "_")
            select $"{method.FullName}: {tokens[0].Name}";
        others.ShouldBeEmpty();
    }

    [Fact]
    public void Parameters_of_SQL_are_called_as_members_are()
    {
        var texts = (
            from type in Types()
            from method in type.Methods
            where method.HasBody
            from instruction in method.Body.Instructions
            where instruction.OpCode == OpCodes.Ldstr
            select (string)instruction.Operand
        )
            .Where(text => Statement().IsMatch(text))
            .ToList();
        texts.Count.ShouldBeGreaterThan(300);
        texts.Where(text => Lower().IsMatch(text)).ShouldBeEmpty();
    }

    [GeneratedRegex(
        @"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE)\b",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Statement();

    [GeneratedRegex(@"(?<![@\w.])@([a-z]|[A-Za-z]+_)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Lower();
}
