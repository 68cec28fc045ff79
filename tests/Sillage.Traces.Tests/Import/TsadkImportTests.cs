using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Hosting.Verbs;
using Sillage.Specifications;
using Sillage.Traces.Fuzz;
using Sillage.Traces.Import;
using Sillage.Traces.Tsadk.Import;
using Xunit;

namespace Sillage.Traces.Tests.Import;

/// <summary>Taking over the older API's database, beside a server that runs.</summary>
public abstract class TsadkImportTests(TracesUnderTest traces) : TracesSpecification(traces), IDisposable
{
    private readonly OldDatabase _old = new();

    public void Dispose()
    {
        _old.Dispose();
        GC.SuppressFinalize(this);
    }

    private TsadkImport Import => Server.Services.GetRequiredService<TsadkImport>();

    private string NewName() => Traces.NewSlug() + "-user";

    private Task<TsadkImportSummary> RunAsync(string slug, Func<TsadkImportRequest, TsadkImportRequest>? change = null)
    {
        var request = new TsadkImportRequest(_old.File, slug) { Owner = Researcher.Username };
        return Import.RunAsync(change?.Invoke(request) ?? request, null, TestContext.Current.CancellationToken);
    }

    private async Task<long[]> LogIdsAsync(string slug, string query = "") =>
        [.. (await GetAsync($"/{slug}/api/v1/logs{query}")).Json.AsArray().Select(l => (long)l!["id"]!)];

    [Fact]
    public async Task Users_and_logs_answer_under_their_old_numbers_as_they_did()
    {
        var slug = Traces.NewSlug();
        var (one, three, chief) = (NewName(), NewName(), NewName());
        _old.AddUser(1, one);
        _old.AddUser(2, chief, "admin");
        _old.AddUser(3, three);
        _old.AddLog(4, 1, answer: "for, \"while\"");
        _old.AddLog(7, 3, timestamp: "2023-04-18T10:17:05Z", answer: "=1+1");
        _old.AddLog(9, 2, timestamp: "soon", answer: "é\r\nî");

        var summary = await RunAsync(slug, r => r with { Admins = true });

        summary.StudyMade.ShouldBeTrue();
        (summary.UsersAdded, summary.LogsAdded, summary.LogsWithoutTime).ShouldBe((3, 3L, 1L));
        summary.LogsBad.ShouldBeEmpty();
        var address = $"/{slug}/api/v1";
        (await GetAsync($"{address}/users")).Text.ShouldBe(
            $$"""[{"uri":"{{address}}/users/1","id":1,"username":"{{one}}"},{"uri":"{{address}}/users/2","id":2,"username":"{{chief}}"},{"uri":"{{address}}/users/3","id":3,"username":"{{three}}"}]"""
        );
        (await GetAsync($"{address}/users/3")).Text.ShouldBe($$"""{"id":3,"username":"{{three}}"}""");
        (await GetAsync($"{address}/logs/4")).Text.ShouldBe(
            """{"id":4,"userID":1,"timestamp":"2023-04-18T10:17.109Z","sequence":4,"roomName":"room 4","actionNature":"answer","actionType":"submit","userAnswer":"for, \"while\"","userError":""}"""
        );
        (await GetAsync($"{address}/logs")).Text.ShouldStartWith(
            $$"""[{"uri":"{{address}}/logs/4","id":4,"userID":1,"""
        );
        (await GetAsync($"{address}/logs/5")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync($"{address}/utils/export/logs?formulas=keep")).Text.ShouldBe(
            "id,userID,timestamp,sequence,roomName,actionNature,actionType,userAnswer,userError\r\n"
                + "4,1,2023-04-18T10:17.109Z,4,room 4,answer,submit,\"for, \"\"while\"\"\",\r\n"
                + "7,3,2023-04-18T10:17:05Z,7,room 7,answer,submit,=1+1,\r\n"
                + "9,2,soon,9,room 9,answer,submit,\"é\r\nî\",\r\n"
        );

        // The game's own form is a time to the minute.
        var day = await GetAsync($"/api/v1/studies/{slug}/traces?from=2023-04-18T10:17:00Z&to=2023-04-18T10:18:00Z");
        day.Items.Count.ShouldBe(2);
        // Where there is none, the time of receipt stands in.
        var export = (await GetAsync($"/api/v1/studies/{slug}/traces/export?timeZone=UTC")).Text.Split('\n');
        var soon = export.Single(l => l.Contains(",soon,", StringComparison.Ordinal)).Split(',');
        soon[3].ShouldBe(soon[4]);
    }

