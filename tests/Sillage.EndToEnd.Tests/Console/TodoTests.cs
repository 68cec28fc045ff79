using System.Net;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Console;

/// <summary>The page of things to do in Chromium, and own front ends beside it, against the real server.</summary>
public sealed class TodoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Two_browsers_show_the_same_and_a_network_that_is_cut_loses_nothing()
    {
        await using var server = await StartAsync();
        using var admin = await ApiClient.LogInAsync(server);
        await admin.PostAsync("/api/v1/collections", new { template = "todo" });
        await admin.PostAsync("/api/v1/auth/register", new { username = "student-1", password = ApiClient.Password });
        var pictures = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "todo"));
        await ConsoleScript.RunAsync("todo.mjs", server, new { ApiClient.Password }, pictures.FullName);
    }

    [Fact]
    public async Task A_folder_of_files_is_a_front_end_and_nothing_else_is_given()
    {
        var own = Directory.CreateDirectory(_folder["data/apps/crew/scripts"]).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(own, "index.html"), "<!doctype html><title>Crew</title>");
        await File.WriteAllTextAsync(Path.Combine(own, "scripts", "crew.js"), "export {};");
        await File.WriteAllTextAsync(Path.Combine(own, ".secret.js"), "no");
        await File.WriteAllTextAsync(Path.Combine(own, "notes.bak"), "no");
        await File.WriteAllTextAsync(_folder["data/apps/outside.js"], "no");
        await using var server = await StartAsync();
        using var client = server.CreateClient();

        using var page = await client.GetAsync("/apps/crew/");
        (await page.Content.ReadAsStringAsync()).ShouldContain("Crew");
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("script-src 'self';");
        policy.ShouldNotContain("unsafe");
        using var script = await client.GetAsync("/apps/crew/scripts/crew.js");
        script.Content.Headers.ContentType!.MediaType.ShouldBe("text/javascript");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/apps/crew/scripts/crew.js");
        again.Headers.Add("If-None-Match", script.Headers.ETag!.ToString());
        (await client.SendAsync(again)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        foreach (
            var path in new[]
            {
                "/apps/crew/.secret.js",
                "/apps/crew/notes.bak",
                "/apps/crew/nothing.js",
                "/apps/crew/scripts",
                "/apps/crew/%2e%2e/outside.js",
                "/apps/crew/..%2foutside.js",
                "/apps/%2e%2e/accounts.db",
                "/apps/nobody/",
                "/apps/todo/nothing.js",
            }
        )
        {
            using var reply = await client.GetAsync(path);
            ((int)reply.StatusCode).ShouldBeOneOf(400, 404);
        }

        (await client.GetStringAsync("/apps/todo")).ShouldContain("<title>To do</title>");
    }

    public void Dispose() => _folder.Dispose();

    private Task<SillageServer> StartAsync() =>
        SillageServer.StartAsync(
            _folder.Path,
            new Dictionary<string, string>(ApiClient.AdministratorSettings)
            {
                ["SILLAGE_ACCOUNTS__REGISTRATION"] = "open",
                ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
            },
            "--data",
            _folder["data"]
        );
}
