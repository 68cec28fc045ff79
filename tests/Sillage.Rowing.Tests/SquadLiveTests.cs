using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>A squad on ergs, seen live.</summary>
public abstract class SquadLiveTests(RowingUnderTest rowing) : SquadOnErgsSpecification(rowing)
{
    [Fact]
    public async Task Every_stroke_is_shown_to_the_squad_and_hearts_only_where_the_rower_lets_coaches_see_them()
    {
        var (squad, member) = await SquadAsync();
        await ShareAsync(squad, member, new { live = true });
        var workout = await BeginAsync(member, 3);
        await BeginAsync(Rower, 1);
        await using var coach = await WatchAsync(squad, Rower);
        (await coach.NextAsync()).Name.ShouldBe("ready");
        var (name, first) = await coach.NextAsync();
        name.ShouldBe("rowing");
        ((string)first!["rower"]!["username"]!).ShouldBe(member.Username);
        ((double)first["distance"]!).ShouldBe(30);
        ((int)first["strokes"]!).ShouldBe(3);
        first["heartRate"].ShouldBeNull();

        await RowAsync(workout, member, 3, 2);
        ((double)(await coach.NextAsync()).Data!["distance"]!).ShouldBe(50);
        await ShareAsync(squad, member, new { live = true, workouts = true });
        await RowAsync(workout, member, 5, 1);
        var (_, third) = await coach.NextAsync();
        ((double)third!["distance"]!).ShouldBe(60);
        ((int)third["heartRate"]!).ShouldBe(141);
        (await PostAsync($"{Self(workout)}/finish", new { }, member)).Must(HttpStatusCode.OK);
        var (over, gone) = await coach.NextAsync();
        over.ShouldBe("rowed");
        ((string)gone!["session"]!).ShouldBe((string)workout["id"]!);

        var looks = (await GetAsync("/api/v1/rower/looks", member)).Json["items"]!.AsArray();
        ((string)looks.ShouldHaveSingleItem()!["what"]!).ShouldBe("live");
    }

    [Fact]
    public async Task What_is_taken_back_is_not_seen_any_more()
    {
        var (squad, member) = await SquadAsync();
        await ShareAsync(squad, member, new { live = true });
        await ShareAsync(squad, Rower, new { live = true });
        var workout = await BeginAsync(member, 1);
        await using var watch = await WatchAsync(squad, Rower);
        (await watch.NextAsync()).Name.ShouldBe("ready");
        (await watch.NextAsync()).Name.ShouldBe("rowing");
        await ShareAsync(squad, member, new { });
        (await watch.NextAsync()).Name.ShouldBe("rowed");
        await RowAsync(workout, member, 1, 1);
        // The next that is told is what somebody else rows.
        var own = await BeginAsync(Rower, 1);
        var (_, next) = await watch.NextAsync();
        ((string)next!["session"]!).ShouldBe((string)own["id"]!);
        ((int)next["heartRate"]!).ShouldBe(141);
    }

    [Fact]
    public async Task Who_is_put_out_of_the_squad_sees_no_more_of_it()
    {
        var (squad, member) = await SquadAsync();
        await using var watch = await WatchAsync(squad, member);
        (await watch.NextAsync()).Name.ShouldBe("ready");
        (await SendAsync(HttpMethod.Delete, $"{squad}/members/{member.Id}")).Must(HttpStatusCode.NoContent);
        (await watch.NextAsync()).Name.ShouldBeNull();
    }

    private async Task<Watch> WatchAsync(string squad, Person person)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Address, $"{squad}/live"));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            person.Credential.Scheme,
            person.Credential.Value
        );
        var reply = await Server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        reply.EnsureSuccessStatusCode();
        return new Watch(reply, new StreamReader(await reply.Content.ReadAsStreamAsync()));
    }

    private sealed class Watch(HttpResponseMessage reply, StreamReader reader) : IAsyncDisposable
    {
        /// <summary>The next event; nothing at the end.</summary>
        public async Task<(string? Name, JsonNode? Data)> NextAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            string? name = null;
            try
            {
                while (await reader.ReadLineAsync(patience.Token) is { } line)
                {
                    if (line.StartsWith("event: ", StringComparison.Ordinal))
                    {
                        name = line["event: ".Length..];
                    }
                    else if (line.StartsWith("data: ", StringComparison.Ordinal))
                    {
                        return (name, JsonNode.Parse(line["data: ".Length..]));
                    }
                }
            }
            catch (IOException)
            {
                // Cut off, as a reply that ends early is.
            }

            return (null, null);
        }

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            reply.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

public sealed class SquadLiveOnSqlite(SqliteRowing rowing) : SquadLiveTests(rowing), IClassFixture<SqliteRowing>;

public sealed class SquadLiveOnPostgres(PostgresRowing rowing) : SquadLiveTests(rowing), IClassFixture<PostgresRowing>;
