using System.Globalization;
using System.Text.Json.Nodes;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.Targets;

/// <summary>Flask, gunicorn and SQLite with the TSADK routes; lean is without the ORM.</summary>
internal sealed class TsadkTarget(Ground ground, bool lean)
    : Target(ground, lean ? "Flask + gunicorn + sqlite3, no ORM" : "Flask + gunicorn + SQLite")
{
    private readonly bool _lean = lean;
    private readonly string _data = ground.NewFolder("tsadk");
    private readonly List<(int Id, string Authorization)> _players = [];
    private string? _administrator;

    public override string Durability => "each request flushed (WAL, synchronous=FULL)";

    public string DatabaseFile => Path.Combine(_data, "tsadk.db");

    public override async Task StartAsync()
    {
        // The tables and the users are app.py's in both forms.
        Server = await StartServerAsync("app:app");
        using (var api = new Api(Root))
        {
            api.Authorization = Api.Basic("admin", Ground.Password);
            _administrator = await TokenAsync(api);
            for (var i = 0; i < Players; i++)
            {
                var name = $"player-{i}";
                api.Authorization = _administrator;
                var user = await api.PostAsync(
                    "/tsadk/api/v1/users",
                    new JsonObject { ["username"] = name, ["pwd"] = Ground.Password }
                );
                api.Authorization = Api.Basic(name, Ground.Password);
                _players.Add(((int)user["id"]!, await TokenAsync(api)));
            }
        }

        if (_lean)
        {
            await Server.DisposeAsync();
            Server = await StartServerAsync("lean:app");
        }
    }

    public override async Task<long?> CountAsync() =>
        long.Parse(
            await Shell.RunAsync("sqlite3", "-readonly", DatabaseFile, "SELECT count(*) FROM logs"),
            CultureInfo.InvariantCulture
        );

    /// <summary>The request for the CSV of all logs.</summary>
    /// <param name="byEntity">Whether each row becomes an object of the model first; the peer without ORM knows only columns.</param>
    public byte[] Export(bool byEntity = false) =>
        RequestTemplate.Get("/tsadk/api/v1/utils/export/logs" + (byEntity ? "?entities=1" : ""), _administrator);

    /// <summary>Stores rows past the server, to have something to export.</summary>
    public Task FillAsync(long rows) =>
        Shell.RunAsync(
            "sqlite3",
            DatabaseFile,
            $"""
            PRAGMA busy_timeout = 60000;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
            INSERT INTO logs (userID, timestamp, sequence, roomName, actionNature, actionType, userAnswer, userError)
            SELECT 2 + i % {Players}, '2026-01-01T00:00:00.000Z', i, 'recursion', 'exercise', 'compile',
              'return n <= 1 ? 1 : n * factorial(n - 1);', ''';'' expected' FROM n
            """
        );

    protected override RequestTemplate One(int player, Play play)
    {
        var (id, authorization) = _players[player];
        return RequestTemplate.Post(
            "/tsadk/api/v1/logs",
            authorization,
            play.AsLog(id.ToString(CultureInfo.InvariantCulture)),
            1
        );
    }

    private static async Task<string> TokenAsync(Api api) =>
        Api.Basic((string)(await api.GetAsync("/tsadk/api/v1/utils/token"))["token"]!, "unused");

    private Task<ServerProcess> StartServerAsync(string application) =>
        ServerProcess.StartAsync(
            ["/usr/bin/gunicorn", "--config", "gunicorn.conf.py", "--bind", Address.ToString(), application],
            new Dictionary<string, string>
            {
                ["TSADK_DATABASE"] = DatabaseFile,
                ["TSADK_SECRET"] = Ground.Password,
                ["TSADK_ADMIN_PASSWORD"] = Ground.Password,
                ["PYTHONDONTWRITEBYTECODE"] = "1",
            },
            Ground.Peer("tsadk"),
            Path.Combine(Ground.Folder, $"{Name}.log"),
            new Uri(Root, "/tsadk/api/v1/utils/token")
        );
}
