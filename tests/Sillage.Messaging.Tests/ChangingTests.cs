using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>Edits, deletions, reactions, mentions and reading, live and caught up.</summary>
public abstract class ChangingTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    [Fact]
    public async Task Edits_deletions_and_reactions_are_heard_and_caught_up_with_as_they_are_now()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        await using var client = await ConnectAsync(people[1]);
        var ids = new List<string>();
        for (var i = 1; i <= 3; i++)
        {
            ids.Add((string)(await SayAsync(people[0], room, $"{i}"))["id"]!);
        }

        var before = (long)(await GetAsync(people[1], room)).Json["lastChange"]!;
        (await SendAsync(people[0], HttpMethod.Patch, $"{room}/messages/{ids[0]}", new { text = "one" })).Must(
            HttpStatusCode.OK
        );
        (await SendAsync(people[0], HttpMethod.Patch, $"{room}/messages/{ids[0]}", new { text = "uno" })).Must(
            HttpStatusCode.OK
        );
        (
            await client.AskAsync(
                "reaction:add",
                new
                {
                    room = IdOf(room),
                    id = ids[1],
                    emoji = "👍🏽",
                }
            )
        )["error"].ShouldBeNull();
        (
            await SendAsync(
                people[0],
                HttpMethod.Put,
                $"{room}/messages/{ids[1]}/reactions/{Uri.EscapeDataString("👍🏽")}"
            )
        ).Must(HttpStatusCode.OK);
        (await SendAsync(people[0], HttpMethod.Delete, $"{room}/messages/{ids[2]}")).Must(HttpStatusCode.NoContent);
        var last = (long)(await GetAsync(people[1], room)).Json["lastChange"]!;

        var sync = (await client.AskAsync("sync", Cursor(room, 3, before)))["rooms"]![0]!;
        ((string)sync["status"]!).ShouldBe("ok");
        sync["messages"]!.AsArray().Count.ShouldBe(0);
        ((long)sync["change"]!).ShouldBe(last);
        ShouldBeNow(sync["changes"]!["messages"]!.AsArray());

        // What was heard live comes to the same, and leaves out no number.
        await client.WaitAsync("room:changes", c => (long)c["change"]! == last);
        var heard = client.Of("room:changes").Where(c => (long)c["change"]! > before).ToList();
        ((long)heard[0]["after"]!).ShouldBe(before);
        heard.Zip(heard.Skip(1)).ShouldAllBe(pair => (long)pair.First["change"]! == (long)pair.Second["after"]!);
        var latest = heard
            .SelectMany(c => c["messages"]!.AsArray())
            .GroupBy(m => (long)m!["seq"]!)
            .OrderBy(g => g.Key)
            .Select(g => g.Last());
        ShouldBeNow(latest);

        var versions = (await GetAsync(people[1], $"{room}/messages/{ids[0]}/versions")).Must(HttpStatusCode.OK).Items;
        versions.Select(v => (string)v!["text"]!).ShouldBe(["1", "one"]);

        void ShouldBeNow(IEnumerable<JsonNode?> messages)
        {
            var now = messages.OrderBy(m => (long)m!["seq"]!).ToList();
            ShouldSay(now, "uno", "2", "");
            now[0]!["editedAt"].ShouldNotBeNull();
            now[1]!["reactions"]![0]!["accounts"]!.AsArray().Count.ShouldBe(2);
            now[2]!["deletedAt"].ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task Nobody_changes_what_others_said_and_what_is_deleted_stays_so()
    {
        var people = await NewPeopleAsync(3);
        var room = await NewRoomAsync(people[0], people[1], people[2]);
        var id = (string)(await SayAsync(people[1], room, "Mine."))["id"]!;
        await using var client = await ConnectAsync(people[2]);
        (
            await client.RefusedAsync(
                "message:edit",
                new
                {
                    room = IdOf(room),
                    id,
                    text = "Yours.",
                }
            )
        ).ShouldBe("forbidden");
        (await client.RefusedAsync("message:delete", new { room = IdOf(room), id })).ShouldBe("forbidden");
        // Not even an owner edits; to delete is to keep order.
        (await SendAsync(people[0], HttpMethod.Patch, $"{room}/messages/{id}", new { text = "No." })).Status.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await SendAsync(people[0], HttpMethod.Delete, $"{room}/messages/{id}")).Must(HttpStatusCode.NoContent);
        (await SendAsync(people[1], HttpMethod.Patch, $"{room}/messages/{id}", new { text = "Back." })).Status.ShouldBe(
            HttpStatusCode.Conflict
        );
        (
            await client.RefusedAsync(
                "reaction:add",
                new
                {
                    room = IdOf(room),
                    id,
                    emoji = "👍",
                }
            )
        ).ShouldBe("conflict");
        (
            await client.RefusedAsync(
                "reaction:add",
                new
                {
                    room = IdOf(room),
                    id,
                    emoji = "no",
                }
            )
        ).ShouldBe("invalid");
        (await GetAsync(people[1], $"{room}/messages/{id}")).Json["text"]!.ToString().ShouldBe("");
        var other = await NewRoomAsync(people[0]);
        (await GetAsync(people[0], $"{other}/messages/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_cursor_never_goes_back_and_counts_are_what_a_recount_gives()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        await using var phone = await ConnectAsync(people[1]);
        for (var i = 1; i <= 6; i++)
        {
            await SayAsync(people[i % 2], room, i == 4 ? $"{i}, @{people[1].Username}!" : $"{i}");
        }

        await SayAsync(people[0], room, "@room: supper");
        await ShouldBeAsync(0, 4, 2, 2);
        var heard = await phone.AskAsync("read", new { room = IdOf(room), seq = 4 });
        ((long)heard["unread"]!).ShouldBe(2);
        await ShouldBeAsync(4, 2, 1, 6);
        // A slow device of theirs says what is long past.
        await phone.AskAsync("read", new { room = IdOf(room), seq = 2 });
        await ShouldBeAsync(4, 2, 1, 6);
        (await PostAsync(people[1], $"{room}/read", new { seq = 1_000_000 })).Must(HttpStatusCode.OK);
        await ShouldBeAsync(7, 0, 0, null);
        await phone.WaitAsync("reading", r => (long)r["readSeq"]! == 7);
        (await PostAsync(people[1], $"{room}/read", new { unreadFrom = 4 })).Must(HttpStatusCode.OK);
        await ShouldBeAsync(7, 3, 2, 4);
        (await PostAsync(people[1], $"{room}/read", new { seq = 7 })).Must(HttpStatusCode.OK);
        await ShouldBeAsync(7, 0, 0, null);
        (await PostAsync(people[1], $"{room}/read", new { })).Status.ShouldBe(HttpStatusCode.BadRequest);

        async Task ShouldBeAsync(long read, long unread, long mentions, long? first)
        {
            var single = (await GetAsync(people[1], $"{room}/read")).Must(HttpStatusCode.OK).Json;
            var listed = (await GetAsync(people[1], "/api/v1/rooms/unread")).Items.Single(r =>
                (string)r!["room"]! == IdOf(room)
            )!;
            foreach (var state in new[] { single, listed })
            {
                (
                    (long)state["readSeq"]!,
                    (long)state["unread"]!,
                    (long)state["mentions"]!,
                    (long?)state["firstUnread"]
                ).ShouldBe((read, unread, mentions, first));
            }
        }
    }

    [Fact]
    public async Task Typing_is_told_to_the_others_and_not_all_the_time()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        await using var first = await ConnectAsync(people[0]);
        await using var second = await ConnectAsync(people[1]);
        ((bool)(await first.AskAsync("typing", new { room = IdOf(room) }))["told"]!).ShouldBeTrue();
        ((bool)(await first.AskAsync("typing", new { room = IdOf(room) }))["told"]!).ShouldBeFalse();
        ((Guid)(await second.WaitAsync("typing"))[0]["account"]!).ShouldBe(people[0].Id);
        first.Of("typing").ShouldBeEmpty();
    }

    [Fact]
    public async Task An_erased_person_leaves_tombstones_and_the_counts_of_others_right()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        await using var client = await ConnectAsync(people[1]);
        // A room is called what its people like: where nobody is left, nothing stays of it.
        var alone = await NewRoomAsync(people[0]);
        await SayAsync(people[0], alone, "Dear diary.");
        var id = (string)(await SayAsync(people[0], room, "My secret."))["id"]!;
        await SayAsync(people[1], room, "Mine.");
        await SendAsync(people[0], HttpMethod.Patch, $"{room}/messages/{id}", new { text = "My other secret." });
        var data = (await GetAsync(people[0], "/api/v1/me/data")).Must(HttpStatusCode.OK).Text;
        data.ShouldContain("My other secret.");
        data.ShouldNotContain("Mine.");

        (await SendAsync(people[0], HttpMethod.Delete, "/api/v1/me?form=anonymise")).Status.ShouldBeOneOf(
            HttpStatusCode.OK,
            HttpStatusCode.Accepted,
            HttpStatusCode.NoContent
        );
        await client.WaitAsync("room:changes", c => c["messages"]!.AsArray().Any(m => m!["deletedAt"] is not null));
        var messages = (await GetAsync(people[1], $"{room}/messages?after=0")).Items;
        ShouldSay(messages, "", "Mine.");
        messages[0]!["sender"].ShouldBeNull();
        (await GetAsync(people[1], $"{room}/messages/{id}/versions")).Items.Count.ShouldBe(0);
        ((string)(await GetAsync(people[1], room)).Json["role"]!).ShouldBe("owner");
        ((long)(await GetAsync(people[1], $"{room}/read")).Json["unread"]!).ShouldBe(0);
        (await GetAsync(Messaging.Administrator, alone)).Status.ShouldBe(HttpStatusCode.NotFound);
    }
}

public sealed class ChangingOnSqlite(SqliteMessaging messaging)
    : ChangingTests(messaging),
        IClassFixture<SqliteMessaging>;

public sealed class ChangingOnPostgres(PostgresMessaging messaging)
    : ChangingTests(messaging),
        IClassFixture<PostgresMessaging>;
