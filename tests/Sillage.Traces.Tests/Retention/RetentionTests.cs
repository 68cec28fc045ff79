using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Specifications;
using Sillage.Storage;
using Xunit;

namespace Sillage.Traces.Tests.Retention;

/// <summary>A study keeps its traces for as many days as it says, counted from their receipt.</summary>
public abstract class RetentionTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    [Fact]
    public async Task A_study_says_for_how_many_days_it_keeps_its_traces()
    {
        var study = await NewStudyAsync();
        var shown = (await GetAsync(study)).Json.AsObject();
        shown.ContainsKey("retentionDays").ShouldBeTrue();
        shown["retentionDays"].ShouldBeNull();

        var changed = await SetDaysAsync(study, 90);
        ((int)changed.Json["retentionDays"]!).ShouldBe(90);
        ((int)(await GetAsync(study)).Json["retentionDays"]!).ShouldBe(90);
        foreach (var bad in new object[] { 0, -1, 36_501, 1.5, "90" })
        {
            var refused = await SendAsync(HttpMethod.Patch, study, new { retentionDays = bad });
            refused.Must(HttpStatusCode.BadRequest).Pointers().ShouldBe(["/retentionDays"]);
        }

        (await SendAsync(HttpMethod.Patch, study, """{"title":"Other"}""")).Must(HttpStatusCode.OK);
        ((int)(await GetAsync(study)).Json["retentionDays"]!).ShouldBe(90);
        (await SetDaysAsync(study, null)).Json["retentionDays"].ShouldBeNull();

        var made = await PostAsync(
            "/api/v1/studies",
            new
            {
                slug = Traces.NewSlug(),
                title = "Kept",
                retentionDays = 7,
            }
        );
        ((int)made.Must(HttpStatusCode.Created).Json["retentionDays"]!).ShouldBe(7);
    }

    [Fact]
    public async Task What_would_go_is_counted_before_anything_goes()
    {
        var study = await NewAgedStudyAsync(old: 5, young: 3);
        var shown = (await GetAsync($"{study}/retention")).Must(HttpStatusCode.OK).Json;
        ((int)shown["traces"]!).ShouldBe(0, "it keeps everything");

        var tried = (await GetAsync($"{study}/retention?days=30")).Must(HttpStatusCode.OK).Json;
        ((int)tried["traces"]!).ShouldBe(5);
        ((int)tried["quarantined"]!).ShouldBe(1);
        ((DateTimeOffset)tried["newest"]!).ShouldBeLessThan((DateTimeOffset)tried["cutoff"]!);
        ((DateTimeOffset)tried["oldest"]!).ShouldBeLessThanOrEqualTo((DateTimeOffset)tried["newest"]!);
        ((int)(await GetAsync($"{study}/retention?days=36500")).Json["traces"]!).ShouldBe(0);
        (await GetAsync($"{study}/retention?days=0")).Must(HttpStatusCode.BadRequest).Pointers().ShouldBe(["?days"]);

        await SetDaysAsync(study, 30);
        var dry = (await PostAsync($"{study}/retention/runs?dryRun=true", null)).Must(HttpStatusCode.OK).Json;
        ((int)dry["traces"]!).ShouldBe(5);
        ((int)dry["retentionDays"]!).ShouldBe(30);

        (await CountAsync(study)).ShouldBe(8);
        (await GetAsync($"{study}/quarantine")).Items.Count.ShouldBe(2);
        (await GetAsync($"{study}/retention/runs")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_at_once_it_removes_what_is_past_its_time_and_reports_it()
    {
        // Two studies whose traces lie between each other's, and more of them than go at a time.
        var study = await NewAgedStudyAsync(old: 0, young: 0);
        var other = await NewAgedStudyAsync(old: 0, young: 0);
        for (var i = 0; i < 4; i++)
        {
            await SendManyAsync(study, 600);
            await SendManyAsync(other, 10);
        }

        await AgeAsync(study, "trace");
        await AgeAsync(other, "trace");
        await SendManyAsync(study, 20);
        await SetDaysAsync(study, 30);
        var dry = (await GetAsync($"{study}/retention")).Json;

        var begun = (await PostAsync($"{study}/retention/runs", null)).Must(HttpStatusCode.Created);
        var run = await FinishedAsync((string)begun.Json["links"]!["self"]!);

        ((int)run["traces"]!).ShouldBe(2400);
        ((int)run["traces"]!).ShouldBe((int)dry["traces"]!);
        ((int)run["quarantined"]!).ShouldBe(1);
        run["oldest"]!.ToString().ShouldBe(dry["oldest"]!.ToString());
        ((Guid)run["actor"]!).ShouldBe(Researcher.Id);
        ((bool)run["cutShort"]!).ShouldBeFalse();
        (await CountAsync(study)).ShouldBe(20);
        (await CountAsync(other)).ShouldBe(40, "it keeps its traces for ever");
        (await GetAsync($"{study}/quarantine")).Items.Count.ShouldBe(1);
        (await GetAsync($"{study}/retention/runs"))
            .Items.ShouldHaveSingleItem()!
            .ToJsonString()
            .ShouldBe(run.ToJsonString());
        var audited = await AuditAsync(study);
        ((int)audited["traces"]!).ShouldBe(2400);
        ((Guid)audited["run"]!).ShouldBe((Guid)run["id"]!);
    }

    [Fact]
    public async Task Asked_twice_with_one_key_it_runs_once()
    {
        var study = await NewAgedStudyAsync(old: 1, young: 1);
        var key = ("Idempotency-Key", "once");
        (await PostAsync($"{study}/retention/runs", null, null, key)).Must(HttpStatusCode.Conflict);
        await SetDaysAsync(study, 30);

        var first = (await PostAsync($"{study}/retention/runs", null, null, key)).Must(HttpStatusCode.Created);
        var second = (await PostAsync($"{study}/retention/runs", null, null, key)).Must(HttpStatusCode.Created);

        second.Text.ShouldBe(first.Text);
        await FinishedAsync((string)first.Json["links"]!["self"]!);
        (await GetAsync($"{study}/retention/runs")).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_retention_that_was_lengthened_stops_what_is_under_way()
    {
        var study = await NewAgedStudyAsync(old: 5, young: 1);
        await SetDaysAsync(study, 2000);
        // Written down under a shorter retention, and not yet begun.
        await WriteAsync(
            new Sql(
                """
                INSERT INTO retention_run (id, study, days, cutoff, started_at)
                SELECT @id, key, 30, @cutoff, @cutoff FROM study WHERE slug = @slug
                """,
                """
                INSERT INTO retention_run (id, study, days, cutoff, started_at)
                SELECT @id, key, 30, @cutoff, @cutoff FROM study WHERE slug = @slug
                """
            ),
            new
            {
                id = Guid.CreateVersion7(),
                cutoff = DateTimeOffset.UnixEpoch.AddYears(100),
                slug = SlugOf(study),
            }
        );

        var begun = (await PostAsync($"{study}/retention/runs", null)).Must(HttpStatusCode.Created);
        await FinishedAsync((string)begun.Json["links"]!["self"]!);
        await Eventually.HoldsAsync(async () =>
            (await GetAsync($"{study}/retention/runs")).Items.All(r => r!["finishedAt"] is not null)
        );

        (await GetAsync($"{study}/retention/runs")).Items.Count(r => (bool)r!["cutShort"]!).ShouldBe(1);
        (await CountAsync(study)).ShouldBe(6);
    }

    [Fact]
    public async Task A_trace_put_back_behind_younger_ones_goes_in_its_time()
    {
        var study = await NewAgedStudyAsync(old: 0, young: 0);
        await AgeAsync(study, "quarantine");
        // More than one step of the walk, none of them past its time.
        await SendManyAsync(study, 1100);
        foreach (var kept in (await GetAsync($"{study}/quarantine")).Items)
        {
            (
                await SendAsync(HttpMethod.Put, (string)kept!["links"]!["self"]!, Trace(1, t => t["name"] = "mended"))
            ).Must(HttpStatusCode.OK);
        }

        await SetDaysAsync(study, 30);
        ((int)(await GetAsync($"{study}/retention")).Json["traces"]!).ShouldBe(2);
        var begun = (await PostAsync($"{study}/retention/runs", null)).Must(HttpStatusCode.Created);
        var run = await FinishedAsync((string)begun.Json["links"]!["self"]!);

        ((int)run["traces"]!).ShouldBe(2);
        (await CountAsync(study)).ShouldBe(1100);
        (await GetAsync($"{study}/traces?name=mended")).Items.ShouldBeEmpty();
        ((int)(await GetAsync($"{study}/retention")).Json["traces"]!).ShouldBe(0);
    }

    [Fact]
    public async Task The_job_runs_at_start_and_says_what_it_removed()
    {
        await using var server = await Traces.StartAsync();
        var researcher = await TestUsers.RegisterAsync(server, "researcher", "researcher");
        const string study = "/api/v1/studies/kept";
        async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null) =>
            await server.SendAsync(method, path, body is null ? null : TestUsers.Content(body), researcher.Credential);
        await SendAsync(HttpMethod.Post, "/api/v1/studies", """{"slug":"kept","title":"Kept","retentionDays":30}""");
        await SendAsync(HttpMethod.Post, $"{study}/participants", """{"count":1}""");
        var three = new JsonArray(Trace(1), Trace(1), Trace(1));
        (await SendAsync(HttpMethod.Post, $"{study}/traces", three.ToJsonString())).Must(HttpStatusCode.Created);
        await AgeAsync(server, study, "trace");
        (await SendAsync(HttpMethod.Post, $"{study}/traces", Trace(1).ToJsonString())).Must(HttpStatusCode.Created);

        await server.RestartAsync();

        JsonNode? run = null;
        await Eventually.HoldsAsync(async () =>
            (run = (await SendAsync(HttpMethod.Get, $"{study}/retention/runs")).Items.FirstOrDefault())?["finishedAt"]
                is not null
        );
        ((int)run!["traces"]!).ShouldBe(3);
        run["actor"].ShouldBeNull("nobody asked for it");
        (await SendAsync(HttpMethod.Get, $"{study}/traces")).Items.Count.ShouldBe(1);
        await Eventually.HoldsAsync(() =>
            server.Log.Lines.Any(l => l.Text.Contains("Retention removed 3 traces", StringComparison.Ordinal))
        );

        // Nothing is left to remove, so the next start leaves no report.
        await server.RestartAsync();
        (await SendAsync(HttpMethod.Post, $"{study}/retention/runs")).Must(HttpStatusCode.Created);
        await Eventually.HoldsAsync(async () =>
            (await SendAsync(HttpMethod.Get, $"{study}/retention/runs")).Items[0]!["finishedAt"] is not null
        );
        (await SendAsync(HttpMethod.Get, $"{study}/retention/runs")).Items.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Runs_are_paged_the_newest_first()
    {
        var study = await NewAgedStudyAsync(old: 0, young: 0);
        await SetDaysAsync(study, 30);
        var made = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            made.Add(
                (string)(await PostAsync($"{study}/retention/runs", null)).Must(HttpStatusCode.Created).Json["id"]!
            );
        }

        var seen = new List<string>();
        string? next = $"{study}/retention/runs?limit=2";
        while (next is not null)
        {
            var page = (await GetAsync(next)).Must(HttpStatusCode.OK);
            seen.AddRange(page.Items.Select(i => (string)i!["id"]!));
            next = (string?)page.Json["next"];
        }

        seen.ShouldBe(made.AsEnumerable().Reverse());
    }

    /// <summary>A study with one player, traces received 100 days ago and today, and a rejected one of either.</summary>
    protected async Task<string> NewAgedStudyAsync(int old, int young)
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        await SendManyAsync(study, old);
        await SendTracesAsync(study, Trace(1, t => t["name"] = 1));
        await AgeAsync(study, "trace");
        await AgeAsync(study, "quarantine");
        await SendManyAsync(study, young);
        await SendTracesAsync(study, Trace(1, t => t["name"] = 2));
        return study;
    }

    private async Task SendManyAsync(string study, int count)
    {
        if (count > 0)
        {
            var lines = string.Join('\n', Enumerable.Range(0, count).Select(i => Trace(1).ToJsonString()));
            (await SendTracesAsync(study, lines, mediaType: "application/x-ndjson")).Must(HttpStatusCode.Created);
        }
    }

    private Task<Answer> SetDaysAsync(string study, int? days) =>
        SendAsync(HttpMethod.Patch, study, $$"""{"retentionDays":{{days?.ToString() ?? "null"}}}""");

    private Task AgeAsync(string study, string table) => AgeAsync(Server, study, table);

    /// <summary>Makes it look as if everything in the table had been received 100 days ago.</summary>
    protected static Task AgeAsync(SillageServer server, string study, string table)
    {
        var also = table == "quarantine" ? ", first_received_at = @then" : "";
        return WriteAsync(
            server,
            $"UPDATE {table} SET received_at = @then{also} WHERE study = (SELECT key FROM study WHERE slug = @slug)",
            new { then = TimeProvider.System.GetUtcNow().AddDays(-100), slug = SlugOf(study) }
        );
    }

    private Task<int> WriteAsync(Sql sql, object parameters) => WriteAsync(Server, sql, parameters);

    private static Task<int> WriteAsync(SillageServer server, Sql sql, object parameters) =>
        server
            .Services.GetRequiredService<IDatabase<TracesData>>()
            .WriteAsync(unit => unit.ExecuteAsync(sql, parameters), CancellationToken.None);

    private static string SlugOf(string study) => study.Split('/')[^1];

    private async Task<JsonNode> FinishedAsync(string run)
    {
        JsonNode? shown = null;
        await Eventually.HoldsAsync(async () =>
            (shown = (await GetAsync(run)).Must(HttpStatusCode.OK).Json)["finishedAt"] is not null
        );
        return shown!;
    }

    private async Task<int> CountAsync(string study) =>
        (await GetAsync($"{study}/traces/export?format=ndjson")).Must(HttpStatusCode.OK).Text.Count(c => c == '\n');

    private async Task<JsonNode> AuditAsync(string study)
    {
        var details = await Traces.Database.ReadAsync(
            r =>
                r.QueryAsync<string>(
                    "SELECT details FROM sillage_audit WHERE subject = @slug AND action = 'retention.removed'",
                    new { slug = SlugOf(study) },
                    default
                ),
            default
        );
        return JsonNode.Parse(details.ShouldHaveSingleItem())!;
    }
}

