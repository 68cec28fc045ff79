using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Shouldly;
using Sillage.Specifications;
using Sillage.Storage;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>Whoever was away gets what came meanwhile: all of it, in order, once.</summary>
public abstract class CatchUpTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    [Fact]
    public async Task What_was_missed_comes_in_pages_by_both_roads()
    {
        await using var server = await Messaging.StartAsync(("Messaging:CatchUpPage", "10"));
        var person = await TestUsers.RegisterAsync(server, "player-of-pages");
        var made = await server.SendAsync(HttpMethod.Post, "/api/v1/rooms", new { name = "Long" }, person.Token);
        var room = (string)made.Must(HttpStatusCode.Created).Json["id"]!;
        for (var i = 1; i <= 25; i++)
        {
            await server.SendAsync(
                HttpMethod.Post,
                $"/api/v1/rooms/{room}/messages",
                new { text = $"{i}" },
                person.Token
            );
        }

        await using var client = await LiveClient.ConnectAsync(server, person);
        foreach (var isLive in new[] { true, false })
        {
            var (seq, change, pages) = (3L, 0L, 0);
            var seqs = new List<long>();
            for (var more = true; more; pages++)
            {
                var cursor = new
                {
                    rooms = new Dictionary<string, long> { [room] = seq },
                    changes = new Dictionary<string, long> { [room] = change },
                };
                var reply = isLive
                    ? await client.AskAsync("sync", cursor)
                    : (await server.SendAsync(HttpMethod.Post, "/api/v1/rooms/sync", cursor, person.Token)).Json;
                more = (bool)reply["more"]!;
                var answer = reply["rooms"]![0]!;
                seqs.AddRange(answer["messages"]!.AsArray().Select(m => (long)m!["seq"]!));
                (seq, change) = ((long)answer["seq"]!, (long)answer["change"]!);
            }

            seqs.ShouldBe(Enumerable.Range(4, 22).Select(i => (long)i));
            pages.ShouldBe(3);
        }
    }

    [Fact]
    public async Task A_thousand_names_are_no_thousand_reads()
    {
        CountedReads? counted = null;
        await using var server = await MessagingUnderTest.StartOnAsync(
            await Messaging.PostgresAsync(),
            builder => counted = CountedReads.In(builder.Services)
        );
        var person = await TestUsers.RegisterAsync(server, "player-of-many");
        var other = await TestUsers.RegisterAsync(server, "player-of-another");
        Task<Answer> PostAsync(Person by, string path, object body) =>
            server.SendAsync(HttpMethod.Post, path, body, by.Token);
        async Task<string> NewAsync(Person by) =>
            (string)(await PostAsync(by, "/api/v1/rooms", new { name = "R" })).Must(HttpStatusCode.Created).Json["id"]!;

        var (own, foreign) = (await NewAsync(person), await NewAsync(other));
        (await PostAsync(person, $"/api/v1/rooms/{own}/messages", new { text = "one" })).Must(HttpStatusCode.Created);
        var rooms = Enumerable
            .Range(0, 997)
            .ToDictionary(i => i % 2 == 0 ? Guid.CreateVersion7().ToString() : $"room-{i}", _ => 0L);
        rooms[own] = 0;
        rooms[foreign] = 0;
        var before = counted!.Reads;

        var reply = (await PostAsync(person, "/api/v1/rooms/sync", new { rooms })).Must(HttpStatusCode.OK).Json;

        (counted.Reads - before).ShouldBeLessThan(20);
        var answers = reply["rooms"]!.AsArray();
        answers.Count(a => (string)a!["status"]! == "gone").ShouldBe(998);
        var mine = answers.Single(a => (string)a!["status"]! != "gone")!;
        mine["messages"]!.AsArray().Select(m => (string)m!["text"]!).ShouldBe(["one"]);
    }

    [Fact]
    public async Task Too_much_or_a_cursor_that_is_none_is_resync_and_a_room_that_one_left_is_gone()
    {
        await using var server = await Messaging.StartAsync(("Messaging:LongestCatchUp", "100"));
        var person = await TestUsers.RegisterAsync(server, "player-of-gaps");
        async Task<string> NewAsync() =>
            (string)
                (await server.SendAsync(HttpMethod.Post, "/api/v1/rooms", new { name = "Gap" }, person.Token)).Json[
                    "id"
                ]!;
        var (full, other) = (await NewAsync(), await NewAsync());
        await Task.WhenAll(
            Enumerable
                .Range(0, 101)
                .Select(i =>
                    server.SendAsync(
                        HttpMethod.Post,
                        $"/api/v1/rooms/{full}/messages",
                        new { text = $"{i}" },
                        person.Token
                    )
                )
        );
        async Task<JsonNode> AskAsync(string room, long seq) =>
            (
                await server.SendAsync(
                    HttpMethod.Post,
                    "/api/v1/rooms/sync",
                    new { rooms = new Dictionary<string, long> { [room] = seq } },
                    person.Token
                )
            ).Json;

        var reply = await AskAsync(full, 0);
        ((string)reply["rooms"]![0]!["status"]!).ShouldBe("resync");
        ((long)reply["rooms"]![0]!["seq"]!).ShouldBe(101);
        ((string)reply["rooms"]![1]!["status"]!).ShouldBe("new");
        ((string)reply["rooms"]![1]!["room"]!).ShouldBe(other);
        ((string)(await AskAsync(full, 1))["rooms"]![0]!["status"]!).ShouldBe("ok");
        ((string)(await AskAsync(full, 102))["rooms"]![0]!["status"]!).ShouldBe("resync");
        ((string)(await AskAsync("not-a-room", 0))["rooms"]![0]!["status"]!).ShouldBe("gone");
    }

    [Fact]
    public async Task Messages_in_the_middle_of_a_catch_up_are_neither_lost_nor_out_of_order()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        var sending = Task.Run(async () =>
        {
            for (var i = 1; i <= 120; i++)
            {
                await SayAsync(people[0], room, $"{i}");
            }
        });

        // Comes and goes all the time, and keeps to the rule: what is contiguous is taken, at a gap one syncs.
        var reader = new Reader(IdOf(room));
        while (reader.Seq < 120)
        {
            await using var client = await ConnectAsync(people[1]);
            await reader.SyncAsync(client);
            var until = Math.Min(120, reader.Seq + 15);
            await Eventually.HoldsAsync(() => reader.Take(client) >= until || reader.HasGap);
            reader.HasGap.ShouldBeFalse("live messages follow what the sync gave");
        }

        await sending;
        reader.Texts.ShouldBe(Enumerable.Range(1, 120).Select(i => $"{i}"));
    }

    /// <summary>A client's memory of one room.</summary>
    private sealed class Reader(string room)
    {
        private int _taken;

        public long Seq { get; private set; }

        public bool HasGap { get; private set; }

        public List<string> Texts { get; } = [];

        public async Task SyncAsync(LiveClient client)
        {
            (_taken, HasGap) = (0, false);
            for (var more = true; more; )
            {
                var reply = await client.AskAsync(
                    "sync",
                    new { rooms = new Dictionary<string, long> { [room] = Seq } }
                );
                more = (bool)reply["more"]!;
                foreach (var message in reply["rooms"]![0]!["messages"]!.AsArray())
                {
                    Take(message!);
                }
            }
        }

        /// <summary>Takes what was heard live.</summary>
        public long Take(LiveClient client)
        {
            var heard = client.Of("message:new");
            for (; _taken < heard.Length; _taken++)
            {
                Take(heard[_taken]);
            }

            return Seq;
        }

        private void Take(JsonNode message)
        {
            var seq = (long)message["seq"]!;
            if (seq == Seq + 1)
            {
                Seq = seq;
                Texts.Add((string)message["text"]!);
            }
            else if (seq > Seq)
            {
                HasGap = true;
            }
        }
    }
}

