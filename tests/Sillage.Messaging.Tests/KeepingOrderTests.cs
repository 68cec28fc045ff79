using System.Net;
using Shouldly;
using Sillage.Redis;
using Sillage.Redis.Tests;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>Roles, private rooms, invitations, and whoever is put out hears nothing more.</summary>
public abstract class KeepingOrderTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    private Task<Answer> DeleteAsync(Person person, string path) => SendAsync(person, HttpMethod.Delete, path);

    private Task<Answer> PutAsync(Person person, string path, object? body = null) =>
        SendAsync(person, HttpMethod.Put, path, body);

    [Fact]
    public async Task Whoever_is_kicked_is_out_of_the_live_room_before_the_reply_leaves()
    {
        var people = await NewPeopleAsync(3);
        var room = await NewRoomAsync(people[0], people[1], people[2]);
        await using var kicked = await ConnectAsync(people[1]);
        await using var other = await ConnectAsync(people[2]);
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                await SayAsync(people[0], room, $"{i}");
            }
        });
        await kicked.WaitAsync("message:new", 5);
        (await DeleteAsync(people[0], $"{room}/members/{people[1].Id}")).Must(HttpStatusCode.NoContent);
        // Whatever is stored from now on has a higher place than this one.
        var mark = (long)(await SayAsync(people[0], room, "They are gone."))["seq"]!;
        await sending;
        await other.WaitAsync("message:new", 41);
        await kicked.WaitAsync("room:left");
        kicked.Of("message:new").ShouldAllBe(m => (long)m["seq"]! < mark);
        other.Of("message:new").Select(m => (long)m["seq"]!).ShouldBe(Enumerable.Range(1, 41).Select(i => (long)i));

        (await kicked.RefusedAsync("message:send", new { room = IdOf(room), text = "Hello?" })).ShouldBe("forbidden");
        var sync = await kicked.AskAsync("sync", Cursor(room, 0));
        ((string)sync["rooms"]![0]!["status"]!).ShouldBe("gone");
        await SayAsync(people[0], room, "Still gone.");
        await other.WaitAsync("message:new", 42);
        kicked.Of("message:new").ShouldAllBe(m => (long)m["seq"]! < mark);
        (await GetAsync(people[1], $"{room}/messages")).Status.ShouldBe(HttpStatusCode.Forbidden);

        // It was a public room: they may come again, and have then read what was there.
        (await PostAsync(people[1], $"{room}/join")).Must(HttpStatusCode.OK);
        ((long)(await GetAsync(people[1], $"{room}/read")).Json["unread"]!).ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_is_banned_does_not_come_again_until_the_ban_is_lifted()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        await using var client = await ConnectAsync(people[1]);
        (await PutAsync(people[0], $"{room}/bans/{people[1].Id}", new { reason = "Spam." })).Must(
            HttpStatusCode.NoContent
        );
        await client.WaitAsync("room:left");
        (await PostAsync(people[1], $"{room}/join")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await client.RefusedAsync("room:join", new { room = IdOf(room) })).ShouldBe("forbidden");
        (await GetAsync(people[0], $"{room}/bans")).Items.Select(b => (Guid)b!["account"]!).ShouldBe([people[1].Id]);
        var code = (string)
            (await PostAsync(people[0], $"{room}/invitations", new { })).Must(HttpStatusCode.Created).Json["code"]!;
        (await PostAsync(people[1], "/api/v1/rooms/join", new { code })).Status.ShouldBe(HttpStatusCode.Forbidden);

        (await DeleteAsync(people[0], $"{room}/bans/{people[1].Id}")).Must(HttpStatusCode.NoContent);
        (await PostAsync(people[1], $"{room}/join")).Must(HttpStatusCode.OK);
        var trail = (await GetAsync(people[0], $"{room}/moderation")).Items;
        trail.Select(e => (string)e!["action"]!).ShouldBe(["member.unbanned", "member.banned"]);
        ((string)trail[1]!["reason"]!).ShouldBe("Spam.");
    }

    [Theory]
    [InlineData("made a member")]
    [InlineData("put out")]
    [InlineData("gone")]
    public async Task What_somebody_invited_by_counts_no_more_once_they_may_invite_nobody(string what)
    {
        var people = await NewPeopleAsync(3);
        var room = await NewRoomAsync(people[0], people[1]);
        (await PutAsync(people[0], $"{room}/members/{people[1].Id}", new { role = "moderator" })).Must(
            HttpStatusCode.OK
        );
        var code = (string)
            (await PostAsync(people[1], $"{room}/invitations", new { })).Must(HttpStatusCode.Created).Json["code"]!;
        var owners = (string)
            (await PostAsync(people[0], $"{room}/invitations", new { })).Must(HttpStatusCode.Created).Json["code"]!;

        var ended = what switch
        {
            "made a member" => await PutAsync(people[0], $"{room}/members/{people[1].Id}", new { role = "member" }),
            "put out" => await DeleteAsync(people[0], $"{room}/members/{people[1].Id}"),
            _ => await DeleteAsync(people[1], $"{room}/members/{people[1].Id}"),
        };
        ((int)ended.Status).ShouldBeLessThan(300);

        (await PostAsync(people[2], "/api/v1/rooms/join", new { code })).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(people[2], "/api/v1/rooms/join", new { code = owners })).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_private_room_is_nowhere_but_for_who_is_invited()
    {
        var people = await NewPeopleAsync(4);
        var made = await PostAsync(people[0], "/api/v1/rooms", new { name = "Hidden", visibility = "private" });
        var room = (string)made.Must(HttpStatusCode.Created).Json["links"]!["self"]!;
        (await GetAsync(people[1], room)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(people[1], $"{room}/join")).Status.ShouldBe(HttpStatusCode.NotFound);
        await using var client = await ConnectAsync(people[1]);
        (await client.RefusedAsync("room:join", new { room = IdOf(room) })).ShouldBe("not_found");

        var invitation = (await PostAsync(people[0], $"{room}/invitations", new { uses = 1 }))
            .Must(HttpStatusCode.Created)
            .Json;
        var code = (string)invitation["code"]!;
        var came = await Task.WhenAll(
            people[1..].Select(person => PostAsync(person, "/api/v1/rooms/join", new { code }))
        );
        came.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        came.Count(answer => answer.Status == HttpStatusCode.NotFound).ShouldBe(2);

        var second = (await PostAsync(people[0], $"{room}/invitations", new { hours = 1 })).Json;
        (await GetAsync(people[0], $"{room}/invitations")).Text.ShouldNotContain((string)second["code"]!);
        (await DeleteAsync(people[0], (string)second["links"]!["self"]!)).Must(HttpStatusCode.NoContent);
        var outside = people[1 + came.ToList().FindIndex(answer => answer.Status == HttpStatusCode.NotFound)];
        (await PostAsync(outside, "/api/v1/rooms/join", new { code = (string)second["code"]! })).Status.ShouldBe(
            HttpStatusCode.NotFound
        );

        (await PutAsync(people[0], $"{room}/members/{outside.Id}", new { role = "member" })).Must(HttpStatusCode.OK);
        (await GetAsync(outside, room)).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Roles_are_given_by_owners_and_keep_below_their_own()
    {
        var people = await NewPeopleAsync(3);
        var room = await NewRoomAsync(people[0], people[1], people[2]);
        (await PutAsync(people[1], $"{room}/members/{people[2].Id}", new { role = "moderator" })).Status.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await PutAsync(people[0], $"{room}/members/{people[1].Id}", new { role = "moderator" })).Must(
            HttpStatusCode.OK
        );
        (await PutAsync(people[1], $"{room}/members/{people[2].Id}", new { role = "moderator" })).Status.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await DeleteAsync(people[1], $"{room}/members/{people[0].Id}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await PutAsync(people[1], $"{room}/mutes/{people[2].Id}", new { minutes = 5 })).Must(HttpStatusCode.NoContent);
        var muted = await PostAsync(people[2], $"{room}/messages", new { text = "Mmh." });
        muted.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        int.Parse(muted.Header("Retry-After")!, null).ShouldBeInRange(200, 300);
        (await DeleteAsync(people[1], $"{room}/mutes/{people[2].Id}")).Must(HttpStatusCode.NoContent);
        await SayAsync(people[2], room, "Ah.");

        // The last owner goes: who has kept order is the next.
        (await DeleteAsync(people[0], $"{room}/members/{people[0].Id}")).Must(HttpStatusCode.NoContent);
        ((string)(await GetAsync(people[1], room)).Json["role"]!).ShouldBe("owner");
        (await PutAsync(people[1], $"{room}/members/{people[1].Id}", new { role = "member" })).Must(HttpStatusCode.OK);
        ((string)(await GetAsync(people[1], room)).Json["role"]!).ShouldBe("owner");
    }

    [Fact]
    public async Task Slow_mode_says_when_to_try_again_and_does_not_hold_up_what_was_taken()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        await using var client = await ConnectAsync(people[1]);
        (await SendAsync(people[0], HttpMethod.Patch, room, new { slowSeconds = 3600, name = "Slow" })).Must(
            HttpStatusCode.OK
        );
        await client.WaitAsync("room:changes", c => (string?)c["settings"]?["name"] == "Slow");
        await SayAsync(people[1], room, "One.", "one");
        var refusal = (await client.AskAsync("message:send", new { room = IdOf(room), text = "Two." }))["error"]![
            "data"
        ]!;
        ((string)refusal["code"]!).ShouldBe("too_many");
        ((long)refusal["retryAfter"]!).ShouldBeInRange(3000, 3600);
        ((long)(await SayAsync(people[1], room, "One.", "one"))["seq"]!).ShouldBe(1);
        await SayAsync(people[0], room, "An owner.");
        await SayAsync(people[0], room, "Does not wait.");
    }

    [Fact]
    public async Task Two_people_have_one_conversation_in_which_nobody_writes_once_one_has_blocked_the_other()
    {
        var people = await NewPeopleAsync(3);
        await using var client = await ConnectAsync(people[1]);
        var opened = await Task.WhenAll(
            PostAsync(people[0], "/api/v1/conversations", new { with = new[] { people[1].Id } }),
            PostAsync(people[1], "/api/v1/conversations", new { with = new[] { people[0].Id } })
        );
        var room = (string)opened[0].Must(HttpStatusCode.Created).Json["links"]!["self"]!;
        ((string)opened[1].Must(HttpStatusCode.Created).Json["links"]!["self"]!).ShouldBe(room);
        await client.WaitAsync("room:joined");
        var said = await SayAsync(people[0], room, "Between us.");
        ShouldSay(await client.WaitAsync("message:new"), "Between us.");
        (await GetAsync(people[2], room)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(Messaging.Administrator, room)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await DeleteAsync(people[0], $"{room}/members/{people[0].Id}")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await GetAsync(people[0], "/api/v1/conversations")).Items.Count.ShouldBe(1);
        (await GetAsync(people[0], "/api/v1/rooms")).Items.Count.ShouldBe(0);

        (await PutAsync(people[1], $"/api/v1/blocks/{people[0].Id}")).Must(HttpStatusCode.NoContent);
        foreach (var person in people[..2])
        {
            (await PostAsync(person, $"{room}/messages", new { text = "No." })).Status.ShouldBe(
                HttpStatusCode.Forbidden
            );
        }

        // What was said before is no way to go on talking.
        var message = $"{room}/messages/{said["id"]}";
        (await SendAsync(people[0], HttpMethod.Patch, message, new { text = "Listen!" })).Status.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await PutAsync(people[0], $"{message}/reactions/%F0%9F%91%8D")).Status.ShouldBe(HttpStatusCode.Forbidden);
        await using var blocked = await ConnectAsync(people[0]);
        (await blocked.RefusedAsync("typing", new { room = IdOf(room) })).ShouldBe("forbidden");

        (
            await PostAsync(people[0], "/api/v1/conversations", new { with = new[] { people[1].Id, people[2].Id } })
        ).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await DeleteAsync(people[1], $"/api/v1/blocks/{people[0].Id}")).Must(HttpStatusCode.NoContent);
        await SayAsync(people[0], room, "Again.");
        var group = await PostAsync(
            people[0],
            "/api/v1/conversations",
            new { with = new[] { people[1].Id, people[2].Id }, name = "Three" }
        );
        ((string)group.Must(HttpStatusCode.Created).Json["kind"]!).ShouldBe("group");
    }

    [Fact]
    public async Task A_room_has_no_more_invitations_than_somebody_looks_through()
    {
        var person = await NewPersonAsync();
        var room = await NewRoomAsync(person);
        var last = (await PostAsync(person, $"{room}/invitations", new { })).Must(HttpStatusCode.Created);
        for (var i = 1; i < 200; i++)
        {
            last = (await PostAsync(person, $"{room}/invitations", new { })).Must(HttpStatusCode.Created);
        }

        (await PostAsync(person, $"{room}/invitations", new { })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await DeleteAsync(person, (string)last.Json["links"]!["self"]!)).Must(HttpStatusCode.NoContent);
        (await PostAsync(person, $"{room}/invitations", new { })).Must(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Edits_count_as_messages()
    {
        await using var server = await Messaging.StartAsync(
            ("Limits:RateLimits:Enabled", "true"),
            ("Messaging:MessageBurst", "2"),
            ("Messaging:MessagesPerSecond", "0.01")
        );
        var person = await Messaging.NewPersonAsync(server);
        var made = await server.SendAsync(HttpMethod.Post, "/api/v1/rooms", new { name = "Room" }, person.Token);
        var messages = (string)made.Must(HttpStatusCode.Created).Json["links"]!["messages"]!;
        var sent = await server.SendAsync(HttpMethod.Post, messages, new { text = "0" }, person.Token);
        var message = $"{messages}/{(string)sent.Must(HttpStatusCode.Created).Json["id"]!}";
        (await server.SendAsync(HttpMethod.Patch, message, new { text = "1" }, person.Token)).Must(HttpStatusCode.OK);
        (await server.SendAsync(HttpMethod.Patch, message, new { text = "2" }, person.Token)).Status.ShouldBe(
            HttpStatusCode.TooManyRequests
        );
    }

    [Fact]
    public async Task Nobody_fills_the_rooms_that_others_may_be_in()
    {
        await using var server = await Messaging.StartAsync(
            ("Limits:RateLimits:Enabled", "true"),
            ("Messaging:RoomBurst", "2"),
            ("Messaging:RoomsPerHour", "1")
        );
        var people = new[] { await Messaging.NewPersonAsync(server), await Messaging.NewPersonAsync(server) };
        Task<Answer> MakeAsync(string path, object body) =>
            server.SendAsync(HttpMethod.Post, path, body, people[0].Token);

        var pair = new { with = new[] { people[1].Id } };
        (await MakeAsync("/api/v1/conversations", pair)).Must(HttpStatusCode.Created);
        (await MakeAsync("/api/v1/rooms", new { name = "Room" })).Must(HttpStatusCode.Created);
        (await MakeAsync("/api/v1/rooms", new { name = "Room" })).Status.ShouldBe(HttpStatusCode.TooManyRequests);
        // The one that there is costs nothing.
        (await MakeAsync("/api/v1/conversations", pair)).Must(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_report_is_seen_by_those_who_keep_order_without_who_made_it()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        var id = (string)(await SayAsync(people[0], room, "Rude."))["id"]!;
        (await PostAsync(people[1], $"{room}/messages/{id}/reports", new { reason = "It is rude." })).Must(
            HttpStatusCode.Created
        );
        (await PostAsync(people[1], $"{room}/messages/{id}/reports", new { reason = "Still." })).Must(
            HttpStatusCode.Created
        );
        (await GetAsync(people[1], $"{room}/reports")).Status.ShouldBe(HttpStatusCode.Forbidden);
        var reports = await GetAsync(people[0], $"{room}/reports");
        reports.Text.ShouldNotContain(people[1].Id.ToString());
        var report = (string)reports.Items.ShouldHaveSingleItem()!["id"]!;
        (await PutAsync(people[0], $"{room}/reports/{report}/resolution", new { resolution = "Talked." })).Must(
            HttpStatusCode.NoContent
        );
        (
            await PutAsync(people[0], $"{room}/reports/{report}/resolution", new { resolution = "Again." })
        ).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(people[0], $"{room}/reports")).Items.ShouldBeEmpty();
        var settled = await GetAsync(people[0], $"{room}/reports?state=settled");
        ((string)settled.Items.ShouldHaveSingleItem()!["resolution"]!).ShouldBe("Talked.");
        (await GetAsync(people[0], $"{room}/reports?state=all")).Status.ShouldBe(HttpStatusCode.BadRequest);
        // Whoever reported sees what became of it, and nobody else who does not keep order.
        (await GetAsync(people[1], $"{room}/reports/{report}")).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whoever_keeps_order_has_the_reports_of_all_their_rooms_in_one_list()
    {
        var people = await NewPeopleAsync(3);
        var rooms = new List<string>();
        foreach (var owner in people.Take(2))
        {
            var room = await NewRoomAsync(owner, people[2]);
            var id = (string)(await SayAsync(owner, room, $"{owner.Username} is rude."))["id"]!;
            (await PostAsync(people[2], $"{room}/messages/{id}/reports", new { reason = "Rude." })).Must(
                HttpStatusCode.Created
            );
            rooms.Add(IdOf(room));
        }

        var mine = (await GetAsync(people[0], "/api/v1/message-reports")).Items.ShouldHaveSingleItem()!;
        ((string)mine["room"]!["id"]!).ShouldBe(rooms[0]);
        ((string)mine["message"]!["text"]!).ShouldBe($"{people[0].Username} is rude.");
        ((string)mine["message"]!["sender"]!).ShouldBe(people[0].Id.ToString());
        (await GetAsync(people[2], "/api/v1/message-reports")).Items.ShouldBeEmpty();
        (await GetAsync(people[2], "/api/v1/rooms?moderated=true")).Items.ShouldBeEmpty();
        var kept = (await GetAsync(people[0], "/api/v1/rooms?moderated=true")).Items.ShouldHaveSingleItem()!;
        ((string)kept["id"]!).ShouldBe(rooms[0]);

        // An administrator has those of every room, and not what was said between two.
        var pair = await PostAsync(people[0], "/api/v1/conversations", new { with = new[] { people[1].Id } });
        var between = $"/api/v1/rooms/{(string)pair.Json["id"]!}";
        var said = (string)(await SayAsync(people[1], between, "Between us."))["id"]!;
        (await PostAsync(people[0], $"{between}/messages/{said}/reports", new { reason = "Rude." })).Must(
            HttpStatusCode.Created
        );
        var all = (await GetAsync(Messaging.Administrator, "/api/v1/message-reports?limit=1000")).Items;
        all.Count(report => rooms.Contains((string)report!["room"]!["id"]!)).ShouldBe(2);
        all.ShouldAllBe(report => (string?)report!["message"]!["text"] != "Between us.");
        (await GetAsync(Messaging.Administrator, "/api/v1/rooms?moderated=true&limit=1000"))
            .Items.Count(room => rooms.Contains((string)room!["id"]!))
            .ShouldBe(2);

        // What is gone is said to be gone.
        (await DeleteAsync(people[0], (string)mine["links"]!["message"]!)).Must(HttpStatusCode.NoContent);
        var deleted = (await GetAsync(people[0], "/api/v1/message-reports")).Items.ShouldHaveSingleItem()!["message"]!;
        ((string)deleted["text"]!).ShouldBeEmpty();
        deleted["deletedAt"].ShouldNotBeNull();
    }
}

public sealed class KeepingOrderOnSqlite(SqliteMessaging messaging)
    : KeepingOrderTests(messaging),
        IClassFixture<SqliteMessaging>;

public sealed class KeepingOrderOnPostgres(PostgresMessaging messaging, RedisServer redis)
    : KeepingOrderTests(messaging),
        IClassFixture<PostgresMessaging>
{
    [Fact]
    public async Task Whoever_is_kicked_in_one_process_is_out_in_the_other_when_it_is_answered()
    {
        var database = await Messaging.PostgresAsync();
        Task<SillageServer> StartAsync() =>
            MessagingUnderTest.StartOnAsync(
                database,
                builder => builder.Services.AddRedisBackplane(redis.Configuration),
                ("Redis", redis.Configuration)
            );
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        var owner = await TestUsers.RegisterAsync(first, "player-of-one");
        var kicked = await TestUsers.RegisterAsync(first, "player-of-the-other");
        var made = await first.SendAsync(HttpMethod.Post, "/api/v1/rooms", new { name = "Both" }, owner.Token);
        var room = $"/api/v1/rooms/{made.Must(HttpStatusCode.Created).Json["id"]}";
        await using var client = await LiveClient.ConnectAsync(second, kicked);
        (await first.SendAsync(HttpMethod.Post, $"{room}/join", null, kicked.Token)).Must(HttpStatusCode.OK);
        await client.WaitAsync("room:joined");
        await first.SendAsync(HttpMethod.Post, $"{room}/messages", new { text = "Before." }, owner.Token);
        await client.WaitAsync("message:new");
        (await first.SendAsync(HttpMethod.Delete, $"{room}/members/{kicked.Id}", null, owner.Token)).Must(
            HttpStatusCode.NoContent
        );
        // The other process has put them out already: the next thing that it says to them is the answer to this.
        await client.AskAsync("sync", new { rooms = new Dictionary<string, long>() });
        client.Of("room:left").ShouldHaveSingleItem();
        await using var stays = await LiveClient.ConnectAsync(second, owner);
        await first.SendAsync(HttpMethod.Post, $"{room}/messages", new { text = "After." }, owner.Token);
        await stays.WaitAsync("message:new");
        ShouldSay(client.Of("message:new"), "Before.");
    }
}