public sealed class RetentionOnSqlite(SqliteTraces traces) : RetentionTests(traces), IClassFixture<SqliteTraces>
{
    [Fact]
    public async Task No_byte_of_what_it_removed_is_left_in_the_files()
    {
        const string word = "a-word-that-nobody-else-writes";
        var study = await NewAgedStudyAsync(old: 0, young: 0);
        var lines = Enumerable
            .Range(0, 300)
            .Select(i => Trace(1, t => t["data"]!["note"] = $"{word} {i}").ToJsonString());
        await SendTracesAsync(study, string.Join('\n', lines), mediaType: "application/x-ndjson");
        await SendTracesAsync(study, Trace(1, t => (t["name"], t["data"]!["note"]) = (1, word)));
        await AgeAsync(Server, study, "trace");
        await AgeAsync(Server, study, "quarantine");
        (await SendTracesAsync(study, Trace(1))).Must(HttpStatusCode.Created);
        // A checkpoint may move it from one file to the other between the looks at both.
        await Eventually.HoldsAsync(() => FilesWith(word).Length > 0);

        (await SendAsync(HttpMethod.Patch, study, """{"retentionDays":30}""")).Must(HttpStatusCode.OK);
        (await PostAsync($"{study}/retention/runs", null)).Must(HttpStatusCode.Created);

        await Eventually.HoldsAsync(() => FilesWith(word).Length == 0);
        (await GetAsync($"{study}/traces")).Items.Count.ShouldBe(1);
    }

