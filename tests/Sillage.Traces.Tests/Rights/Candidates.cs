using System.Net;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Rights;

/// <summary>Whom rights can be given to is found by the whole user name.</summary>
public abstract class Candidates(TracesUnderTest traces) : TracesSpecification(traces)
{
    [Fact]
    public async Task A_colleague_is_found_by_name_with_the_rights_that_there_are()
    {
        var study = await NewStudyAsync();
        var stranger = Traces.Stranger;

        var found = (await FindAsync(study, stranger.Username.ToUpperInvariant())).Must(HttpStatusCode.OK).Json;
        ((string)found["account"]!).ShouldBe(stranger.Id.ToString());
        ((string)found["username"]!).ShouldBe(stranger.Username);
        found["rights"]!.AsArray().ShouldBeEmpty();

        await SendAsync(HttpMethod.Put, (string)found["links"]!["self"]!, new { rights = new[] { "read" } });
        found = (await FindAsync(study, stranger.Username)).Must(HttpStatusCode.OK).Json;
        found["rights"]!.AsArray().Select(r => (string)r!).ShouldBe(["read"]);
    }

    [Fact]
    public async Task Of_players_and_of_nobody_it_tells_the_same()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];

        var known = await FindAsync(study, player.Person.Username);
        var unknown = await FindAsync(study, "nobody-at-all");
        known.Status.ShouldBe(HttpStatusCode.NotFound);
        ((string)known.Json["detail"]!).ShouldBe((string)unknown.Json["detail"]!);
        (await FindAsync(study, new string('x', 300))).Pointers().ShouldBe(["?username"]);
    }

    private Task<Answer> FindAsync(string study, string username) =>
        GetAsync($"{study}/rights/candidate?username={Uri.EscapeDataString(username)}");
}

public sealed class CandidatesOnSqlite(SqliteTraces traces) : Candidates(traces), IClassFixture<SqliteTraces>;

public sealed class CandidatesOnPostgres(PostgresTraces traces) : Candidates(traces), IClassFixture<PostgresTraces>;
