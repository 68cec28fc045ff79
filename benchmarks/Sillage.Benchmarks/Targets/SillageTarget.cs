using System.Globalization;
using System.Text.Json.Nodes;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.Targets;

/// <summary>The server itself, on embedded SQLite or on PostgreSQL, as it starts by default but for the rate limits.</summary>
/// <param name="ground">What is made ready.</param>
/// <param name="onPostgres">On which of the two.</param>
/// <param name="tallySeconds">How long new traces may wait to be counted; null for as long as by default.</param>
/// <param name="isBefore">Whether it is the other commit's, <see cref="Ground.Before"/>.</param>
internal sealed class SillageTarget(Ground ground, bool onPostgres, int? tallySeconds = null, bool isBefore = false)
    : Target(
        ground,
        (isBefore ? "before, " : "")
            + (onPostgres ? "Sillage (PostgreSQL)" : "Sillage (SQLite)")
            + (tallySeconds is null ? "" : $", counting after {tallySeconds} s")
    )
{
    private const string Study = "bench";
    private static readonly TimeSpan TokensLast = TimeSpan.FromMinutes(5);

    private readonly bool _onPostgres = onPostgres;
    private readonly string _data = ground.NewFolder("sillage");
    private readonly List<(string Name, string Password)> _players = [];
    private string[] _tokens = [];
    private string? _administrator;
    private string? _connection;
    private long _renewed;

    public override string Durability =>
        _onPostgres ? "each commit flushed (synchronous_commit=on)" : "each commit flushed (WAL, synchronous=FULL)";

    protected override IEnumerable<int> OtherProcesses => _onPostgres ? [Ground.Postmaster] : [];

    public override async Task StartAsync()
    {
        await StartServerAsync();
        using var api = new Api(Root);
        api.Authorization = await LoginAsync(api, SillageProcess.Administrator, Ground.Password);
        await api.PostAsync("/api/v1/studies", Definition());
        var players = await api.PostAsync(
            $"/api/v1/studies/{Study}/participants",
            new JsonObject { ["count"] = Players }
        );
        foreach (var player in players["items"]!.AsArray())
        {
            _players.Add(((string)player!["username"]!, (string)player["password"]!));
        }

        await RenewAsync();
    }

    /// <summary>Starts the process on what its data folder holds, without preparing anything.</summary>
    public async Task StartServerAsync()
    {
        if (_onPostgres)
        {
            _connection ??= await Databases.CreateAsync(Ground.Postgres, "sillage");
        }

        Server = await SillageProcess.StartAsync(
            isBefore ? Ground.Before! : Ground.Sillage,
            Root,
            _data,
            Path.Combine(Ground.Folder, $"{Name}.log"),
            Ground.Password,
            _connection,
            tallySeconds is { } seconds
                ? [("TRACES__TALLYSECONDS", seconds.ToString(CultureInfo.InvariantCulture))]
                : []
        );
    }

    public async Task StopServerAsync() => await Server!.DisposeAsync();

    public override async Task RenewAsync()
    {
        if (_tokens.Length > 0 && TimeProvider.System.GetElapsedTime(_renewed) < TokensLast)
        {
            return;
        }

        using var api = new Api(Root);
        _administrator = await LoginAsync(api, SillageProcess.Administrator, Ground.Password);
        var tokens = new List<string>();
        foreach (var (name, password) in _players)
        {
            tokens.Add(await LoginAsync(api, name, password));
        }

        _tokens = [.. tokens];
        _renewed = TimeProvider.System.GetTimestamp();
    }

    public override async Task<long?> CountAsync() =>
        _onPostgres
            ? await Databases.ScalarAsync(_connection!, "SELECT count(*) FROM traces.trace")
            : long.Parse(
                await Shell.RunAsync("sqlite3", "-readonly", DatabaseFile, "SELECT count(*) FROM trace"),
                CultureInfo.InvariantCulture
            );

    public string DatabaseFile => Path.Combine(_data, "traces.db");

    public string? Connection => _connection;

    public byte[] Export(string format) =>
        RequestTemplate.Get($"/api/v1/studies/{Study}/traces/export?format={format}", _administrator);

    public static string PagePath(string query) => PathOf($"traces?{query}");

    public static string PathOf(string resource) => $"/api/v1/studies/{Study}/{resource}";

    public byte[] Page(string query) => PageAt(PagePath(query));

    /// <summary>The request for a page.</summary>
    /// <param name="page">An address as a reply's <c>next</c> has it, absolute or from the root.</param>
    public byte[] PageAt(string page) =>
        RequestTemplate.Get(
            Uri.TryCreate(page, UriKind.Absolute, out var absolute) && absolute.Scheme == Uri.UriSchemeHttp
                ? absolute.PathAndQuery
                : page,
            _administrator
        );

    public async Task<JsonNode> QueryAsync(string path)
    {
        using var api = new Api(Root) { Authorization = _administrator };
        return await api.GetAsync(path);
    }

    protected override RequestTemplate One(int player, Play play) =>
        RequestTemplate.Post($"/api/v1/studies/{Study}/traces", _tokens[player], play.AsTrace($"session-{player}"), 1);

    protected override RequestTemplate Many(int player, Play[] plays) =>
        RequestTemplate.Post(
            $"/api/v1/studies/{Study}/traces",
            _tokens[player],
            Play.Batch(plays, $"session-{player}"),
            plays.Length
        );

    private static async Task<string> LoginAsync(Api api, string name, string password)
    {
        var reply = await api.PostAsync(
            "/api/v1/auth/login",
            new JsonObject { ["username"] = name, ["password"] = password }
        );
        return $"Bearer {(string)reply["access_token"]!}";
    }

    private static JsonObject Definition()
    {
        static JsonObject Field(string name) =>
            new()
            {
                ["name"] = name,
                ["type"] = "string",
                ["required"] = true,
            };

        return new JsonObject
        {
            ["slug"] = Study,
            ["title"] = "Benchmark",
            ["unknownFields"] = "refuse",
            ["fields"] = new JsonArray(Field("room"), Field("nature"), Field("answer"), Field("error")),
        };
    }
}
