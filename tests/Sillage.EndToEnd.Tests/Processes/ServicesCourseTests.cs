using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;
using Sillage.Notifications.Tests;

namespace Sillage.EndToEnd.Tests.Processes;

/// <summary>
/// What was written against the services of a course, by a client in Node that knows the base URL alone: in one process, and behind a
/// gateway with each service in processes of its own.
/// </summary>
public sealed class ServicesCourseTests(PostgresServer postgres)
{
    private static readonly Dictionary<string, string> Open = new()
    {
        ["SILLAGE_ACCOUNTS__REGISTRATION"] = "open",
        ["SILLAGE_NOTIFICATIONS__SMTPWITHOUTTLS"] = "true",
    };

    [Fact]
    public async Task Its_client_finds_all_it_knows_in_one_process()
    {
        await using var mail = MailServer.Start();
        using var folder = new TemporaryFolder();
        var settings = With(ApiClient.AdministratorSettings, mail);
        await using var server = await SillageServer.StartAsync(folder.Path, settings);

        await RunClientAsync(server);

        await HasWelcomedBothAsync(mail);
        using var admin = ApiClient.Basic(server, ApiClient.Administrator, ApiClient.Password);
        var author = (await admin.PostAsync("/api/v1/users", new { username = "student-9" })).GetProperty("id");
        await A_service_writes_and_notifies_in_anothers_nameAsync(admin, author.GetString()!);
    }

    [Fact]
    public async Task And_behind_a_gateway_which_says_what_is_away()
    {
        await using var mail = MailServer.Start();
        var settings = With(
            new Dictionary<string, string> { ["SILLAGE_POSTGRES"] = await postgres.CreateDatabaseAsync() },
            mail
        );
        await using var all = await Deployment.StartAsync(
            settings,
            ("accounts", 1),
            ("notifications", 1),
            ("posts", 1)
        );

        var token = await RunClientAsync(all.Gateway);

        await HasWelcomedBothAsync(mail);
        using var client = all.Gateway.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        await all["posts"][0].KillAsync();
        using var away = await client.GetAsync("/api/posts");
        away.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var told = await away.Content.ReadFromJsonAsync<JsonElement>();
        told.GetProperty("error").GetString().ShouldBe("Service unavailable");
        told.GetProperty("message").GetString()!.ShouldContain("posts");
        JsonElement health = default;
        await Eventually.HoldsAsync(async () =>
        {
            using var reply = await client.GetAsync("/api/health");
            health = await reply.Content.ReadFromJsonAsync<JsonElement>();
            return reply.StatusCode == HttpStatusCode.ServiceUnavailable;
        });
        var services = health.GetProperty("services");
        services
            .EnumerateObject()
            .Select(service => service.Name)
            .ShouldBe(["accounts", "notifications", "posts"], true);
        services.GetProperty("posts").GetProperty("status").GetString().ShouldBe("unhealthy");
        services.GetProperty("accounts").GetProperty("status").GetString().ShouldBe("healthy");
    }

    private static async Task A_service_writes_and_notifies_in_anothers_nameAsync(ApiClient service, string author)
    {
        var post = await service.PostAsync(
            "/api/posts",
            new
            {
                title = "From the service",
                content = "For somebody.",
                authorId = author,
            }
        );
        post.GetProperty("data").GetProperty("authorId").GetString().ShouldBe(author);
        var notification = new
        {
            userId = author,
            title = "Hello",
            message = "A text.",
        };
        using var taken = await service.Client.PostAsJsonAsync("/api/notifications", notification);
        taken.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await service.Client.GetAsync(taken.Headers.Location)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var nobody = await service.Client.PostAsJsonAsync(
            "/api/posts",
            new
            {
                title = "x",
                content = "y",
                authorId = Guid.NewGuid(),
            }
        );
        nobody.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> settings, MailServer mail) =>
        settings.Concat(Open).Append(KeyValuePair.Create("SILLAGE_NOTIFICATIONS__SMTP", mail.Setting)).ToDictionary();

    private static async Task HasWelcomedBothAsync(MailServer mail) =>
        await Eventually.HoldsAsync(() =>
            mail.Taken.Count(message => message.Subject!.StartsWith("Welcome", StringComparison.Ordinal)) == 2
        );

    private static async Task<string> RunClientAsync(SillageServer server)
    {
        using var folder = new TemporaryFolder();
        var run = await CommandRun.RunAsync(
            "node",
            folder.Path,
            [
                Path.Combine(Repository.Root, "tests/Sillage.EndToEnd.Tests/Processes/course.mjs"),
                server.Address.ToString().TrimEnd('/'),
            ],
            atMost: TimeSpan.FromMinutes(3)
        );
        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        return JsonSerializer.Deserialize<JsonElement>(run.Output).GetProperty("token").GetString()!;
    }
}
