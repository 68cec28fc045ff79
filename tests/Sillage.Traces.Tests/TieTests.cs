using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Shouldly;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Storage;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>The tie between participant and account: who sees through it, and what a crash may leave of it.</summary>
public abstract class TieTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    [Fact]
    public async Task No_reply_to_anyone_without_the_right_to_identities_holds_a_name()
    {
        var study = await NewStudyAsync();
        var name = "pim" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        var made = await PostAsync($"{study}/participants", new { usernames = new[] { name } });
        var credential = Credential.Basic(name, (string)made.Must(HttpStatusCode.Created).Items[0]!["password"]!);
        var player = new Person(Guid.Empty, name, "", credential);
        await SendTracesAsync(study, Trace(), player);
        await SendTracesAsync(study, """{"name":"bad"}""", player);
        var pseudonym = (string)made.Items[0]!["pseudonym"]!;
        var all = await TestUsers.RegisterAsync(Server, Traces.NewSlug(), "researcher");
        await SendAsync(
            HttpMethod.Put,
            $"{study}/rights/{all.Id}",
            new { rights = new[] { "read", "write", "manage" } }
        );

        var seen = 0;
        foreach (var person in new[] { all, Traces.Administrator })
        {
            foreach (var route in await RoutesOfAStudyAsync())
            {
                var path = route
                    .Replace("{study}", study.Split('/')[^1], StringComparison.Ordinal)
                    .Replace("{participant}", pseudonym, StringComparison.Ordinal);
                foreach (var query in new[] { "", "?identities=true" })
                {
                    var reply = await GetAsync(path + query, person);
                    reply.Text.ShouldNotContain(name, Case.Insensitive, $"{path}{query} to {person.Username}");
                    seen += reply.Text.Contains(pseudonym, StringComparison.Ordinal) ? 1 : 0;
                }
            }
        }

        // The replies were not all refusals.
        seen.ShouldBeGreaterThan(4);
        (await GetAsync($"{study}/participants")).Text.ShouldContain(name);
    }

    [Fact]
    public async Task A_tie_whose_participant_never_came_has_no_effect_and_goes_at_the_next_start()
    {
        await using var server = await Traces.StartAsync();
        var game = await Game.StartAsync(server);
        var stray = await TestUsers.RegisterAsync(server, "stray", "member");
        await game.RunAsync(
            "INSERT INTO identity (study, number, account, username) SELECT key, 99, @account, 'stray' FROM study",
            new { account = stray.Id }
        );

        // A member of nothing does not even hear that there is such a study.
        (await game.SendTraceAsync(stray)).ShouldBe(HttpStatusCode.NotFound);
        await server.RestartAsync();

        (await game.CountAsync("identity WHERE username = 'stray'")).ShouldBe(0);
        (await game.CountAsync("identity")).ShouldBe(1);
        (await game.SendTraceAsync(game.Player)).ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("destroy", 0, 0)]
    [InlineData("anonymise", 1, 1)]
    public async Task An_erasure_of_which_a_crash_left_the_order_alone_is_finished_at_the_next_start(
        string form,
        int participants,
        int traces
    )
    {
        await using var server = await Traces.StartAsync();
        var game = await Game.StartAsync(server);
        (await game.SendTraceAsync(game.Player)).ShouldBe(HttpStatusCode.Created);
        // What is in the module's own file is committed first: the order is there, and so is the tie still.
        await game.RunAsync(
            """
            INSERT INTO removal (id, study, participant, account, form, subject, requested_at)
            SELECT @id, study, number, account, @form, 'subject', @at FROM identity
            """,
            new
            {
                id = Guid.CreateVersion7(),
                form,
                at = DateTimeOffset.UnixEpoch,
            }
        );

        await server.RestartAsync();

        await Specifications.Eventually.HoldsAsync(async () => await game.CountAsync("removal") == 0);
        (await game.CountAsync("identity")).ShouldBe(0);
        (await game.CountAsync("participant")).ShouldBe(participants);
        (await game.CountAsync("trace")).ShouldBe(traces);
        (await game.CountAsync("sillage_audit WHERE action = 'traces.removed' AND subject = 'subject'")).ShouldBe(1);
    }

    [Theory]
    [InlineData("destroy", 0, 0)]
    [InlineData("anonymise", 1, 1)]
    public async Task A_participation_on_the_list_of_erasures_is_erased_at_the_next_start(
        string form,
        int participants,
        int traces
    )
    {
        await using var server = await Traces.StartAsync();
        var game = await Game.StartAsync(server);
        (await game.SendTraceAsync(game.Player)).ShouldBe(HttpStatusCode.Created);
        var id = await game.ListAsync(1, form == "destroy" ? ErasureForm.Destroy : ErasureForm.Anonymise);

        await server.RestartAsync();

        await game.IsDoneAsync(id);
        (await game.CountAsync("identity")).ShouldBe(0);
        (await game.CountAsync("participant")).ShouldBe(participants);
        (await game.CountAsync("trace")).ShouldBe(traces);
        (await game.SendTraceAsync(game.Player)).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_participant_who_came_while_the_clock_was_ahead_is_erased_all_the_same()
    {
        await using var server = await Traces.StartAsync();
        var game = await Game.StartAsync(server);
        await game.RunAsync(
            "UPDATE participant SET created_at = @at",
            new { at = DateTimeOffset.UnixEpoch.AddYears(100) }
        );
        var id = await game.ListAsync(1, ErasureForm.Destroy);

        await server.RestartAsync();

        await game.IsDoneAsync(id);
        (await game.CountAsync("identity")).ShouldBe(0);
        (await game.CountAsync("participant")).ShouldBe(0);
    }

    [Fact]
    public async Task A_younger_participant_of_the_same_name_is_somebody_else()
    {
        await using var server = await Traces.StartAsync();
        var game = await Game.StartAsync(server);
        var id = await game.ListAsync(2, ErasureForm.Destroy);
        await game.AddPlayerAsync();

        await server.RestartAsync();

        await game.IsDoneAsync(id);
        (await game.CountAsync("identity")).ShouldBe(2);
    }

    private async Task<IReadOnlyList<string>> RoutesOfAStudyAsync()
    {
        var document = (await GetAsync("/openapi.json")).Json;
        return
        [
            .. document["paths"]!
                .AsObject()
                .Where(path =>
                    path.Key.Contains("{study}", StringComparison.Ordinal)
                    && path.Value!.AsObject().ContainsKey("get")
                    // It does not end; that it is refused without the right is in the table of who may.
                    && !path.Key.EndsWith("/live", StringComparison.Ordinal)
                )
                .Select(path => path.Key),
        ];
    }

    /// <summary>A server of a test's own with one study and one player.</summary>
    protected sealed record Game(SillageServer Server, string Study, Person Player)
    {
        private IDatabase<TracesData> Database =>
            (IDatabase<TracesData>)Server.Services.GetService(typeof(IDatabase<TracesData>))!;

        public static async Task<Game> StartAsync(SillageServer server)
        {
            var admin = await TestUsers.LogInAsync(server, "admin", TestUsers.AdministratorPassword);
            var made = await server.SendAsync(
                HttpMethod.Post,
                "/api/v1/studies",
                new { slug = "game", title = "A game" },
                admin.Credential
            );
            var study = (string)made.Must(HttpStatusCode.Created).Json["links"]!["self"]!;
            return new Game(server, study, await AddPlayerAsync(server, study));
        }

        public Task<Person> AddPlayerAsync() => AddPlayerAsync(Server, Study);

        /// <summary>Puts a participation on the list of erasures, as a restore would.</summary>
        public async Task<Guid> ListAsync(long number, ErasureForm form)
        {
            var study = await Database.ReadAsync(
                reader => reader.ScalarAsync<long>("SELECT key FROM study"),
                CancellationToken.None
            );
            // Of one who is not there: it began at another time than any that is.
            var since = await Database.ReadAsync(
                reader =>
                    reader.ScalarAsync<DateTimeOffset?>(
                        "SELECT created_at FROM participant WHERE number = @number",
                        new { number }
                    ),
                CancellationToken.None
            );
            var name =
                $"{study}/{number}/{((since ?? DateTimeOffset.UnixEpoch).UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10}";
            var list = (IErasureList)Server.Services.GetService(typeof(IErasureList))!;
            return await list.RecordPartAsync("traces", name, form, CancellationToken.None);
        }

        public Task IsDoneAsync(Guid erasure) =>
            Specifications.Eventually.HoldsAsync(async () =>
                (string)(await Server.SendAsync(HttpMethod.Get, $"/api/v1/erasures/{erasure}")).Json["state"]! == "done"
            );

        public async Task<HttpStatusCode> SendTraceAsync(Person person) =>
            (
                await Server.SendAsync(
                    HttpMethod.Post,
                    $"{Study}/traces",
                    TestUsers.Content(Trace().ToJsonString()),
                    person.Credential
                )
            ).Status;

        private static async Task<Person> AddPlayerAsync(SillageServer server, string study)
        {
            var players = await server.SendAsync(
                HttpMethod.Post,
                $"{study}/participants",
                new { count = 1 },
                Credential.Basic("admin", TestUsers.AdministratorPassword)
            );
            var player = players.Must(HttpStatusCode.Created).Items[0]!;
            var (name, password) = ((string)player["username"]!, (string)player["password"]!);
            return new Person(Guid.Empty, name, password, Credential.Basic(name, password));
        }

        public Task<int> RunAsync(string sql, object parameters) =>
            Database.WriteAsync(unit => unit.ExecuteAsync(sql, parameters), CancellationToken.None);

        public Task<long> CountAsync(string what) =>
            Database.ReadAsync(
                reader => reader.ScalarAsync<long>($"SELECT count(*) FROM {what}"),
                CancellationToken.None
            );
    }
}

