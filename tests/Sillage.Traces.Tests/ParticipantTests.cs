using System.Net;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>Credentials for players, in every form.</summary>
public abstract class ParticipantTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    [Fact]
    public async Task Participants_are_numbered_from_one_and_can_log_in()
    {
        var study = await NewStudyAsync();
        var slug = study.Split('/')[^1];
        var first = await NewPlayersAsync(study, 2);
        var more = await NewPlayersAsync(study);
        first.Concat(more).Select(p => p.Number).ShouldBe([1, 2, 3]);
        first.Select(p => p.Person.Username).ShouldBe([$"{slug}-1", $"{slug}-2"]);
        first.Concat(more).Select(p => p.Pseudonym).Distinct().Count().ShouldBe(3);
        await TestUsers.LogInAsync(Server, more[0].Person.Username, more[0].Person.Password);
        (await GetAsync(study, more[0].Person)).Json["number"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task Names_can_be_chosen_and_one_that_is_taken_stops_them_all()
    {
        var study = await NewStudyAsync();
        var name = Traces.NewSlug() + "-anna";
        var made = await PostAsync($"{study}/participants", new { usernames = new[] { name } });
        ((string)made.Must(HttpStatusCode.Created).Items[0]!["username"]!).ShouldBe(name);

        var again = await PostAsync($"{study}/participants", new { usernames = new[] { name + "2", name } });

        again.Status.ShouldBe(HttpStatusCode.Conflict);
        again.Pointers().ShouldBe(["/usernames/1"]);
        (await GetAsync($"{study}/participants")).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_made_up_name_that_is_taken_gets_another_ending()
    {
        var study = await NewStudyAsync();
        var slug = study.Split('/')[^1];
        await TestUsers.RegisterAsync(Server, $"{slug}-1", "member");
        var players = await NewPlayersAsync(study, 2);
        players[0].Person.Username.ShouldStartWith($"{slug}-1-");
        players[1].Person.Username.ShouldBe($"{slug}-2");
    }

    [Fact]
    public async Task The_same_request_sent_twice_shows_the_same_credentials()
    {
        var study = await NewStudyAsync();
        var key = ("Idempotency-Key", study);
        var first = await PostAsync($"{study}/participants", new { count = 2 }, null, key);
        var second = await PostAsync($"{study}/participants", new { count = 2 }, null, key);
        first.Must(HttpStatusCode.Created).Header("Cache-Control").ShouldBe("no-store");
        second.Text.ShouldBe(first.Text);
        (await GetAsync($"{study}/participants")).Items.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Credentials_come_as_CSV_page_and_XML()
    {
        var study = await NewStudyAsync();
        var slug = study.Split('/')[^1];
        var csv = await PostAsync($"{study}/participants", new { count = 1 }, null, ("Accept", "text/csv"));
        csv.Must(HttpStatusCode.Created).ContentType!.ShouldStartWith("text/csv");
        csv.Text.ShouldStartWith($"number,username,password,pseudonym\r\n1,{slug}-1,");
        csv.Header("Content-Disposition")!.ShouldContain($"{slug}_credentials.csv");

        var page = await PostAsync($"{study}/participants?format=html", new { count = 1 });
        page.Must(HttpStatusCode.Created).ContentType!.ShouldStartWith("text/html");
        page.Text.ShouldContain($"{slug}-2");
        page.Text.ShouldContain(Server.Address.ToString().TrimEnd('/'));
        page.Header("Content-Security-Policy")!.ShouldContain("style-src 'sha256-");
        page.Header("Cache-Control").ShouldBe("no-store");

        var xml = await PostAsync($"{study}/participants", new { count = 1 }, null, ("Accept", "application/xml"));
        xml.Must(HttpStatusCode.Created).Text.ShouldContain($"{slug}-3");
        (await PostAsync($"{study}/participants?format=pdf", new { count = 1 })).Status.ShouldBe(
            HttpStatusCode.BadRequest
        );
    }

    [Fact]
    public async Task Participants_are_listed_in_pages_and_found_one_by_one()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 3);
        var page = await GetAsync($"{study}/participants?limit=2");
        page.Items.Select(i => (string)i!["username"]!).ShouldBe(players.Take(2).Select(p => p.Person.Username));
        var rest = await GetAsync((string)page.Json["next"]!);
        rest.Items.Select(i => (long)i!["number"]!).ShouldBe([3]);
        var one = await GetAsync($"{study}/participants/{players[1].Pseudonym}");
        ((long)one.Json["number"]!).ShouldBe(2);
        (await GetAsync($"{study}/participants/2")).Text.ShouldBe(one.Text);
        (await GetAsync($"{study}/participants/4")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync($"{study}/participants/'; --")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Whoever_sees_names_among_participants_is_written_down()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);

        await GetAsync($"{study}/participants");
        await GetAsync($"{study}/participants/1");

        var audit = await GetAsync("/api/v1/audit?action=identities.read&limit=1000", Traces.Administrator);
        audit.Items.Count(a => (string)a!["subject"]! == study.Split('/')[^1]).ShouldBe(2);
    }
}

public sealed class ParticipantsOnSqlite(SqliteTraces traces) : ParticipantTests(traces), IClassFixture<SqliteTraces>;

public sealed class ParticipantsOnPostgres(PostgresTraces traces)
    : ParticipantTests(traces),
        IClassFixture<PostgresTraces>;
