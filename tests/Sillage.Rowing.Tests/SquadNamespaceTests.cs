using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Messaging.Tests;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>A squad on ergs over live connections: Socket.IO's own client with the code that the guide shows, and one without Socket.IO.</summary>
public abstract class SquadNamespaceTests(RowingUnderTest rowing) : SquadOnErgsSpecification(rowing)
{
    [Fact]
    public async Task Socket_io_client_sees_every_stroke_and_after_a_break_how_it_is_now()
    {
        var (squad, member) = await SquadAsync();
        await ShareAsync(squad, member, new { live = true });
        var workout = await BeginAsync(member, 3);
        await using var coach = Client.Start(Server, squad, Rower);
        ((string)(await coach.NextAsync("said"))!).ShouldBe("Watching First eight");
        var first = await coach.HearAsync("rowing");
        ((string)first["squad"]!).ShouldBe(IdOf(squad));
        ((string)first["rower"]!["username"]!).ShouldBe(member.Username);
        ((double)first["distance"]!).ShouldBe(30);
        first["heartRate"].ShouldBeNull();

        await ShareAsync(squad, member, new { live = true, workouts = true });
        await RowAsync(workout, member, 3, 2);
        var second = await coach.HearAsync("rowing");
        ((double)second["distance"]!).ShouldBe(50);
        second["heartRate"].ShouldNotBeNull();

        await coach.BreakAsync();
        (await coach.NextAsync("gone")).ShouldNotBeNull();
        await RowAsync(workout, member, 5, 1);
        (await coach.NextAsync("said")).ShouldNotBeNull();
        ((double)(await coach.HearAsync("rowing"))["distance"]!).ShouldBe(60);

        (await PostAsync($"{Self(workout)}/finish", new { }, member)).Must(HttpStatusCode.OK);
        ((string)(await coach.HearAsync("rowed"))["session"]!).ShouldBe((string)workout["id"]!);
        var looks = (await GetAsync("/api/v1/rower/looks", member)).Json["items"]!.AsArray();
        ((string)looks.ShouldHaveSingleItem()!["what"]!).ShouldBe("live");
    }

    [Fact]
    public async Task What_is_taken_back_ends_and_so_does_all_for_who_is_put_out()
    {
        var (squad, member) = await SquadAsync();
        await ShareAsync(squad, Rower, new { live = true });
        var own = await BeginAsync(Rower, 1);
        await using var watch = Client.Start(Server, squad, member);
        (await watch.HearAsync("rowing"))["heartRate"].ShouldBeNull();
        await ShareAsync(squad, Rower, new { });
        ((string)(await watch.HearAsync("rowed"))["session"]!).ShouldBe((string)own["id"]!);
        await ShareAsync(squad, Rower, new { live = true });
        await watch.HearAsync("rowing");
        (await SendAsync(HttpMethod.Delete, $"{squad}/members/{member.Id}")).Must(HttpStatusCode.NoContent);
        ((string)(await watch.HearAsync("watch:ended"))["squad"]!).ShouldBe(IdOf(squad));
        await using var again = Client.Start(Server, squad, member);
        // A squad that one is not in is none.
        ((string)(await again.NextAsync("said"))!).ShouldNotContain("Watching");
    }

    [Fact]
    public async Task Without_socket_io_the_same_is_said()
    {
        var (squad, member) = await SquadAsync();
        await ShareAsync(squad, member, new { live = true });
        await BeginAsync(member, 2);
        await using var client = await PlainClient.OpenAsync(Server);
        await client.SayAsync(new { join = "/rowing", token = Rower.AccessToken });
        await client.WaitAsync(message => (string?)message["joined"] == "/rowing");
        var nobody = await client.AskAsync("watch", new { squad = Guid.CreateVersion7() }, 1);
        ((string)nobody["error"]!["data"]!["code"]!).ShouldBe("not_found");
        var nothing = await client.AskAsync("watch", new { squad = "First eight" }, 2);
        ((string)nothing["error"]!["data"]!["errors"]![0]!["pointer"]!).ShouldBe("/squad");
        ((string)(await client.AskAsync("watch", new { squad = IdOf(squad) }, 3))["data"]!["name"]!).ShouldBe(
            "First eight"
        );
        var heard = await client.WaitAsync(message => (string?)message["event"] == "rowing");
        ((double)heard["data"]!["distance"]!).ShouldBe(20);
        (
            (bool)(await client.AskAsync("unwatch", new { squad = IdOf(squad) }, 4))["data"]!["wasWatched"]!
        ).ShouldBeTrue();
        (
            (bool)(await client.AskAsync("unwatch", new { squad = IdOf(squad) }, 5))["data"]!["wasWatched"]!
        ).ShouldBeFalse();
    }