public sealed class TiesOnSqlite(SqliteTraces traces) : TieTests(traces), IClassFixture<SqliteTraces>
{
    [Fact]
    public async Task The_tie_is_in_a_file_of_its_own_and_nowhere_else()
    {
        var study = await NewStudyAsync();
        var name = "pim" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        (await PostAsync($"{study}/participants", new { usernames = new[] { name } })).Must(HttpStatusCode.Created);

        var holding = Directory
            .EnumerateFiles(Server.DataFolder)
            .Where(file => Path.GetFileName(file).StartsWith("traces", StringComparison.Ordinal))
            .Where(file => Holds(file, name))
            .Select(file => Path.GetFileName(file).Split(".db")[0])
            .Distinct();

        holding.ShouldBe(["traces.identities"]);
    }

    [Fact]
    public async Task Intake_writes_nothing_to_the_file_of_the_ties()
    {
        await using var server = await Traces.StartAsync();
        var game = await Game.StartAsync(server);
        var before = Written();

        for (var i = 0; i < 20; i++)
        {
            (await game.SendTraceAsync(game.Player)).ShouldBe(HttpStatusCode.Created);
        }

        Written().ShouldBe(before);

        string Written() =>
            string.Join(
                ' ',
                new[] { "db", "db-wal" }
                    .Select(ending => Path.Combine(server.DataFolder, $"traces.identities.{ending}"))
                    .Select(file => Convert.ToHexString(SHA256.HashData(Specifications.FileContent.Read(file))))
            );
    }

