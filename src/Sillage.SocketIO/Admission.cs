using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sillage.SocketIO.Codec;
using Sillage.SocketIO.EngineIO;
using Sillage.SocketIO.Handlers;
using Sillage.SocketIO.Rooms;

namespace Sillage.SocketIO;

/// <summary>Lets clients into namespaces, or not: does it exist, may the user, does the middleware agree, was it here before.</summary>
internal sealed class Admission(SocketIOServer server)
{
    public async ValueTask AdmitAsync(SocketConnection connection, string name, JsonElement auth)
    {
        if (server.FindDefinition(name) is not { } definition)
        {
            Refuse(connection, name, "Invalid namespace", null);
            return;
        }

        // 1. Who it is and the host's policies, always.
        var kept = definition.RecoveryBy(server.Options);
        RecoveryOutcome? recovery = kept is null ? RecoveryOutcome.NotAsked : null;
        var context = new ConnectContext(name, auth, connection.Engine, server.Services);
        if (
            server.HasOwnGate
            || definition.Policies.Count > 0
            || definition.RequiresUser
            || definition.Middleware.Count > 0
        )
        {
            await using var scope = server.Services.CreateAsyncScope();
            context = new ConnectContext(name, auth, connection.Engine, scope.ServiceProvider);
            await server.Gate.AuthenticateAsync(context);
            if (context.Refusal is null && (definition.Policies.Count > 0 || definition.RequiresUser))
            {
                await server.Gate.AuthorizeAsync(context, definition.Policies);
            }

            // 2. A client that comes back, unless its middleware wants to see it again.
            if (context.Refusal is null && kept is { SkipMiddleware: true })
            {
                recovery = Resume(connection, definition, context, keepsUser: true);
                if (recovery is RecoveryOutcome.Recovered)
                {
                    return;
                }
            }

            // 3. The middleware.
            foreach (var middleware in definition.Middleware)
            {
                if (context.Refusal is not null)
                {
                    break;
                }

                await middleware(context);
            }
        }

        if (context.Refusal is { } refusal)
        {
            Refuse(connection, name, refusal.Message, refusal.Data);
            return;
        }

        // 4. In.
        recovery ??= Resume(connection, definition, context, keepsUser: definition.Middleware.Count == 0);
        if (recovery is not RecoveryOutcome.Recovered)
        {
            Enter(connection, definition, context, recovery.Value);
        }
    }

    private void Refuse(SocketConnection connection, string name, string message, object? data)
    {
        SocketLog.Refused(server.Logger, name, message);
        var refusal = server.Encoder.ConnectError(name, message, data);
        if (connection.EndJoin(name))
        {
            connection.Engine.Send(refusal);
        }
    }

    /// <summary>Lets a client take up where it was, if it asks for that.</summary>
    /// <param name="connection">Its connection.</param>
    /// <param name="definition">The namespace's.</param>
    /// <param name="context">What it sent.</param>
    /// <param name="keepsUser">Whether it is who it was; else who the middleware has just found it to be.</param>
    private RecoveryOutcome Resume(
        SocketConnection connection,
        NamespaceDefinition definition,
        ConnectContext context,
        bool keepsUser
    )
    {
        var ns = server.Hold(context.Namespace, definition);
        try
        {
            var outcome = ns.Log!.TryResume(
                context.Auth,
                (session, missed) => TryEnter(connection, ns, context, session, missed, keepsUser)
            );
            if (outcome is not (RecoveryOutcome.NotAsked or RecoveryOutcome.Recovered))
            {
                SocketLog.StartsFresh(server.Logger, ns.Name, outcome);
            }

            return outcome;
        }
        finally
        {
            server.Release(ns);
        }
    }

    private bool TryEnter(
        SocketConnection connection,
        SocketNamespace ns,
        ConnectContext context,
        RecoverySession session,
        List<OutgoingMessage> missed,
        bool keepsUser
    )
    {
        // A gate of the host's has just found out who it is: nobody takes up where another was.
        if (server.HasOwnGate && session.User is { } before && !SocketIOGate.IsSameUser(before, context.User))
        {
            return false;
        }

        var user = keepsUser && !server.HasOwnGate ? session.User ?? context.User : context.User;
        var socket = new ClientSocket(connection, ns, session.Id, context.Auth, user)
        {
            Recovery = RecoveryOutcome.Recovered,
            RecoveryId = session.RecoveryId,
            RecoveryStart = session.Start,
            KeptData = session.Data,
        };
        var writes = new FlushList();
        if (
            !connection.EndJoin(ns.Name)
            || !connection.Attach(socket)
            || !socket.Enter(() => Welcome(socket, missed, writes))
        )
        {
            return false;
        }

        foreach (var room in session.Rooms)
        {
            ns.Registry.Join(socket, room.Name, room.Since);
        }

        _ = writes.RunAsync();
        SocketLog.Recovered(server.Logger, socket.Id, ns.Name, missed.Count);
        server.Gate.OnJoined(socket);

        // Not under the log's lock, which is held here.
        _ = BeginAsync(socket, yields: true);
        return true;
    }

    private static void Welcome(ClientSocket socket, List<OutgoingMessage> missed, FlushList writes)
    {
        socket.Send(
            PacketEncoder.Connect(socket.Namespace.Name, socket.Id, socket.RecoveryId),
            isVolatile: false,
            writes
        );
        foreach (var message in missed)
        {
            socket.Send(message, isVolatile: false, writes);
        }
    }

    private void Enter(
        SocketConnection connection,
        NamespaceDefinition definition,
        ConnectContext context,
        RecoveryOutcome outcome
    )
    {
        if (!connection.EndJoin(context.Namespace))
        {
            return;
        }

        var ns = server.Hold(context.Namespace, definition);
        try
        {
            Enter(connection, ns, context, outcome);
        }
        finally
        {
            server.Release(ns);
        }
    }

    private void Enter(SocketConnection connection, SocketNamespace ns, ConnectContext context, RecoveryOutcome outcome)
    {
        var socket = new ClientSocket(connection, ns, EngineServer.NewId(), context.Auth, context.User)
        {
            Recovery = outcome,
            RecoveryId = ns.Log is null ? null : EngineServer.NewId(),
            RecoveryStart = ns.Log?.Next ?? 0,
            KeptData = context.Kept,
        };

        // The order matters: the client's packets find the socket before it knows that it is in, no broadcast reaches it before
        // it knows, and it misses none that is sent once it knows.
        var writes = new FlushList();
        var welcome = PacketEncoder.Connect(ns.Name, socket.Id, socket.RecoveryId);
        if (connection.Attach(socket) && socket.Enter(() => socket.Send(welcome, isVolatile: false, writes)))
        {
            _ = writes.RunAsync();
            if (ns.Definition.Connections.Count > 0)
            {
                connection.Engine.SendRestLater();
            }

            SocketLog.Joined(server.Logger, socket.Id, ns.Name);
            server.Gate.OnJoined(socket);
            _ = BeginAsync(socket);
        }
    }

    private static async Task BeginAsync(ClientSocket socket, bool yields = false)
    {
        if (yields)
        {
            await Task.Yield();
        }

        foreach (var handler in socket.Namespace.Definition.Connections)
        {
            await socket.InvokeAsync(handler, "connection", null, socket.Handshake, null);
        }

        socket.Start();
    }
}
