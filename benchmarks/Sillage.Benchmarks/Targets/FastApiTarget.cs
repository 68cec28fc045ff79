using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.Targets;

/// <summary>FastAPI, uvicorn and asyncpg on PostgreSQL, with the same table and indexes.</summary>
internal sealed class FastApiTarget(Ground ground) : Target(ground, "FastAPI + uvicorn + asyncpg")
{
    // What a token of the load lives; nothing is renewed.
    private const long Expiry = 4_102_444_800;

    private string? _connection;

    public override string Durability => "each commit flushed (synchronous_commit=on)";

    protected override IEnumerable<int> OtherProcesses => [Ground.Postmaster];

    public override async Task StartAsync()
    {
        _connection = await Databases.CreateAsync(Ground.Postgres, "fastapi");
        foreach (var sql in Ground.TraceTables("Postgres"))
        {
            await Databases.ExecuteAsync(_connection, sql);
        }

        var parts = new NpgsqlConnectionStringBuilder(_connection);
        var url =
            $"postgresql://{parts.Username}:{Uri.EscapeDataString(parts.Password!)}@{parts.Host}:{parts.Port}/{parts.Database}";
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
                ["FASTAPI_POSTGRES"] = url,
                ["FASTAPI_SECRET"] = Ground.Password,
                ["PYTHONDONTWRITEBYTECODE"] = "1",
            },
            Ground.Peer("fastapi"),
            Path.Combine(Ground.Folder, $"{Name}.log"),
            new Uri(Root, "/health")
        );
    }

    public override async Task<long?> CountAsync() =>
        await Databases.ScalarAsync(_connection!, "SELECT count(*) FROM trace");

    protected override RequestTemplate One(int player, Play play) => Many(player, [play]);

    protected override RequestTemplate Many(int player, Play[] plays) =>
        RequestTemplate.Post(
            "/traces",
            $"Bearer {Token(player + 1)}",
            Play.Batch(plays, $"session-{player}"),
            plays.Length
        );

    private string Token(int participant)
    {
        var signed =
            Encode("""{"alg":"HS256","typ":"JWT"}""")
            + "."
            + Encode($$"""{"sub":"{{participant}}","exp":{{Expiry}}}""");
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Ground.Password), Encoding.UTF8.GetBytes(signed));
        return $"{signed}.{Base64Url.EncodeToString(signature)}";

        static string Encode(string part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part));
    }
}
