using Sillage.SocketIO;

namespace Sillage.Hosting.SocketIO;

/// <summary>The product's answer to every client that joins, leaves or sends.</summary>
internal sealed class LiveGate(LiveCredentials credentials, LiveSockets sockets, LiveLimits limits) : SocketIOGate
{
    private static readonly LiveRefusal Missing = new(
        LiveRefusal.Invalid,
        "This needs a token: in 'auth', or in the Authorization header."
    );

    private static readonly LiveRefusal Denied = new(
        LiveRefusal.Forbidden,
        "Your account does not have the permission that this needs."
    );

    public override async ValueTask AuthenticateAsync(ConnectContext context)
    {
        if (await credentials.OfAuthAsync(context.Auth, context.Aborted) is { } own)
        {
            context.User = own;
            context.Auth = LiveCredentials.WithoutToken(context.Auth);
        }
        else if (
            // Namespaces are joined long after the request, too.
            context.User
                is LivePrincipal opened
            && opened.ChangesBefore != sockets.Changes
            && await sockets.RenewAsync(opened, context.Aborted) is var now
        )
        {
            context.User = now;
        }

        if (context.User is RefusedPrincipal { Refusal: { } refusal })
        {
            (limits.CountRefusal(context.Handshake.RemoteAddress) ?? refusal).Refuse(context);
        }
        else if (limits.RefuseJoin(context) is { } tooMany)
        {
            tooMany.Refuse(context);
        }
    }

    public override ValueTask AuthorizeAsync(ConnectContext context, IReadOnlyList<string> policies)
    {
        if (context.User is not LivePrincipal { Caller: { } caller })
        {
            Missing.Refuse(context);
        }
        else if (!policies.All(caller.Can))
        {
            Denied.Refuse(context);
        }

        return ValueTask.CompletedTask;
    }

    public override void OnJoined(ClientSocket socket) => sockets.Add(socket);

    public override void OnLeft(ClientSocket socket)
    {
        sockets.Remove(socket);
        limits.Forget(socket);
    }

    public override EventException? RefuseEvent(ClientSocket socket, string name) => limits.RefuseEvent(socket);

    public override EventException? RefuseUnknown(ClientSocket socket, string name) =>
        new(
            $"There is no event of this name in {socket.Namespace.Name}; /docs/live lists those that there are.",
            new { code = "not_found" }
        );
}
