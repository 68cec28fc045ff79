using System.Net;
using Microsoft.Extensions.Options;
using Sillage.Hosting.Limits;
using Sillage.SocketIO;

namespace Sillage.Hosting.SocketIO;

/// <summary>How much live clients may send, by the product's own buckets. Requests to open a connection are counted as any request is.</summary>
internal sealed class LiveLimits
{
    private readonly bool _isEnabled;
    private readonly RateLimiter _limiter;
    private readonly RateBuckets<string> _connections;
    private readonly RateBuckets<Guid> _accounts;
    private readonly RateBuckets<AddressKey> _strangers;

    public LiveLimits(
        IOptions<LimitsOptions> limits,
        IOptions<LiveOptions> options,
        RateLimiter limiter,
        TimeProvider clock
    )
    {
        _isEnabled = limits.Value.RateLimits.Enabled;
        _limiter = limiter;
        _connections = new RateBuckets<string>("connection", options.Value.ConnectionEvents, clock);
        _accounts = new RateBuckets<Guid>("account", options.Value.AccountEvents, clock);
        _strangers = new RateBuckets<AddressKey>("address", options.Value.AccountEvents, clock);
    }

    /// <summary>A refused credential counts as that of any request; null, or what to say instead, if there were too many.</summary>
    public LiveRefusal? CountRefusal(IPAddress? address) =>
        _limiter.CountRefusal(address) is { } tooMany ? new LiveRefusal(LiveRefusal.TooMany, tooMany.Detail!) : null;

    public LiveRefusal? RefuseJoin(ConnectContext context)
    {
        if (!_isEnabled)
        {
            return null;
        }

        var result = context.User is LivePrincipal { Caller: { } caller }
            ? _accounts.Take(caller.Id)
            : _strangers.Take(AddressKey.Of(context.Handshake.RemoteAddress));
        return result.IsTaken ? null : new LiveRefusal(LiveRefusal.TooMany, Words("joins", result));
    }

    /// <summary>Null if the client may send another event.</summary>
    public EventException? RefuseEvent(ClientSocket socket)
    {
        if (!_isEnabled)
        {
            return null;
        }

        var result = _connections.Take(socket.Id);
        if (result.IsTaken)
        {
            result = socket.Caller() is { } caller
                ? _accounts.Take(caller.Id)
                : _strangers.Take(AddressKey.Of(socket.Handshake.RemoteAddress));
        }

        return result.IsTaken
            ? null
            : new EventException(
                Words("events", result),
                new { code = LiveRefusal.TooMany, retryAfter = Seconds(result) }
            );
    }

    public void Forget(ClientSocket socket) => _connections.Forget(socket.Id);

    private static string Words(string what, RateResult result) =>
        $"Too many {what}. Try again in {Seconds(result)} s.";

    private static long Seconds(RateResult result) => Math.Max(1, (long)Math.Ceiling(result.RetryAfter.TotalSeconds));
}