    [Fact]
    public async Task A_user_enters_with_the_password_of_the_sheet_and_nobody_becomes_an_administrator()
    {
        var slug = Traces.NewSlug();
        var (name, chief) = (NewName(), NewName());
        _old.AddUser(5, name);
        _old.AddUser(6, chief, "admin");
        _old.AddLog(1, 6);

        var summary = await RunAsync(slug);

        summary.UsersAdded.ShouldBe(1);
        summary.WithoutAccount.ShouldHaveSingleItem().ShouldContain(chief);
        summary.Credentials.ShouldBe(_old["tsadk.credentials.csv"]);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(summary.Credentials!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var lines = await File.ReadAllLinesAsync(summary.Credentials!, TestContext.Current.CancellationToken);
        lines[0].ShouldBe("number,username,password,pseudonym");
        var cells = lines.Skip(1).ShouldHaveSingleItem().Split(',');
        cells[..2].ShouldBe(["5", name]);
        var player = await TestUsers.LogInAsync(Server, name, cells[2]);
        (await PostAsync("/api/v1/users", new { username = "x" }, player)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync($"/api/v1/users?search={chief}", Traces.Administrator)).Text.ShouldNotContain($"\"{chief}\"");
        // The administrator's log is there, and nobody stands behind its number.
        ((long)(await GetAsync($"/{slug}/api/v1/logs/1")).Json["userID"]!).ShouldBe(6);
        (await GetAsync($"/{slug}/api/v1/users/6")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_second_run_adds_what_has_come_since_and_nothing_twice()
    {
        var slug = Traces.NewSlug();
        _old.AddUser(1, NewName());
        _old.AddLog(1, 1);
        _old.AddLog(2, 1);
        await RunAsync(slug);
        var before = await GetAsync($"/{slug}/api/v1/logs");

        var again = await RunAsync(slug);
        (again.UsersAdded, again.UsersKnown, again.LogsAdded, again.LogsKnown).ShouldBe((0, 1, 0L, 2L));
        again.Credentials.ShouldBeNull();
        (await GetAsync($"/{slug}/api/v1/logs")).Text.ShouldBe(before.Text);

        var own = (long)(await PostAsync($"/{slug}/api/v1/logs", NewLog(1))).Must(HttpStatusCode.OK).Json["id"]!;
        own.ShouldBeGreaterThan(1_000_000);
        _old.AddUser(2, NewName());
        _old.AddLog(3, 2);
        var third = await RunAsync(slug);

        (third.UsersAdded, third.UsersKnown, third.LogsAdded, third.LogsKnown).ShouldBe((1, 1, 1L, 2L));
        third.Credentials.ShouldBe(_old["tsadk.credentials-2.csv"], "the first sheet may not be printed yet");
        (await LogIdsAsync(slug)).ShouldBe([1, 2, own, 3]);
        (await LogIdsAsync(slug, "?after=1")).ShouldBe([2, own, 3]);
        (await LogIdsAsync(slug, "?after=2")).ShouldBe([own, 3]);
        (await LogIdsAsync(slug, $"?after={own}")).ShouldBe([3]);
        (await LogIdsAsync(slug, "?after=3")).ShouldBeEmpty();
        ((long)(await GetAsync($"/{slug}/api/v1/logs/{own}")).Json["id"]!).ShouldBe(own);
        // The place of one that was taken over is not its id.
        (await GetAsync($"/{slug}/api/v1/logs/{own + 1}")).Status.ShouldBe(HttpStatusCode.NotFound);
        var page = await GetAsync($"/{slug}/api/v1/logs?limit=2");
        page.Json.AsArray().Select(l => (long)l!["id"]!).ShouldBe([1, 2]);
        var next = page.Header("Link")!.Split('<', '>')[1];
        (await GetAsync(next)).Json.AsArray().Select(l => (long)l!["id"]!).ShouldBe([own, 3]);
    }

    [Fact]
    public async Task A_dry_run_tells_the_same_and_changes_nothing()
    {
        var slug = Traces.NewSlug();
        var name = NewName();
        _old.AddUser(1, name);
        _old.AddUser(2, "no blanks");
        _old.AddLog(1, 1);
        _old.AddLog(2, "somebody");

        var summary = await RunAsync(slug, r => r with { DryRun = true });

        (summary.StudyMade, summary.UsersAdded, summary.LogsAdded).ShouldBe((true, 1, 1L));
        summary.UsersBad.ShouldHaveSingleItem().ShouldContain("no blanks");
        summary.LogsBad.ShouldBe(new Dictionary<string, long> { ["userID: a whole number is expected."] = 1 });
        (summary.Credentials, summary.BadLogs).ShouldBe((null, null));
        (await GetAsync($"/api/v1/studies/{slug}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync($"/api/v1/users?search={name}", Traces.Administrator)).Text.ShouldNotContain($"\"{name}\"");
    }

    [Fact]
    public async Task Who_cannot_keep_his_name_is_listed_and_goes_on_under_another()
    {
        var slug = Traces.NewSlug();
        var (free, other) = (NewName(), NewName());
        _old.AddUser(1, "joueur é");
        _old.AddUser(2, Researcher.Username.ToUpperInvariant());
        _old.AddUser(3, Traces.Stranger.Username);
        _old.AddUser(4, free);
        _old.AddUser(5, "gone too");
        _old.AddLog(1, 1);
        _old.AddLog(2, 5);

        var refused = await Should.ThrowAsync<ImportException>(() => RunAsync(slug));
        refused.Message.ShouldContain("4 users cannot be taken over");
        var map = _old["tsadk.users.csv"];
        refused.Message.ShouldContain(map);
        (await GetAsync($"/api/v1/studies/{slug}")).Status.ShouldBe(HttpStatusCode.NotFound);
        var listed = await File.ReadAllTextAsync(map, TestContext.Current.CancellationToken);
        listed.ShouldStartWith("id,username,account,existing,reason\r\n1,joueur é,,,\"As a user name");

        await File.WriteAllTextAsync(
            map,
            $"id,username,account,existing,reason\n1,joueur é,{other},,\n2,,{NewName()},,\n3,,{Traces.Stranger.Username},yes,\n5,gone too,,,\n",
            TestContext.Current.CancellationToken
        );
        var summary = await RunAsync(slug, r => r with { UserMap = map });

        summary.UsersAdded.ShouldBe(4);
        summary.WithoutAccount.ShouldHaveSingleItem().ShouldContain("gone too");
        ((string)(await GetAsync($"/{slug}/api/v1/users/1")).Json["username"]!).ShouldBe(other);
        ((string)(await GetAsync($"/{slug}/api/v1/users/3")).Json["username"]!).ShouldBe(Traces.Stranger.Username);
        (await LogIdsAsync(slug)).ShouldBe([1, 2]);
        (await GetAsync($"/api/v1/studies/{slug}", Traces.Stranger)).Json["number"]!.GetValue<long>().ShouldBe(3);

        var again = await RunAsync(slug, r => r with { UserMap = map });
        (again.UsersAdded, again.UsersKnown).ShouldBe((0, 4));
    }

    [Fact]
    public async Task Who_is_left_has_no_account_and_his_logs_are_there()
    {
        var slug = Traces.NewSlug();
        _old.AddUser(1, "no blanks");
        _old.AddLog(1, 1);
        _old.AddLog(2, 8);

        var summary = await RunAsync(slug, r => r with { LeaveBad = true });

        summary.WithoutAccount.Count.ShouldBe(2);
        summary.WithoutAccount[1].ShouldContain("number 8 is gone there");
        (await LogIdsAsync(slug)).ShouldBe([1, 2]);
        (await GetAsync($"/{slug}/api/v1/users")).Text.ShouldBe("[]");
    }

    [Fact]
    public async Task Who_was_erased_here_is_not_brought_back()
    {
        var slug = Traces.NewSlug();
        var name = NewName();
        _old.AddUser(1, name);
        _old.AddUser(2, NewName());
        _old.AddLog(1, 1);
        _old.AddLog(2, 2);
        await RunAsync(slug);
        var found = await GetAsync($"/api/v1/users?search={name}", Traces.Administrator);
        var id = (string)found.Items.Single(u => (string)u!["username"]! == name)!["id"]!;
        (await SendAsync(HttpMethod.Delete, $"/api/v1/users/{id}?form=destroy", null, Traces.Administrator)).Must(
            HttpStatusCode.OK
        );
        await Eventually.HoldsAsync(async () =>
            (await GetAsync($"/api/v1/studies/{slug}/participants/1")).Status == HttpStatusCode.NotFound
        );

        var again = await RunAsync(slug);

        (again.UsersAdded, again.UsersErased, again.LogsAdded).ShouldBe((0, 1, 0L));
        again.LogsBad.ShouldHaveSingleItem().Key.ShouldContain("erased");
        (await LogIdsAsync(slug)).ShouldBe([2]);
    }

    [Fact]
    public async Task A_run_that_ends_between_accounts_and_participants_is_taken_up()
    {
        var slug = Traces.NewSlug();
        var name = NewName();
        _old.AddUser(1, name);
        Directory.CreateDirectory(_old["sheet.csv.new"]);

        // The accounts are made, and the sheet cannot be written.
        var broken = await Should.ThrowAsync<ImportException>(() =>
            RunAsync(slug, r => r with { Credentials = _old["sheet.csv"] })
        );
        broken.Message.ShouldContain("run the same command again");
        (await GetAsync($"/api/v1/users?search={name}", Traces.Administrator)).Text.ShouldContain($"\"{name}\"");

        var summary = await RunAsync(slug);

        summary.UsersAdded.ShouldBe(1);
        var sheet = await File.ReadAllLinesAsync(summary.Credentials!, TestContext.Current.CancellationToken);
        await TestUsers.LogInAsync(Server, name, sheet[1].Split(',')[2]);
    }

    [Fact]
    public async Task A_run_that_is_stopped_goes_on_where_it_was()
    {
        var slug = Traces.NewSlug();
        _old.AddUser(1, NewName());
        _old.Execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
            INSERT INTO logs SELECT i, 1, '2023-04-18T10:17:00Z', i, 'room', 'answer', 'submit', 'for', '' FROM n
            """
        );
        using var stop = new CancellationTokenSource();
        var request = new TsadkImportRequest(_old.File, slug) { Owner = Researcher.Username };
        var stopped = await Should.ThrowAsync<ImportException>(() =>
            Import.RunAsync(request, new Told(_ => stop.Cancel()), stop.Token)
        );
        stopped.Message.ShouldContain("run the same command again");

        var rest = await RunAsync(slug);

        rest.LogsKnown.ShouldBeGreaterThan(0);
        (rest.LogsKnown + rest.LogsAdded).ShouldBe(5000);
        (await LogIdsAsync(slug)).ShouldBe([.. Enumerable.Range(1, 5000).Select(i => (long)i)]);
    }

    [Fact]
    public async Task Logs_that_cannot_be_are_left_in_a_file_with_the_reason()
    {
        var slug = Traces.NewSlug();
        _old.AddUser(1, NewName());
        _old.AddLog(1, 1, sequence: "x, y");
        _old.AddLog(2, 1, timestamp: new string('9', 201));
        _old.AddLog(3, 1);

        var summary = await RunAsync(slug);

        summary.LogsAdded.ShouldBe(1);
        summary.LogsBad.Values.Sum().ShouldBe(2);
        var bad = await File.ReadAllLinesAsync(summary.BadLogs!, TestContext.Current.CancellationToken);
        bad[0].ShouldBe("reason,id,userID,timestamp,sequence,roomName,actionNature,actionType,userAnswer,userError");
        bad[1]
            .ShouldBe(
                "sequence: a whole number is expected.,1,1,2023-04-18T10:17.109Z,\"x, y\",room 1,answer,submit,for,\"\""
            );

        // Mended there, they come with the next run.
        _old.Execute("UPDATE logs SET sequence = 12, timestamp = '2023-04-18T10:17:00Z'");
        (await RunAsync(slug)).LogsAdded.ShouldBe(2);
    }

    [Fact]
    public async Task What_cannot_be_taken_over_is_told_with_the_mend()
    {
        async Task RefusedAsync(string slug, string file, params string[] saying)
        {
            var refused = await Should.ThrowAsync<ImportException>(() =>
                Import.RunAsync(new TsadkImportRequest(file, slug), null, TestContext.Current.CancellationToken)
            );
            foreach (var text in saying)
            {
                refused.Message.ShouldContain(text);
            }
        }

        await RefusedAsync(Traces.NewSlug(), _old["nothing.db"], "There is no file");
        await File.WriteAllTextAsync(_old["text.db"], new string('x', 5000), TestContext.Current.CancellationToken);
        await RefusedAsync(Traces.NewSlug(), _old["text.db"], "cannot be read as an SQLite database");
        await RefusedAsync("No Slug", _old.File, "lower case");

        var game = await NewStudyAsync();
        await RefusedAsync(game.Split('/')[^1], _old.File, "roomName");

        var used = Traces.NewSlug();
        _old.AddUser(1, NewName());
        await RunAsync(used);
        (await PostAsync($"/{used}/api/v1/logs", NewLog(1))).Must(HttpStatusCode.OK);
        _old.AddLog(1, 1);
        await RefusedAsync(used, _old.File, "has traces of its own", "without traces");

        _old.Execute("ALTER TABLE logs RENAME COLUMN userError TO error");
        await RefusedAsync(Traces.NewSlug(), _old.File, "lacks the columns userError");
        _old.Execute("DROP TABLE logs");
        await RefusedAsync(Traces.NewSlug(), _old.File, "no table logs");
    }

    [Fact]
    public async Task Where_consent_is_needed_logs_come_over_once_it_is_there()
    {
        var slug = Traces.NewSlug();
        _old.AddUser(1, NewName());
        _old.AddLog(1, 1);
        await RunAsync(slug, r => r with { File = _old.File });
        var asked = new
        {
            consent = new
            {
                required = true,
                version = 1,
                text = "We keep what you do in the game.",
            },
        };
        (await SendAsync(HttpMethod.Patch, $"/api/v1/studies/{slug}", asked)).Must(HttpStatusCode.OK);
        _old.AddLog(2, 1);
        _old.AddUser(2, NewName());
        _old.AddLog(3, 2);

        var summary = await RunAsync(slug, r => r with { ConsentOnPaper = true });

        summary.LogsBad.ShouldHaveSingleItem().Key.ShouldContain("consent to version 1");
        (await LogIdsAsync(slug)).ShouldBe([1, 3]);
        var paper = $"/api/v1/studies/{slug}/participants/1/consent";
        (await SendAsync(HttpMethod.Put, paper, new { version = 1 })).Must(HttpStatusCode.OK);
        (await RunAsync(slug)).LogsAdded.ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_else_sends_a_trace_under_an_old_logs_id()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var sent = await SendTracesAsync(
            study,
            Trace(1, t => t["id"] = "74736164-6b00-8000-8000-000000000005"),
            null,
            "application/json"
        );
        sent.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        sent.Text.ShouldContain("older server");
        var other = Trace(1, t => t["id"] = "74736164-6c00-8000-8000-000000000005");
        (await SendTracesAsync(study, other)).Must(HttpStatusCode.Created);
    }

    private static JsonObject NewLog(long user) =>
        new()
        {
            ["userID"] = user,
            ["timestamp"] = "2023-04-18T10:17.109Z",
            ["sequence"] = 1,
            ["roomName"] = "loops",
            ["actionNature"] = "answer",
            ["actionType"] = "submit",
            ["userAnswer"] = "for",
            ["userError"] = "",
        };

    private sealed class Told(Action<ImportProgress> tell) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => tell(value);
    }
}

public sealed class TsadkImportOnSqlite(SqliteTraces traces) : TsadkImportTests(traces), IClassFixture<SqliteTraces>;

public sealed class TsadkImportOnPostgres(PostgresTraces traces)
    : TsadkImportTests(traces),
        IClassFixture<PostgresTraces>;

public sealed class TsadkAccountIdTests
{
    [Fact]
    public void An_account_s_id_tells_nobody_the_number_that_it_was_made_for()
    {
        var (study, other) = (KnownStudy.Create(secret: [1]), KnownStudy.Create(secret: [2]));

        var id = TsadkUsers.IdOf(study, 1, "player-1").ShouldNotBeNull();

        TsadkUsers.IdOf(study, 1, "player-1").ShouldBe(id, "a run that was broken off finds it again");
        TsadkUsers.IdOf(study, 2, "player-1").ShouldNotBe(id);
        TsadkUsers.IdOf(other, 1, "player-1").ShouldNotBe(id, "all that is seen of the two studies is the same");
        TsadkUsers.IdOf(KnownStudy.Create(), 1, "player-1").ShouldBeNull();
    }
}
