using System.Globalization;
using System.Text.Json.Nodes;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Rowing;

/// <summary>A server that keeps strokes, with people who row.</summary>
internal abstract class RowingTarget(Ground ground, string name) : Target(ground, name)
{
    protected const int People = 20;

    private readonly List<Erg> _ergs = [];

    /// <summary>The tokens of its people.</summary>
    protected List<string> Tokens { get; } = [];

    /// <summary>Begins sessions, each person's in turn.</summary>
    public async Task BeginAsync(int sessions)
    {
        for (var i = 0; i < sessions; i++)
        {
            var token = Tokens[i % Tokens.Count];
            var begun = await PostAsync(
                token,
                "/api/v1/workouts",
                new JsonObject
                {
                    ["machine"] = "rower",
                    ["start"] = "2026-11-20T06:30:00Z",
                    ["live"] = true,
                }
            );
            _ergs.Add(new Erg($"{(string)begun["links"]!["self"]!}/strokes", token));
        }
    }

    /// <summary>The requests of one of so many connections: the strokes of its share of all ergs.</summary>
    public IRequests Strokes(int connection, int connections, int strokes) =>
        new ErgRequests([.. _ergs.Where((_, i) => i % connections == connection)], strokes);

    public async Task<JsonNode> PostAsync(string authorization, string path, JsonNode body)
    {
        using var api = new Api(Root) { Authorization = authorization };
        return await api.PostAsync(path, body);
    }
}

/// <summary>The product.</summary>
internal sealed class SillageRowing(Ground ground, bool onPostgres, string suffix = "")
    : RowingTarget(ground, (onPostgres ? "Sillage (PostgreSQL)" : "Sillage (SQLite)") + suffix)
{
    private const string Password = "three wet oars";

    private readonly string _data = ground.NewFolder("rowing");

    public override string Durability => "each commit flushed";

    protected override IEnumerable<int> OtherProcesses => onPostgres ? [Ground.Postmaster] : [];

    public string Data => _data;

    public string DatabaseFile => Path.Combine(_data, "rowing.db");

    public string? Connection { get; private set; }

    /// <summary>What is sent along as the first of its people.</summary>
    public string Token => Tokens[0];

    public override async Task StartAsync()
    {
        Connection = onPostgres ? await Databases.CreateAsync(Ground.Postgres, "sillage_rowing") : null;
        Server = await SillageProcess.StartAsync(
            Ground.Sillage,
            Root,
            _data,
            Path.Combine(Ground.Folder, $"{Name}.log"),
            Ground.Password,
            Connection,
            ("ACCOUNTS__REGISTRATION", "open"),
            ("ACCOUNTS__ACCESSTOKENLIFETIME", "01:00:00"),
            // The people are made before anything is measured.
            ("ACCOUNTS__PASSWORDITERATIONS", "100000"),
            ("ROWING__WORKOUTSPERACCOUNT", "1000000"),
            ("ROWING__CLOSEAFTER", "1.00:00:00")
        );
        using var api = new Api(Root);
        for (var i = 0; i < People; i++)
        {
            var person = new JsonObject { ["username"] = $"rower-{i}", ["password"] = Password };
            await api.PostAsync("/api/v1/auth/register", person.DeepClone());
            var session = await api.PostAsync("/api/v1/auth/login", person);
            Tokens.Add($"Bearer {(string)session["access_token"]!}");
        }
    }

    public Task StopAsync() => Server!.DisposeAsync().AsTask();

    public override async Task<long?> CountAsync() =>
        onPostgres
            ? await Databases.ScalarAsync(Connection!, "SELECT sum(strokes)::bigint FROM rowing.stroke_batch")
            : long.Parse(
                await Shell.RunAsync("sqlite3", "-readonly", DatabaseFile, "SELECT sum(strokes) FROM stroke_batch"),
                CultureInfo.InvariantCulture
            );

    public async Task<byte[]> DownloadAsync(string path)
    {
        using var client = new HttpClient { BaseAddress = Root };
        client.DefaultRequestHeaders.Add("Authorization", Token);
        return await client.GetByteArrayAsync(new Uri(path, UriKind.Relative));
    }

    /// <summary>Keeps a whole session of the first of its people.</summary>
    public Task<JsonNode> SendAsync(DateTimeOffset start, int strokes, double seconds)
    {
        var list = new JsonArray();
        for (var i = 1; i <= strokes; i++)
        {
            list.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["time"] = Math.Round(i * seconds, 1),
                        ["distance"] = Math.Round(i * seconds * 4.5, 1),
                        ["pace"] = 108 + (i % 9),
                        ["rate"] = 28 + (i % 4),
                        ["power"] = 220 + (i % 60),
                        ["heartRate"] = 140 + (i % 40),
                    }
            );
        }

        return PostAsync(
            Token,
            "/api/v1/workouts",
            new JsonObject
            {
                ["machine"] = "rower",
                ["start"] = start.ToString("O", CultureInfo.InvariantCulture),
                ["totals"] = new JsonObject
                {
                    ["distance"] = Math.Round(strokes * seconds * 4.5),
                    ["time"] = Math.Round(strokes * seconds, 1),
                },
                ["strokes"] = list,
            }
        );
    }

    /// <summary>Brings the store to a size with workouts of others, 300 of each, past the server.</summary>
    public async Task FillAsync(long workouts)
    {
        Console.Error.WriteLine($"— storing {workouts:N0} workouts in {Name}");
        const string Columns =
            "id, account_id, machine, state, source, started_at, ended_at, distance, duration, privacy, detail, strokes, created_at, updated_at, name";
        const string Detail = """{"type":"just-row","totals":{"distance":8000,"time":2100},"derived":{"pace":131.2}}""";
        if (onPostgres)
        {
            await Databases.ExecuteAsync(
                Connection!,
                $"""
                INSERT INTO rowing.workout ({Columns})
                SELECT gen_random_uuid(), account, 'rower', 'closed', 'file', at, at + interval '35 min', 800000, 2100000, 'private', '{Detail}', 0, at, at, '8000m'
                FROM (SELECT account, timestamptz '2026-05-02' + n * interval '1 day' AS at
                  FROM (SELECT gen_random_uuid() AS account FROM generate_series(1, {workouts
                    / 300})) a, generate_series(1, 300) n) rowed;
                ANALYZE rowing.workout;
                """
            );
            return;
        }

        // Microseconds since 1970: from 2 May 2026 on, a day each.
        await Shell.RunAsync(
            "sqlite3",
            DatabaseFile,
            $"""
            PRAGMA busy_timeout = 60000;
            CREATE TEMP TABLE account AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {workouts
                / 300}) SELECT randomblob(16) AS id FROM n;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
            INSERT INTO workout ({Columns})
            SELECT randomblob(16), account.id, 'rower', 'closed', 'file', at, at + 2100000000, 800000, 2100000, 'private', '{Detail}', 0, at, at, '8000m'
            FROM account, (SELECT 1777680000000000 + i * 86400000000 AS at FROM n);
            """
        );
    }
}

