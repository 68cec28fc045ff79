using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>What the document says of live events is what the server does.</summary>
public abstract class AsyncApiTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    [Fact]
    public async Task Every_event_that_is_described_has_a_handler_and_every_refusal_its_form()
    {
        var document = await DocumentAsync();
        await using var client = await ConnectAsync(await NewPersonAsync());
        var sent = Operations(document, "receive");
        sent.ShouldContain("message:send");
        sent.ShouldContain("auth:refresh");
        foreach (var name in sent)
        {
            // Something that none of them takes: who has no handler would not answer.
            var answer = await client.AskAsync(name, new { room = "no-such-room", nonsense = 1 });
            var refusal = document["channels"]!["chat"]!["messages"]!["refusal"]!["payload"]!;
            var codes = refusal["properties"]!["error"]!["properties"]!["data"]!["properties"]!["code"]!["enum"]!;
            codes
                .AsArray()
                .Select(code => (string)code!)
                .ShouldContain((string)answer["error"]!["data"]!["code"]!, name);
        }
    }

    [Fact]
    public async Task What_is_heard_and_acknowledged_has_the_fields_that_are_described()
    {
        var document = await DocumentAsync();
        var people = await NewPeopleAsync(3);
        var (one, other, third) = (people[0], people[1], people[2]);
        var room = await NewRoomAsync(one, other);
        var id = IdOf(room);
        await using var hearing = await ConnectAsync(one);
        await using var twin = await ConnectAsync(one);
        await using var acting = await ConnectAsync(other);
        await using var kicked = await ConnectAsync(third);
        async Task<JsonNode> AskAsync(LiveClient client, string name, object argument)
        {
            var answer = await client.AskAsync(name, argument);
            answer["error"].ShouldBeNull($"{name}: {answer}");
            Check(document, $"{name.Replace(':', '.')}.ack", answer);
            return answer;
        }

        await AskAsync(kicked, "room:join", new { room = id });
        var sent = await AskAsync(acting, "message:send", new { room = id, text = "Hello, all." });
        var message = (string)sent["id"]!;
        await AskAsync(
            acting,
            "message:edit",
            new
            {
                room = id,
                id = message,
                text = "Hello.",
            }
        );
        await AskAsync(
            hearing,
            "reaction:add",
            new
            {
                room = id,
                id = message,
                emoji = "👍",
            }
        );
        await AskAsync(
            hearing,
            "reaction:remove",
            new
            {
                room = id,
                id = message,
                emoji = "👍",
            }
        );
        await AskAsync(acting, "typing", new { room = id });
        await AskAsync(
            acting,
            "message:send",
            new
            {
                room = id,
                text = "So.",
                replyTo = 1,
            }
        );
        await AskAsync(
            hearing,
            "thread:read",
            new
            {
                room = id,
                thread = 1,
                seq = 2,
            }
        );
        await AskAsync(hearing, "read", new { room = id, seq = 2 });
        await AskAsync(hearing, "presence:list", new { accounts = new[] { other.Id } });
        await AskAsync(acting, "presence:set", new { state = "away" });
        await AskAsync(hearing, "member:kick", new { room = id, account = third.Id });
        await AskAsync(hearing, "sync", new { rooms = new Dictionary<string, long> { [id] = 0 } });
        await AskAsync(acting, "message:delete", new { room = id, id = message });
        await AskAsync(hearing, "auth:refresh", new { token = one.AccessToken });
        await kicked.WaitAsync("room:left");
        await twin.WaitAsync("reading");
        await twin.WaitAsync("thread:reading");
        await hearing.WaitAsync("typing");
        await hearing.WaitAsync("presence");
        await hearing.WaitAsync("room:changes");
        var told = Operations(document, "send");
        foreach (var (name, value) in hearing.Heard.Concat(twin.Heard).Concat(acting.Heard).Concat(kicked.Heard))
        {
            told.ShouldContain(name);
            Check(document, $"{name.Replace(':', '.')}.notice", value);
        }
    }

    [Fact]
    public async Task The_page_shows_every_event()
    {
        var page = await Server.SendAsync(HttpMethod.Get, "/docs/live", null, null);
        page.Must(HttpStatusCode.OK);
        var document = await DocumentAsync();
        foreach (var name in Operations(document, "receive").Concat(Operations(document, "send")))
        {
            page.Text.ShouldContain($"<code>{name}</code>");
        }

        page.Text.ShouldContain("What the sender's program calls it".Replace("'", "&#39;", StringComparison.Ordinal));
    }

    private async Task<JsonNode> DocumentAsync()
    {
        var answer = await Server.SendAsync(HttpMethod.Get, "/asyncapi.json", null, null);
        var document = answer.Must(HttpStatusCode.OK).Json;
        ((string)document["asyncapi"]!).ShouldBe("3.0.0");
        return document;
    }

    /// <summary>The names of the events of one direction; each operation leads to messages that are there.</summary>
    private static string[] Operations(JsonNode document, string action)
    {
        var names = new List<string>();
        foreach (var (_, operation) in document["operations"]!.AsObject())
        {
            if ((string)operation!["action"]! != action)
            {
                continue;
            }

            names.Add((string)Follow(document, operation["messages"]![0]!)["name"]!);
            foreach (var reply in operation["reply"]?["messages"]?.AsArray() ?? [])
            {
                Follow(document, reply!)["payload"].ShouldNotBeNull();
            }
        }

        return [.. names];
    }

    private static JsonNode Follow(JsonNode document, JsonNode reference)
    {
        var found = document;
        foreach (var step in ((string)reference["$ref"]!).Split('/').Skip(1))
        {
            found = found[step].ShouldNotBeNull($"{reference}");
        }

        return found;
    }

    /// <summary>What came has no member that is not described, and every one that has to be there.</summary>
    private static void Check(JsonNode document, string message, JsonNode value)
    {
        var schema = document["channels"]!["chat"]!["messages"]![message].ShouldNotBeNull(message)["payload"]!;
        var described = schema["properties"]!.AsObject().Select(member => member.Key).ToList();
        var came = value.AsObject().Select(member => member.Key).ToList();
        came.ShouldBeSubsetOf(described, message);
        (schema["required"] as JsonArray ?? []).Select(name => (string)name!).ShouldBeSubsetOf(came, message);
        schema["properties"]!
            .AsObject()
            .ShouldAllBe(member => member.Value!["description"] != null, $"{message} has members without a word");
    }
}

public sealed class AsyncApiOnSqlite(SqliteMessaging messaging)
    : AsyncApiTests(messaging),
        IClassFixture<SqliteMessaging>;
