using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>
/// What is left of somebody who was erased, in any table of any database: neither an id nor a name, and no time closer than a day
/// by which two things that are left could be put together. Whoever adds a table is held to it by that.
/// </summary>
public sealed class ErasedTests(PostgresServer postgres, ITestOutputHelper output) : IDisposable
{
    // Traces, studies, messages and records keep the times that they are about, and what others were notified of is theirs; the memory of handled events, of changes
    // and of jobs goes after a while.
    private static readonly string[] WithTimesOfTheirOwn =
    [
        "trace",
        "quarantine",
        "study",
        "retention_run",
        "message",
        "record",
        "record_history",
        "post",
        "comment",
        "notification",
        "sillage_inbox",
        "sillage_job",
        "change",
    ];

    // Ids were put together over 10 ms once.
    private static readonly TimeSpan Close = TimeSpan.FromMilliseconds(10);

    private static readonly string[] OfThePerson = ["many-sided", "Many Sided", "many.sided@example.org"];

    // Others are notified of it.
    private const string TitleOfThePerson = "Named in a title";

    // Somebody answers somebody else below it, and only that is told.
    private const string TitleOfTalk = "Others talk below it";

    private const string RoomOfThePerson = "Where nobody else is";

    // Something that was under way is written behind the erasure of its section.
    private const string ComesLate = """
        CREATE FUNCTION notifications.come_late() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO notifications.notification (id, recipient, kind, dedup_key, created_at)
          VALUES (gen_random_uuid(), OLD.account_id, 'posts.comment', 'late', now());
          RETURN OLD;
        END $$;
        CREATE TRIGGER come_late AFTER DELETE ON notifications.person FOR EACH ROW EXECUTE FUNCTION notifications.come_late();
        """;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("anonymise", false)]
    [InlineData("destroy", false)]
    [InlineData("anonymise", true)]
    [InlineData("destroy", true)]
    public async Task Nothing_that_is_left_leads_to_who_was_erased(string form, bool onPostgres)
    {
        var database = onPostgres ? await postgres.CreateDatabaseAsync() : null;
        var environment = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
        };
        if (database is not null)
        {
            environment["SILLAGE_POSTGRES"] = database;
        }

        await using var server = await SillageServer.StartAsync(_folder.Path, environment);
        using var admin = await ApiClient.LogInAsync(server);
        using var person = await LiveAsync(server, admin);
        var id = (await person.GetAsync("/api/v1/me")).GetProperty("id").GetGuid();
        var trail = (await person.GetAsync("/api/v1/me/data")).GetProperty("traces").GetProperty("audit").ToString();
        trail.ShouldContain("identities.read");
        trail.ShouldContain("study-right.given");
        var pseudonym = await PseudonymAsync(admin);
        var before = await StoredCells.ReadAsync(_folder["data"], database);
        // A module of which nothing is kept here would not be looked at.
        foreach (
            var module in new[] { "accounts", "traces", "messaging", "posts", "notifications", "rowing", "collections" }
        )
        {
            before
                .Where(cell => cell.Database.Contains(module, StringComparison.Ordinal) && cell.Holds(id))
                .ShouldNotBeEmpty(module);
        }

        await Eventually.HoldsAsync(async () =>
            (await admin.GetAsync("/api/v1/me/notifications")).ToString() is var told
            && told.Contains(TitleOfThePerson, StringComparison.Ordinal)
            && told.Contains(TitleOfTalk, StringComparison.Ordinal)
            && told.Contains("posts.follow", StringComparison.Ordinal)
        );
        if (database is not null)
        {
            await using var connection = new NpgsqlConnection(database);
            await connection.OpenAsync();
            await using var trigger = new NpgsqlCommand(ComesLate, connection);
            await trigger.ExecuteNonQueryAsync();
        }

        using (var reply = await person.Client.DeleteAsync($"/api/v1/me?form={form}"))
        {
            reply.StatusCode.ShouldBe(HttpStatusCode.OK);
            var report = JsonSerializer.Deserialize<JsonElement>(await reply.Content.ReadAsStringAsync());
            await IsDoneAsync(admin, report.GetProperty("links").GetProperty("progress").GetString()!);
        }

        await IsNotToldAgainAsync(admin);
        var after = await StoredCells.ReadAsync(_folder["data"], database);
        string[] gone = [.. OfThePerson, RoomOfThePerson];
        NoneNames(after, id, form == "destroy" ? [.. gone, pseudonym, TitleOfThePerson, TitleOfTalk] : gone);
        NoneTellsAMoment(before, after, id);
        TheTrailTellsDays(before, after);
        AccountsHaveRandomIds(after);
        if (form == "anonymise")
        {
            after.ShouldContain(cell => cell.Table == "participant" && cell.Holds(pseudonym));
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Makes somebody of whom something is kept wherever anything of a person is.</summary>
    private static async Task<ApiClient> LiveAsync(SillageServer server, ApiClient admin)
    {
        await admin.MakeStudyAsync("game", 1);
        using var made = await ProvisionAsync(admin);
        var item = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items")[0];
        var password = item.GetProperty("password").GetString()!;
        using (var first = await ApiClient.LogInAsync(server, "many-sided", password))
        {
            var id = (await first.GetAsync("/api/v1/me")).GetProperty("id").GetString();
            await admin.PatchAsync($"/api/v1/users/{id}", new { role = "researcher" });
            using var given = await admin.Client.PutAsJsonAsync(
                $"/api/v1/studies/game/rights/{id}",
                new { rights = new[] { "read", "write", "manage", "identities" } }
            );
            given.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        var person = await ApiClient.LogInAsync(server, "many-sided", password);
        await person.PatchAsync("/api/v1/me", new { displayName = OfThePerson[1], email = OfThePerson[2] });
        await person.PostAsync("/api/v1/api-keys", new { name = "mine", permissions = new[] { "traces.write" } });
        (await person.TrySendAsync("game", [Guid.CreateVersion7()])).ShouldBe(HttpStatusCode.Created);
        await SendAsync(person, """{"participant":1,"timestamp":"2026-03-02T10:00:00Z","name":"told"}""");
        await SendAsync(person, """{"participant":1,"name":"without a time"}""");
        await SendAsync(person, """{"name":"mine, without a time"}""");
        await person.GetAsync("/api/v1/studies/game/traces?identities=true");
        await person.MakeStudyAsync("own", 1);
        await person.PatchAsync("/api/v1/studies/own", new { retentionDays = 30 });
        await person.PostAsync("/api/v1/studies/own/retention/runs", new { });
        await LiveElsewhereAsync(server, person, admin);
        return person;
    }

    /// <summary>Leaves something in every other module.</summary>
    private static async Task LiveElsewhereAsync(SillageServer server, ApiClient person, ApiClient admin)
    {
        var things = await OwnThings.MakeAsync(admin);
        var theirs = await admin.GetAsync($"/api/v1/rooms/{things.Room}");
        var id = (await person.GetAsync("/api/v1/me")).GetProperty("id").GetString();
        using (
            var put = await admin.Client.PutAsJsonAsync(
                $"/api/v1/rooms/{things.Room}/members/{id}",
                new { role = "moderator" }
            )
        )
        {
            put.IsSuccessStatusCode.ShouldBeTrue(await put.Content.ReadAsStringAsync() + theirs);
        }

        using (
            var chosen = await person.Client.PatchAsJsonAsync(
                "/api/v1/me/notification-choices",
                new { language = "fr" }
            )
        )
        {
            chosen.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        await person.PostAsync($"/api/v1/rooms/{things.Room}/messages", new { text = "of mine" });
        await person.PostAsync($"/api/v1/rooms/{things.Room}/invitations", new { });
        await person.PostAsync("/api/v1/rooms", new { name = RoomOfThePerson });
        using (var setting = await person.Client.PutAsJsonAsync("/api/v1/presence/setting", new { hidden = true }))
        {
            setting.StatusCode.ShouldNotBe(HttpStatusCode.NotFound);
        }

        await person.PostAsync("/api/v1/posts", new { title = "Of mine", body = "…" });
        await person.PostAsync("/api/v1/posts", new { title = TitleOfThePerson, body = "@admin, look." });
        var talk = (await person.PostAsync("/api/v1/posts", new { title = TitleOfTalk, body = "…" })).GetProperty("id");
        var asked = await admin.PostAsync($"/api/v1/posts/{talk}/comments", new { body = "Who?" });
        await admin.PostAsync(
            "/api/v1/users",
            new
            {
                username = "colleague",
                password = ApiClient.Password,
                role = "member",
            }
        );
        using (var colleague = await ApiClient.LogInAsync(server, "colleague"))
        {
            await colleague.PostAsync(
                $"/api/v1/posts/{talk}/comments",
                new { body = "I.", parent = asked.GetProperty("id") }
            );
        }

        var other = (await admin.GetAsync("/api/v1/me")).GetProperty("id").GetString();
        await person.PostAsync($"/api/v1/posts/{things.Post}/comments", new { body = "Of mine." });
        foreach (
            var mark in new[]
            {
                $"posts/{things.Post}/bookmark",
                $"posts/{things.Post}/reactions/like",
                "tags/of-mine/follow",
                $"authors/{other}/follow",
            }
        )
        {
            using var marked = await person.Client.PutAsync($"/api/v1/{mark}", null);
            marked.StatusCode.ShouldNotBe(HttpStatusCode.Forbidden);
        }

        await person.PostAsync("/api/v1/workouts", new { machine = "rower", start = "2026-11-20T06:30:00Z" });
        await admin.PostAsync(
            "/api/v1/collections",
            new
            {
                name = "kept",
                fields = new[] { new { name = "a", type = "string" } },
                rules = new { read = "true", create = "true" },
                history = true,
            }
        );
        await person.PostAsync("/api/v1/collections/kept/records", new { a = "of mine" });
        await admin.PostAsync(
            "/api/v1/notifications",
            new
            {
                recipient = id,
                subject = "For you",
                body = "…",
            }
        );
    }

    // The reply has names and passwords; the key brings it again for a day.
    private static Task<HttpResponseMessage> ProvisionAsync(ApiClient admin)
    {
        var content = JsonContent.Create(new { usernames = new[] { "many-sided", "another" } });
        content.Headers.Add("Idempotency-Key", "the first two");
        return admin.Client.PostAsync("/api/v1/studies/game/participants", content);
    }

    private static async Task IsNotToldAgainAsync(ApiClient admin)
    {
        using var again = await ProvisionAsync(admin);
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await again.Content.ReadAsStringAsync()).ShouldContain("erased");
    }

    private static async Task SendAsync(ApiClient person, string trace)
    {
        using var content = new StringContent(trace, Encoding.UTF8, "application/json");
        content.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var reply = await person.Client.PostAsync("/api/v1/studies/game/traces", content);
        reply.StatusCode.ShouldBeOneOf(HttpStatusCode.Created, HttpStatusCode.UnprocessableEntity);
    }

    private static async Task<string> PseudonymAsync(ApiClient admin)
    {
        var participants = await admin.GetAsync("/api/v1/studies/game/participants");
        return participants
            .GetProperty("items")
            .EnumerateArray()
            .Single(item => item.GetProperty("number").GetInt64() == 2)
            .GetProperty("pseudonym")
            .GetString()!;
    }

    private static Task IsDoneAsync(ApiClient admin, string progress) =>
        Eventually.HoldsAsync(async () => (await admin.GetAsync(progress)).GetProperty("state").GetString() == "done");

    // On PostgreSQL the other processes hear for ten minutes that the account has changed, by its id.
    private static void NoneNames(IReadOnlyList<StoredCell> after, Guid id, IEnumerable<string> names)
    {
        var cells = after.Where(cell => cell.Table != "change").ToList();
        cells.Where(cell => cell.Holds(id)).Select(cell => cell.Place).ShouldBeEmpty();
        foreach (var name in names)
        {
            cells.Where(cell => cell.Holds(name)).Select(cell => cell.Place).ShouldBeEmpty(name);
        }
    }

    private void NoneTellsAMoment(IReadOnlyList<StoredCell> before, IReadOnlyList<StoredCell> after, Guid id)
    {
        static (string, string, int) RowOf(StoredCell cell) => (cell.Database, cell.Table, cell.Row);

        var own = before.Where(cell => cell.Holds(id)).Select(RowOf).ToHashSet();
        var moments = before
            .Where(cell => own.Contains(RowOf(cell)) && !WithTimesOfTheirOwn.Contains(cell.Table))
            .Select(cell => cell.Moment)
            .OfType<DateTimeOffset>()
            .ToList();
        // What others were told or given by one and the same act is theirs as well.
        var shared = before
            .Where(cell => !own.Contains(RowOf(cell)))
            .Select(cell => cell.Moment)
            .OfType<DateTimeOffset>()
            .ToList();
        moments.RemoveAll(moment => shared.Exists(other => (other - moment).Duration() < Close));
        moments.ShouldNotBeEmpty();
        output.WriteLine($"{own.Count} rows named the person, at {moments.Count} moments of the person's own.");

        after
            .Where(cell =>
                !WithTimesOfTheirOwn.Contains(cell.Table)
                && cell.Moment is { } at
                && moments.Exists(m => (m - at).Duration() < Close)
            )
            .Select(cell => $"{cell.Place} {cell.Moment:O}")
            .ShouldBeEmpty();
    }

    // Every row that was rewritten or came with the erasure; the participants; the list of erasures.
    private static void TheTrailTellsDays(IReadOnlyList<StoredCell> before, IReadOnlyList<StoredCell> after)
    {
        var known = before.Where(cell => cell is { Table: "sillage_audit", Column: "id" }).Select(Text).ToHashSet();
        var rows = after
            .Where(cell => cell.Table == "sillage_audit")
            .GroupBy(cell => (cell.Database, cell.Row))
            .Where(row => !known.Contains(Text(row.Single(cell => cell.Column == "id"))))
            .ToList();
        rows.Count.ShouldBeGreaterThan(5);
        var cells = rows.SelectMany(row => row).Where(cell => cell.Column is "id" or "at");
        var others = after.Where(cell =>
            cell is { Table: "participant", Column: "created_at" } || cell.Table == "erasure"
        );
        foreach (var cell in cells.Concat(others).Where(cell => cell.Moment is not null))
        {
            cell.Moment!.Value.TimeOfDay.ShouldBe(TimeSpan.Zero, cell.Place);
        }

        var subjects = rows.Where(row =>
                row.Any(cell => Equals(cell.Value, "account.corrected") || Equals(cell.Value, "identities.read"))
            )
            .SelectMany(row => row.Where(cell => cell.Column is "actor"))
            .Select(Text)
            .ToList();
        subjects.Count.ShouldBeGreaterThan(1);
        subjects.ShouldBeUnique("each row has a stranger of its own");
    }

    private static void AccountsHaveRandomIds(IReadOnlyList<StoredCell> after)
    {
        var ids = after.Where(cell => cell is { Table: "account", Column: "id" }).ToList();
        ids.ShouldNotBeEmpty();
        ids.Select(cell => cell.Moment).ShouldAllBe(moment => moment == null);
    }

    private static string Text(StoredCell cell) =>
        cell.Value is byte[] bytes ? Convert.ToHexString(bytes) : cell.Value.ToString()!;
}
