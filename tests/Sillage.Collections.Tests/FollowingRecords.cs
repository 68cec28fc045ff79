using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Sillage.Collections.Tests;

/// <summary>Records are followed: what changes, what goes out of sight, and until when.</summary>
public abstract class FollowingRecords(CollectionsUnderTest collections) : CollectionsSpecification(collections)
{
    private const string Shared = """
        {"fields": [{"name": "title", "type": "string"}, {"name": "shared", "type": "boolean"}],
         "rules": {"read": "shared or owner = @me.id", "create": "@me.id != null", "update": "owner = @me.id", "delete": "owner = @me.id"}}
        """;

    private async Task<Following> FollowAsync(string records, Person person, string? last = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, records + "/live");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.AccessToken);
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        var reply = await Server.CreateClient().SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new Following(reply);
    }

    [Fact]
    public async Task A_change_is_told_to_those_who_may_read_the_record_as_it_is_or_was()
    {
        var records = await DeclareAsync(Shared);
        await using var mine = await FollowAsync(records, Student);
        await using var others = await FollowAsync(records, Other);
        (await mine.NextAsync()).Name.ShouldBe("ready");
        (await others.NextAsync()).Name.ShouldBe("ready");

        var hidden = await CreateAsync(records, new { title = "hidden", shared = false });
        var shown = await CreateAsync(records, new { title = "shown", shared = true });
        (await mine.NextAsync()).Title.ShouldBe("hidden");
        (await mine.NextAsync()).Title.ShouldBe("shown");
        var seen = await others.NextAsync();
        (seen.Name, seen.Title).ShouldBe(("change", "shown"));

        // What comes out of sight is gone for the one, and changed for the other.
        (await PatchAsync(Self(shown), new { shared = false })).Must(HttpStatusCode.OK);
        (await mine.NextAsync()).Title.ShouldBe("shown");
        var gone = await others.NextAsync();
        ((bool)gone.Data["deleted"]!).ShouldBeTrue();
        ((string)gone.Data["id"]!).ShouldBe((string)shown["id"]!);
        gone.Data["record"].ShouldBeNull();

        // What was out of sight and stays there is told to nobody else.
        (await PatchAsync(Self(hidden), new { title = "secret" })).Must(HttpStatusCode.OK);
        (await PatchAsync(Self(shown), new { shared = true })).Must(HttpStatusCode.OK);
        (await others.NextAsync()).Title.ShouldBe("shown");
        (await DeleteAsync(Self(shown))).Must(HttpStatusCode.NoContent);
        ((bool)(await others.NextAsync()).Data["deleted"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task A_reader_goes_on_where_it_was_without_a_gap_and_without_a_double()
    {
        var records = await DeclareAsync(Shared);
        string cursor;
        await using (var first = await FollowAsync(records, Student))
        {
            await first.NextAsync();
            await CreateAsync(records, new { title = "one" });
            var one = await first.NextAsync();
            one.Title.ShouldBe("one");
            cursor = one.Id;
        }

        var two = await CreateAsync(records, new { title = "two", shared = true });
        await CreateAsync(records, new { title = "three" });
        (await PatchAsync(Self(two), new { title = "two again" })).Must(HttpStatusCode.OK);
        await using var again = await FollowAsync(records, Student, cursor);
        (await again.NextAsync()).Name.ShouldBe("ready");
        (await again.NextAsync()).Title.ShouldBe("three");
        (await again.NextAsync()).Title.ShouldBe("two again");
        await CreateAsync(records, new { title = "four" });
        var four = await again.NextAsync();
        four.Title.ShouldBe("four");

        // The same cursor serves the list of changes.
        (await GetAsync($"{records}/changes?since={four.Id}"))
            .Must(HttpStatusCode.OK)
            .Items.ShouldBeEmpty();
        // Somebody else who stood there hears of what came into sight, and nothing of the rest.
        await using var other = await FollowAsync(records, Other, cursor);
        await other.NextAsync();
        (await other.NextAsync()).Title.ShouldBe("two again");
    }

    [Fact]
    public async Task Pages_of_changes_hold_what_came_out_of_sight_in_its_place()
    {
        var records = await DeclareAsync(Shared);
        var made = new List<JsonNode>();
        for (var i = 0; i < 6; i++)
        {
            made.Add(await CreateAsync(records, new { title = $"{i}", shared = true }));
        }

        var start = (await GetAsync(records + "/changes", Other)).Must(HttpStatusCode.OK).Json;
        foreach (var i in new[] { 4, 1, 3, 0 })
        {
            (await PatchAsync(Self(made[i]), new { shared = i == 3 || i == 0, title = $"{i} again" })).Must(
                HttpStatusCode.OK
            );
        }

        var seen = new List<string>();
        var (cursor, more) = ((string)start["cursor"]!, true);
        while (more)
        {
            var page = (await GetAsync($"{records}/changes?limit=1&since={cursor}", Other))
                .Must(HttpStatusCode.OK)
                .Json;
            (cursor, more) = ((string)page["cursor"]!, (bool)page["more"]!);
            seen.AddRange(
                page["items"]!
                    .AsArray()
                    .Select(item => (bool)item!["deleted"]! ? "-" + item["id"] : (string)item["record"]!["title"]!)
            );
        }

        seen.ShouldBe([$"-{made[4]["id"]}", $"-{made[1]["id"]}", "3 again", "0 again"]);
        (await GetAsync($"{records}/changes?since={cursor}", Other)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stream_that_is_not_allowed_is_an_error()
    {
        var closed = await DeclareAsync("""{"fields": [{"name": "a", "type": "string"}]}""");
        (await GetAsync(closed + "/live")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await Server.SendAsync(HttpMethod.Get, closed + "/live")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync("/api/v1/collections/nothing/records/live")).Status.ShouldBe(HttpStatusCode.NotFound);
        var open = await DeclareAsync(Shared);
        (await GetAsync(open + "/live?since=x")).Must(HttpStatusCode.BadRequest).Pointers().ShouldBe(["?since"]);
        var cursor = (await GetAsync(open + "/changes")).Json["cursor"];
        var collection = open[..open.LastIndexOf('/')];
        (await PatchAsync(collection, new { description = "other" }, Administrator)).Must(HttpStatusCode.OK);
        (await GetAsync($"{open}/live?since={cursor}")).Status.ShouldBe(HttpStatusCode.Gone);
    }

    [Fact]
    public async Task A_stream_ends_when_the_rules_or_the_reader_are_others()
    {
        var records = await DeclareAsync(Shared);
        await using (var stream = await FollowAsync(records, Student))
        {
            await stream.NextAsync();
            var collection = records[..records.LastIndexOf('/')];
            var closed = new { rules = new { read = "false" } };
            (await PatchAsync(collection, closed, Administrator)).Must(HttpStatusCode.OK);
            (await stream.IsOverAsync()).ShouldBeTrue();
        }

        var open = await DeclareAsync(Shared);
        var person = await NewPersonAsync();
        await using (var stream = await FollowAsync(open, person))
        {
            await stream.NextAsync();
            var role = new { role = "researcher" };
            (await PatchAsync($"/api/v1/users/{person.Id}", role, Administrator)).Must(HttpStatusCode.OK);
            (await stream.IsOverAsync()).ShouldBeTrue();
        }

        await using var last = await FollowAsync(open, await NewPersonAsync());
        await last.NextAsync();
        (await DeleteAsync(open[..open.LastIndexOf('/')] + "?confirm=true", Administrator)).Must(
            HttpStatusCode.NoContent
        );
        (await last.IsOverAsync()).ShouldBeTrue();
    }

    private sealed record Event(string Name, string Id, JsonNode Data)
    {
        public string? Title => (string?)Data["record"]?["title"];
    }

    /// <summary>An open stream, read event by event.</summary>
    private sealed class Following(HttpResponseMessage reply) : IAsyncDisposable
    {
        private StreamReader? _reader;

        public async Task<Event> NextAsync()
        {
            reply.StatusCode.ShouldBe(HttpStatusCode.OK);
            return await ReadAsync() ?? throw new InvalidOperationException("The stream is over.");
        }

        public async Task<bool> IsOverAsync() => await ReadAsync() is null;

        private async Task<Event?> ReadAsync()
        {
            _reader ??= new StreamReader(await reply.Content.ReadAsStreamAsync());
            var fields = new Dictionary<string, string>();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (await _reader.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.Length > 0)
                {
                    var colon = line.IndexOf(':');
                    fields[line[..colon]] = line[(colon + 1)..].TrimStart();
                }
                else if (fields.TryGetValue("event", out var name))
                {
                    return new Event(name, fields["id"], JsonNode.Parse(fields["data"])!);
                }
            }

            return null;
        }

        public ValueTask DisposeAsync()
        {
            _reader?.Dispose();
            reply.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

public sealed class FollowingRecordsOnSqlite(SqliteCollections collections)
    : FollowingRecords(collections),
        IClassFixture<SqliteCollections>;

public sealed class FollowingRecordsOnPostgres(PostgresCollections collections)
    : FollowingRecords(collections),
        IClassFixture<PostgresCollections>;
