using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Messaging.Presence;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>Who is there, for whoever shares a room.</summary>
public abstract class PresenceTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    private static readonly (string, string?)[] AtOnce = [("Messaging:PresenceLinger", "00:00:00")];

    [Fact]
    public async Task Whoever_shares_a_room_hears_who_comes_and_goes_and_nobody_else()
    {
        await using var server = await Messaging.StartAsync(AtOnce);
        var (one, other, stranger) = (await NewAsync(server), await NewAsync(server), await NewAsync(server));
        var room = await RoomAsync(server, one, other);
        await using var hearing = await LiveClient.ConnectAsync(server, one);
        await using var away = await LiveClient.ConnectAsync(server, stranger);
        var coming = await LiveClient.ConnectAsync(server, other);
        (await hearing.WaitAsync("presence", p => Is(p, other, "online")))["lastSeen"].ShouldBeNull();
        (await coming.AskAsync("presence:set", new { state = "away" }))["state"]!.ToString().ShouldBe("away");
        await hearing.WaitAsync("presence", p => Is(p, other, "away"));
        await coming.DisposeAsync();
        var gone = await hearing.WaitAsync("presence", p => Is(p, other, "offline"));
        gone["lastSeen"].ShouldNotBeNull();

        (await AskAsync(server, one, other)).Single()!["lastSeen"]!.ToString().ShouldBe($"{gone["lastSeen"]}");
        var members = await server.SendAsync(HttpMethod.Get, $"{room}/members", null, one.Token);
        var listed = members.Must(HttpStatusCode.OK).Items.Single(m => $"{m!["account"]}" == $"{other.Id}")!;
        ((string)listed["presence"]!).ShouldBe("offline");
        $"{listed["lastSeen"]}".ShouldBe($"{gone["lastSeen"]}");

        (await AskAsync(server, stranger, other)).ShouldBeEmpty();
        away.Of("presence").ShouldBeEmpty();
        var live = await hearing.AskAsync("presence:list", new { accounts = new[] { other.Id, stranger.Id } });
        live["people"]!.AsArray().Select(p => $"{p!["account"]}").ShouldBe([$"{other.Id}"]);
    }

    [Fact]
    public async Task A_person_is_there_as_long_as_one_connection_is()
    {
        await using var server = await Messaging.StartAsync(AtOnce);
        var (one, other) = (await NewAsync(server), await NewAsync(server));
        await RoomAsync(server, one, other);
        await using var hearing = await LiveClient.ConnectAsync(server, one);
        await using var first = await LiveClient.ConnectAsync(server, other);
        var second = await LiveClient.ConnectAsync(server, other);
        await hearing.WaitAsync("presence", p => Is(p, other, "online"));
        (await first.AskAsync("presence:set", new { state = "away" }))["state"]!.ToString().ShouldBe("online");
        await second.DisposeAsync();
        await hearing.WaitAsync("presence", p => Is(p, other, "away"));
        hearing
            .Of("presence")
            .Where(p => $"{p["account"]}" == $"{other.Id}")
            .Select(p => (string)p["state"]!)
            .ShouldBe(["online", "away"]);
    }

    [Fact]
    public async Task Whoever_hides_comes_and_goes_without_a_word()
    {
        await using var server = await Messaging.StartAsync(AtOnce);
        var (one, hiding, other) = (await NewAsync(server), await NewAsync(server), await NewAsync(server));
        await RoomAsync(server, one, hiding, other);
        await HideAsync(server, hiding, true);
        await using var hearing = await LiveClient.ConnectAsync(server, one);
        await using var hidden = await LiveClient.ConnectAsync(server, hiding);
        await using var marker = await LiveClient.ConnectAsync(server, other);
        await hearing.WaitAsync("presence", p => Is(p, other, "online"));
        hearing.Of("presence").ShouldNotContain(p => Is(p, hiding, "online"));
        var seen = (await AskAsync(server, one, hiding)).Single()!;
        ((string)seen["state"]!).ShouldBe("offline");
        seen["lastSeen"].ShouldBeNull();

        await HideAsync(server, hiding, false);
        await hearing.WaitAsync("presence", p => Is(p, hiding, "online"));
        await HideAsync(server, hiding, true);
        (await hearing.WaitAsync("presence", p => Is(p, hiding, "offline")))["lastSeen"].ShouldBeNull();
        var setting = await server.SendAsync(HttpMethod.Get, "/api/v1/presence/setting", null, hiding.Token);
        ((bool)setting.Must(HttpStatusCode.OK).Json["hidden"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_has_blocked_somebody_sees_and_shows_nothing()
    {
        await using var server = await Messaging.StartAsync(AtOnce);
        var (one, other, third) = (await NewAsync(server), await NewAsync(server), await NewAsync(server));
        await RoomAsync(server, one, other, third);
        (await server.SendAsync(HttpMethod.Put, $"/api/v1/blocks/{other.Id}", null, one.Token)).Must(
            HttpStatusCode.NoContent
        );
        await using var blocking = await LiveClient.ConnectAsync(server, one);
        await using var blocked = await LiveClient.ConnectAsync(server, other);
        await using var marker = await LiveClient.ConnectAsync(server, third);
        await blocking.WaitAsync("presence", p => Is(p, third, "online"));
        await blocked.WaitAsync("presence", p => Is(p, third, "online"));
        blocking.Of("presence").ShouldNotContain(p => $"{p["account"]}" == $"{other.Id}");
        blocked.Of("presence").ShouldNotContain(p => $"{p["account"]}" == $"{one.Id}");
        (await AskAsync(server, one, other)).ShouldBeEmpty();
        (await AskAsync(server, other, one)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_large_room_is_not_told()
    {
        await using var server = await Messaging.StartAsync([.. AtOnce, ("Messaging:PresenceMembers", "2")]);
        var people = new[] { await NewAsync(server), await NewAsync(server), await NewAsync(server) };
        await RoomAsync(server, people[0], people[1], people[2]);
        await RoomAsync(server, people[0], people[2]);
        await using var hearing = await LiveClient.ConnectAsync(server, people[0]);
        await using var inLarge = await LiveClient.ConnectAsync(server, people[1]);
        await Eventually.HoldsAsync(async () =>
            (string)(await AskAsync(server, people[0], people[1])).Single()!["state"]! == "online"
        );
        await using var inSmall = await LiveClient.ConnectAsync(server, people[2]);
        await hearing.WaitAsync("presence", p => Is(p, people[2], "online"));
        hearing.Of("presence").ShouldNotContain(p => $"{p["account"]}" == $"{people[1].Id}");
        inLarge.Of("presence").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("?accounts=")]
    [InlineData("?accounts=me")]
    public async Task A_question_names_accounts(string query) =>
        (await GetAsync(await NewPersonAsync(), "/api/v1/presence" + query)).Must(HttpStatusCode.BadRequest);

    [Fact]
    public async Task What_is_no_state_is_refused()
    {
        var person = await NewPersonAsync();
        await using var client = await ConnectAsync(person);
        (await client.RefusedAsync("presence:set", new { state = "busy" })).ShouldBe("invalid");
        (await client.RefusedAsync("presence:list", new { accounts = Array.Empty<Guid>() })).ShouldBe("invalid");
        (await SendAsync(person, HttpMethod.Put, "/api/v1/presence/setting", new { })).Must(HttpStatusCode.BadRequest);
    }

    private protected async Task<Person> NewAsync(SillageServer server) => await Messaging.NewPersonAsync(server);

    private protected static bool Is(JsonNode presence, Person person, string state) =>
        $"{presence["account"]}" == $"{person.Id}" && (string)presence["state"]! == state;

    private protected static async Task<string> RoomAsync(SillageServer server, Person owner, params Person[] members)
    {
        var made = await server.SendAsync(HttpMethod.Post, "/api/v1/rooms", new { name = "A room" }, owner.Token);
        var room = (string)made.Must(HttpStatusCode.Created).Json["links"]!["self"]!;
        foreach (var member in members)
        {
            (await server.SendAsync(HttpMethod.Post, $"{room}/join", null, member.Token)).Must(HttpStatusCode.OK);
        }

        return room;
    }

    private protected static async Task<JsonArray> AskAsync(SillageServer server, Person person, Person about)
    {
        var answer = await server.SendAsync(
            HttpMethod.Get,
            $"/api/v1/presence?accounts={about.Id}",
            null,
            person.Token
        );
        return answer.Must(HttpStatusCode.OK).Json["people"]!.AsArray();
    }

    private static async Task HideAsync(SillageServer server, Person person, bool hidden) =>
        (await server.SendAsync(HttpMethod.Put, "/api/v1/presence/setting", new { hidden }, person.Token)).Must(
            HttpStatusCode.OK
        );
}

public sealed class PresenceOnSqlite(SqliteMessaging messaging)
    : PresenceTests(messaging),
        IClassFixture<SqliteMessaging>;

public sealed class PresenceOnPostgres(PostgresMessaging messaging)
    : PresenceTests(messaging),
        IClassFixture<PostgresMessaging>
{
    [Fact]
    public async Task Presence_is_counted_over_processes_and_what_a_dead_one_held_runs_out()
    {
        var database = await Messaging.PostgresAsync();
        (string, string?)[] settings =
        [
            ("Messaging:PresenceLinger", "00:00:00"),
            ("Messaging:PresenceLease", "00:00:03"),
        ];
        await using var first = await MessagingUnderTest.StartOnAsync(database, null, settings);
        var second = await MessagingUnderTest.StartOnAsync(database, null, settings);
        var (one, other) = (await NewAsync(first), await NewAsync(first));
        await RoomAsync(first, one, other);
        await using var hearing = await LiveClient.ConnectAsync(first, one);
        var here = await LiveClient.ConnectAsync(first, other);
        await using var there = await LiveClient.ConnectAsync(second, other);
        await hearing.WaitAsync("presence", p => Is(p, other, "online"));
        await there.AskAsync("presence:set", new { state = "away" });
        await here.DisposeAsync();
        await hearing.WaitAsync("presence", p => Is(p, other, "away"));

        // It stops without having written that its clients are gone: what it held is left to run out.
        await second.DisposeAsync();
        await hearing.WaitAsync("presence", p => Is(p, other, "offline"));
        ((string)(await AskAsync(first, one, other)).Single()!["state"]!).ShouldBe("offline");
    }
}

/// <summary>What of the connections of a process is written, and when.</summary>
public sealed class ConnectedPeopleTests
{
    private static readonly Guid Person = Guid.CreateVersion7();
    private readonly MovableClock _clock = new();
    private readonly ConnectedPeople _people;

    public ConnectedPeopleTests() => _people = new ConnectedPeople(TimeSpan.FromSeconds(10), _clock);

    [Fact]
    public void Who_comes_is_written_at_once_and_who_goes_later()
    {
        _people.Put(Person, "a", false).ShouldBe("online");
        Write().ShouldBe("online");
        _people.Remove(Person, "a");
        Write().ShouldBeNull();
        _clock.Advance(TimeSpan.FromSeconds(11));
        Write().ShouldBe("offline");
        _people.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Who_is_back_in_a_moment_was_never_gone()
    {
        _people.Put(Person, "a", false);
        Write().ShouldBe("online");
        _people.Remove(Person, "a");
        _clock.Advance(TimeSpan.FromSeconds(5));
        _people.Put(Person, "b", false);
        _clock.Advance(TimeSpan.FromSeconds(60));
        Write().ShouldBeNull();
        _people.IsEmpty.ShouldBeFalse();
    }

    [Fact]
    public void Who_changes_all_the_time_is_written_every_five_seconds_at_most()
    {
        var people = new ConnectedPeople(TimeSpan.Zero, _clock);
        var written = 0;
        for (var i = 0; i < 60; i++)
        {
            people.Put(Person, "a", isAway: i % 2 == 0);
            var due = people.Due(10);
            people.OnWritten(due);
            written += due.Count;
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        written.ShouldBeInRange(2, 13);
    }

    [Fact]
    public void A_process_that_was_taken_for_dead_writes_all_of_it_again()
    {
        _people.Put(Person, "a", true);
        Write().ShouldBe("away");
        _people.ForgetWritten();
        Write().ShouldBe("away");
        Write().ShouldBeNull();
    }

    private string? Write()
    {
        var due = _people.Due(10);
        _people.OnWritten(due);
        return due.Count == 0 ? null : due.Single().State;
    }
}
