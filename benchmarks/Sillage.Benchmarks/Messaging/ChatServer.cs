using System.Net;
using System.Text.Json.Nodes;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Messaging;

/// <summary>A chat that was started for the run, with people in one large room and in many small ones.</summary>
internal abstract class ChatServer(string name, string note) : IAsyncDisposable
{
    private const int AtOnce = 4;

    private readonly List<string> _rooms = [];
    private ServerProcess? _process;

    public string Name { get; } = name;

    public string Note { get; } = note;

    public IPEndPoint Address { get; } = new(IPAddress.Loopback, ServerProcess.FreePort());

    /// <summary>Its processes, and the database engine's where it has one.</summary>
    public ProcessTree Processes { get; private set; } = null!;

    protected Uri Root => new($"http://{Address}");

    protected abstract IEnumerable<int> OtherProcesses { get; }

    /// <summary>The namespace, as packets name it: empty for the main one.</summary>
    public abstract string Namespace { get; }

    public string Room(int room) => _rooms[room];

    /// <summary>What a person's client says to join.</summary>
    public string Join(int person) => $"40{Namespace}{{\"token\":\"{Token(person)}\"}}";

    /// <summary>What it says then, so that it hears its rooms.</summary>
    public string Sync => $"42{Namespace}0[\"sync\",{{\"rooms\":{{}},\"changes\":{{}}}}]";

    /// <summary>Starts it and makes people and rooms: the first has everybody in it.</summary>
    public async Task StartAsync(ChatGround ground)
    {
        Console.Error.WriteLine($"— starting {Name}");
        _process = await StartProcessAsync(ground);
        Processes = new ProcessTree([_process.Id, .. OtherProcesses]);
        using var api = new Api(Root);
        await MakePeopleAsync(api, ground.People);
        _rooms.Add(await MakeRoomAsync(api, "all", Enumerable.Range(0, ground.People)));
        var small = Enumerable.Range(1, ground.SmallRooms);
        // Each person in as many of the small rooms as the next.
        await Parallel.ForEachAsync(
            small.Select(room => (Room: room, First: room * ChatGround.SmallRoom)),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (room, _) =>
            {
                var people = Enumerable.Range(room.First, ChatGround.SmallRoom).Select(i => i % ground.People);
                var id = await MakeRoomAsync(api, $"small-{room.Room}", people);
                lock (_rooms)
                {
                    _rooms.Add(id);
                    Members[id] = [.. people];
                }
            }
        );
        Members[_rooms[0]] = [.. Enumerable.Range(0, ground.People)];
    }

    /// <summary>Who is in a room.</summary>
    public Dictionary<string, int[]> Members { get; } = [];

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    protected abstract string Token(int person);

    protected abstract Task<ServerProcess> StartProcessAsync(ChatGround ground);

    protected abstract Task MakePeopleAsync(Api api, int count);

    protected abstract Task<string> MakeRoomAsync(Api api, string room, IEnumerable<int> people);
}

/// <summary>The product, as it starts by default but for the rates of limits.</summary>
internal sealed class SillageChat(ChatGround ground, bool onPostgres)
    : ChatServer(onPostgres ? OnPostgres : OnSqlite, onPostgres ? "commits flushed" : "WAL, synchronous=FULL")
{
    public const string OnSqlite = "Sillage (SQLite)";
    public const string OnPostgres = "Sillage (PostgreSQL)";

    private const string MostOfMessages = "10000";
    private const string Password = "three wet oars";

    private readonly List<(string Id, string Token)> _people = [];

    public override string Namespace => "/chat,";

    protected override IEnumerable<int> OtherProcesses => onPostgres ? [ground.Postmaster] : [];

    protected override string Token(int person) => _people[person].Token;

    protected override async Task<ServerProcess> StartProcessAsync(ChatGround ground)
    {
        var data = Path.Combine(ground.Folder, $"chat-{(onPostgres ? "postgres" : "sqlite")}");
        Directory.CreateDirectory(data);
        return await SillageProcess.StartAsync(
            ground.Sillage,
            Root,
            data,
            Path.Combine(ground.Folder, $"{Name}.log"),
            Password,
            onPostgres ? await Databases.CreateAsync(ground.Postgres, "sillage_chat") : null,
            ("ACCOUNTS__REGISTRATION", "open"),
            ("ACCOUNTS__ACCESSTOKENLIFETIME", "01:00:00"),
            // The people are made before anything is measured.
            ("ACCOUNTS__PASSWORDITERATIONS", "100000"),
            ("MESSAGING__MESSAGEBURST", MostOfMessages),
            ("MESSAGING__MESSAGESPERSECOND", MostOfMessages),
            ("MESSAGING__ROOMBURST", MostOfMessages)
        );
    }

    protected override async Task MakePeopleAsync(Api api, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var person = new JsonObject { ["username"] = $"player-{i}", ["password"] = Password };
            var account = await api.PostAsync("/api/v1/auth/register", person.DeepClone());
            var session = await api.PostAsync("/api/v1/auth/login", person);
            _people.Add(((string)account["id"]!, (string)session["access_token"]!));
        }
    }

    protected override async Task<string> MakeRoomAsync(Api api, string room, IEnumerable<int> people)
    {
        using var owner = new Api(Root) { Authorization = $"Bearer {_people[people.First()].Token}" };
        var made = await owner.PostAsync("/api/v1/rooms", new JsonObject { ["name"] = room, ["slug"] = room });
        var id = (string)made["id"]!;
        foreach (var person in people.Skip(1))
        {
            using var member = new Api(Root) { Authorization = $"Bearer {_people[person].Token}" };
            await member.PostAsync($"/api/v1/rooms/{id}/join", new JsonObject());
        }

        return id;
    }
}

/// <summary>A chat in Node with Express, socket.io and PostgreSQL.</summary>
internal sealed class NodeChat(ChatGround ground) : ChatServer(Nodes, "commits flushed")
{
    public const string Nodes = "Express and socket.io (PostgreSQL)";

    private readonly List<(int Id, string Token)> _people = [];

    public override string Namespace => "";

    protected override IEnumerable<int> OtherProcesses => [ground.Postmaster];

    protected override string Token(int person) => _people[person].Token;

    protected override async Task<ServerProcess> StartProcessAsync(ChatGround ground)
    {
        var database = new Npgsql.NpgsqlConnectionStringBuilder(
            await Databases.CreateAsync(ground.Postgres, "node_chat")
        );
        var url =
            $"postgres://{database.Username}:{Uri.EscapeDataString(database.Password ?? "")}@{database.Host}:{database.Port}/{database.Database}";
        return await ServerProcess.StartAsync(
            ["node", "server.js", $"{Address.Port}", url],
            new Dictionary<string, string> { ["NODE_ENV"] = "production" },
            Path.Combine(ground.Repository, "benchmarks", "peers", "chat"),
            Path.Combine(ground.Folder, "chat-node.log"),
            new Uri(Root, "/health")
        );
    }

    protected override async Task MakePeopleAsync(Api api, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var person = await api.PostAsync("/people", new JsonObject { ["name"] = $"player-{i}" });
            _people.Add(((int)person["id"]!, (string)person["token"]!));
        }
    }

    protected override async Task<string> MakeRoomAsync(Api api, string room, IEnumerable<int> people)
    {
        var ids = new JsonArray([.. people.Select(person => (JsonNode)_people[person].Id)]);
        var made = await api.PostAsync("/rooms", new JsonObject { ["name"] = room, ["people"] = ids });
        return made["id"]!.ToJsonString();
    }
}
