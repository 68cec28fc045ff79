using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>Files that come with messages, and go with them.</summary>
public abstract class AttachmentTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    private const string Text = "Bow 71.2, two 74.5.";

    [Fact]
    public async Task A_file_comes_with_its_message_live_and_by_REST_and_is_read_by_who_is_in_the_room()
    {
        var people = await NewPeopleAsync(3);
        var room = await NewRoomAsync(people[0], people[1]);
        await using var listener = await ConnectAsync(people[1]);
        var file = await SendFileAsync(people[0]);

        await AttachAsync(people[0], room, file, "The weights.");

        var heard = (await listener.WaitAsync("message:new", 1))[0]["attachments"]!.AsArray().Single()!;
        var read = (await GetAsync(people[1], $"{room}/messages")).Items[0]!["attachments"]!.AsArray().Single()!;
        foreach (var attached in new[] { heard, read })
        {
            ((Guid)attached["id"]!).ShouldBe(file);
            ((string)attached["name"]!).ShouldBe("weights.txt");
            // What everybody hears holds no link that counts for one.
            attached["links"]!.AsObject().Select(link => link.Key).ShouldBe(["self"]);
        }

        (await ContentAsync(await EntryAsync(people[1], file))).Must(HttpStatusCode.OK).Text.ShouldBe(Text);
        (await EntryAsync(people[2], file)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_file_may_come_without_a_word_and_blanks_alone_may_not()
    {
        var person = await NewPersonAsync();
        var room = await NewRoomAsync(person);

        await AttachAsync(person, room, await SendFileAsync(person), "");

        (await PostAsync(person, $"{room}/messages", new { text = " " })).Pointers().ShouldBe(["/text"]);
    }

    [Fact]
    public async Task Nobody_attaches_what_is_not_his_or_is_attached()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        var file = await SendFileAsync(people[0]);

        foreach (var (person, id) in new[] { (people[1], file), (people[0], Guid.CreateVersion7()) })
        {
            var refused = await TryAttachAsync(person, room, id, "x");
            refused.Status.ShouldBe(HttpStatusCode.BadRequest);
            refused.Pointers().ShouldBe(["/attachments"]);
        }

        await AttachAsync(people[0], room, file, "x");
        (await TryAttachAsync(people[0], room, file, "x")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await TextsAsync(people[0], room)).ShouldBe(["x"]);
    }

    [Fact]
    public async Task A_message_sent_again_with_its_file_is_there_once()
    {
        var person = await NewPersonAsync();
        var room = await NewRoomAsync(person);
        var message = new
        {
            text = "",
            clientId = "with a file",
            attachments = new[] { await SendFileAsync(person) },
        };

        var first = (await PostAsync(person, $"{room}/messages", message)).Must(HttpStatusCode.Created);
        var again = (await PostAsync(person, $"{room}/messages", message)).Must(HttpStatusCode.Created);

        ((Guid)again.Json["id"]!).ShouldBe((Guid)first.Json["id"]!);
    }

    [Fact]
    public async Task Who_is_gone_from_the_room_reads_its_files_no_more_whatever_link_he_has()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        var file = await SendFileAsync(people[0]);
        await AttachAsync(people[0], room, file, "x");
        var entry = await EntryAsync(people[1], file);
        (await ContentAsync(entry)).Status.ShouldBe(HttpStatusCode.OK);

        (await SendAsync(people[0], HttpMethod.Delete, $"{room}/members/{people[1].Id}")).Must(
            HttpStatusCode.NoContent
        );

        (await ContentAsync(entry)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await EntryAsync(people[1], file)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task With_the_message_its_files_are_gone()
    {
        var person = await NewPersonAsync();
        var room = await NewRoomAsync(person);
        var file = await SendFileAsync(person);
        var sent = await AttachAsync(person, room, file, "x");
        var entry = await EntryAsync(person, file);

        (await SendAsync(person, HttpMethod.Delete, $"{room}/messages/{sent["id"]}")).Must(HttpStatusCode.NoContent);

        (await ContentAsync(entry)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await EntryAsync(person, file)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(person, $"{room}/messages")).Items[0]!["attachments"].ShouldBeNull();
    }

    [Fact]
    public async Task A_room_that_is_deleted_is_gone_for_everybody_with_all_that_was_in_it()
    {
        var people = await NewPeopleAsync(3);
        var room = await NewRoomAsync(people[0], people[1]);
        var other = await NewRoomAsync(people[0]);
        await using var client = await ConnectAsync(people[1]);
        var file = await SendFileAsync(people[0]);
        await AttachAsync(people[0], room, file, "The weights.");
        await SayAsync(people[0], other, "Here I stay.");
        var content = await EntryAsync(people[1], file);
        var invitation = (await PostAsync(people[0], $"{room}/invitations", new { })).Must(HttpStatusCode.Created).Json;

        (await SendAsync(people[1], HttpMethod.Delete, room)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync(people[0], HttpMethod.Delete, room)).Must(HttpStatusCode.NoContent);

        await client.WaitAsync("room:left");
        (await client.RefusedAsync("message:send", new { room = IdOf(room), text = "Hello?" })).ShouldBe("not_found");
        var sync = await client.AskAsync("sync", Cursor(room, 0));
        ((string)sync["rooms"]![0]!["status"]!).ShouldBe("gone");
        foreach (var path in new[] { "", "/messages", "/members" })
        {
            (await GetAsync(people[0], room + path)).Status.ShouldBe(HttpStatusCode.NotFound);
        }

        (await EntryAsync(people[1], file)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await ContentAsync(content)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(people[2], "/api/v1/rooms/join", new { code = (string)invitation["code"]! })).Status.ShouldBe(
            HttpStatusCode.NotFound
        );
        await Eventually.HoldsAsync(async () => await CountAsync("message", room) == 0);
        (await CountAsync("member", room)).ShouldBe(0);
        (await TextsAsync(people[0], other)).ShouldBe(["Here I stay."]);
    }

    [Fact]
    public async Task Of_two_who_delete_a_room_at_once_one_finds_it()
    {
        var person = await NewPersonAsync();
        var room = await NewRoomAsync(person);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => SendAsync(person, HttpMethod.Delete, room))
        );
        answers.Count(answer => answer.Status == HttpStatusCode.NoContent).ShouldBe(1);
        answers.Count(answer => answer.Status == HttpStatusCode.NotFound).ShouldBe(3);
    }

    private Task<long> CountAsync(string table, string room) =>
        Messaging.Database.ReadAsync(
            reader =>
                reader.ScalarAsync<long>(
                    $"SELECT COUNT(*) FROM {table} WHERE room_id = @Room",
                    new { Room = Guid.Parse(IdOf(room)) },
                    CancellationToken.None
                ),
            CancellationToken.None
        );

    private async Task<Guid> SendFileAsync(Person person)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Text));
        content.Headers.ContentType = new("application/octet-stream");
        var sent = await Server.SendAsync(
            HttpMethod.Post,
            "/api/v1/messaging/files?name=weights.txt",
            content,
            person.Token
        );
        return (Guid)sent.Must(HttpStatusCode.Created).Json["id"]!;
    }

    private Task<Answer> TryAttachAsync(Person person, string room, Guid file, string text) =>
        PostAsync(person, $"{room}/messages", new { text, attachments = new[] { file } });

    private async Task<JsonNode> AttachAsync(Person person, string room, Guid file, string text) =>
        (await TryAttachAsync(person, room, file, text)).Must(HttpStatusCode.Created).Json;

    private Task<Answer> EntryAsync(Person person, Guid file) => GetAsync(person, $"/api/v1/messaging/files/{file}");

    private Task<Answer> ContentAsync(Answer entry) =>
        Server.SendAsync(HttpMethod.Get, (string)entry.Json["links"]!["content"]!);
}

public sealed class AttachmentsOnSqlite(SqliteMessaging messaging)
    : AttachmentTests(messaging),
        IClassFixture<SqliteMessaging>;

public sealed class AttachmentsOnPostgres(PostgresMessaging messaging)
    : AttachmentTests(messaging),
        IClassFixture<PostgresMessaging>;
