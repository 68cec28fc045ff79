using System.Net;
using System.Text.Json.Nodes;
using Shouldly;

namespace Sillage.Messaging.Tests;

/// <summary>What every test of messaging needs: people, rooms, messages.</summary>
public abstract class MessagingSpecification(MessagingUnderTest messaging)
{
    protected MessagingUnderTest Messaging => messaging;

    protected SillageServer Server => messaging.Server;

    protected Task<Person> NewPersonAsync() => messaging.NewPersonAsync();

    protected async Task<Person[]> NewPeopleAsync(int count)
    {
        var people = new Person[count];
        for (var i = 0; i < count; i++)
        {
            people[i] = await NewPersonAsync();
        }

        return people;
    }

    protected Task<Answer> GetAsync(Person person, string path) =>
        Server.SendAsync(HttpMethod.Get, path, null, person.Token);

    protected Task<Answer> PostAsync(Person person, string path, object? body = null) =>
        Server.SendAsync(HttpMethod.Post, path, body, person.Token);

    protected Task<Answer> SendAsync(Person person, HttpMethod method, string path, object? body = null) =>
        Server.SendAsync(method, path, body, person.Token);

    protected Task<LiveClient> ConnectAsync(Person person) => LiveClient.ConnectAsync(Server, person);

    /// <summary>A room of somebody's with others in it; its address.</summary>
    protected async Task<string> NewRoomAsync(Person owner, params Person[] members)
    {
        var made = await PostAsync(owner, "/api/v1/rooms", new { name = "A room" });
        var room = (string)made.Must(HttpStatusCode.Created).Json["links"]!["self"]!;
        foreach (var member in members)
        {
            (await PostAsync(member, $"{room}/join")).Must(HttpStatusCode.OK);
        }

        return room;
    }

    protected static string IdOf(string room) => room.Split('/')[^1];

    protected async Task<JsonNode> SayAsync(Person person, string room, string text, string? clientId = null) =>
        (await PostAsync(person, $"{room}/messages", new { text, clientId })).Must(HttpStatusCode.Created).Json;

    protected async Task<string[]> TextsAsync(Person person, string room, string query = "after=0&limit=1000") =>
        [
            .. (await GetAsync(person, $"{room}/messages?{query}"))
                .Must(HttpStatusCode.OK)
                .Items.Select(m => (string)m!["text"]!),
        ];

    protected static object Cursor(string room, long seq, long? change = null) =>
        change is null
            ? new { rooms = new Dictionary<string, long> { [IdOf(room)] = seq } }
            : new
            {
                rooms = new Dictionary<string, long> { [IdOf(room)] = seq },
                changes = new Dictionary<string, long> { [IdOf(room)] = change.Value },
            };

    protected static void ShouldSay(IEnumerable<JsonNode?> messages, params string[] texts) =>
        messages.Select(m => (string)m!["text"]!).ShouldBe(texts);
}