/// <summary>Flask, SQLAlchemy, gunicorn and SQLite.</summary>
internal sealed class FlaskRowing(Ground ground) : RowingTarget(ground, "Flask + SQLAlchemy + gunicorn + SQLite")
{
    private readonly string _data = ground.NewFolder("flask-rowing");

    public override string Durability => "each request flushed (WAL, synchronous=FULL)";

    private string DatabaseFile => Path.Combine(_data, "rowing.db");

    public override async Task StartAsync()
    {
        Server = await ServerProcess.StartAsync(
            [
                "/usr/bin/gunicorn",
                "--config",
                Path.Combine(Ground.Peer("tsadk"), "gunicorn.conf.py"),
                "--bind",
                Address.ToString(),
                "app:app",
            ],
            new Dictionary<string, string>
            {
                ["ROWING_DATABASE"] = DatabaseFile,
                ["ROWING_SECRET"] = Ground.Password,
                ["PYTHONDONTWRITEBYTECODE"] = "1",
            },
            Ground.Peer("rowing"),
            Path.Combine(Ground.Folder, $"{Name}.log"),
            new Uri(Root, "/health")
        );
        using var api = new Api(Root);
        for (var i = 0; i < People; i++)
        {
            var person = await api.PostAsync("/people", new JsonObject { ["name"] = $"rower-{i}" });
            Tokens.Add($"Bearer {(string)person["token"]!}");
        }
    }

    public override async Task<long?> CountAsync() =>
        long.Parse(
            await Shell.RunAsync("sqlite3", "-readonly", DatabaseFile, "SELECT count(*) FROM stroke"),
            CultureInfo.InvariantCulture
        );
}
