using System.Net;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>Every route asked by everyone, as one table.</summary>
public abstract class WhoMay(TracesUnderTest traces) : TracesSpecification(traces)
{
    // none, member, player, stranger, reader, writer, manager, identities, administrator, owner
    private const string Table = """
        GET    /api/v1/studies                  | 401 200 200 200 200 200 200 200 200 200
        POST   /api/v1/studies                  | 401 403 403 400 400 400 400 400 400 400
        GET    {study}                          | 401 404 200 404 200 200 200 200 200 200
        PATCH  {study}                          | 401 403 403 404 403 403 200 403 200 200
        DELETE {study}                          | 401 403 403 404 403 403 403 403 400 400
        GET    {study}/codebook                 | 401 403 403 404 200 403 403 403 200 200
        GET    {study}/consents                 | 401 403 403 404 403 403 200 403 200 200
        GET    {study}/rights                   | 401 403 403 404 403 403 200 403 200 200
        GET    {study}/rights/candidate?username=nobody | 401 403 403 404 403 403 404 403 404 404
        PUT    {study}/rights/{nobody}          | 401 403 403 404 403 403 404 403 404 404
        DELETE {study}/rights/{nobody}          | 401 403 403 404 403 403 404 403 404 404
        POST   {study}/participants             | 401 403 403 404 403 403 400 403 400 400
        GET    {study}/participants             | 401 403 403 404 200 403 200 200 200 200
        GET    {study}/participants/{pseudonym} | 401 403 403 404 200 403 200 200 200 200
        GET    {study}/participants/1           | 401 403 403 404 403 403 200 200 200 200
        POST   {study}/traces                   | 401 404 422 404 403 422 403 403 422 422
        GET    {study}/traces                   | 401 403 403 404 200 403 403 403 200 200
        GET    {study}/traces?participant=1     | 401 403 403 404 403 403 403 403 200 200
        GET    {study}/traces?identities=true   | 401 403 403 404 403 403 403 403 403 200
        GET    {study}/traces/{nobody}          | 401 403 403 404 404 403 403 403 404 404
        GET    {study}/traces/export            | 401 403 403 404 200 403 403 403 200 200
        GET    {study}/traces/export?identities=true | 401 403 403 404 403 403 403 403 403 200
        HEAD   {study}/traces/live              | 401 403 403 404 200 403 403 403 200 200
        HEAD   {study}/traces/live?identities=true | 401 403 403 404 403 403 403 403 403 200
        GET    {study}/quarantine               | 401 403 403 404 403 403 200 403 200 200
        GET    {study}/quarantine/reasons       | 401 403 403 404 403 403 200 403 200 200
        GET    {study}/quarantine/content       | 401 403 403 404 403 403 200 403 200 200
        GET    {study}/quarantine/{nobody}      | 401 403 403 404 403 403 404 403 404 404
        GET    {study}/quarantine/{nobody}/content | 401 403 403 404 403 403 404 403 404 404
        PUT    {study}/quarantine/{nobody}      | 401 403 403 404 403 403 404 403 404 404
        POST   {study}/quarantine/{nobody}/put-back | 401 403 403 404 403 403 404 403 404 404
        DELETE {study}/quarantine/{nobody}      | 401 403 403 404 403 403 404 403 404 404
        POST   {study}/quarantine/put-back?dryRun=true | 401 403 403 404 403 403 200 403 200 200
        POST   {study}/quarantine/dismiss?dryRun=true | 401 403 403 404 403 403 200 403 200 200
        GET    {study}/retention                | 401 403 403 404 403 403 200 403 200 200
        GET    {study}/retention/runs           | 401 403 403 404 403 403 200 403 200 200
        GET    {study}/retention/runs/{nobody}  | 401 403 403 404 403 403 404 403 404 404
        POST   {study}/retention/runs           | 401 403 403 404 403 403 409 403 409 409
        """;

    [Fact]
    public async Task Every_route_answers_every_role_as_the_table_says()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        var people = new List<Credential?>
        {
            null,
            Traces.Member.Credential,
            player.Person.Credential,
            Traces.Stranger.Credential,
        };
        foreach (var right in new[] { "read", "write", "manage", "identities" })
        {
            people.Add((await NewHolderAsync(study, right)).Credential);
        }

        people.Add(Traces.Administrator.Credential);
        people.Add(Researcher.Credential);

        var found = new List<string>();
        foreach (var line in Table.Split('\n'))
        {
            var route = line.Split('|')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var path = route[1]
                .Replace("{study}", study, StringComparison.Ordinal)
                .Replace("{pseudonym}", player.Pseudonym, StringComparison.Ordinal)
                .Replace("{nobody}", "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58", StringComparison.Ordinal);
            var statuses = new List<int>();
            foreach (var person in people)
            {
                object? body = route[0] switch
                {
                    "PUT" => new { rights = new[] { "read" } },
                    "GET" or "DELETE" or "HEAD" => null,
                    _ => new { },
                };
                statuses.Add((int)(await Server.SendAsync(new HttpMethod(route[0]), path, body, person)).Status);
            }

            found.Add($"{line.Split('|')[0]}| {string.Join(' ', statuses)}");
        }

