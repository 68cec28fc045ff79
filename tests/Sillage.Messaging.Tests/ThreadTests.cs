using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>Answers make threads, each with a cursor of its own for whoever is in it.</summary>
public abstract class ThreadTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    [Fact]
    public async Task Answers_and_answers_to_them_are_one_thread()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        await SayAsync(people[0], room, "One.");
        await SayAsync(people[0], room, "Two.");
        await using var hearing = await ConnectAsync(people[0]);
        await AnswerAsync(people[1], room, 1, "To one.");
        await AnswerAsync(people[0], room, 3, "To that.");
        await AnswerAsync(people[1], room, 2, "To two.");
        var heard = await hearing.WaitAsync("message:new", 3);
        heard.Select(m => (long)m["thread"]!).ShouldBe([1, 1, 2]);

        var threads = (await GetAsync(people[1], $"{room}/threads")).Must(HttpStatusCode.OK).Items;
        threads.Select(t => (long)t!["thread"]!).ShouldBe([2, 1]);
        threads.Select(t => (long)t!["replies"]!).ShouldBe([1, 2]);
        ((string)threads[1]!["message"]!["text"]!).ShouldBe("One.");
        ((long)threads[1]!["message"]!["replies"]!).ShouldBe(2);
        var answers = await GetAsync(people[1], $"{room}/threads/1/messages?limit=1");
        ShouldSay(answers.Must(HttpStatusCode.OK).Items, "To one.");
        ShouldSay((await GetAsync(people[1], (string)answers.Json["next"]!)).Items, "To that.");
        ShouldSay((await GetAsync(people[1], $"{room}/threads/1/messages?before=5")).Items, "To that.", "To one.");
        var first = await GetAsync(people[1], $"{room}/threads?limit=1");
        (await GetAsync(people[1], (string)first.Json["next"]!)).Items.Select(t => (long)t!["thread"]!).ShouldBe([1]);
    }

    [Fact]
    public async Task A_cursor_in_a_thread_is_apart_from_the_rooms_and_on_all_devices()
    {
        var people = await NewPeopleAsync(3);
        var (author, answering, other) = (people[0], people[1], people[2]);
        var room = await NewRoomAsync(author, answering, other);
        await SayAsync(author, room, "Asked.");
        for (var i = 1; i <= 3; i++)
        {
            await AnswerAsync(answering, room, 1, $"{i}");
        }

        (await PostAsync(author, $"{room}/read", new { seq = 4 })).Must(HttpStatusCode.OK);
        var mine = (await ThreadsAsync(author, room, "?unread=true")).Single()!["reading"]!;
        ((long)mine["unread"]!).ShouldBe(3);
        ((long)mine["firstUnread"]!).ShouldBe(2);
        ((long)(await GetAsync(author, $"{room}/read")).Json["threads"]!).ShouldBe(1);
        (await ThreadsAsync(answering, room, "?unread=true")).ShouldBeEmpty();
        (await ThreadsAsync(answering, room, "?mine=true")).Count.ShouldBe(1);
        (await ThreadsAsync(other, room, "?mine=true")).ShouldBeEmpty();

        await using var here = await ConnectAsync(author);
        await using var there = await ConnectAsync(author);
        var read = await here.AskAsync(
            "thread:read",
            new
            {
                room = IdOf(room),
                thread = 1,
                seq = 3,
            }
        );
        ((long)read["unread"]!).ShouldBe(1);
        var told = (await there.WaitAsync("thread:reading")).Single();
        ((long)told["readSeq"]!).ShouldBe(3);
        ((long)told["firstUnread"]!).ShouldBe(4);

        // Never back, and never beyond what is there.
        var back = await PostAsync(author, $"{room}/threads/1/read", new { seq = 2 });
        ((long)back.Must(HttpStatusCode.OK).Json["readSeq"]!).ShouldBe(3);
        var far = await PostAsync(author, $"{room}/threads/1/read", new { seq = 1000 });
        ((long)far.Must(HttpStatusCode.OK).Json["readSeq"]!).ShouldBe(4);
        ((long)(await GetAsync(author, $"{room}/read")).Json["threads"]!).ShouldBe(0);
        await AnswerAsync(answering, room, 1, "And more.");
        ((long)(await GetAsync(author, $"{room}/threads/1")).Json["reading"]!["unread"]!).ShouldBe(1);

        // Whoever reads in a thread has it among theirs.
        (await PostAsync(other, $"{room}/threads/1/read", new { seq = 2 })).Must(HttpStatusCode.OK);
        ((long)(await ThreadsAsync(other, room, "?unread=true")).Single()!["reading"]!["unread"]!).ShouldBe(3);
    }

    [Fact]
    public async Task Deleted_answers_are_not_unread()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        await SayAsync(people[0], room, "Asked.");
        var answer = await AnswerAsync(people[1], room, 1, "Never mind.");
        (await SendAsync(people[1], HttpMethod.Delete, $"{room}/messages/{answer["id"]}")).Must(
            HttpStatusCode.NoContent
        );
        (await ThreadsAsync(people[0], room, "?unread=true")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_nobody_has_answered_is_no_thread()
    {
        var people = await NewPeopleAsync(1);
        var room = await NewRoomAsync(people[0]);
        await SayAsync(people[0], room, "Alone.");
        foreach (var path in new[] { "threads/1", "threads/1/messages", "threads/7" })
        {
            (await GetAsync(people[0], $"{room}/{path}")).Must(HttpStatusCode.NotFound);
        }

        (await PostAsync(people[0], $"{room}/threads/1/read", new { seq = 1 })).Must(HttpStatusCode.NotFound);
        (await PostAsync(people[0], $"{room}/threads/1/read", new { })).Must(HttpStatusCode.BadRequest);
        await using var client = await ConnectAsync(people[0]);
        (
            await client.RefusedAsync(
                "thread:read",
                new
                {
                    room = IdOf(room),
                    thread = 1,
                    seq = 1,
                }
            )
        ).ShouldBe("not_found");
        (await client.RefusedAsync("thread:read", new { room = IdOf(room) })).ShouldBe("invalid");
    }

    private async Task<JsonNode> AnswerAsync(Person person, string room, long replyTo, string text) =>
        (await PostAsync(person, $"{room}/messages", new { text, replyTo })).Must(HttpStatusCode.Created).Json;

    private async Task<JsonArray> ThreadsAsync(Person person, string room, string query) =>
        (await GetAsync(person, $"{room}/threads{query}")).Must(HttpStatusCode.OK).Items;
}

public sealed class ThreadsOnSqlite(SqliteMessaging messaging) : ThreadTests(messaging), IClassFixture<SqliteMessaging>;

public sealed class ThreadsOnPostgres(PostgresMessaging messaging)
    : ThreadTests(messaging),
        IClassFixture<PostgresMessaging>;
