using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>An erasure seen through to its end: who asked can follow it, and then nothing is left.</summary>
public abstract class ErasureTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    private const int Batches = 30;
    private const int BatchSize = 100;

    [Theory]
    [InlineData("destroy")]
    [InlineData("anonymise")]
    public async Task An_erasure_is_followed_to_its_end_without_an_account_and_leaves_nothing(string form)
    {
        await using var server = await Traces.StartAsync();
        var game = await PlayAsync(server);

        var reply = (await EraseAsync(game, form)).Must(HttpStatusCode.OK);
        var progress = (string)reply.Json["links"]!["progress"]!;
        progress.ShouldNotContain((string)reply.Json["accountId"]!);
        await Eventually.HoldsAsync(async () =>
            (string)(await server.SendAsync(HttpMethod.Get, progress)).Must(HttpStatusCode.OK).Json["state"]! == "done"
        );

        // Of the erased what must be gone; of the other player everything.
        var gone = form == "destroy" ? game.Erased.All : game.Erased.OfThePerson;
        LeftIn(server, gone).ShouldBeEmpty();
        LeftIn(server, game.Other.OfThePerson.Concat(game.Other.OfTheTraces.Take(20)).ToList())
            .Count.ShouldBe(server.Services.Postgres() is null ? game.Other.OfThePerson.Count + 20 : 0);
        var expected = (form == "destroy" ? 1 : 2) * Batches * BatchSize;
        (await CountAsync(server, "trace")).ShouldBe(expected);
        (await CountAsync(server, "quarantine")).ShouldBe(form == "destroy" ? 1 : 2);
        (await CountAsync(server, "identity")).ShouldBe(1);
        await AuditTellsAsync(server, (string)reply.Json["accountId"]!, progress.Split('/')[^1], form);
    }

    [Fact]
    public async Task What_others_send_in_the_name_of_the_erased_meanwhile_goes_too()
    {
        await using var server = await Traces.StartAsync();
        var game = await PlayAsync(server);
        var sending = SendInTheNameOfTheFirstAsync(server);

        var reply = (await EraseAsync(game, "destroy")).Must(HttpStatusCode.OK);
        await sending;

        var progress = (string)reply.Json["links"]!["progress"]!;
        await Eventually.HoldsAsync(async () =>
            (string)(await server.SendAsync(HttpMethod.Get, progress)).Must(HttpStatusCode.OK).Json["state"]! == "done"
        );
        (await CountAsync(server, "trace")).ShouldBe(Batches * BatchSize, "those of the other player");
    }

    [Fact]
    public async Task A_refused_erasure_leaves_nothing_to_be_done_at_the_next_start()
    {
        await using var server = await Traces.StartAsync();
        var last = Credential.Basic("admin", TestUsers.AdministratorPassword);
        (await server.SendAsync(HttpMethod.Delete, "/api/v1/me?form=destroy", null, last)).Status.ShouldBe(
            HttpStatusCode.Conflict
        );

        await server.RestartAsync();

        (await server.SendAsync(HttpMethod.Get, "/api/v1/me", null, last)).Status.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>What was done and on which day, and by no id that leads anywhere.</summary>
    private static async Task AuditTellsAsync(SillageServer server, string account, string erasure, string form)
    {
        (await AuditAsync(server, $"subject={account}")).ShouldBeEmpty();
        (await AuditAsync(server, $"actor={account}")).ShouldBeEmpty();
        (await AuditAsync(server, "action=account.erased")).ShouldHaveSingleItem();
        (await AuditAsync(server, "action=erasure.completed")).ShouldHaveSingleItem()["subject"]!
            .ToString()
            .ShouldBe(erasure);
        var row = (await AuditAsync(server, "action=traces.removed")).ShouldHaveSingleItem();
        DateTimeOffset.Parse((string)row["at"]!, CultureInfo.InvariantCulture).TimeOfDay.ShouldBe(TimeSpan.Zero);
        var removed = JsonNode.Parse((string)row["details"]!)!;
        ((string)removed["form"]!).ShouldBe(form);
        ((long)removed["traces"]!).ShouldBe(form == "destroy" ? Batches * BatchSize : 0);
        ((long)removed["quarantined"]!).ShouldBe(form == "destroy" ? 1 : 0);
    }

    private static async Task<IReadOnlyList<JsonNode>> AuditAsync(SillageServer server, string query)
    {
        var admin = Credential.Basic("admin", TestUsers.AdministratorPassword);
        var trail = await server.SendAsync(HttpMethod.Get, $"/api/v1/audit?{query}&limit=100", null, admin);
        return [.. trail.Must(HttpStatusCode.OK).Items.Select(row => row!)];
    }

    /// <summary>Until there is no such participant any more.</summary>
    private static async Task SendInTheNameOfTheFirstAsync(SillageServer server)
    {
        var admin = Credential.Basic("admin", TestUsers.AdministratorPassword);
        HttpStatusCode status;
        do
        {
            var trace = $$"""{"participant":1,"timestamp":"{{DateTimeOffset.UtcNow:O}}","name":"late"}""";
            var content = TestUsers.Content(trace);
            status = (await server.SendAsync(HttpMethod.Post, "/api/v1/studies/game/traces", content, admin)).Status;
            status.ShouldBeOneOf(HttpStatusCode.Created, HttpStatusCode.UnprocessableEntity);
        } while (status == HttpStatusCode.Created);
    }

    private static Task<Answer> EraseAsync(Game game, string form) =>
        game.Server.SendAsync(
            HttpMethod.Delete,
            $"/api/v1/me?form={form}",
            null,
            Credential.Basic(game.Erased.Username, game.Erased.Password)
        );

    /// <summary>Two players whose traces lie among each other, with marks in everything that they send.</summary>
    private static async Task<Game> PlayAsync(SillageServer server)
    {
        var admin = Credential.Basic("admin", TestUsers.AdministratorPassword);
        var made = await server.SendAsync(
            HttpMethod.Post,
            "/api/v1/studies",
            new
            {
                slug = "game",
                title = "A game",
                fields = new[] { new { name = "note", type = "string" } },
            },
            admin
        );
        var study = (string)made.Must(HttpStatusCode.Created).Json["links"]!["self"]!;
        var names = new[] { Mark(), Mark() };
        var sheet = await server.SendAsync(HttpMethod.Post, $"{study}/participants", new { usernames = names }, admin);
        var players = sheet
            .Must(HttpStatusCode.Created)
            .Items.Select(item => new Marked(
                (string)item!["username"]!,
                (string)item["password"]!,
                (string)item["pseudonym"]!
            ))
            .ToArray();
        for (var batch = 0; batch < Batches; batch++)
        {
            foreach (var player in players)
            {
                await SendAsync(server, study, player, batch);
            }
        }

        foreach (var player in players)
        {
            player.OfTheTraces.Add(Encoding.UTF8.GetBytes(Mark(player)));
            (
                await server.SendAsync(
                    HttpMethod.Post,
                    $"{study}/traces",
                    TestUsers.Content($$"""{"name":7,"note":"{{Encoding.UTF8.GetString(player.OfTheTraces[^1])}}"}"""),
                    Credential.Basic(player.Username, player.Password)
                )
            ).Must(HttpStatusCode.UnprocessableEntity);
            await LogInAsync(server, player);
        }

        // What is added up of traces has their names, sessions and values too.
        (await server.SendAsync(HttpMethod.Get, $"{study}/summary", null, admin)).Must(HttpStatusCode.OK);
        (await server.SendAsync(HttpMethod.Get, $"{study}/sessions", null, admin)).Must(HttpStatusCode.OK);

        return new Game(server, players[0], players[1]);
    }

    private static async Task SendAsync(SillageServer server, string study, Marked player, int batch)
    {
        var items = new List<object>();
        for (var i = 0; i < BatchSize; i++)
        {
            var id = Guid.CreateVersion7();
            var (session, name, data) = (Mark(player), Mark(player), Mark(player));
            items.Add(
                new
                {
                    id,
                    timestamp = "2026-03-02T10:00:00Z",
                    session,
                    name,
                    sequence = i,
                    data = new { note = string.Concat(Enumerable.Repeat(data, 1 + (i % 40))) },
                }
            );
            if (i % 10 == 0)
            {
                player.OfTheTraces.Add(id.ToByteArray(bigEndian: true));
                player.OfTheTraces.AddRange(new[] { session, name, data }.Select(mark => Encoding.UTF8.GetBytes(mark)));
            }
        }

        (
            await server.SendAsync(
                HttpMethod.Post,
                $"{study}/traces",
                TestUsers.Content(JsonSerializer.Serialize(items)),
                Credential.Basic(player.Username, player.Password),
                ("Idempotency-Key", $"{player.Username}-{batch}")
            )
        ).Must(HttpStatusCode.Created);
    }

    private static async Task LogInAsync(SillageServer server, Marked player)
    {
        var agent = Mark();
        player.OfThePerson.Add(Encoding.UTF8.GetBytes(agent));
        (
            await server.SendAsync(
                HttpMethod.Post,
                "/api/v1/auth/login",
                TestUsers.Content(new { username = player.Username, password = player.Password }),
                null,
                ("User-Agent", agent)
            )
        ).Must(HttpStatusCode.OK);
    }

    private static string Mark(Marked? of = null) =>
        (of is null ? "p" : "t") + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10));

    private static Task<long> CountAsync(SillageServer server, string table)
    {
        var database = (Sillage.Storage.IDatabase<TracesData>)
            server.Services.GetService(typeof(Sillage.Storage.IDatabase<TracesData>))!;
        return database.ReadAsync(
            reader => reader.ScalarAsync<long>($"SELECT count(*) FROM {table}"),
            CancellationToken.None
        );
    }

    /// <summary>Which of these are in some file of the data folder, and where.</summary>
    private static List<string> LeftIn(SillageServer server, IReadOnlyList<byte[]> marks)
    {
        var files = Directory
            .EnumerateFiles(server.DataFolder, "*", SearchOption.AllDirectories)
            .Select(file => (Name: Path.GetFileName(file), Content: FileContent.Read(file)))
            .ToList();
        return
        [
            .. marks
                .Select(mark =>
                    (
                        Mark: Convert.ToHexString(mark),
                        In: files.Where(file => file.Content.AsSpan().IndexOf(mark) >= 0).Select(file => file.Name)
                    )
                )
                .Where(found => found.In.Any())
                .Select(found => $"{found.Mark} in {string.Join(", ", found.In)}"),
        ];
    }

    private sealed record Game(SillageServer Server, Marked Erased, Marked Other);

    /// <summary>A player, and what can be recognised of him.</summary>
    private sealed record Marked(string Username, string Password, string Pseudonym)
    {
        /// <summary>What leads to the person.</summary>
        public List<byte[]> OfThePerson { get; } = [Encoding.UTF8.GetBytes(Username)];

        /// <summary>What he sent: some of each thousand bytes.</summary>
        public List<byte[]> OfTheTraces { get; } = [Encoding.UTF8.GetBytes(Pseudonym)];

        public IReadOnlyList<byte[]> All => [.. OfThePerson, .. OfTheTraces];
    }
}

public sealed class ErasuresOnSqlite(SqliteTraces traces) : ErasureTests(traces), IClassFixture<SqliteTraces>;

public sealed class ErasuresOnPostgres(PostgresTraces traces) : ErasureTests(traces), IClassFixture<PostgresTraces>;
