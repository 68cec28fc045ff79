using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>
/// Everybody at once: people send, resend and read on connections that are cut all the time, and one of them is kicked and comes again. At
/// the end every acknowledged message is in every member's stream exactly once and in order, and nobody heard anything after a kick.
/// </summary>
public abstract class ChaosTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    private static readonly int Talkers = LongRuns.Scale(5, 40);
    private static readonly int Messages = LongRuns.Scale(25, 400);
    private static readonly int Kicks = LongRuns.Scale(6, 60);

    [Fact]
    public async Task Every_acknowledged_message_is_in_every_stream_once_and_in_order()
    {
        var people = await NewPeopleAsync(Talkers + 2);
        var (owner, victim) = (people[0], people[1]);
        var room = await NewRoomAsync(owner, people[1..]);
        var acknowledged = new ConcurrentDictionary<string, (string Id, long Seq)>();
        using var end = new CancellationTokenSource();

        var talking = people[2..]
            .Select((person, i) => TalkAsync(person, IdOf(room), new Random(i), acknowledged))
            .ToArray();
        var kicking = KickAsync(owner, victim, room);
        var listener = new Stream(IdOf(room));
        var listening = ListenAsync(owner, listener, end.Token);

        var streams = await Task.WhenAll(talking);
        await kicking;
        var all = new List<JsonNode>();
        for (string? next = $"{room}/messages?after=0&limit=500"; next is not null; )
        {
            var page = (await GetAsync(owner, next)).Must(HttpStatusCode.OK);
            all.AddRange(page.Items.Select(message => message!));
            next = (string?)page.Json["next"];
        }

        all.Select(m => (long)m["seq"]!).ShouldBe(Enumerable.Range(1, all.Count).Select(i => (long)i));
        var stored = all.ToDictionary(m => (string)m["clientId"]!, m => ((string)m["id"]!, (long)m["seq"]!));
        stored.Count.ShouldBe(acknowledged.Count);
        foreach (var (clientId, ack) in acknowledged)
        {
            stored[clientId].ShouldBe((ack.Id, ack.Seq));
        }

        await Eventually.HoldsAsync(() => listener.Ids.Count == all.Count, "the listener has everything");
        await end.CancelAsync();
        await listening;
        var ids = all.Select(m => (string)m["id"]!).ToList();
        listener.Ids.ShouldBe(ids);
        foreach (var (stream, person) in streams.Zip(people[2..]))
        {
            await using var client = await ConnectAsync(person);
            await stream.SyncAsync(client);
            stream.Ids.ShouldBe(ids);
            var unread = (await GetAsync(person, $"{room}/read")).Json;
            ((long)unread["unread"]!).ShouldBe(
                all.LongCount(m => (long)m["seq"]! > (long)unread["readSeq"]! && (Guid)m["sender"]! != person.Id)
            );
        }
    }

    private async Task<Stream> TalkAsync(
        Person person,
        string room,
        Random random,
        ConcurrentDictionary<string, (string Id, long Seq)> acknowledged
    )
    {
        var stream = new Stream(room);
        var waiting = new Queue<string>(Enumerable.Range(0, Messages).Select(i => $"{person.Username} {i}"));
        while (waiting.Count > 0)
        {
            await using var client = await ConnectAsync(person);
            await stream.SyncAsync(client);
            for (var left = random.Next(1, 8); left > 0 && waiting.Count > 0; left--)
            {
                var clientId = waiting.Peek();
                var sending = client.AskAsync(
                    "message:send",
                    new
                    {
                        room,
                        clientId,
                        text = clientId,
                    }
                );
                if (random.Next(6) == 0)
                {
                    // Cut before the answer: whether it was taken nobody knows, and it is sent again.
                    client.Cut();
                }

                try
                {
                    var ack = await sending;
                    acknowledged[clientId] = ((string)ack["id"]!, (long)ack["seq"]!);
                    waiting.Dequeue();
                    await client.AskAsync("read", new { room, seq = random.Next(1, (int)(long)ack["seq"]! + 1) });
                }
                catch (Exception e)
                    when (e is IOException or System.Net.WebSockets.WebSocketException or ObjectDisposedException)
                {
                    break;
                }
            }

            stream.Take(client);
        }

        return stream;
    }

    private async Task KickAsync(Person owner, Person victim, string room)
    {
        for (var i = 0; i < Kicks; i++)
        {
            (await PostAsync(victim, $"{room}/join")).Must(HttpStatusCode.OK);
            await using var client = await ConnectAsync(victim);
            await client.AskAsync("sync", Cursor(room, 0));
            (await SendAsync(owner, HttpMethod.Delete, $"{room}/members/{victim.Id}")).Must(HttpStatusCode.NoContent);
            // What is committed from now on has a higher place than the last one now.
            var last = (long)(await GetAsync(owner, room)).Json["lastSeq"]!;
            await client.WaitAsync("room:left");
            await client.AskAsync("sync", new { rooms = new Dictionary<string, long>() });
            client.Of("message:new").ShouldAllBe(m => (long)m["seq"]! <= last);
        }
    }

    private async Task ListenAsync(Person person, Stream stream, CancellationToken ct)
    {
        await using var client = await ConnectAsync(person);
        await stream.SyncAsync(client);
        while (!ct.IsCancellationRequested)
        {
            stream.Take(client);
            await Task.Delay(20, CancellationToken.None);
        }
    }

    /// <summary>What somebody has of the room, over all connections.</summary>
    private sealed class Stream(string room)
    {
        private readonly List<string> _ids = [];
        private LiveClient? _client;
        private int _taken;

        public List<string> Ids => _ids;

        public async Task SyncAsync(LiveClient client)
        {
            for (var more = true; more; )
            {
                var reply = await client.AskAsync(
                    "sync",
                    new { rooms = new Dictionary<string, long> { [room] = _ids.Count } }
                );
                more = (bool)reply["more"]!;
                foreach (var message in reply["rooms"]![0]!["messages"]!.AsArray())
                {
                    Take(message!);
                }
            }

            Take(client);
        }

        public void Take(LiveClient client)
        {
            _taken = _client == client ? _taken : 0;
            _client = client;
            var heard = client.Of("message:new");
            for (; _taken < heard.Length; _taken++)
            {
                Take(heard[_taken]);
            }
        }

        private void Take(JsonNode message)
        {
            var seq = (long)message["seq"]!;
            seq.ShouldBeLessThanOrEqualTo(_ids.Count + 1, "a gap after a sync");
            if (seq == _ids.Count + 1)
            {
                _ids.Add((string)message["id"]!);
            }
        }
    }
}

public sealed class ChaosOnSqlite(SqliteMessaging messaging) : ChaosTests(messaging), IClassFixture<SqliteMessaging>;

public sealed class ChaosOnPostgres(PostgresMessaging messaging)
    : ChaosTests(messaging),
        IClassFixture<PostgresMessaging>;
