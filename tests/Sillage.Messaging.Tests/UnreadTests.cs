using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Hosting.Modules;
using Sillage.Messaging.Contracts;
using Sillage.Notifications;
using Sillage.Specifications;
using Sillage.Storage;
using Sillage.Storage.Events;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>Whoever does not read what is for him is told of it, once, until he has.</summary>
public abstract class UnreadTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    private readonly Heard _heard = new();

    [Fact]
    public async Task A_message_in_a_conversation_that_is_not_read_is_told_once_until_it_is()
    {
        await using var server = await StartAsync();
        var (sender, reader) = (await NewAsync(server), await NewAsync(server));
        var room = await ConversationAsync(server, sender, reader);
        await SayAsync(server, sender, room, "One.");
        await SayAsync(server, sender, room, "Two.");
        await HearAsync($"unread {reader.Id} 1 {sender.Id} Conversation");
        var notice = (await ListAsync(server, reader, 1)).Single()!;
        ((string)notice["kind"]!).ShouldBe("messaging.message");
        ((string)notice["subject"]!).ShouldBe($"{sender.Username} wrote to you");
        ((string)notice["url"]!).ShouldEndWith($"/chat/{IdOf(room)}");

        // However many come.
        await SayAsync(server, sender, room, "Three.");
        await ReadAsync(server, reader, room, 3);
        await HearAsync($"read {reader.Id} 1 Conversation");
        await SayAsync(server, sender, room, "Four.");
        await HearAsync($"unread {reader.Id} 4 {sender.Id} Conversation");
        _heard.Of(reader).Length.ShouldBe(3, string.Join('\n', _heard.Of(reader)));
        _heard.Of(sender).ShouldBeEmpty();
    }

    [Fact]
    public async Task In_a_room_those_are_told_who_are_named_and_not_who_has_read()
    {
        await using var server = await StartAsync();
        var (owner, named, other) = (await NewAsync(server), await NewAsync(server), await NewAsync(server));
        var room = await RoomAsync(server, owner, named, other);
        await SayAsync(server, owner, room, "For everybody's ears.");
        await SayAsync(server, other, room, $"Are you there, @{named.Username}?");
        await ReadAsync(server, other, room, 2);
        await SayAsync(server, owner, room, "Come, @room!");
        await HearAsync($"unread {named.Id} 2 {other.Id} Mention");
        await HearAsync($"unread {other.Id} 3 {owner.Id} Mention");
        _heard.Of(named).Length.ShouldBe(1);
        ((string)(await ListAsync(server, named, 1)).Single()!["subject"]!).ShouldBe(
            $"{other.Username} named you in “A room”"
        );
    }

    [Fact]
    public async Task What_is_read_in_time_is_told_to_nobody()
    {
        await using var server = await StartAsync(("Messaging:UnreadAfter", "00:00:02"));
        var (sender, reader, late) = (await NewAsync(server), await NewAsync(server), await NewAsync(server));
        var (quick, slow) = (
            await ConversationAsync(server, sender, reader),
            await ConversationAsync(server, sender, late)
        );
        await SayAsync(server, sender, quick, "Read at once.");
        await ReadAsync(server, reader, quick, 1);
        await SayAsync(server, sender, slow, "Read later.");
        await HearAsync($"unread {late.Id} 1 {sender.Id} Conversation");
        _heard.Of(reader).ShouldBeEmpty();
    }

    [Fact]
    public async Task It_is_taken_back_when_the_message_goes_and_the_next_one_is_told_of()
    {
        await using var server = await StartAsync();
        var (sender, reader) = (await NewAsync(server), await NewAsync(server));
        var room = await ConversationAsync(server, sender, reader);
        var first = await SayAsync(server, sender, room, "One.");
        await HearAsync($"unread {reader.Id} 1 {sender.Id} Conversation");
        await SayAsync(server, sender, room, "Two.");
        (await server.SendAsync(HttpMethod.Delete, $"{room}/messages/{first["id"]}", null, sender.Token)).Must(
            HttpStatusCode.NoContent
        );
        await HearAsync($"read {reader.Id} 1 Conversation");
        await HearAsync($"unread {reader.Id} 2 {sender.Id} Conversation");
    }

    [Fact]
    public async Task It_is_taken_back_from_whoever_is_put_out_and_with_the_room()
    {
        await using var server = await StartAsync();
        var (owner, kicked, staying) = (await NewAsync(server), await NewAsync(server), await NewAsync(server));
        var room = await RoomAsync(server, owner, kicked, staying);
        await SayAsync(server, owner, room, $"@{kicked.Username} and @{staying.Username}!");
        await HearAsync($"unread {kicked.Id} 1 {owner.Id} Mention");
        await HearAsync($"unread {staying.Id} 1 {owner.Id} Mention");
        (await server.SendAsync(HttpMethod.Delete, $"{room}/members/{kicked.Id}", null, owner.Token)).Must(
            HttpStatusCode.NoContent
        );
        await HearAsync($"read {kicked.Id} 1 Mention");
        (await server.SendAsync(HttpMethod.Delete, room, null, owner.Token)).Must(HttpStatusCode.NoContent);
        await HearAsync($"read {staying.Id} 1 Mention");
    }

    private async Task<SillageServer> StartAsync(params (string, string?)[] settings) =>
        await MessagingUnderTest.StartWithAsync(
            [new NotificationsModule(), new ListeningModule(_heard)],
            await Messaging.EmptyPostgresAsync(),
            null,
            [("Messaging:UnreadAfter", "00:00:00.5"), .. settings]
        );

    private Task<Person> NewAsync(SillageServer server) => Messaging.NewPersonAsync(server);

    private Task HearAsync(string text) =>
        Eventually.HoldsAsync(() => _heard.Events.Contains(text), $"{text}, but {string.Join(", ", _heard.Events)}");

    private static async Task<JsonArray> ListAsync(SillageServer server, Person person, int count)
    {
        JsonArray items = [];
        await Eventually.HoldsAsync(async () =>
        {
            var answer = await server.SendAsync(HttpMethod.Get, "/api/v1/me/notifications", null, person.Token);
            items = answer.Must(HttpStatusCode.OK).Items;
            return items.Count >= count;
        });
        items.Count.ShouldBe(count);
        return items;
    }

    private static async Task<string> ConversationAsync(SillageServer server, Person one, Person other)
    {
        var made = await server.SendAsync(
            HttpMethod.Post,
            "/api/v1/conversations",
            new { with = new[] { other.Id } },
            one.Token
        );
        return (string)made.Must(HttpStatusCode.Created).Json["links"]!["self"]!;
    }

    private static async Task<string> RoomAsync(SillageServer server, Person owner, params Person[] members)
    {
        var made = await server.SendAsync(HttpMethod.Post, "/api/v1/rooms", new { name = "A room" }, owner.Token);
        var room = (string)made.Must(HttpStatusCode.Created).Json["links"]!["self"]!;
        foreach (var member in members)
        {
            (await server.SendAsync(HttpMethod.Post, $"{room}/join", null, member.Token)).Must(HttpStatusCode.OK);
        }

        return room;
    }

    private static async Task<JsonNode> SayAsync(SillageServer server, Person person, string room, string text) =>
        (await server.SendAsync(HttpMethod.Post, $"{room}/messages", new { text }, person.Token))
            .Must(HttpStatusCode.Created)
            .Json;

    private static async Task ReadAsync(SillageServer server, Person person, string room, long seq) =>
        (await server.SendAsync(HttpMethod.Post, $"{room}/read", new { seq }, person.Token)).Must(HttpStatusCode.OK);

    /// <summary>What reached the listening module.</summary>
    private sealed class Heard
    {
        public ConcurrentQueue<string> Events { get; } = [];

        public string[] Of(Person person) => [.. Events.Where(text => text.Split(' ')[1] == $"{person.Id}")];

        public Task Add(string text)
        {
            Events.Enqueue(text);
            return Task.CompletedTask;
        }
    }

    private sealed class ListeningModule(Heard heard) : IModule
    {
        public string Name => "listening";

        public void AddServices(IServiceCollection services, IConfiguration configuration)
        {
            services.AddSingleton(heard);
            services.AddModuleDatabase<ListeningModule>(Name);
            services.AddEventHandler<ListeningModule, MessageUnread, Listener>();
            services.AddEventHandler<ListeningModule, MessageRead, Listener>();
        }

        public void MapRoutes(IEndpointRouteBuilder routes) { }
    }

    private sealed class Listener(Heard heard) : IEventHandler<MessageUnread>, IEventHandler<MessageRead>
    {
        public Task Handle(EventContext<MessageUnread> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add(
                $"unread {context.Event.AccountId} {context.Event.Seq} {context.Event.SenderId} {context.Event.Reason}"
            );

        public Task Handle(EventContext<MessageRead> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add($"read {context.Event.AccountId} {context.Event.Seq} {context.Event.Reason}");
    }
}

public sealed class UnreadOnSqlite(SqliteMessaging messaging) : UnreadTests(messaging), IClassFixture<SqliteMessaging>;

public sealed class UnreadOnPostgres(PostgresMessaging messaging)
    : UnreadTests(messaging),
        IClassFixture<PostgresMessaging>;
