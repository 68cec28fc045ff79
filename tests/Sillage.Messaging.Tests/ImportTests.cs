using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Api.Formats;
using Sillage.Hosting.Verbs;
using Sillage.Messaging.Import;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>Rooms and messages from another chat.</summary>
public abstract class ImportTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    private static int _rooms;

    private static string NewSlug() => $"moved-{Interlocked.Increment(ref _rooms)}";

    private static string Line(object line) => JsonSerializer.Serialize(line, Json.Options);

    private static object Said(
        string room,
        Person who,
        int minute,
        string text,
        string? id = null,
        string? to = null
    ) =>
        new
        {
            room,
            sender = who.Username,
            at = $"2026-05-01T08:{minute:00}:00Z",
            text,
            id,
            replyTo = to,
        };

    private static string File(params object[] lines) => string.Join('\n', lines.Select(Line));

    private async Task<ImportReport> ImportAsync(string file, ImportChoice? choice = null)
    {
        var bytes = Encoding.UTF8.GetBytes(file);
        return await Server
            .Services.GetRequiredService<MessageImport>()
            .RunAsync(
                () => ImportFile.Read(new MemoryStream(bytes)),
                bytes.Length,
                choice ?? new ImportChoice(null, false, false),
                new Progress<ImportProgress>(),
                CancellationToken.None
            );
    }

    private async Task<JsonArray> MessagesAsync(Person person, string room) =>
        (await GetAsync(person, $"/api/v1/rooms/{room}/messages?limit=1000&after=0")).Items;

    [Fact]
    public async Task A_file_is_tried_taken_over_once_and_read_already()
    {
        var people = await NewPeopleAsync(3);
        var room = NewSlug();
        var file = File(
            new
            {
                room = new
                {
                    slug = room,
                    name = "The boathouse",
                    visibility = "public",
                    members = new object[]
                    {
                        new { username = people[0].Username, role = "owner" },
                        new { username = people[2].Username },
                    },
                },
            },
            Said(room, people[0], 1, "Who rows? 😀", "a"),
            Said(room, people[1], 2, "I do.", "b", "a"),
            Said(room, people[0], 3, "Me too.", null, "b"),
            Said(room, people[0], 3, "Me too.", null, "b")
        );

        var tried = await ImportAsync(file, new ImportChoice(null, false, DryRun: true));
        (tried.Rooms, tried.Messages, tried.Known, tried.Bad).ShouldBe((1, 3, 1, 0));
        (await GetAsync(people[0], $"/api/v1/rooms/{room}")).Status.ShouldBe(HttpStatusCode.NotFound);

        var done = await ImportAsync(file);
        (done.Rooms, done.Messages, done.Known, done.Bad).ShouldBe((1, 3, 1, 0));
        var again = await ImportAsync(file);
        (again.Rooms, again.Messages, again.Known, again.Bad).ShouldBe((0, 0, 4, 0));

        var messages = await MessagesAsync(people[2], room);
        messages.Select(m => (string)m!["text"]!).ShouldBe(["Who rows? 😀", "I do.", "Me too."]);
        messages.Select(m => (long)m!["seq"]!).ShouldBe([1, 2, 3]);
        ((string)messages[0]!["at"]!).ShouldStartWith("2026-05-01T08:01:00");
        ((string)messages[1]!["sender"]!).ShouldBe(people[1].Id.ToString());
        // An answer to an answer is in the same thread.
        ((long)messages[2]!["thread"]!).ShouldBe(1);
        ((long)messages[0]!["replies"]!).ShouldBe(2);
        foreach (var person in people)
        {
            ((long)(await GetAsync(person, $"/api/v1/rooms/{room}/read")).Json["unread"]!).ShouldBe(0);
        }

        (await GetAsync(people[2], $"/api/v1/rooms/{room}/messages/search?q=rows")).Items.ShouldHaveSingleItem();
        ((string)(await GetAsync(people[0], $"/api/v1/rooms/{room}")).Json["role"]!).ShouldBe("owner");

        // It goes on as a room does.
        var next = await SayAsync(people[1], $"/api/v1/rooms/{room}", "And now here.");
        ((long)next["seq"]!).ShouldBe(4);
        ((long)(await GetAsync(people[0], $"/api/v1/rooms/{room}/read")).Json["unread"]!).ShouldBe(1);
    }

    [Fact]
    public async Task What_was_interrupted_is_gone_on_with()
    {
        var people = await NewPeopleAsync(2);
        var room = NewSlug();
        var lines = Enumerable
            .Range(0, 1300)
            .Select(i =>
                Line(
                    new
                    {
                        room,
                        sender = people[i % 2].Username,
                        at = DateTimeOffset.UnixEpoch.AddMinutes(i),
                        text = $"Stroke {i}",
                    }
                )
            )
            .ToList();
        var choice = new ImportChoice(people[0].Id, false, false);
        IEnumerable<ImportedLine> Torn()
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
            foreach (var line in ImportFile.Read(stream))
            {
                yield return line.Number <= 1100 ? line : throw new IOException("The disk is gone.");
            }
        }

        await Should.ThrowAsync<IOException>(() =>
            Server
                .Services.GetRequiredService<MessageImport>()
                .RunAsync(Torn, 1, choice, new Progress<ImportProgress>(), CancellationToken.None)
        );
        var rest = await ImportAsync(string.Join('\n', lines), choice);
        (rest.Messages, rest.Known).ShouldBe((300, 1000));
        var page = await GetAsync(people[0], $"/api/v1/rooms/{room}/messages?limit=1000&after=300");
        page.Items.Select(m => (string)m!["text"]!).ShouldBe(Enumerable.Range(300, 1000).Select(i => $"Stroke {i}"));
    }

    [Fact]
    public async Task A_file_of_columns_and_what_is_wrong_in_it()
    {
        var people = await NewPeopleAsync(1);
        var room = NewSlug();
        var who = people[0].Username;
        var file = $""""
            room;sender;at;text;id
            {room};{who};2026-05-01T08:01:00Z;"Two
            lines; and a ""quote""";a
            {room};nobody-here;2026-05-01T08:02:00Z;Who?;b
            {room};{who};yesterday;When?;c
            {room};{who};2026-05-01T07:00:00Z;Too early;d
            {room};{who};2999-05-01T07:00:00Z;Too late;e
            {room};{who};2026-05-01T08:03:00Z;   ;f
            no slug!;{who};2026-05-01T08:03:00Z;Where?;g
            {room};{who};2026-05-01T08:04:00Z;Well;h

            """";

        var none = await ImportAsync(file);
        none.Messages.ShouldBe(0);
        none.Reasons.Keys.ShouldContain(reason => reason.Contains("--owner", StringComparison.Ordinal));

        var some = await ImportAsync(file, new ImportChoice(people[0].Id, false, false));
        (some.Messages, some.Bad).ShouldBe((2, 6));
        some.Places.Values.ShouldContain("in line 4");
        var kept = await ImportAsync(
            $"room,sender,at,text\n{room},nobody-here,2026-05-01T08:05:00Z,Who?",
            new ImportChoice(null, KeepUnknown: true, false)
        );
        kept.Messages.ShouldBe(1);
        var messages = await MessagesAsync(people[0], room);
        messages.Select(m => (string)m!["text"]!).ShouldBe(["Two\nlines; and a \"quote\"", "Well", "Who?"]);
        messages[2]!["sender"].ShouldBeNull();

        foreach (var (wrong, says) in new[] { ("", "empty"), ("room,sender,text\na,b,c", "'at'") })
        {
            (await Should.ThrowAsync<InvalidDataException>(() => ImportAsync(wrong))).Message.ShouldContain(says);
        }

        foreach (
            var bad in new[]
            {
                "{",
                "[]",
                """{"room":"a"}""",
                """{"room":{"slug":"A!"}}""",
                """{"room":{"slug":"ok-room","members":[{"username":"a","role":"king"}]}}""",
                """{"room":"a","sender":"b","at":"2026-05-01T08:05:00Z","text":"\u0000"}""",
                """{"room":"a","sender":"b","at":"2026-05-01T08:05:00Z","text":"c","more":1}""",
            }
        )
        {
            // The first line says that it is not CSV.
            var report = await ImportAsync("{\"room\":\"\"}\n" + bad);
            (report.Messages, report.Rooms).ShouldBe((0, 0));
            report.Bad.ShouldBe(2, bad);
        }
    }

    [Fact]
    public async Task Whoever_left_or_was_put_out_stays_so()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        (await SendAsync(people[0], HttpMethod.Put, $"{room}/bans/{people[1].Id}", new { })).Must(
            HttpStatusCode.NoContent
        );
        var report = await ImportAsync(File(Said(IdOf(room), people[1], 1, "From elsewhere.")));
        report.Messages.ShouldBe(1);
        (await GetAsync(people[1], $"{room}/messages")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }
}

public sealed class ImportOnSqlite(SqliteMessaging messaging) : ImportTests(messaging), IClassFixture<SqliteMessaging>;

public sealed class ImportOnPostgres(PostgresMessaging messaging)
    : ImportTests(messaging),
        IClassFixture<PostgresMessaging>;
