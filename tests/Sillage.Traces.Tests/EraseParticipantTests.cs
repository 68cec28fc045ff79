using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Specifications;
using Sillage.Traces.Import;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>Participants whom a researcher erases: those who were imported have no account to ask by.</summary>
public abstract class EraseParticipantTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    private async Task<(string Study, string[] Pseudonyms)> ImportedAsync()
    {
        var study = await NewStudyAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder["a.csv"],
            "participant,timestamp,name,room\nanna,2026-11-20T09:30:00Z,a,x\nanna,2026-11-20T09:31:00Z,b,x\nben,2026-11-20T09:32:00Z,c,x\n",
            TestContext.Current.CancellationToken
        );
        var request = new TraceImportRequest(folder["a.csv"], study.Split('/')[^1]) { CreateParticipants = true };
        var import = Server.Services.GetRequiredService<TraceImport>();
        (await import.RunAsync(request, null, TestContext.Current.CancellationToken)).Added.ShouldBe(3);
        var stored = (await GetAsync($"{study}/traces")).Items;
        return (study, [(string)stored[0]!["participant"]!, (string)stored[2]!["participant"]!]);
    }

    private async Task SeeThroughAsync(Answer answer)
    {
        var progress = (string)answer.Json["links"]!["progress"]!;
        await Eventually.HoldsAsync(async () =>
            (string)(await Server.SendAsync(HttpMethod.Get, progress)).Must(HttpStatusCode.OK).Json["state"]! == "done"
        );
    }

    [Fact]
    public async Task It_is_counted_first_and_nothing_is_done_until_it_is_said_what()
    {
        var (study, people) = await ImportedAsync();
        var address = $"{study}/participants/{people[0]}";

        var asked = (await SendAsync(HttpMethod.Delete, address)).Must(HttpStatusCode.BadRequest);
        asked.Text.ShouldContain("destroy: 2 traces, and 0 in quarantine,");
        (await SendAsync(HttpMethod.Delete, $"{address}?then=keep")).Must(HttpStatusCode.BadRequest);
        var tried = (await SendAsync(HttpMethod.Delete, $"{address}?then=destroy&dryRun=true")).Must(HttpStatusCode.OK);
        ((long)tried.Json["traces"]!).ShouldBe(2);
        ((bool)tried.Json["dryRun"]!).ShouldBeTrue();
        (await GetAsync($"{study}/traces")).Items.Count.ShouldBe(3);

        (await SendAsync(HttpMethod.Delete, $"{study}/participants/nobody?then=destroy")).Must(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_is_destroyed_is_gone_and_the_others_stay()
    {
        var (study, people) = await ImportedAsync();

        var done = await SendAsync(HttpMethod.Delete, $"{study}/participants/{people[0]}?then=destroy");
        await SeeThroughAsync(done.Must(HttpStatusCode.OK));

        (await GetAsync($"{study}/traces")).Items.Select(t => (string)t!["participant"]!).ShouldBe([people[1]]);
        (await GetAsync($"{study}/participants")).Items.Count.ShouldBe(1);
        (await SendAsync(HttpMethod.Delete, $"{study}/participants/{people[0]}?then=destroy")).Must(
            HttpStatusCode.NotFound
        );
    }

    [Fact]
    public async Task What_is_made_anonymous_stays_without_its_account()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study)).Single();
        (await SendTracesAsync(study, Trace(), player.Person)).Must(HttpStatusCode.Created);

        var done = await SendAsync(HttpMethod.Delete, $"{study}/participants/1?then=anonymise");
        await SeeThroughAsync(done.Must(HttpStatusCode.OK));

        (await GetAsync($"{study}/traces")).Items.Count.ShouldBe(1);
        (await SendTracesAsync(study, Trace(), player.Person)).Must(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task It_needs_the_right_to_manage()
    {
        var (study, people) = await ImportedAsync();
        var player = (await NewPlayersAsync(study)).Single();
        var refused = await SendAsync(
            HttpMethod.Delete,
            $"{study}/participants/{people[0]}?then=destroy",
            null,
            player.Person
        );
        refused.Must(HttpStatusCode.Forbidden);
        (await GetAsync($"{study}/traces")).Items.Count.ShouldBe(3);
    }
}

public sealed class EraseParticipantOnSqlite(SqliteTraces traces)
    : EraseParticipantTests(traces),
        IClassFixture<SqliteTraces>;

public sealed class EraseParticipantOnPostgres(PostgresTraces traces)
    : EraseParticipantTests(traces),
        IClassFixture<PostgresTraces>;
