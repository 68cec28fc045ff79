using Mono.Cecil;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>
/// The rooms (folders) of a project refer to each other in one direction: <c>src/rooms.txt</c> says in which. What is compiled is
/// looked at, so that no spelling of a name hides a reference. SILLAGE_TEST_UPDATE=1 writes the file anew, to be read before it is kept.
/// </summary>
public sealed class RoomTests
{
    private const string Arrow = " -> ";

    private const string Map = "Map";

    private static readonly string ArrowsFile = Path.Combine(Repository.Root, "src", "rooms.txt");

    [Fact]
    public async Task Rooms_refer_to_each_other_as_is_written_down()
    {
        var found = Product.Assemblies().SelectMany(Arrows).Distinct().Order(StringComparer.Ordinal).ToList();
        found.Count.ShouldBeGreaterThan(100);
        if (Environment.GetEnvironmentVariable("SILLAGE_TEST_UPDATE") == "1")
        {
            await File.WriteAllLinesAsync(ArrowsFile, found);
        }

        var allowed = await File.ReadAllLinesAsync(ArrowsFile);
        found.Except(allowed).ShouldBeEmpty("These are new. Does the arrow point down? Then add it to src/rooms.txt.");
        allowed.Except(found).ShouldBeEmpty("These are gone: take them out of src/rooms.txt.");
    }

    [Fact]
    public async Task Nobody_comes_back_to_the_room_that_he_started_from()
    {
        var arrows = (await File.ReadAllLinesAsync(ArrowsFile))
            .Select(line => line.Split(Arrow))
            .ToLookup(pair => pair[0], pair => pair[1]);
        var circles = arrows.Select(room => room.Key).Where(room => Reaches(room, room)).ToList();
        circles.ShouldBeEmpty();

        bool Reaches(string from, string to)
        {
            var seen = new HashSet<string>();
            var next = new Queue<string>(arrows[from]);
            while (next.TryDequeue(out var room))
            {
                if (room == to)
                {
                    return true;
                }

                if (seen.Add(room))
                {
                    arrows[room].ToList().ForEach(next.Enqueue);
                }
            }

            return false;
        }
    }

    [Fact]
    public void Nobody_calls_into_a_slice_but_to_map_it()
    {
        var slices = Product.Types().Where(IsSlice).Select(type => type.FullName).ToHashSet();
        slices.Count.ShouldBeGreaterThan(60);
        var calls =
            from type in Product.Types()
            let caller = Product.Outermost(type).FullName
            from called in Product.Operands(type).Where(operand => operand is MethodReference or FieldReference)
            let slice = called.DeclaringType.FullName
            // The face of a course is the same slice in another form: docs/adr/0129.
            where !Product.Outermost(type).Namespace.EndsWith(".Course", StringComparison.Ordinal)
            where slices.Contains(slice) && slice != caller && called.Name != Map
            select $"{caller}{Arrow}{slice}.{called.Name}";
        calls.ShouldBeEmpty("What two slices share has a name and a file of its own.");
    }

    private static bool IsSlice(TypeDefinition type) =>
        !type.IsNested
        && type.Methods.Any(method =>
            method.IsStatic
            && method.Name == Map
            && method.Parameters.Any(p => p.ParameterType.Name is "RouteGroupBuilder" or "IEndpointRouteBuilder")
        );

    /// <summary>The arrows between rooms of one assembly, as <c>Sillage.Traces.Export -> Sillage.Traces.Query</c>.</summary>
    private static IEnumerable<string> Arrows(string path)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(path);
        // The executable is named as its command is.
        var root = assembly.Name.Name.Replace("sillage", "Sillage", StringComparison.Ordinal);
        return
        [
            .. from type in assembly.MainModule.GetTypes()
            let room = RoomOf(type, root)
            where room is not null
            from used in Used(type).OfType<TypeDefinition>()
            let other = RoomOf(used, root)
            where other is not null && other != room
            select $"{room}{Arrow}{other}",
        ];
    }

    /// <summary>The first folder below the project's own; null for what lies in none, such as the module itself.</summary>
    private static string? RoomOf(TypeReference type, string root)
    {
        type = Product.Outermost(type);
        var rest = type.Namespace.StartsWith(root + ".", StringComparison.Ordinal)
            ? type.Namespace[(root.Length + 1)..]
            : "";
        return rest.Length == 0 ? null : $"{root}.{rest.Split('.')[0]}";
    }

    /// <summary>Every type that is named by a type: in what it is, in what it holds, and in what its methods do.</summary>
    private static HashSet<TypeReference> Used(TypeDefinition type)
    {
        var used = new HashSet<TypeReference>();
        Add(type.BaseType);
        type.Interfaces.ToList().ForEach(i => Add(i.InterfaceType));
        AddAttributes(type);
        foreach (var field in type.Fields)
        {
            Add(field.FieldType);
            AddAttributes(field);
        }

        foreach (var method in type.Methods)
        {
            Add(method.ReturnType);
            AddAttributes(method);
            method.Parameters.ToList().ForEach(parameter => Add(parameter.ParameterType));
            foreach (var constraint in method.GenericParameters.SelectMany(parameter => parameter.Constraints))
            {
                Add(constraint.ConstraintType);
            }

            foreach (var variable in method.HasBody ? method.Body.Variables : [])
            {
                Add(variable.VariableType);
            }

            foreach (var instruction in method.HasBody ? method.Body.Instructions : [])
            {
                AddOperand(instruction.Operand);
            }
        }

        return used;

        void AddOperand(object? operand)
        {
            switch (operand)
            {
                case TypeReference named:
                    Add(named);
                    break;
                case MethodReference called:
                    Add(called.DeclaringType);
                    Add(called.ReturnType);
                    called.Parameters.ToList().ForEach(parameter => Add(parameter.ParameterType));
                    (called as GenericInstanceMethod)?.GenericArguments.ToList().ForEach(Add);
                    break;
                case FieldReference read:
                    Add(read.DeclaringType);
                    Add(read.FieldType);
                    break;
            }
        }

        void AddAttributes(ICustomAttributeProvider provider) =>
            provider.CustomAttributes.ToList().ForEach(attribute => Add(attribute.AttributeType));

        void Add(TypeReference? named)
        {
            switch (named)
            {
                case null or GenericParameter:
                    break;
                case GenericInstanceType generic:
                    Add(generic.ElementType);
                    generic.GenericArguments.ToList().ForEach(Add);
                    break;
                case TypeSpecification wrapped:
                    Add(wrapped.ElementType);
                    break;
                default:
                    used.Add(named);
                    break;
            }
        }
    }
}
