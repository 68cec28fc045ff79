using System.Text;
using System.Text.Json.Nodes;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Collections;

/// <summary>The product, as it starts by default but for the rates of limits, with rules and indexes on.</summary>
internal sealed class SillageShelf(ShelfGround ground, bool onPostgres)
    : Shelf(ground, onPostgres ? OnPostgres : OnSqlite, onPostgres ? "commits flushed" : "WAL, synchronous=FULL")
{
    public const string OnSqlite = "Sillage (SQLite)";
    public const string OnPostgres = "Sillage (PostgreSQL)";

    private const string NoLimit = "10000000";
    private const int AtOnce = 10_000;

    private const string AuthorFields = """
        {"name": "authors", "fields": [{"name": "name", "type": "string"}], "rules": {"read": "true", "create": "@me.id != null"}}
        """;

    private const string BookFields = """
        {"name": "books", "fields": [
           {"name": "title", "type": "string", "required": true, "index": true}, {"name": "author", "type": "string", "required": true, "index": true},
           {"name": "price", "type": "number", "index": true}, {"name": "isbn", "type": "string", "maxLength": 40, "unique": true},
           {"name": "published", "type": "date"}, {"name": "by", "type": "relation", "to": "authors"}],
         "rules": {"read": "true", "create": "@me.id != null", "update": "owner = @me.id", "delete": "owner = @me.id"}}
        """;

    private readonly string _data = ground.NewFolder(onPostgres ? "postgres" : "sqlite");
    private string _writer = "";

    public string Writer => _writer;

    public Uri Records => new(Root, "/api/v1/collections/books/records");

    protected override IEnumerable<int> OtherProcesses => onPostgres ? [Ground.Postmaster] : [];

    protected override async Task StartAsync()
    {
        var environment = new Dictionary<string, string>
        {
            ["SILLAGE_ADMIN__USERNAME"] = "benchmark",
            ["SILLAGE_ADMIN__PASSWORD"] = Ground.Password,
            ["SILLAGE_ACCOUNTS__REGISTRATION"] = "open",
            ["SILLAGE_ACCOUNTS__ACCESSTOKENLIFETIME"] = "12:00:00",
            ["SILLAGE_ACCOUNTS__PASSWORDITERATIONS"] = "100000",
        };
        // The limits stay on and are counted; they are set so high that the load never meets them.
        foreach (
            var bucket in new[]
            {
                "LIMITS__RATELIMITS__ADDRESS",
                "LIMITS__RATELIMITS__ACCOUNT",
                "LIMITS__RATELIMITS__LOGIN",
                "LIVE__CONNECTIONEVENTS",
                "LIVE__ACCOUNTEVENTS",
            }
        )
        {
            environment[$"SILLAGE_{bucket}__BURST"] = NoLimit;
            environment[$"SILLAGE_{bucket}__PERSECOND"] = NoLimit;
        }

        if (onPostgres)
        {
            environment["SILLAGE_POSTGRES"] = await Databases.CreateAsync(Ground.Postgres, "sillage_books");
        }

        Server = await ServerProcess.StartAsync(
            ["dotnet", Ground.Sillage, "serve", "--urls", Root.ToString(), "--data", _data],
            environment,
            _data,
            Path.Combine(Ground.Folder, $"{Name}-{Books}.log"),
            new Uri(Root, "/health/live")
        );
        using var api = new Api(Root);
        await api.PostAsync(
            "/api/v1/auth/register",
            new JsonObject { ["username"] = "writer-1", ["password"] = Ground.Password }
        );
        _writer = await LogInAsync(api, "writer-1");
        api.Authorization = await LogInAsync(api, "benchmark");
        await api.PostAsync("/api/v1/collections", JsonNode.Parse(AuthorFields)!);
        await api.PostAsync("/api/v1/collections", JsonNode.Parse(BookFields)!);
    }

    protected override async Task FillAsync()
    {
        await ImportAsync("authors", Authors, i => $$"""{"id":"{{IdOf(i)}}","name":"{{Numbered("author-", i)}}"}""");
        await ImportAsync(
            "books",
            Books,
            i =>
                $$"""{"id":"{{IdOf(i)}}","title":"{{Numbered("title-", i)}}","author":"{{Numbered("author-", i % Authors)}}","price":{{i % 1000}},"isbn":"{{i}}","published":"2026-11-20","by":"{{IdOf(i % Authors)}}"}"""
        );
    }

    protected override RequestTemplate Create() => RequestTemplate.Post(Records.AbsolutePath, _writer, NewBook(), 1);

    protected override byte[] Read(int book) => RequestTemplate.Get($"{Records.AbsolutePath}/{IdOf(book)}", _writer);

    protected override byte[] List(int author, bool expand) =>
        RequestTemplate.Get(
            $"{Records.AbsolutePath}?filter=author%20%3D%20%22{Numbered("author-", author)}%22&sort=-price&limit=20{(expand ? "&expand=by" : "")}",
            _writer
        );

    protected override RequestTemplate Patch(int book) =>
        RequestTemplate.Send(
            "PATCH",
            $"{Records.AbsolutePath}/{IdOf(book)}",
            _writer,
            $$"""{"price":{{RequestTemplate.Sequence}}}""",
            1
        );

    protected override RequestTemplate? Batch() =>
        RequestTemplate.Post(
            "/api/v1/batch",
            _writer,
            $$"""{"operations":[{{Hundred(_ => $$"""{"do":"create","collection":"books","body":{{NewBook()}}}""", ",")}}]}""",
            1
        );

    private static string IdOf(int number) => $"{number:x8}-0000-7000-8000-000000000000";

    private async Task<string> LogInAsync(Api api, string username)
    {
        var session = await api.PostAsync(
            "/api/v1/auth/login",
            new JsonObject { ["username"] = username, ["password"] = Ground.Password }
        );
        return $"Bearer {(string)session["access_token"]!}";
    }

    private async Task ImportAsync(string collection, int count, Func<int, string> line)
    {
        using var client = new HttpClient { BaseAddress = Root, Timeout = TimeSpan.FromMinutes(10) };
        for (var first = 0; first < count; first += AtOnce)
        {
            var lines = Enumerable.Range(first, Math.Min(AtOnce, count - first)).Select(line);
            using var request = new HttpRequestMessage(
                HttpMethod.Post,
                $"/api/v1/collections/{collection}/records/import"
            )
            {
                Content = new StringContent(string.Join('\n', lines), Encoding.UTF8, "application/x-ndjson"),
            };
            request.Headers.TryAddWithoutValidation("Authorization", _writer);
            using var reply = await client.SendAsync(request);
            if (!reply.IsSuccessStatusCode)
            {
                throw new InvalidOperationException(
                    $"{(int)reply.StatusCode} {await reply.Content.ReadAsStringAsync()}"
                );
            }
        }
    }
}
