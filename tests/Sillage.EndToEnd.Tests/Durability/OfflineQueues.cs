using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

/// <summary>
/// Players with an offline queue, as clients have one: a batch that got no answer, or was refused for now, is sent again as
/// it is until it is acknowledged. They outlive the servers that they talk to, and know what has to be there in the end.
/// </summary>
internal sealed class OfflineQueues(string study, IEnumerable<Player> players)
{
    private const int BatchSize = 20;

    private readonly ConcurrentQueue<Guid> _acknowledged = new();
    private readonly Sender[] _senders = [.. players.Select(player => new Sender(player))];
    private int _refused;

    /// <summary>How many bytes each trace carries beside the least that it must have.</summary>
    public int Ballast { get; init; }

    /// <summary>How many traces have been acknowledged.</summary>
    public int Acknowledged => _acknowledged.Count;

    /// <summary>How many batches were told to come back later, and when.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Sends to a server without a pause, until the session is disposed or the server has ended.</summary>
    public Session SendTo(SillageServer server) => new(this, server);

    /// <summary>
    /// Every acknowledged trace is there once and whole, and of the others only whole batches, for which the answer was lost.
    /// </summary>
    public async Task ShouldBeStoredOnceAsync(ApiClient researcher)
    {
        var stored = new Dictionary<Guid, JsonElement>();
        for (var next = $"/api/v1/studies/{study}/traces?limit=1000"; next is not null; )
        {
            var page = await researcher.GetAsync(next);
            foreach (var trace in page.GetProperty("items").EnumerateArray())
            {
                stored.TryAdd(trace.GetProperty("id").GetGuid(), trace).ShouldBeTrue("a trace is there twice");
                trace.GetProperty("name").GetString().ShouldBe("moved");
                trace.GetProperty("data").GetProperty("room").GetString().ShouldBe("loops");
                trace.GetProperty("data").GetProperty("ballast").GetString()!.Length.ShouldBe(Ballast);
            }

            next = page.GetProperty("next").GetString();
        }

        _acknowledged.Where(id => !stored.Remove(id)).ShouldBeEmpty("acknowledged, and not there");
        foreach (var sender in _senders.Where(sender => sender.Pending is { } batch && stored.ContainsKey(batch[0])))
        {
            sender.Pending!.Where(id => !stored.Remove(id)).ShouldBeEmpty("half of a batch");
        }

        stored.Keys.ShouldBeEmpty("there, and never sent or sent in another half of a batch");
    }

    /// <summary>Sends what is left over, and waits until all of it is acknowledged.</summary>
    public async Task FlushAsync(SillageServer server)
    {
        foreach (var sender in _senders)
        {
            using var api = ApiClient.Basic(server, sender.Player.Username, sender.Player.Password);
            while (sender.Pending is not null)
            {
                await SendAsync(api, sender);
            }
        }
    }

    private async Task SendAsync(ApiClient api, Sender sender)
    {
        var isNew = sender.Pending is null;
        sender.Pending ??= [.. Enumerable.Range(0, BatchSize).Select(_ => Guid.CreateVersion7())];
        var ballast = new string('x', Ballast);
        using var reply = await api.Client.PostAsJsonAsync(
            $"/api/v1/studies/{study}/traces",
            sender.Pending.Select(id => new
            {
                id,
                timestamp = "2026-03-02T10:00:00Z",
                name = "moved",
                data = new { room = "loops", ballast },
            })
        );
        var body = await reply.Content.ReadAsStringAsync();
        if (reply.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests)
        {
            reply.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            reply.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
            Interlocked.Increment(ref _refused);
            await Task.Delay(50);
            return;
        }

        reply.StatusCode.ShouldBeOneOf(HttpStatusCode.Created, HttpStatusCode.OK);
        var taken = JsonSerializer.Deserialize<JsonElement>(body);
        var accepted = taken.GetProperty("accepted").GetInt32();
        taken.GetProperty("rejected").GetArrayLength().ShouldBe(0, body);
        (accepted + taken.GetProperty("duplicates").GetInt32()).ShouldBe(BatchSize, body);
        // A batch that was sent before is there or not there, and never in part.
        accepted.ShouldBeOneOf(isNew ? [BatchSize] : [0, BatchSize]);
        foreach (var id in sender.Pending)
        {
            _acknowledged.Enqueue(id);
        }

        sender.Pending = null;
    }

    private sealed class Sender(Player player)
    {
        public Player Player { get; } = player;

        /// <summary>What was sent and is not acknowledged.</summary>
        public Guid[]? Pending { get; set; }
    }

    /// <summary>All of them sending to one server.</summary>
    internal sealed class Session : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly OfflineQueues _queues;
        private readonly SillageServer _server;
        private readonly Task _sending;

        public Session(OfflineQueues queues, SillageServer server)
        {
            (_queues, _server) = (queues, server);
            _sending = Task.WhenAll(queues._senders.Select(RunAsync));
        }

        /// <summary>Waits until so many more traces are acknowledged.</summary>
        public Task AcknowledgeAsync(int more) => WaitAsync(() => _queues.Acknowledged, more);

        /// <summary>Waits until so many more batches are refused.</summary>
        public Task RefuseAsync(int more) => WaitAsync(() => _queues.Refused, more);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _sending;
            _stop.Dispose();
        }

        private async Task WaitAsync(Func<int> count, int more)
        {
            var wanted = count() + more;
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
            while (count() < wanted)
            {
                if (_sending.IsCompleted)
                {
                    await _sending;
                    throw new InvalidOperationException("The server has ended. " + _server.Errors);
                }

                await Task.Delay(10, patience.Token);
            }
        }

        private async Task RunAsync(Sender sender)
        {
            using var api = ApiClient.Basic(_server, sender.Player.Username, sender.Player.Password);
            while (!_stop.IsCancellationRequested && !_server.HasExited)
            {
                try
                {
                    await _queues.SendAsync(api, sender);
                }
                catch (HttpRequestException)
                {
                    // The connection broke, and the batch with it. A server that has ended is seen above.
                    await Task.Delay(20, CancellationToken.None);
                }
            }
        }
    }
}

/// <summary>What the servers of these tests are started with: an administrator, no rate limits, cheap passwords.</summary>
internal static class UnderLoad
{
    public static Dictionary<string, string> Settings(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
            ["SILLAGE_ACCOUNTS__PASSWORDITERATIONS"] = 100_000.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return settings;
    }

    /// <summary>The settings of a server on PostgreSQL, or on SQLite where there is no connection string.</summary>
    public static Dictionary<string, string> On(string? postgres, params (string Name, string Value)[] more) =>
        postgres is null ? Settings(more) : Settings([("SILLAGE_POSTGRES", postgres), .. more]);
}