    [Fact]
    public async Task Ties_from_before_there_was_a_file_for_them_are_moved_there()
    {
        using var folder = new Specifications.TemporaryFolder();
        var account = Guid.CreateVersion7();
        await WriteOldFileAsync(folder["traces.db"], account);

        await using var server = await Traces.StartAsync(("Data", folder.Path));

        var database = (IDatabase<TracesData>)server.Services.GetService(typeof(IDatabase<TracesData>))!;
        var moved = await database.ReadAsync(
            reader => reader.ScalarAsync<Guid>("SELECT account FROM identities.identity WHERE username = 'pim'"),
            CancellationToken.None
        );
        moved.ShouldBe(account);
        (
            await database.ReadAsync(
                reader =>
                    reader.ScalarAsync<long>("SELECT count(*) FROM main.sqlite_schema WHERE name LIKE '%identity%'"),
                CancellationToken.None
            )
        ).ShouldBe(0);
    }

    private static async Task WriteOldFileAsync(string path, Guid account)
    {
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        var scripts = new[]
        {
            (Owner: "storage", Name: "outbox_inbox_audit_idempotency", Module: typeof(IDatabase)),
            (Owner: "traces", Name: "studies_and_traces", Module: typeof(TracesData)),
        };
        var sql = new StringBuilder(
            "CREATE TABLE sillage_migration (owner TEXT, number INTEGER, name TEXT, checksum TEXT, applied_at INTEGER);\n"
        );
        foreach (var (owner, name, module) in scripts)
        {
            var resource = module
                .Assembly.GetManifestResourceNames()
                .Single(r => r.EndsWith($"Migrations.Sqlite.0001_{name}.sql", StringComparison.Ordinal));
            using var reader = new StreamReader(module.Assembly.GetManifestResourceStream(resource)!);
            var text = await reader.ReadToEndAsync();
            var checksum = Convert.ToHexStringLower(
                SHA256.HashData(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n")))
            );
            sql.Append(text)
                .AppendLine(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"INSERT INTO sillage_migration VALUES ('{owner}', 1, '{name}', '{checksum}', 0);"
                );
        }

        sql.AppendLine(
            "INSERT INTO participant VALUES (1, 1, 'abc', 0); INSERT INTO identity VALUES (1, 1, @account, 'pim');"
        );
        command.CommandText = sql.ToString();
        command.Parameters.AddWithValue("@account", account.ToByteArray(bigEndian: true));
        await command.ExecuteNonQueryAsync();
    }

    private static bool Holds(string file, string text) =>
        Specifications.FileContent.Read(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
}

public sealed class TiesOnPostgres(PostgresTraces traces) : TieTests(traces), IClassFixture<PostgresTraces>;
