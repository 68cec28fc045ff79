using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>The live view: nothing missed, nothing twice.</summary>
public abstract class LiveTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Reads events until the reader has enough.</summary>
    private async IAsyncEnumerable<(string Id, JsonNode Trace)> WatchAsync(
        string path,
        string? lastEventId = null,
        Action? opened = null,
        SillageServer? server = null,
        [EnumeratorCancellation] CancellationToken ct = default
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri((server ?? Server).Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            Researcher.Credential.Scheme,
            Researcher.Credential.Value
        );
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        using var response = await (server ?? Server).Client.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            limit.Token
        );
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        var id = "";
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line == ": live")
            {
                opened?.Invoke();
            }
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                yield return (id, JsonNode.Parse(line[6..])!);
            }
        }
    }

    [Fact]
    public async Task What_comes_in_is_seen_and_a_reader_that_comes_back_misses_nothing()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        await SendTracesAsync(study, Trace(change: t => t["name"] = "before"), player);
        var opened = new TaskCompletionSource();
        var sending = Task.Run(async () =>
        {
            await opened.Task;
            for (var i = 0; i < 30; i++)
            {
                await SendTracesAsync(study, Trace(change: t => t["sequence"] = i), player);
            }
        });

        var seen = new List<int>();
        string? last = null;
        while (seen.Count < 30)
        {
            // Leaves in the middle, over and over.
            var some = 0;
            await foreach (var (id, trace) in WatchAsync($"{study}/traces/live", last, () => opened.TrySetResult()))
            {
                seen.Add((int)trace["sequence"]!);
                last = id;
                if (++some == 7 || seen.Count == 30)
                {
                    break;
                }
            }
        }

        await sending;
        seen.ShouldBe(Enumerable.Range(0, 30));
    }

    [Fact]
    public async Task Only_what_is_asked_for_is_seen()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 2);
        var opened = new TaskCompletionSource();
        var sending = Task.Run(async () =>
        {
            await opened.Task;
            await SendTracesAsync(study, Trace(), players[0].Person);
            await SendTracesAsync(study, Trace(change: t => t["data"]!["correct"] = true), players[0].Person);
            await SendTracesAsync(study, Trace(change: t => t["data"]!["correct"] = true), players[1].Person);
        });
        await foreach (
            var (_, trace) in WatchAsync(
                $"{study}/traces/live?data.correct=true&participant={players[1].Pseudonym}",
                opened: () => opened.TrySetResult()
            )
        )
        {
            ((string)trace["participant"]!).ShouldBe(players[1].Pseudonym);
            break;
        }

        await sending;
    }

    [Fact]
    public async Task A_stream_ends_when_the_right_to_it_does()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in WatchAsync($"{study}/traces/live", "0"))
            {
                await SendAsync(HttpMethod.Delete, $"{study}?confirm={study.Split('/')[^1]}");
                await SendTracesAsync(study, Trace(), player);
            }
        });
        await SendTracesAsync(study, Trace(), player);
        // Deleting wakes nobody; the next heartbeat or poll finds the study gone.
        await reading.WaitAsync(TimeSpan.FromSeconds(19));
    }

    [Fact]
    public async Task A_stream_ends_when_the_server_stops()
    {
        await using var server = await Traces.StartAsync();
        var researcher = await TestUsers.RegisterAsync(server, "researcher-2", "researcher");
        var made = await server.SendAsync(
            HttpMethod.Post,
            "/api/v1/studies",
            new { slug = "stops", title = "Stops" },
            researcher.Credential
        );
        made.Must(HttpStatusCode.Created);
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(server.Address, "/api/v1/studies/stops/traces/live")
        );
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", researcher.Credential.Value);
        using var client = new HttpClient();
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var reading = response.Content.ReadAsStringAsync();
        await server.RestartAsync();
        (await reading.WaitAsync(Patience)).ShouldStartWith(": live");
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public async Task A_Last_Event_ID_that_is_none_is_400(string id)
    {
        var study = await NewStudyAsync();
        (await GetAsync($"{study}/traces/live", null, ("Last-Event-ID", id))).Status.ShouldBe(
            HttpStatusCode.BadRequest
        );
    }
}

public sealed class LiveOnSqlite(SqliteTraces traces) : LiveTests(traces), IClassFixture<SqliteTraces>;

public sealed class LiveOnPostgres(PostgresTraces traces) : LiveTests(traces), IClassFixture<PostgresTraces>
{
    [Fact]
    public async Task What_another_process_stores_is_seen_too()
    {
        await using var other = await TracesUnderTest.StartOnAsync(Server.Services.Postgres());
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var sent = other.SendAsync(HttpMethod.Post, $"{study}/traces", Trace(), player.Credential);
        (await sent).Must(HttpStatusCode.Created);
        (await GetAsync($"{study}/traces")).Items.Count.ShouldBe(1);

        // A change made there holds here within a second.
        (await other.SendAsync(HttpMethod.Patch, study, new { title = "There" }, Researcher.Credential)).Must(
            HttpStatusCode.OK
        );
        await Specifications.Eventually.HoldsAsync(async () =>
            (string)(await GetAsync(study)).Json["title"]! == "There"
        );
        (
            await other.SendAsync(
                HttpMethod.Patch,
                study,
                new
                {
                    fields = GameFields.Append(
                        new
                        {
                            name = "late",
                            type = "integer",
                            required = false,
                        }
                    ),
                },
                Researcher.Credential
            )
        ).Must(HttpStatusCode.OK);

        // For intake it holds at once: the copy in memory is checked against the version that is stored.
        (await SendTracesAsync(study, Trace(change: t => t["data"]!["late"] = "x"), player)).Status.ShouldBe(
            HttpStatusCode.UnprocessableEntity
        );
    }
}