    private string[] FilesWith(string word) =>
        [
            .. Directory
                .GetFiles(Server.DataFolder, "traces.*")
                .Where(file => FileContent.Read(file).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(word)) >= 0)
                .Select(file => Path.GetFileName(file)),
        ];
}

public sealed class RetentionOnPostgres(PostgresTraces traces) : RetentionTests(traces), IClassFixture<PostgresTraces>
{
    [Fact]
    public async Task Of_two_servers_on_one_database_one_does_the_work()
    {
        var study = await NewAgedStudyAsync(old: 50, young: 5);
        (await SendAsync(HttpMethod.Patch, study, """{"retentionDays":30}""")).Must(HttpStatusCode.OK);

        // Each has its turn at start.
        var postgres = Server.Services.Postgres();
        var others = await Task.WhenAll(TracesUnderTest.StartOnAsync(postgres), TracesUnderTest.StartOnAsync(postgres));
        try
        {
            await Eventually.HoldsAsync(async () =>
                (await GetAsync($"{study}/retention/runs")).Items.FirstOrDefault()?["finishedAt"] is not null
            );
        }
        finally
        {
            foreach (var other in others)
            {
                await other.DisposeAsync();
            }
        }

        var run = (await GetAsync($"{study}/retention/runs")).Items.ShouldHaveSingleItem()!;
        ((int)run["traces"]!).ShouldBe(50);
        ((int)run["quarantined"]!).ShouldBe(1);
        (await GetAsync($"{study}/traces")).Items.Count.ShouldBe(5);
    }
}