public sealed class CatchUpOnSqlite(SqliteMessaging messaging)
    : CatchUpTests(messaging),
        IClassFixture<SqliteMessaging>;

public sealed class CatchUpOnPostgres(PostgresMessaging messaging)
    : CatchUpTests(messaging),
        IClassFixture<PostgresMessaging>
{
    [Fact]
    public async Task What_another_process_stores_is_heard_without_a_way_between_them()
    {
        var database = await Messaging.PostgresAsync();
        await using var first = await MessagingUnderTest.StartOnAsync(database, null);
        await using var second = await MessagingUnderTest.StartOnAsync(database, null);
        var person = await TestUsers.RegisterAsync(first, "player-of-two");
        var made = await first.SendAsync(HttpMethod.Post, "/api/v1/rooms", new { name = "Two" }, person.Token);
        var room = (string)made.Must(HttpStatusCode.Created).Json["id"]!;
        await using var client = await LiveClient.ConnectAsync(second, person);
        (
            await first.SendAsync(
                HttpMethod.Post,
                $"/api/v1/rooms/{room}/messages",
                new { text = "There." },
                person.Token
            )
        ).Must(HttpStatusCode.Created);
        ShouldSay(await client.WaitAsync("message:new"), "There.");
    }
}

/// <summary>The module's database, which counts how often it is read.</summary>
internal sealed class CountedReads : IDatabase<MessagingData>
{
    private IDatabase<MessagingData> _inner = null!;
    private int _reads;

    public int Reads => _reads;

    public string Name => _inner.Name;

    public SqlDialect Dialect => _inner.Dialect;

    /// <summary>Puts one before the database that is registered.</summary>
    public static CountedReads In(IServiceCollection services)
    {
        var counted = new CountedReads();
        var real = services
            .Last(service => service.ServiceType == typeof(IDatabase<MessagingData>))
            .ImplementationType!;
        services.Replace(
            ServiceDescriptor.Singleton<IDatabase<MessagingData>>(provider =>
            {
                counted._inner = (IDatabase<MessagingData>)ActivatorUtilities.CreateInstance(provider, real);
                return counted;
            })
        );
        return counted;
    }

    public Task<T> ReadAsync<T>(Func<IReader, Task<T>> read, CancellationToken ct)
    {
        Interlocked.Increment(ref _reads);
        return _inner.ReadAsync(read, ct);
    }

    public Task<T> WriteAsync<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken ct) => _inner.WriteAsync(work, ct);

    public Task WipeDeletedAsync(CancellationToken ct) => _inner.WipeDeletedAsync(ct);

    public Task<IAsyncDisposable?> TryLeaseAsync(string work, CancellationToken ct) => _inner.TryLeaseAsync(work, ct);
}
