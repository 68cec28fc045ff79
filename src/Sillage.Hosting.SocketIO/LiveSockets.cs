using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Formats;
using Sillage.Hosting.Authentication.Open;
using Sillage.SocketIO;

namespace Sillage.Hosting.SocketIO;

/// <summary>
/// The sockets of known callers, among all else that goes on for callers: those whose session has ended or whose account was locked are closed,
/// and so are those whose token's time is over, unless the client gives a new one.
/// </summary>
internal sealed class LiveSockets(OpenCallers callers, IOptions<LiveOptions> options, TimeProvider clock)
{
    private static readonly RefusedPrincipal Ended = new(
        new LiveRefusal(LiveRefusal.Invalid, "The session has ended. Log in again.")
    );

    private const string Expiring = "token:expiring";
    private const string Expired = "token:expired";

    /// <summary>What is said to clients of every namespace.</summary>
    public static IReadOnlyList<LiveNoticeEvent> Described { get; } =
    [
        new(Expiring, "The access token is about to end: a new one is taken by auth:refresh.", typeof(TokenExpiring)),
        new(Expired, "The access token has ended, and the connection with it.", typeof(TokenExpired)),
    ];

    private readonly Lock _gate = new();

    /// <summary>How many changes of accounts were heard of: what was checked before the last is checked again.</summary>
    public long Changes => callers.Changes;

    public void Add(ClientSocket socket)
    {
        if (socket.User is not LivePrincipal principal)
        {
            return;
        }

        callers.Add(new OpenSocket(socket, this), principal.ChangesBefore);

        // It may have left before it was on the list.
        if (!socket.IsConnected)
        {
            Remove(socket);
        }
    }

    public void Remove(ClientSocket socket)
    {
        if (socket.User is LivePrincipal)
        {
            callers.Remove(new OpenSocket(socket, this));
        }
    }

    /// <summary>Whoever it was, as they are now.</summary>
    public async ValueTask<ClaimsPrincipal> RenewAsync(LivePrincipal principal, CancellationToken ct)
    {
        var before = Changes;
        return await callers.FindAsync(principal.Caller, ct) is { MustEnrol: false } now
            ? new LivePrincipal(now, before, principal.TokenEnds)
            : Ended;
    }

    /// <summary>A client has shown a new credential of the same account.</summary>
    public void Replace(ClientSocket socket, LivePrincipal principal)
    {
        Remove(socket);
        lock (_gate)
        {
            socket.User = principal;
        }

        Add(socket);
    }

    /// <summary>Whether a client's token still counts; it is told ahead when it will not, and why when it does not.</summary>
    private async ValueTask<bool> HoldsAsync(ClientSocket socket)
    {
        if (socket.User is not LivePrincipal { TokenEnds: { } end } principal)
        {
            return true;
        }

        var left = end - clock.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            await socket.EmitAsync(Expired, Said(new TokenExpired(LiveRefusal.Expired, end)));
            return false;
        }

        if (left <= options.Value.TokenWarning && !principal.IsWarned)
        {
            principal.IsWarned = true;
            await socket.EmitAsync(Expiring, Said(new TokenExpiring(end)));
        }

        return true;
    }

    private static JsonElement Said<T>(T value) => JsonSerializer.SerializeToElement(value, Json.Options);

    // A socket is one whoever asks: two of these are the same if their sockets are.
    private sealed record OpenSocket(ClientSocket Socket, LiveSockets Sockets) : IOpenCaller
    {
        public Caller Caller => ((LivePrincipal)Socket.User).Caller;

        public void Renew(Caller now)
        {
            lock (Sockets._gate)
            {
                // Not over a credential that the client has given meanwhile.
                var principal = (LivePrincipal)Socket.User;
                if (principal.Caller.CredentialId == now.CredentialId)
                {
                    Socket.User = principal.As(now);
                }
            }
        }

        public void End() => Socket.Disconnect(close: true);

        public ValueTask<bool> StillHoldsAsync(CancellationToken ct) => Sockets.HoldsAsync(Socket);
    }
}

/// <summary>That the access token of a connection is about to end: <c>token:expiring</c>.</summary>
/// <param name="ExpiresAt">When. Until then a new one is taken by <c>auth:refresh</c>.</param>
public sealed record TokenExpiring(DateTimeOffset ExpiresAt);

/// <summary>That it has ended, and the connection with it: <c>token:expired</c>.</summary>
/// <param name="Code"><c>token_expired</c>, as of a refusal.</param>
/// <param name="ExpiresAt">When it ended.</param>
public sealed record TokenExpired(string Code, DateTimeOffset ExpiresAt);
