using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sillage.Api.Access;

namespace Sillage.Hosting.Authentication.Open;

/// <summary>
/// A long reply under way. Its end comes as the request's own cancellation, so that a handler ends as it does when the client leaves; one that
/// does not within a second loses its connection.
/// </summary>
internal sealed class OpenReply : IOpenCaller, IOpenReply, IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _end;
    private readonly IHttpRequestLifetimeFeature _lifetime;
    private readonly TimeProvider _clock;
    private Func<Caller, CancellationToken, ValueTask<bool>>[] _holds = [];
    private volatile Caller _caller;
    private ITimer? _grace;
    private bool _isOver;

    public OpenReply(HttpContext context, Caller caller, TimeProvider clock)
    {
        _clock = clock;
        _lifetime = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        _end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        _caller = caller with { Reply = this };
    }

    public Caller Caller => _caller;

    public CancellationToken Token => _end.Token;

    /// <summary>Whether it was ended because the caller may no more.</summary>
    public bool IsEnded { get; private set; }

    public void Renew(Caller now) => _caller = now;

    public void Hold(Func<Caller, CancellationToken, ValueTask<bool>> still)
    {
        lock (_gate)
        {
            _holds = [.. _holds, still];
        }
    }

    public async ValueTask<bool> StillHoldsAsync(CancellationToken ct)
    {
        foreach (var still in _holds)
        {
            if (!await still(_caller, ct))
            {
                return false;
            }
        }

        return true;
    }

    public void End()
    {
        lock (_gate)
        {
            if (_isOver || IsEnded)
            {
                return;
            }

            IsEnded = true;
            _grace = _clock.CreateTimer(_ => Cut(), null, Grace, Timeout.InfiniteTimeSpan);
        }

        // Outside of the lock: what waits for it may go on right here.
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just come to its own end.
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _grace?.Dispose();
        }

        _end.Dispose();
    }

    private void Cut()
    {
        lock (_gate)
        {
            // Afterwards the connection is another request's.
            if (!_isOver)
            {
                _lifetime.Abort();
            }
        }
    }
}