        string.Join('\n', found).ShouldBe(Table);
    }

    [Fact]
    public async Task Nobody_knows_of_a_study_that_is_not_his()
    {
        var study = await NewStudyAsync();
        foreach (var person in new[] { Traces.Stranger, Traces.Member })
        {
            (await GetAsync("/api/v1/studies?limit=1000", person)).Items.ShouldBeEmpty();
            var there = await GetAsync(study, person);
            var absent = await GetAsync("/api/v1/studies/absent", person);
            there.Status.ShouldBe(HttpStatusCode.NotFound);
            ((string)there.Json["detail"]!).ShouldBe((string)absent.Json["detail"]!);
        }
    }

    [Fact]
    public async Task A_reader_never_sees_a_number_or_a_name()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 3);
        foreach (var player in players)
        {
            await SendTracesAsync(study, Trace(), player.Person);
        }

        var reader = await NewHolderAsync(study, "read");
        foreach (var path in new[] { "/participants", "/traces", "/traces/export", "/traces/export?format=ndjson", "" })
        {
            var seen = (await GetAsync(study + path, reader)).Must(HttpStatusCode.OK).Text;
            seen.ShouldNotContain("\"number\":");
            foreach (var player in players)
            {
                seen.ShouldNotContain(player.Person.Username);
                if (path.Length > 0)
                {
                    seen.ShouldContain(player.Pseudonym);
                }
            }
        }

        var listed = (await GetAsync($"{study}/participants", reader)).Items.Select(i => (string)i!["pseudonym"]!);
        listed.ShouldBe(players.Select(p => p.Pseudonym).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Identities_have_to_be_given_even_to_an_administrator_and_are_audited()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        await SendTracesAsync(study, Trace(), player.Person);
        var administrator = Traces.Administrator;
        (await GetAsync($"{study}/traces?identities=true", administrator)).Status.ShouldBe(HttpStatusCode.Forbidden);

        (
            await SendAsync(
                HttpMethod.Put,
                $"{study}/rights/{administrator.Id}",
                new { rights = new[] { "identities" } },
                administrator
            )
        ).Must(HttpStatusCode.OK);

        var named = (await GetAsync($"{study}/traces?identities=true", administrator)).Items[0]!;
        ((long)named["number"]!).ShouldBe(1);
        ((string)named["username"]!).ShouldBe(player.Person.Username);
        var csv = (await GetAsync($"{study}/traces/export?identities=true", administrator)).Text.Split("\r\n");
        csv[0].ShouldStartWith("id,participant,number,username,timestamp");
        csv[1].ShouldContain($",{player.Pseudonym},1,{player.Person.Username},");
        var audited = await Traces.Database.ReadAsync(
            r => r.QueryAsync<string>("SELECT action FROM sillage_audit", null, default),
            default
        );
        audited.ShouldContain("study-right.given");
        audited.Count(a => a == "identities.read").ShouldBeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task A_right_that_is_taken_away_is_gone_at_once()
    {
        var study = await NewStudyAsync();
        var reader = await NewHolderAsync(study, "read");
        (await GetAsync($"{study}/traces", reader)).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(HttpMethod.Delete, $"{study}/rights/{reader.Id}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await GetAsync($"{study}/traces", reader)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_owners_rights_cannot_be_taken_and_a_player_can_have_none()
    {
        var study = await NewStudyAsync();
        var own = $"{study}/rights/{Researcher.Id}";
        (await SendAsync(HttpMethod.Delete, own)).Status.ShouldBe(HttpStatusCode.Conflict);
        (await SendAsync(HttpMethod.Put, own, new { rights = new[] { "read" } })).Status.ShouldBe(
            HttpStatusCode.Conflict
        );
        var refused = await SendAsync(
            HttpMethod.Put,
            $"{study}/rights/{Traces.Member.Id}",
            new { rights = new[] { "read" } }
        );
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe(["/rights/0"]);
    }

    private async Task<Person> NewHolderAsync(string study, string right)
    {
        var person = await TestUsers.RegisterAsync(Server, $"{study.Split('/')[^1]}-{right}", "researcher");
        (await SendAsync(HttpMethod.Put, $"{study}/rights/{person.Id}", new { rights = new[] { right } })).Must(
            HttpStatusCode.OK
        );
        return person;
    }
}

public sealed class WhoMayOnSqlite(SqliteTraces traces) : WhoMay(traces), IClassFixture<SqliteTraces>;

public sealed class WhoMayOnPostgres(PostgresTraces traces) : WhoMay(traces), IClassFixture<PostgresTraces>;
