using System.Collections.Concurrent;
using System.Net;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

/// <summary>Players who send without a pause and remember what was acknowledged.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Guid> _acknowledged = new();
    private readonly List<ApiClient> _players;
    private readonly Task _sending;

    public Traffic(SillageServer server, string slug, IEnumerable<Player> players)
    {
        _players = [.. players.Select(player => ApiClient.Basic(server, player.Username, player.Password))];
        _sending = Task.WhenAll(_players.Select(player => SendAsync(player, slug)));
    }

    /// <summary>What the server has acknowledged so far.</summary>
    public IReadOnlyCollection<Guid> Acknowledged => [.. _acknowledged];

    /// <summary>Waits until so many traces have been acknowledged.</summary>
    public async Task ReachAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (_acknowledged.Count < count && !_sending.IsFaulted)
        {
            await Task.Delay(20, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sending;
        _players.ForEach(player => player.Dispose());
        _stop.Dispose();
    }

    private async Task SendAsync(ApiClient player, string slug)
    {
        while (!_stop.IsCancellationRequested)
        {
            var batch = Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7()).ToArray();
            switch (await player.TrySendAsync(slug, batch))
            {
                case HttpStatusCode.Created:
                    foreach (var id in batch)
                    {
                        _acknowledged.Enqueue(id);
                    }

                    break;
                case HttpStatusCode.TooManyRequests:
                    await Task.Delay(100);
                    break;
                case null:
                    return;
                case var other:
                    throw new InvalidOperationException($"A batch got {other}.");
            }
        }
    }
}
