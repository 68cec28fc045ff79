using System.Net;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Console;

/// <summary>The pages of rowing in Chromium, against the real server: what a rower and a coach do there, as the scripts beside this file say it.</summary>
public sealed class RowingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Pictures
    {
        get
        {
            var folder = Path.Combine(Repository.Root, "artifacts", "rowing");
            Directory.CreateDirectory(folder);
            return folder;
        }
    }

    // Real files of other projects, under their licences, which stand beside them.
    private static string Files => Path.Combine(Repository.Root, "tests/Sillage.Rowing.Tests/Data");

    [Fact]
    public async Task A_rower_and_a_coach_do_their_work()
    {
        await using var server = await StartAsync();
        await ConsoleScript.RunAsync("squad.mjs", server, new { ApiClient.Password, Files }, Pictures);
    }

    [Fact]
    public async Task They_are_fit_for_everybody_in_both_languages()
    {
        await using var server = await StartAsync();
        await ConsoleScript.RunAsync("rowlooks.mjs", server, new { ApiClient.Password, Files }, Pictures);
        ConsoleTests.KeepPicture(Pictures, "rowing-session.png", "rowing-session.png");
    }

    [Fact]
    public async Task The_address_that_people_are_given_leads_to_the_pages_and_nowhere_else()
    {
        await using var server = await StartAsync();
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        client.BaseAddress = server.Address;
        foreach (
            var (path, to) in new[]
            {
                ("/rowing", "/console/rowing"),
                ("/rowing/squads/1", "/console/rowing/squads/1"),
                ("/rowing//example.org", "/console/rowing//example.org"),
                ("/posts/1?comment=2", "/console/posts/1?comment=2"),
            }
        )
        {
            using var reply = await client.GetAsync(path);
            reply.StatusCode.ShouldBe(HttpStatusCode.Found, path);
            reply.Headers.Location!.OriginalString.ShouldBe(to);
        }
    }

    public void Dispose() => _folder.Dispose();

    private async Task<SillageServer> StartAsync()
    {
        var server = await SillageServer.StartAsync(
            _folder["server"],
            new Dictionary<string, string>(ApiClient.AdministratorSettings)
            {
                ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
            }
        );
        using var admin = await ApiClient.LogInAsync(server);
        foreach (var username in new[] { "coach-1", "rower-1", "rower-2", "rower-3" })
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
        }

        return server;
    }
}
