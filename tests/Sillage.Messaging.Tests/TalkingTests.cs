using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>The thinnest thread: a room, people in it, messages by REST and live.</summary>
public abstract class TalkingTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    [Fact]
    public async Task Text_is_given_as_safe_html_to_whoever_asks()
    {
        var people = await NewPeopleAsync(1);
        var room = await NewRoomAsync(people[0]);
        var sent = await SayAsync(
            people[0],
            room,
            "**Bold** <script>alert(1)</script>\nand [a link](javascript:alert(1))."
        );
        async Task<System.Text.Json.Nodes.JsonNode> ReadAsync(string query) =>
            (await GetAsync(people[0], $"{room}/messages/{sent["id"]}{query}")).Must(HttpStatusCode.OK).Json;

        (await ReadAsync(""))["html"].ShouldBeNull();
        var html = (string)(await ReadAsync("?html=true"))["html"]!;
        html.ShouldContain("<strong>Bold</strong>");
        html.ShouldContain("<br");
        html.ShouldNotContain("<script");
        html.ShouldNotContain("javascript:");
        var listed = (await GetAsync(people[0], $"{room}/messages?html=true")).Must(HttpStatusCode.OK).Items;
        ((string)listed[0]!["html"]!).ShouldBe(html);
        (await GetAsync(people[0], $"{room}/messages?html=true&limit=101")).Must(HttpStatusCode.BadRequest);

        await SendAsync(people[0], HttpMethod.Patch, $"{room}/messages/{sent["id"]}", new { text = "*Other.*" });
        ((string)(await ReadAsync("?html=true"))["html"]!).ShouldBe("<p><em>Other.</em></p>");
        await SendAsync(people[0], HttpMethod.Delete, $"{room}/messages/{sent["id"]}");
        ((string)(await ReadAsync("?html=true"))["html"]!).ShouldBe("");
    }

    [Fact]
    public async Task A_message_sent_live_is_heard_live_and_read_by_REST_and_the_other_way_round()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        await using var first = await ConnectAsync(people[0]);
        await using var second = await ConnectAsync(people[1]);

        var ack = await first.AskAsync(
            "message:send",
            new
            {
                room = IdOf(room),
                clientId = "a",
                text = "Éric: 😀",
            }
        );
        ((long)ack["seq"]!).ShouldBe(1);
        await SayAsync(people[1], room, "Heard.");

        foreach (var client in new[] { first, second })
        {
            var heard = await client.WaitAsync("message:new", 2);
            ShouldSay(heard, "Éric: 😀", "Heard.");
            heard.Select(m => (long)m["seq"]!).ShouldBe([1, 2]);
            ((string)heard[0]["id"]!).ShouldBe((string)ack["id"]!);
            ((string)heard[0]["room"]!).ShouldBe(IdOf(room));
            ((string)heard[0]["clientId"]!).ShouldBe("a");
            ((Guid)heard[0]["sender"]!).ShouldBe(people[0].Id);
        }

        (await TextsAsync(people[1], room)).ShouldBe(["Éric: 😀", "Heard."]);
    }

    [Fact]
    public async Task What_is_sent_again_is_there_once_and_gets_the_first_answer()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        await using var client = await ConnectAsync(people[0]);
        var message = new
        {
            room = IdOf(room),
            clientId = "one",
            text = "Once.",
        };
        var first = await client.AskAsync("message:send", message);
        await SayAsync(people[1], room, "Between.");

        // At once, several times, by both roads, and from another connection.
        await using var other = await ConnectAsync(people[0]);
        var again = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? client : other).AskAsync("message:send", message))
        );
        again.ShouldAllBe(a => JsonNode.DeepEquals(a, first));
        var posted = await SayAsync(people[0], room, "Once.", "one");
        ((string)posted["id"]!).ShouldBe((string)first["id"]!);
        // The name is the sender's own: another's is another message.
        ((long)(await SayAsync(people[1], room, "Mine.", "one"))["seq"]!).ShouldBe(3);
        (await TextsAsync(people[0], room)).ShouldBe(["Once.", "Between.", "Mine."]);
    }

    [Fact]
    public async Task The_same_name_at_the_same_time_is_stored_once()
    {
        var person = await NewPersonAsync();
        var room = await NewRoomAsync(person);
        var all = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => SayAsync(person, room, "Now.", "same")));
        all.Select(m => (string)m["id"]!).Distinct().ShouldHaveSingleItem();
        (await TextsAsync(person, room)).ShouldHaveSingleItem();

        var other = await NewRoomAsync(person);
        var elsewhere = await PostAsync(person, $"{other}/messages", new { text = "Now.", clientId = "same" });
        elsewhere.Status.ShouldBe(HttpStatusCode.Conflict);
        elsewhere.Pointers().ShouldBe(["/clientId"]);
    }

    [Fact]
    public async Task Many_senders_get_one_sequence_without_a_gap()
    {
        var people = await NewPeopleAsync(4);
        var room = await NewRoomAsync(people[0], people[1..]);
        await using var listener = await ConnectAsync(people[0]);
        await Task.WhenAll(
            people.Select(async person =>
            {
                for (var i = 0; i < 10; i++)
                {
                    await SayAsync(person, room, $"{person.Username} {i}");
                }
            })
        );
        var heard = await listener.WaitAsync("message:new", 40);
        heard.Select(m => (long)m["seq"]!).ShouldBe(Enumerable.Range(1, 40).Select(i => (long)i));
        heard.Select(m => (string)m["text"]!).ShouldBe(await TextsAsync(people[1], room));
    }

    [Fact]
    public async Task A_room_is_named_by_its_slug_or_its_id()
    {
        var people = await NewPeopleAsync(2);
        var slug = Messaging.NewName("room");
        var made = (await PostAsync(people[0], "/api/v1/rooms", new { name = "Named", slug })).Must(
            HttpStatusCode.Created
        );
        (await PostAsync(people[1], $"/api/v1/rooms/{slug}/join")).Must(HttpStatusCode.OK);
        await using var client = await ConnectAsync(people[1]);
        var ack = await client.AskAsync("message:send", new { room = slug, text = "By name." });
        ((long)ack["seq"]!).ShouldBe(1);
        (await TextsAsync(people[0], $"/api/v1/rooms/{made.Json["id"]}")).ShouldBe(["By name."]);
        (await TextsAsync(people[0], $"/api/v1/rooms/{slug}")).ShouldBe(["By name."]);

        (await PostAsync(people[1], "/api/v1/rooms", new { name = "Named", slug })).Status.ShouldBe(
            HttpStatusCode.Conflict
        );
        var mine = (await GetAsync(people[1], "/api/v1/rooms")).Must(HttpStatusCode.OK).Items;
        mine.Select(r => (string)r!["slug"]!).ShouldBe([slug]);
        var members = (await GetAsync(people[1], $"/api/v1/rooms/{slug}/members")).Must(HttpStatusCode.OK).Items;
        members
            .Select(m => ((string)m!["username"]!, (string)m["role"]!))
            .ShouldBe([(people[0].Username, "owner"), (people[1].Username, "member")], ignoreOrder: true);
    }

    [Fact]
    public async Task Whoever_joins_while_connected_hears_the_room_from_then_on_on_all_devices()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0]);
        await using var phone = await ConnectAsync(people[1]);
        await using var laptop = await ConnectAsync(people[1]);
        await SayAsync(people[0], room, "Before.");
        var joined = await phone.AskAsync("room:join", new { room = IdOf(room) });
        ((string)joined["role"]!).ShouldBe("member");
        await laptop.WaitAsync("room:joined");
        await SayAsync(people[0], room, "After.");
        foreach (var client in new[] { phone, laptop })
        {
            ShouldSay(await client.WaitAsync("message:new"), "After.");
        }
    }

    [Fact]
    public async Task History_is_read_from_any_place_in_either_direction()
    {
        var person = await NewPersonAsync();
        var room = await NewRoomAsync(person);
        for (var i = 1; i <= 9; i++)
        {
            await SayAsync(person, room, $"{i}");
        }

        (await TextsAsync(person, room, "limit=3")).ShouldBe(["9", "8", "7"]);
        (await TextsAsync(person, room, "before=7&limit=3")).ShouldBe(["6", "5", "4"]);
        (await TextsAsync(person, room, "after=2&limit=3")).ShouldBe(["3", "4", "5"]);
        (await TextsAsync(person, room, "around=5&limit=4")).ShouldBe(["3", "4", "5", "6"]);
        var fifth = (await GetAsync(person, $"{room}/messages?after=4&limit=1")).Items[0]!;
        var from = Uri.EscapeDataString((string)fifth["at"]!);
        (await TextsAsync(person, room, $"from={from}&limit=2")).ShouldBe(["5", "6"]);
        (await GetAsync(person, $"{room}/messages?before=3&after=2")).Status.ShouldBe(HttpStatusCode.BadRequest);

        foreach (var start in new[] { "limit=2", "after=0&limit=2" })
        {
            var texts = new List<string>();
            for (var next = $"{room}/messages?{start}"; next is not null; )
            {
                var page = (await GetAsync(person, next)).Must(HttpStatusCode.OK);
                texts.AddRange(page.Items.Select(m => (string)m!["text"]!));
                next = (string?)page.Json["next"];
            }

            texts.Order().ShouldBe(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        }
    }

    [Theory]
    [InlineData("""{"text":""}""", "/text")]
    [InlineData("""{"text":"  \n"}""", "/text")]
    [InlineData("""{"clientId":"a"}""", "/text")]
    [InlineData("""{"text":"a","clientId":""}""", "/clientId")]
    [InlineData("""{"text":"a","replyTo":0}""", "/replyTo")]
    [InlineData("""{"text":"a","replyTo":99}""", "/replyTo")]
    [InlineData("""{"text":"a","colour":"red"}""", "/colour")]
    public async Task What_is_wrong_is_refused_alike_on_both_roads(string body, string pointer)
    {
        var person = await NewPersonAsync();
        var room = await NewRoomAsync(person);
        var answer = await PostAsync(person, $"{room}/messages", body);
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Pointers().Distinct().ShouldBe([pointer]);

        await using var client = await ConnectAsync(person);
        var live = JsonNode.Parse(body)!;
        live["room"] = IdOf(room);
        var refusal = (await client.AskAsync("message:send", live))["error"]!["data"]!;
        ((string)refusal["code"]!).ShouldBe("invalid");
        ((string)refusal["errors"]![0]!["pointer"]!).ShouldBe(pointer);
    }

    [Theory]
    [InlineData("""{"room":"a\u0000b"}""")]
    [InlineData("""{"room":"a\ud800"}""")]
    [InlineData("""{"room":"nowhere","\ud800":1}""")]
    public async Task Text_that_no_storage_keeps_is_refused_where_a_room_is_named(string argument)
    {
        var person = await NewPersonAsync();
        await using var client = await ConnectAsync(person);
        var answer = await client.AskRawAsync($"""["room:join",{argument}]""");
        ((string?)answer["error"]?["data"]?["code"]).ShouldBe("invalid");
    }

    [Fact]
    public async Task An_event_without_a_room_or_with_one_that_is_not_there_is_refused_with_a_code()
    {
        var person = await NewPersonAsync();
        await using var client = await ConnectAsync(person);
        (await client.RefusedAsync("message:send", new { text = "a" })).ShouldBe("invalid");
        (await client.RefusedAsync("message:send", new { room = "nowhere-at-all", text = "a" })).ShouldBe("not_found");
        (await client.RefusedAsync("message:send", "no object")).ShouldBe("invalid");
        (await client.RefusedAsync("sync", new { rooms = new { a = -1 } })).ShouldBe("invalid");
    }
}

public sealed class TalkingOnSqlite(SqliteMessaging messaging)
    : TalkingTests(messaging),
        IClassFixture<SqliteMessaging>;

public sealed class TalkingOnPostgres(PostgresMessaging messaging)
    : TalkingTests(messaging),
        IClassFixture<PostgresMessaging>;
