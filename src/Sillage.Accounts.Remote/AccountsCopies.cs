using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts.Remote;
using Sillage.Hosting.Discovery;

namespace Sillage.Accounts.Remote;

/// <summary>Where the processes with the accounts are: those of the settings, or those that discovery tells of.</summary>
internal sealed class AccountsCopies(
    IOptions<RemoteAccountsOptions> options,
    ServiceRecords records,
    IOptions<DiscoveryOptions> discovery,
    TimeProvider clock
) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly Dictionary<Uri, long> _failed = [];
    private volatile IReadOnlyList<Uri> _all =
    [
        .. options.Value.Places().Select(place => new Uri(place.TrimEnd('/') + "/")),
    ];
    private volatile Uri? _stays;
    private long _asked;
    private int _turn;

    /// <summary>All copies in turn, those that failed a moment ago last.</summary>
    public async ValueTask<IReadOnlyList<Uri>> InTurnAsync(CancellationToken ct)
    {
        var all = await ListAsync(ct);
        var first = all.Count == 0 ? 0 : (int)((uint)Interlocked.Increment(ref _turn) % all.Count);
        return Sorted([.. all.Skip(first), .. all.Take(first)]);
    }

    /// <summary>All copies, that which answered last time first: changes are counted by each copy for itself.</summary>
    public async ValueTask<IReadOnlyList<Uri>> StayingAsync(CancellationToken ct)
    {
        var all = await ListAsync(ct);
        return Sorted(_stays is { } with && all.Contains(with) ? [with, .. all.Where(copy => copy != with)] : all);
    }

    /// <summary>Stays with a copy, which answered.</summary>
    public void Stay(Uri copy) => _stays = copy;

    /// <summary>Nobody answered there.</summary>
    public void Fail(Uri copy)
    {
        lock (_failed)
        {
            _failed[copy] = clock.GetTimestamp();
        }
    }

    public void Dispose() => _asking.Dispose();

    private IReadOnlyList<Uri> Sorted(IReadOnlyList<Uri> copies)
    {
        lock (_failed)
        {
            foreach (var copy in _failed.Keys.Where(copy => clock.GetElapsedTime(_failed[copy]) > Pause).ToList())
            {
                _failed.Remove(copy);
            }

            return _failed.Count == 0 ? copies : [.. copies.OrderBy(_failed.ContainsKey)];
        }
    }

    // Who asks while another does takes the last list, unless there is none yet.
    private async ValueTask<IReadOnlyList<Uri>> ListAsync(CancellationToken ct)
    {
        if (options.Value.Discover is not { Length: > 0 } name || IsFresh())
        {
            return _all;
        }

        if (!await _asking.WaitAsync(_all.Count > 0 ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, ct))
        {
            return _all;
        }

        try
        {
            if (!IsFresh())
            {
                if (await records.FindAsync(name, ct) is { Count: > 0 } found)
                {
                    _all = [.. found.Select(copy => copy.Address)];
                }

                Interlocked.Exchange(ref _asked, clock.GetTimestamp());
            }

            return _all;
        }
        finally
        {
            _asking.Release();
        }
    }

    private bool IsFresh() =>
        Interlocked.Read(ref _asked) is var asked && asked != 0 && clock.GetElapsedTime(asked) < discovery.Value.Every;
}

/// <summary>Sends what is for the accounts to one of their copies, and to the next where nobody listens.</summary>
internal sealed class ToACopy(AccountsCopies copies, bool stays) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var path = request.RequestUri!.PathAndQuery.TrimStart('/');
        var those = stays ? await copies.StayingAsync(cancellationToken) : await copies.InTurnAsync(cancellationToken);
        if (those.Count == 0)
        {
            throw new HttpRequestException("Nobody tells where the accounts are (Accounts:Remote:Discover).");
        }

        for (var i = 0; ; i++)
        {
            request.RequestUri = new Uri(those[i], path);
            try
            {
                var reply = await base.SendAsync(request, cancellationToken);
                if (stays)
                {
                    copies.Stay(those[i]);
                }

                return reply;
            }
            catch (HttpRequestException e)
            {
                copies.Fail(those[i]);
                // What never left may go to another, whatever it is; what broke off is asked again further out, if it is a question.
                if (
                    e.HttpRequestError is not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
                    || i + 1 == those.Count
                )
                {
                    throw;
                }
            }
        }
    }
}