    [Fact]
    public async Task An_account_watches_so_many_squads_and_no_more()
    {
        var refused = 0;
        await using var client = await PlainClient.OpenAsync(Server);
        await client.SayAsync(new { join = "/rowing", token = Rower.AccessToken });
        await client.WaitAsync(message => (string?)message["joined"] == "/rowing");
        for (var i = 0; i < 21; i++)
        {
            var made = (await PostAsync("/api/v1/squads", new { name = $"Squad {i}" })).Must(HttpStatusCode.Created);
            var answer = await client.AskAsync("watch", new { squad = IdOf(Self(made.Json)) }, i);
            refused += (string?)answer["error"]?["data"]?["code"] == "too_many" ? 1 : 0;
        }

        refused.ShouldBe(1);
    }

    [Fact]
    public async Task The_document_has_the_namespace_with_every_event()
    {
        var document = (await Server.SendAsync(HttpMethod.Get, "/asyncapi.json", null, null)).Must(HttpStatusCode.OK);
        var channel = document.Json["channels"]!["rowing"]!;
        ((string)channel["address"]!).ShouldBe("/rowing");
        var messages = channel["messages"]!.AsObject();
        foreach (
            var name in new[] { "watch", "watch.ack", "unwatch", "rowing.notice", "rowed.notice", "watch.ended.notice" }
        )
        {
            messages[name].ShouldNotBeNull(name)["payload"].ShouldNotBeNull(name);
        }

        messages["rowing.notice"]!["payload"]!["properties"]!
            .AsObject()
            .ShouldAllBe(member => member.Value!["description"] != null);
    }

    [Fact]
    public async Task The_guide_shows_what_runs()
    {
        var script = await File.ReadAllTextAsync(Script);
        var sample = script.Split("// sample\n")[1].Split("// end of sample")[0].Trim();
        var guide = await File.ReadAllTextAsync(Path.Combine(RealFiles.Above("docs"), "guide", "rowing.md"));
        guide.ShouldContain(sample);
    }

    private static string Script => Path.Combine(RealFiles.Above("tests"), "Sillage.Rowing.Tests", "watch.mjs");

    private static string IdOf(string squad) => squad[(squad.LastIndexOf('/') + 1)..];

    /// <summary>The script in a process of its own.</summary>
    private sealed class Client(Process process) : IAsyncDisposable
    {
        public static Client Start(SillageServer server, string squad, Person person) =>
            new(
                Process.Start(
                    new ProcessStartInfo(
                        "node",
                        [
                            Script,
                            Path.Combine(RealFiles.Above("tests"), "node"),
                            server.Address.ToString(),
                            IdOf(squad),
                            person.AccessToken,
                        ]
                    )
                    {
                        UseShellExecute = false,
                        RedirectStandardInput = true,
                        RedirectStandardOutput = true,
                    }
                )!
            );

        public Task BreakAsync() => process.StandardInput.WriteLineAsync("break");

        /// <summary>The next event of this name, which no other event may come before.</summary>
        public async Task<JsonNode> HearAsync(string name)
        {
            while (await LineAsync() is { } line)
            {
                if ((string?)line["event"] is { } heard)
                {
                    heard.ShouldBe(name);
                    return line["data"]!;
                }
            }

            throw new InvalidOperationException($"Ended before {name}.");
        }

        /// <summary>The next line that has this member.</summary>
        public async Task<JsonNode?> NextAsync(string member)
        {
            while (await LineAsync() is { } line)
            {
                if (line[member] is { } value)
                {
                    return value;
                }
            }

            return null;
        }

        public async ValueTask DisposeAsync()
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            await process.WaitForExitAsync();
            process.Dispose();
        }

        private async Task<JsonNode?> LineAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            return await process.StandardOutput.ReadLineAsync(patience.Token) is { } line ? JsonNode.Parse(line) : null;
        }
    }
}

public sealed class SquadNamespaceOnSqlite(SqliteRowing rowing)
    : SquadNamespaceTests(rowing),
        IClassFixture<SqliteRowing>;

public sealed class SquadNamespaceOnPostgres(PostgresRowing rowing)
    : SquadNamespaceTests(rowing),
        IClassFixture<PostgresRowing>;
