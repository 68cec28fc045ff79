using System.Net;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>The search: what is found, by whom, and what is not found any more.</summary>
public abstract class SearchTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    [Fact]
    public async Task Words_are_found_in_the_rooms_one_is_in_the_newest_first()
    {
        var people = await NewPeopleAsync(3);
        var (one, two) = (await NewRoomAsync(people[0], people[1]), await NewRoomAsync(people[0]));
        await SayAsync(people[0], one, "Été on the lake, <b>early</b>.");
        await SayAsync(people[1], one, "No motor boats on the Lake please");
        await SayAsync(people[0], two, "The lake is frozen.");

        (await FoundAsync(people[0], "q=LAKE")).ShouldBe([
            "The lake is frozen.",
            "No motor boats on the Lake please",
            "Été on the lake, <b>early</b>.",
        ]);
        (await FoundAsync(people[1], "q=lake")).Length.ShouldBe(2);
        (await FoundAsync(people[2], "q=lake")).ShouldBeEmpty();
        (await FoundAsync(people[0], "q=ete")).Length.ShouldBe(1);
        (await FoundAsync(people[0], "q=fro*")).ShouldBe(["The lake is frozen."]);
        (await FoundAsync(people[0], "q=lake -motor -frozen")).ShouldBe(["Été on the lake, <b>early</b>."]);
        (await FoundAsync(people[0], "q=\"motor lake\"")).ShouldBeEmpty();
        (await FoundAsync(people[0], "q=\"motor boats\"")).Length.ShouldBe(1);
        (await FoundAsync(people[0], "q=lake", $"{one}/messages/search")).Length.ShouldBe(2);
        (await GetAsync(people[2], $"{two}/messages/search?q=lake")).Status.ShouldBe(HttpStatusCode.Forbidden);

        var found = (await GetAsync(people[0], "/api/v1/messages?q=ete")).Must(HttpStatusCode.OK).Items[0]!;
        ((string)found["excerpt"]!).ShouldBe("<mark>Été</mark> on the lake, &lt;b&gt;early&lt;/b&gt;.");
        ((string)found["message"]!["room"]!).ShouldBe(IdOf(one));
    }

    [Fact]
    public async Task Pages_go_on_where_the_last_one_ended()
    {
        var person = await NewPersonAsync();
        var room = await NewRoomAsync(person);
        for (var i = 1; i <= 7; i++)
        {
            await SayAsync(person, room, $"stroke {i}");
        }

        var found = new List<string>();
        var next = "/api/v1/messages?q=stroke&limit=3";
        while (next is not null)
        {
            var page = (await GetAsync(person, next)).Must(HttpStatusCode.OK);
            found.AddRange(page.Items.Select(item => (string)item!["message"]!["text"]!));
            next = (string?)page.Json["next"];
        }

        found.ShouldBe(Enumerable.Range(1, 7).Reverse().Select(i => $"stroke {i}"));
    }

    [Fact]
    public async Task What_was_edited_deleted_or_left_is_not_found_by_what_it_said()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        var edited = (string)(await SayAsync(people[0], room, "regatta on sunday"))["id"]!;
        var deleted = (string)(await SayAsync(people[0], room, "regatta on monday"))["id"]!;
        (await SendAsync(people[0], HttpMethod.Patch, $"{room}/messages/{edited}", new { text = "picnic" })).Must(
            HttpStatusCode.OK
        );
        (await SendAsync(people[0], HttpMethod.Delete, $"{room}/messages/{deleted}")).Must(HttpStatusCode.NoContent);
        (await FoundAsync(people[0], "q=regatta")).ShouldBeEmpty();
        (await FoundAsync(people[1], "q=picnic")).ShouldBe(["picnic"]);

        (await SendAsync(people[1], HttpMethod.Delete, $"{room}/members/{people[1].Id}")).Must(
            HttpStatusCode.NoContent
        );
        (await FoundAsync(people[1], "q=picnic")).ShouldBeEmpty();
        (await SendAsync(people[0], HttpMethod.Delete, room)).Must(HttpStatusCode.NoContent);
        (await FoundAsync(people[0], "q=picnic")).ShouldBeEmpty();
        await Eventually.HoldsAsync(async () => await CountAsync("message_text") == await CountTextsAsync());
    }

    [Fact]
    public async Task What_was_there_before_the_search_is_taken_into_it()
    {
        var person = await NewPersonAsync();
        var room = await NewRoomAsync(person);
        var seq = (long)(await SayAsync(person, room, "before the flood"))["seq"]!;
        var parameters = new { Room = Guid.Parse(IdOf(room)), Seq = seq };
        await Messaging.Database.WriteAsync(
            async unit =>
            {
                await Searching.MessageIndex.RemoveAsync(unit, parameters.Room, seq, seq, default);
                await unit.ExecuteAsync(
                    "INSERT INTO message_unindexed (room_id, seq) VALUES (@Room, @Seq)",
                    parameters,
                    default
                );
                return true;
            },
            default
        );
        (await FoundAsync(person, "q=flood")).ShouldBeEmpty();

        var work = new Searching.IndexMessagesWork(Messaging.Database);
        await work.RunAsync(new Searching.IndexMessages(), null!, default);

        (await FoundAsync(person, "q=flood")).ShouldBe(["before the flood"]);
        (await CountAsync("message_unindexed")).ShouldBe(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-motor")]
    [InlineData("!!!")]
    [InlineData("\"")]
    public async Task A_query_without_a_word_says_so(string query)
    {
        var person = await NewPersonAsync();
        var answer = await GetAsync(person, $"/api/v1/messages?q={Uri.EscapeDataString(query)}");
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Pointers().ShouldBe(["?q"]);
    }

    [Theory]
    [InlineData("a' OR 1=1 --")]
    [InlineData("NEAR(a b) AND body:c")]
    [InlineData("a:* & !b | (c")]
    public async Task A_query_is_words_whatever_an_engine_makes_of_it(string query)
    {
        var person = await NewPersonAsync();
        var answer = await GetAsync(person, $"/api/v1/messages?q={Uri.EscapeDataString(query)}");
        answer.Must(HttpStatusCode.OK).Items.ShouldBeEmpty();
    }

    private async Task<string[]> FoundAsync(Person person, string query, string path = "/api/v1/messages") =>
        [
            .. (
                await GetAsync(
                    person,
                    $"{path}?{query.Replace(" ", "%20", StringComparison.Ordinal).Replace("\"", "%22", StringComparison.Ordinal)}"
                )
            )
                .Must(HttpStatusCode.OK)
                .Items.Select(item => (string)item!["message"]!["text"]!),
        ];

    private Task<long> CountAsync(string table) => ScalarAsync($"SELECT COUNT(*) FROM {table}");

    // What is not deleted and says something; the tests of this class say something always.
    private Task<long> CountTextsAsync() => ScalarAsync("SELECT COUNT(*) FROM message WHERE deleted_at IS NULL");

    private Task<long> ScalarAsync(string sql) =>
        Messaging.Database.ReadAsync(reader => reader.ScalarAsync<long>(sql, null, default), default);
}

public sealed class SearchOnSqlite(SqliteMessaging messaging) : SearchTests(messaging), IClassFixture<SqliteMessaging>;

public sealed class SearchOnPostgres(PostgresMessaging messaging)
    : SearchTests(messaging),
        IClassFixture<PostgresMessaging>;
