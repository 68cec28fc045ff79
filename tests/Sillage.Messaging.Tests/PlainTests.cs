using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>The same events for clients without Socket.IO: <c>/api/v1/live</c>.</summary>
public abstract class PlainTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    [Fact]
    public async Task What_is_sent_is_acknowledged_heard_and_caught_up_as_by_Socket_IO()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        await using var plain = await PlainClient.JoinAsync(Server, people[0]);
        await using var other = await ConnectAsync(people[1]);
        (await plain.AskAsync("sync", new { rooms = new { } }, 1))["data"]!["rooms"].ShouldNotBeNull();

        var sent = await plain.AskAsync(
            "message:send",
            new
            {
                room = IdOf(room),
                clientId = "a",
                text = "Éric, [1] {2}: 😀",
            },
            2
        );
        ((long)sent["data"]!["seq"]!).ShouldBe(1);
        ShouldSay(await other.WaitAsync("message:new", 1), "Éric, [1] {2}: 😀");
        await SayAsync(people[1], room, "Heard.");
        var heard = await plain.WaitAsync(message =>
            (string?)message["event"] == "message:new" && (long)message["data"]!["seq"]! == 2
        );
        ((string)heard["data"]!["text"]!).ShouldBe("Heard.");

        // Away, and back with a cursor.
        await plain.DisposeAsync();
        await SayAsync(people[1], room, "Missed.");
        await using var back = await PlainClient.JoinAsync(Server, people[0]);
        var missed = await back.AskAsync("sync", Cursor(room, 2), 0);
        ShouldSay((JsonArray)missed["data"]!["rooms"]![0]!["messages"]!, "Missed.");
    }

    [Fact]
    public async Task What_is_refused_says_why_and_the_connection_goes_on()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0]);
        await using var stranger = await PlainClient.JoinAsync(Server, people[1]);
        var refused = await stranger.AskAsync("message:send", new { room = IdOf(room), text = "a" }, 1);
        ((string)refused["error"]!["data"]!["code"]!).ShouldBe("forbidden");
        foreach (
            var none in new[]
            {
                "no JSON",
                "[]",
                "1",
                "{}",
                """{"event":1}""",
                """{"event":"sync","id":-1}""",
                """{"event":"sync","id":"1"}""",
                """{"event":"sync","id":1.5}""",
                """{"event":"sync","id":-0}""",
                """{"event":"\ud800"}""",
                """{"event":"disconnect"}""",
            }
        )
        {
            var before = stranger.Heard.Count;
            await stranger.SayRawAsync(none);
            var answer = await stranger.WaitAsync(message =>
                stranger.Heard.Count > before && message["id"] is null && message["error"] is not null
            );
            ((string)answer["error"]!["data"]!["code"]!).ShouldBe("invalid");
        }

        var unknown = await stranger.AskAsync("message:sned", new { room = IdOf(room) }, 3);
        ((string)unknown["error"]!["data"]!["code"]!).ShouldBe("not_found");
        (await stranger.AskAsync("sync", new { rooms = new { } }, 2))["data"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_connection_joins_by_its_first_message_or_its_header_and_never_by_a_cookie()
    {
        var person = await NewPersonAsync();
        await using var byHeader = await PlainClient.OpenAsync(
            Server,
            ("Authorization", $"Bearer {person.AccessToken}")
        );
        await byHeader.SayAsync(new { join = "/chat" });
        await byHeader.WaitAsync(message => (string?)message["joined"] == "/chat");

        // What lets a page of the server itself in would let any page in here.
        var cookie = ("Cookie", $"sillage={person.AccessToken}");
        (await Server.SendAsync(HttpMethod.Get, "/api/v1/me", null, null, cookie)).Must(HttpStatusCode.OK);
        await using var byCookie = await PlainClient.OpenAsync(Server, cookie);
        await byCookie.SayAsync(new { join = "/chat" });
        var refused = await byCookie.WaitAsync(message => message["refused"] is not null);
        ((string)refused["refused"]!["data"]!["code"]!).ShouldBe("token_invalid");
        await byCookie.EndAsync();
        byCookie.Closed.ShouldBe(WebSocketCloseStatus.PolicyViolation);

        foreach (
            var first in new[]
            {
                """{"event":"sync"}""",
                """{"join":"chat"}""",
                """{"join":"/a,b"}""",
                """{"join":1}""",
                """{"join":"/a[b"}""",
                """{"join":"/\ud800"}""",
            }
        )
        {
            await using var wrong = await PlainClient.OpenAsync(Server);
            await wrong.SayRawAsync(first);
            await wrong.WaitAsync(message => (string?)message["error"]?["data"]?["code"] == "invalid");
        }

        await using var half = await PlainClient.OpenAsync(Server);
        await half.SayRawAsync("""{"join":"/chat","token":"\ud800"}""");
        var none = await half.WaitAsync(message => message["refused"] is not null);
        ((string)none["refused"]!["data"]!["code"]!).ShouldBe("token_invalid");

        await using var elsewhere = await PlainClient.OpenAsync(Server);
        await elsewhere.SayAsync(new { join = "/nowhere", token = person.AccessToken });
        await elsewhere.WaitAsync(message => message["refused"] is not null);
    }

    [Fact]
    public async Task Whoever_logs_out_is_closed_and_what_is_no_text_too()
    {
        var person = await NewPersonAsync();
        await using var client = await PlainClient.JoinAsync(Server, person);
        (await PostAsync(person, "/api/v1/auth/logout", new { refresh_token = person.RefreshToken })).Must(
            HttpStatusCode.NoContent
        );
        await client.EndAsync();
        client.Closed.ShouldBe(WebSocketCloseStatus.PolicyViolation);

        var other = await NewPersonAsync();
        await using var binary = await PlainClient.JoinAsync(Server, other);
        await binary.SayRawAsync("{}", WebSocketMessageType.Binary);
        await binary.EndAsync();
        binary.Closed.ShouldBe(WebSocketCloseStatus.InvalidMessageType);

        await using var large = await PlainClient.JoinAsync(Server, other);
        await large.SayRawAsync(new string('x', 1024 * 1024 + 1));
        await large.EndAsync();

        await using var nonsense = await PlainClient.OpenAsync(Server);
        for (var i = 0; i < 20; i++)
        {
            await nonsense.SayRawAsync("x");
        }

        await nonsense.EndAsync();
        nonsense.Closed.ShouldBe(WebSocketCloseStatus.PolicyViolation);

        var asked = await Server.SendAsync(HttpMethod.Get, "/api/v1/live", null, other.Token);
        asked.Status.ShouldBe(HttpStatusCode.UpgradeRequired);
        ((string)asked.Json["detail"]!).ShouldContain("WebSocket");
    }
}

public sealed class PlainOnSqlite(SqliteMessaging messaging) : PlainTests(messaging), IClassFixture<SqliteMessaging>;

public sealed class PlainOnPostgres(PostgresMessaging messaging)
    : PlainTests(messaging),
        IClassFixture<PostgresMessaging>;
