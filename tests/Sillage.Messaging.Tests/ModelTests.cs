using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>
/// Random deeds of three people, two of them with live connections that are cut and servers that stop, against a model in memory. A
/// failing run is made shorter until nothing can be left out, and shown.
/// </summary>
public abstract class ModelTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    private static readonly int Runs = LongRuns.Scale(8, 400);
    private const int Steps = 60;

    // Each is a run that once failed, or one chosen to begin with; finds are kept here.
    private static readonly int[] Seeds = [.. Enumerable.Range(1, Runs)];

    [Fact]
    public async Task Whatever_people_do_the_room_is_what_the_model_says()
    {
        await using var server = await Messaging.StartAsync();
        var people = new List<Person>();
        for (var i = 0; i < 3; i++)
        {
            people.Add(await TestUsers.RegisterAsync(server, $"player-of-model-{i}"));
        }

        foreach (var seed in Seeds)
        {
            IReadOnlyList<Step> steps = Step.Random(seed, Steps);
            if (await RunAsync(server, people, steps) is { } fault)
            {
                (steps, fault) = await ShrinkAsync(server, people, steps, fault);
                Assert.Fail($"Seed {seed}, {string.Join(", ", steps)}: {fault}");
            }
        }
    }

    private static async Task<(IReadOnlyList<Step>, string)> ShrinkAsync(
        SillageServer server,
        List<Person> people,
        IReadOnlyList<Step> steps,
        string fault
    )
    {
        for (var size = steps.Count / 2; size > 0; size = size == 1 ? 0 : (size + 1) / 2)
        {
            for (var start = 0; start + size <= steps.Count; )
            {
                IReadOnlyList<Step> fewer = [.. steps.Take(start), .. steps.Skip(start + size)];
                if (await RunAsync(server, people, fewer) is { } still)
                {
                    (steps, fault) = (fewer, still);
                }
                else
                {
                    start += size;
                }
            }
        }

        return (steps, fault);
    }

    private static async Task<string?> RunAsync(SillageServer server, List<Person> people, IReadOnlyList<Step> steps)
    {
        await using var run = await ModelRun.StartAsync(server, people);
        try
        {
            foreach (var step in steps)
            {
                await run.DoAsync(step);
            }

            await run.CompareAsync();
            return null;
        }
        catch (Exception e) when (e is ShouldAssertException or TimeoutException or InvalidOperationException)
        {
            return e.Message;
        }
    }
}

/// <summary>One run of deeds, on a room of its own.</summary>
public sealed class ModelRun : IAsyncDisposable
{
    private readonly SillageServer _server;
    private readonly List<Person> _people;
    private readonly RoomModel _model = new();
    private readonly LiveClient?[] _clients = new LiveClient?[3];
    private readonly Reader[] _readers = [new(), new(), new()];
    private string _room = "";

    private ModelRun(SillageServer server, List<Person> people) => (_server, _people) = (server, people);

    public static async Task<ModelRun> StartAsync(SillageServer server, List<Person> people)
    {
        var run = new ModelRun(server, people);
        var made = await run.AskAsync(0, HttpMethod.Post, "/api/v1/rooms", new { name = "Model" });
        run._room = (string)made.Must(HttpStatusCode.Created).Json["id"]!;
        return run;
    }

    public async Task DoAsync(Step step)
    {
        var (who, target) = (step.Who, _model.Pick(step.Pick));
        var isIn = _model.Members.Contains(who);
        switch (step.Deed)
        {
            case Deed.Send:
                var clientId = $"{Guid.CreateVersion7()}";
                await SendAsync(who, clientId, $"{clientId[^6..]} of {who}", isIn, step.Pick % 2 == 0);
                break;
            case Deed.SendAgain when target is not null:
                await SendAgainAsync(target, step.Pick % 2 == 0);
                break;
            case Deed.Edit when target is not null:
                await EditAsync(who, target, $"edit {step.Pick}", isIn);
                break;
            case Deed.Delete when target is not null:
                await DeleteAsync(who, target, isIn);
                break;
            case Deed.React when target is not null:
                await ReactAsync(who, target, isIn);
                break;
            case Deed.Read:
                await ReadAsync(who, step.Pick % (_model.Messages.Count + 2), isIn);
                break;
            case Deed.Kick when who != 0:
                var kicked = await AskAsync(0, HttpMethod.Delete, $"{Address}/members/{_people[who].Id}");
                kicked.Status.ShouldBe(isIn ? HttpStatusCode.NoContent : HttpStatusCode.NotFound);
                _model.Members.Remove(who);
                _readers[who].Close(_model.Messages.Count);
                break;
            case Deed.Join:
                await JoinAsync(who, isIn);
                break;
            case Deed.Connect:
                await ConnectAsync(who);
                break;
            case Deed.Cut when _clients[who] is { } client:
                _clients[who] = null;
                _readers[who].Take(client);
                await client.DisposeAsync();
                break;
            case Deed.Sync:
                await SyncAsync(who, step.Pick % (_model.Messages.Count + 3), isIn);
                break;
            case Deed.Restart when step.Pick % 4 == 0:
                await RestartAsync();
                break;
        }
    }

