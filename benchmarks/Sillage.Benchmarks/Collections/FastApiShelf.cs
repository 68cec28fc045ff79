using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Collections;

/// <summary>FastAPI, uvicorn and SQLAlchemy's ORM on PostgreSQL, written by hand for these books, with the same indexes and the same rule.</summary>
internal sealed class FastApiShelf(ShelfGround ground)
    : Shelf(ground, "FastAPI + SQLAlchemy (PostgreSQL)", "commits flushed")
{
    private const string User = "writer-1";

    private const string Tables = """
        CREATE TABLE author (id uuid PRIMARY KEY, name varchar(255) NOT NULL);
        CREATE TABLE book (
          id uuid PRIMARY KEY, title varchar(255) NOT NULL, author varchar(255) NOT NULL, price double precision, isbn varchar(40) UNIQUE,
          published date, by_id uuid REFERENCES author (id), owner varchar(36) NOT NULL, created timestamptz NOT NULL, updated timestamptz NOT NULL);
        CREATE INDEX book_title ON book (title);
        CREATE INDEX book_author ON book (author);
        CREATE INDEX book_price ON book (price);
        """;

    private string? _connection;

    protected override IEnumerable<int> OtherProcesses => [Ground.Postmaster];

    private string Authorization { get; } = $"Bearer {TokenOf(ground.Password)}";

    protected override async Task StartAsync()
    {
        _connection = await Databases.CreateAsync(Ground.Postgres, "fastapi_books");
        await Databases.ExecuteAsync(_connection, Tables);
        var parts = new NpgsqlConnectionStringBuilder(_connection);
        Server = await ServerProcess.StartAsync(
            [
                "/usr/bin/uvicorn",
                "app:app",
                "--host",
                Address.Address.ToString(),
                "--port",
                $"{Address.Port}",
                "--workers",
                $"{Environment.ProcessorCount}",
                "--loop",
                "uvloop",
                "--http",
                "httptools",
                "--no-access-log",
                "--log-level",
                "warning",
            ],
            new Dictionary<string, string>
            {
                ["FASTAPI_POSTGRES"] =
                    $"postgresql://{parts.Username}:{Uri.EscapeDataString(parts.Password!)}@{parts.Host}:{parts.Port}/{parts.Database}",
                ["FASTAPI_SECRET"] = Ground.Password,
                ["PYTHONDONTWRITEBYTECODE"] = "1",
            },
            Ground.Peer("fastapi-sqlalchemy"),
            Path.Combine(Ground.Folder, $"{Name}-{Books}.log"),
            new Uri(Root, "/health")
        );
    }

    protected override async Task FillAsync()
    {
        const string Id = "CAST(lpad(to_hex(i), 8, '0') || '-0000-7000-8000-000000000000' AS uuid)";
        await Databases.ExecuteAsync(
            _connection!,
            $"""
            INSERT INTO author SELECT {Id}, 'author-' || lpad(CAST(i AS text), 7, '0') FROM generate_series(0, {Authors
                - 1}) i;
            INSERT INTO book SELECT {Id}, 'title-' || lpad(CAST(i AS text), 7, '0'), 'author-' || lpad(CAST(i % {Authors} AS text), 7, '0'),
              i % 1000, CAST(i AS text), '2026-11-20', CAST(lpad(to_hex(i % {Authors}), 8, '0') || '-0000-7000-8000-000000000000' AS uuid),
              '{User}', now(), now() FROM generate_series(0, {Books - 1}) i;
            ANALYZE;
            """
        );
    }

    protected override RequestTemplate Create() => RequestTemplate.Post("/books", Authorization, NewBook(), 1);

    protected override byte[] Read(int book) => RequestTemplate.Get($"/books/{IdOf(book)}", Authorization);

    protected override byte[] List(int author, bool expand) =>
        RequestTemplate.Get(
            $"/books{(expand ? "-expanded" : "")}?author={Numbered("author-", author)}&limit=20",
            Authorization
        );

    protected override RequestTemplate Patch(int book) =>
        RequestTemplate.Send(
            "PATCH",
            $"/books/{IdOf(book)}",
            Authorization,
            $$"""{"price":{{RequestTemplate.Sequence}}}""",
            1
        );

    protected override RequestTemplate? Batch() =>
        RequestTemplate.Post("/books/batch", Authorization, $"[{Hundred(_ => NewBook(), ",")}]", 1);

    private static string IdOf(int number) => $"{number:x8}-0000-7000-8000-000000000000";

    private static string TokenOf(string secret)
    {
        var signed =
            Encode("""{"alg":"HS256","typ":"JWT"}""") + "." + Encode($$"""{"sub":"{{User}}","exp":4102444800}""");
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(signed));
        return $"{signed}.{Base64Url.EncodeToString(signature)}";

        static string Encode(string part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part));
    }
}
