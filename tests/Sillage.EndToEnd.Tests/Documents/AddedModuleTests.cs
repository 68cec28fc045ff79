using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Mono.Cecil;
using Shouldly;
using Sillage.EndToEnd.Tests.Console;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>A module touches three places outside its own folder; the one that CONTRIBUTING adds there works.</summary>
public sealed class AddedModuleTests : IDisposable
{
    private const string Greeting = "Keep what you notice.";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_module_of_CONTRIBUTING_is_added_in_three_places_and_works()
    {
        var program = await AddedModule.BuildAsync(_folder);
        (await File.ReadAllTextAsync(_folder["Sillage.slnx"])).ShouldContain("Sillage.Notes.csproj");
        var settings = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_NOTES__GREETING"] = Greeting,
        };
        await using (var server = await SillageServer.StartProgramAsync(program, _folder["data"], settings))
        {
            using var admin = await ApiClient.LogInAsync(server);
            using var writer = await MemberAsync(server, admin, "writer");
            using var other = await MemberAsync(server, admin, "other");
            foreach (var person in new[] { admin, writer, other })
            {
                await Eventually.HoldsAsync(
                    async () => (await DataAsync(person)).Contains(Greeting, StringComparison.Ordinal),
                    "who has an account has a first note"
                );
            }

            var address = await WriteAsync(writer);
            await ReadAsync(address, admin, writer, other);
            var document = await admin.GetAsync("/openapi.json");
            var reading = document.GetProperty("paths").GetProperty("/api/v1/notes/{note}").GetProperty("get");
            reading.ToString().ShouldContain("the right `read`");
            (await admin.GetAsync("/api/v1")).ToString().ShouldContain("\"notes\"");

            await ConsoleScript.RunAsync("notes.mjs", server, new { ApiClient.Password }, _folder);
            var erasure = await EraseAsync(other);
            erasure.GetProperty("sections").GetProperty("notes").GetProperty("notes").GetInt64().ShouldBe(1);
            var progress = erasure.GetProperty("links").GetProperty("progress").GetString()!;
            await Eventually.HoldsAsync(
                async () => (await admin.GetAsync(progress)).GetProperty("state").ToString() == "done",
                "the module answers the erasure"
            );
            (await server.StopAsync()).ShouldBe(0);
        }

        var count = await CommandRun.RunAsync(program, _folder["data"], ["count-notes"]);
        count.Output.Trim().ShouldBe("3", count.Error);
        var wrong = new Dictionary<string, string> { ["SILLAGE_NOTES__GREETING"] = new('x', 2001) };
        var refused = await CommandRun.RunAsync(program, _folder["data"], ["settings"], wrong);
        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("Notes:Greeting");
    }

    [Fact]
    public async Task Nothing_else_outside_its_folder_names_a_module()
    {
        foreach (var project in Modules())
        {
            var named = Directory
                .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
                .Append(Path.Combine(Repository.Root, "Sillage.slnx"))
                .Where(file => File.ReadAllText(file).Contains($"{project}.csproj", StringComparison.Ordinal))
                .Select(file => Path.GetRelativePath(Repository.Root, file));
            named.ShouldBe(["Sillage.slnx", "src/Sillage/Sillage.csproj"], ignoreOrder: true, project);

            // A program that refers to it and uses it in one class, where the list is.
            using var program = AssemblyDefinition.ReadAssembly(Path.Combine(Repository.Built, "sillage.dll"));
            UsersOf(program.MainModule, project).ShouldBe(["Sillage.Server"], project);
            (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "src/Sillage/Server.cs"))).ShouldContain(
                $"new {project["Sillage.".Length..]}Module()"
            );
        }
    }

    private static List<string> Modules() =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(Repository.Root, "src/Modules"), "*.csproj", SearchOption.AllDirectories)
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .Where(name => !name.EndsWith(".Contracts", StringComparison.Ordinal)),
        ];

    private static IEnumerable<string> UsersOf(ModuleDefinition program, string assembly) =>
        program
            .GetTypes()
            .Where(type => type.Methods.Where(method => method.HasBody).Any(method => Uses(method, assembly)))
            .Select(type => (type.DeclaringType ?? type).FullName)
            .Distinct();

    private static bool Uses(MethodDefinition method, string assembly) =>
        method
            .Body.Instructions.Select(instruction =>
                instruction.Operand switch
                {
                    TypeReference type => type,
                    MemberReference member => member.DeclaringType,
                    _ => null,
                }
            )
            .Any(type => type?.GetElementType().Scope.Name == assembly);

    private static async Task<ApiClient> MemberAsync(SillageServer server, ApiClient admin, string username)
    {
        await admin.PostAsync(
            "/api/v1/users",
            new
            {
                username,
                password = ApiClient.Password,
                role = "member",
            }
        );
        return await ApiClient.LogInAsync(server, username);
    }

    private static async Task<string> DataAsync(ApiClient person) =>
        (await person.GetAsync("/api/v1/me/data")).GetProperty("notes").ToString();

    /// <summary>Writes a note, as a client that tries again; what is no note is refused.</summary>
    private static async Task<string> WriteAsync(ApiClient writer)
    {
        var addresses = new HashSet<string>();
        for (var attempt = 0; attempt < 2; attempt++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/notes");
            request.Headers.Add("Idempotency-Key", "one note");
            request.Content = JsonContent.Create(new { text = "Room 3 is too hard." });
            using var reply = await writer.Client.SendAsync(request);
            reply.StatusCode.ShouldBe(HttpStatusCode.Created, await reply.Content.ReadAsStringAsync());
            addresses.Add(reply.Headers.Location!.ToString());
        }

        using var bad = await writer.Client.PostAsJsonAsync("/api/v1/notes", new { text = "" });
        bad.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await bad.Content.ReadAsStringAsync()).ShouldContain("/text");
        return addresses.ShouldHaveSingleItem();
    }

    private static async Task<JsonElement> EraseAsync(ApiClient person)
    {
        using var reply = await person.Client.DeleteAsync("/api/v1/me?form=destroy");
        var text = await reply.Content.ReadAsStringAsync();
        reply.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static async Task ReadAsync(string address, ApiClient admin, ApiClient writer, ApiClient other)
    {
        (await StatusAsync(other, HttpMethod.Get)).ShouldBe(HttpStatusCode.NotFound);
        (await admin.GetAsync(address)).GetProperty("text").GetString().ShouldBe("Room 3 is too hard.");
        (await StatusAsync(admin, HttpMethod.Delete)).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(writer, HttpMethod.Delete)).ShouldBe(HttpStatusCode.NoContent);
        (await StatusAsync(writer, HttpMethod.Get)).ShouldBe(HttpStatusCode.NotFound);

        async Task<HttpStatusCode> StatusAsync(ApiClient person, HttpMethod method)
        {
            using var request = new HttpRequestMessage(method, address);
            using var reply = await person.Client.SendAsync(request);
            return reply.StatusCode;
        }
    }
}