    /// <summary>Everything that anybody sees is as the model says.</summary>
    public async Task CompareAsync()
    {
        for (var who = 0; who < 3; who++)
        {
            if (!_model.Members.Contains(who))
            {
                (await AskAsync(who, HttpMethod.Get, $"{Address}/messages")).Status.ShouldBe(HttpStatusCode.Forbidden);
                continue;
            }

            var all = (await AskAsync(who, HttpMethod.Get, $"{Address}/messages?after=0&limit=1000"))
                .Must(HttpStatusCode.OK)
                .Items;
            all.Select(message => Shown(message!)).ShouldBe(_model.Messages.Select(message => message.Shown));
            all.Select(message => (long)message!["seq"]!).ShouldBe(Enumerable.Range(1, all.Count).Select(i => (long)i));
            var reading = (await AskAsync(who, HttpMethod.Get, $"{Address}/read")).Must(HttpStatusCode.OK).Json;
            ((long)reading["readSeq"]!, (long)reading["unread"]!).ShouldBe(
                (_model.Read[who], _model.UnreadOf(who)),
                $"reading of {who}"
            );
            if (_clients[who] is not null)
            {
                await ConnectAsync(who);
                var reader = _readers[who];
                await Eventually.HoldsAsync(
                    () => reader.Take(_clients[who]!) == _model.Messages.Count,
                    $"stream of {who}"
                );
                reader.Ids.ShouldBe(_model.Messages.Select(message => message.Id), $"stream of {who}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            if (client is not null)
            {
                await client.DisposeAsync();
            }
        }
    }

    private string Address => $"/api/v1/rooms/{_room}";

    private Task<Answer> AskAsync(int who, HttpMethod method, string path, object? body = null) =>
        _server.SendAsync(method, path, body, _people[who].Token);

    private static string Shown(JsonNode message) =>
        $"{message["id"]} '{message["text"]}' {message["editedAt"] is not null} {message["deletedAt"] is not null} "
        + (message["reactions"]?.AsArray().Sum(r => r!["accounts"]!.AsArray().Count) ?? 0);

    private async Task<JsonNode?> SayAsync(int who, string clientId, string text, bool isLive)
    {
        if (isLive && _clients[who] is { } client)
        {
            var ack = await client.AskAsync(
                "message:send",
                new
                {
                    room = _room,
                    clientId,
                    text,
                }
            );
            return ack["error"] is null ? ack : null;
        }

        var answer = await AskAsync(who, HttpMethod.Post, $"{Address}/messages", new { clientId, text });
        return answer.Status == HttpStatusCode.Created ? answer.Json : null;
    }

    private async Task SendAsync(int who, string clientId, string text, bool isIn, bool isLive)
    {
        var sent = await SayAsync(who, clientId, text, isLive);
        (sent is not null).ShouldBe(isIn, "a message is taken from members only");
        if (sent is not null)
        {
            _model.Messages.Add(new ModelMessage(who, clientId, (string)sent["id"]!, text));
            ((long)sent["seq"]!).ShouldBe(_model.Messages.Count);
        }
    }

    private async Task SendAgainAsync(ModelMessage message, bool isLive)
    {
        var sent = await SayAsync(message.Sender, message.ClientId, "another text", isLive);
        (sent is not null).ShouldBe(_model.Members.Contains(message.Sender));
        if (sent is not null)
        {
            ((string)sent["id"]!, (long)sent["seq"]!).ShouldBe((message.Id, _model.Messages.IndexOf(message) + 1L));
        }
    }

    private async Task EditAsync(int who, ModelMessage message, string text, bool isIn)
    {
        var answer = await AskAsync(who, HttpMethod.Patch, $"{Address}/messages/{message.Id}", new { text });
        var expected =
            !isIn || message.Sender != who ? HttpStatusCode.Forbidden
            : message.IsDeleted ? HttpStatusCode.Conflict
            : HttpStatusCode.OK;
        answer.Status.ShouldBe(expected);
        if (expected == HttpStatusCode.OK)
        {
            message.IsEdited |= message.Text != text;
            message.Text = text;
        }
    }

    private async Task DeleteAsync(int who, ModelMessage message, bool isIn)
    {
        var answer = await AskAsync(who, HttpMethod.Delete, $"{Address}/messages/{message.Id}");
        var may = isIn && (message.Sender == who || who == 0);
        answer.Status.ShouldBe(may ? HttpStatusCode.NoContent : HttpStatusCode.Forbidden);
        if (may)
        {
            (message.Text, message.IsDeleted) = ("", true);
            message.Reactions.Clear();
        }
    }

    private async Task ReactAsync(int who, ModelMessage message, bool isIn)
    {
        var isThere = message.Reactions.Contains(who);
        var path = $"{Address}/messages/{message.Id}/reactions/{Uri.EscapeDataString("🚣")}";
        var answer = await AskAsync(who, isThere ? HttpMethod.Delete : HttpMethod.Put, path);
        var expected =
            !isIn ? HttpStatusCode.Forbidden
            : message.IsDeleted ? HttpStatusCode.Conflict
            : HttpStatusCode.OK;
        answer.Status.ShouldBe(expected);
        if (expected == HttpStatusCode.OK && !(isThere ? message.Reactions.Remove(who) : message.Reactions.Add(who)))
        {
            throw new InvalidOperationException("The model is out of step with itself.");
        }
    }

    private async Task ReadAsync(int who, long seq, bool isIn)
    {
        var answer = await AskAsync(who, HttpMethod.Post, $"{Address}/read", new { seq });
        answer.Status.ShouldBe(isIn ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        if (isIn)
        {
            _model.Read[who] = Math.Max(_model.Read[who], Math.Min(seq, _model.Messages.Count));
        }
    }

    private async Task JoinAsync(int who, bool isIn)
    {
        (await AskAsync(who, HttpMethod.Post, $"{Address}/join")).Must(HttpStatusCode.OK);
        if (!isIn)
        {
            _model.Members.Add(who);
            _model.Read[who] = _model.Messages.Count;
            _readers[who].Open();
            if (_clients[who] is not null)
            {
                await CatchUpAsync(who);
            }
        }
    }

    private async Task ConnectAsync(int who)
    {
        if (_clients[who] is not { IsOpen: true })
        {
            _clients[who] = await LiveClient.ConnectAsync(_server, _people[who]);
            _readers[who].Begin();
        }

        await CatchUpAsync(who);
    }

    private async Task CatchUpAsync(int who)
    {
        var (client, reader) = (_clients[who]!, _readers[who]);
        for (var more = _model.Members.Contains(who); more; )
        {
            reader.Take(client);
            var reply = await client.AskAsync(
                "sync",
                new { rooms = new Dictionary<string, long> { [_room] = reader.Seq } }
            );
            more = (bool)reply["more"]!;
            foreach (var message in reply["rooms"]![0]!["messages"]!.AsArray())
            {
                reader.Take(message!);
            }
        }
    }

    private async Task SyncAsync(int who, long seq, bool isIn)
    {
        var cursor = new { rooms = new Dictionary<string, long> { [_room] = seq } };
        var answer = (await AskAsync(who, HttpMethod.Post, "/api/v1/rooms/sync", cursor)).Must(HttpStatusCode.OK).Json[
            "rooms"
        ]![0]!;
        ((string)answer["status"]!).ShouldBe(
            !isIn ? "gone"
            : seq > _model.Messages.Count ? "resync"
            : "ok"
        );
        if (isIn && seq <= _model.Messages.Count)
        {
            answer["messages"]!
                .AsArray()
                .Select(m => (string)m!["id"]!)
                .ShouldBe(_model.Messages.Skip((int)seq).Select(m => m.Id));
        }
    }

    private async Task RestartAsync()
    {
        for (var who = 0; who < 3; who++)
        {
            if (_clients[who] is { } client)
            {
                _readers[who].Take(client);
                await client.DisposeAsync();
                _clients[who] = null;
            }
        }

        await _server.RestartAsync();
    }

    /// <summary>A client's memory of the room, by the rule of the guide.</summary>
    private sealed class Reader
    {
        private int _taken;
        private long _closedAt = long.MaxValue;

        public long Seq => Ids.Count;

        public List<string> Ids { get; } = [];

        /// <summary>A new connection: nothing was heard on it.</summary>
        public void Begin() => _taken = 0;

        /// <summary>Kicked: nothing behind this place may come.</summary>
        public void Close(long seq) => _closedAt = Math.Min(_closedAt, seq);

        public void Open() => _closedAt = long.MaxValue;

        public long Take(LiveClient client)
        {
            var heard = client.Of("message:new");
            for (; _taken < heard.Length; _taken++)
            {
                Take(heard[_taken]);
            }

            return Seq;
        }

        public void Take(JsonNode message)
        {
            var seq = (long)message["seq"]!;
            seq.ShouldBeLessThanOrEqualTo(_closedAt, "heard after the kick");
            if (seq == Seq + 1)
            {
                Ids.Add((string)message["id"]!);
            }
        }
    }
}

public sealed class ModelOnSqlite(SqliteMessaging messaging) : ModelTests(messaging), IClassFixture<SqliteMessaging>;

public sealed class ModelOnPostgres(PostgresMessaging messaging)
    : ModelTests(messaging),
        IClassFixture<PostgresMessaging>;
