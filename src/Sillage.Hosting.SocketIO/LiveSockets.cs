using System.Security.Claims;
using Sillage.Api.Access;
using Sillage.Hosting.Authentication.Open;
using Sillage.SocketIO;

namespace Sillage.Hosting.SocketIO;

/// <summary>
/// The sockets of known callers, among all else that goes on for callers: those whose session has ended or whose account was locked are closed.
/// </summary>
internal sealed class LiveSockets(OpenCallers callers)
{
    private static readonly RefusedPrincipal Ended = new(
        new LiveRefusal(LiveRefusal.Invalid, "The session has ended. Log in again.")
    );

    /// <summary>How many changes of accounts were heard of: what was checked before the last is checked again.</summary>
    public long Changes => callers.Changes;

    public void Add(ClientSocket socket)
    {
        if (socket.User is not LivePrincipal principal)
        {
            return;
        }

        callers.Add(new OpenSocket(socket), principal.ChangesBefore);

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
            callers.Remove(new OpenSocket(socket));
        }
    }

    /// <summary>Whoever it was, as they are now.</summary>
    public async ValueTask<ClaimsPrincipal> RenewAsync(LivePrincipal principal, CancellationToken ct)
    {
        var before = Changes;
        return await callers.FindAsync(principal.Caller, ct) is { MustEnrol: false } now
            ? new LivePrincipal(now, before)
            : Ended;
    }

    // A socket is one whoever asks: two of these are the same if their sockets are.
    private sealed record OpenSocket(ClientSocket Socket) : IOpenCaller
    {
        public Caller Caller => ((LivePrincipal)Socket.User).Caller;

        public void Renew(Caller now) =>
            Socket.User = new LivePrincipal(now, ((LivePrincipal)Socket.User).ChangesBefore);

        public void End() => Socket.Disconnect(close: true);

        public ValueTask<bool> StillHoldsAsync(CancellationToken ct) => ValueTask.FromResult(true);
    }
}
