using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Sillage.SocketIO.Handlers;

namespace Sillage.SocketIO;

// The handlers of a socket's events begin in the order of the events, apart from the reading of its connection. As many run
// at once as the options say: one that waits, for the client's acknowledgement perhaps, does not hold up the others.
public sealed partial class ClientSocket
{
    private Queue<PendingEvent>? _pending;
    private TaskCompletionSource? _room;
    private int _running;
    private bool _isBeginning;
    private bool _started;

    internal readonly record struct PendingEvent(string Name, long? AckId, EventArguments Arguments);

    /// <summary>Handles an event in its turn.</summary>
    /// <returns>Ends when more may be read from the connection.</returns>
    internal ValueTask OnEventAsync(PendingEvent pending)
    {
        lock (_gate)
        {
            if (!_started || _isBeginning || _pending is { Count: > 0 } || !MayRunMore)
            {
                (_pending ??= new Queue<PendingEvent>()).Enqueue(pending);
                if (_pending.Count < Namespace.Server.Options.MaxPendingEvents || _gone)
                {
                    return ValueTask.CompletedTask;
                }

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Connection.Engine.OnProgress();
                return new ValueTask(_room.Task);
            }

            (_isBeginning, _running) = (true, _running + 1);
        }

        Begin(pending);
        return ValueTask.CompletedTask;
    }

    /// <summary>The connection handlers have ended: events may be handled.</summary>
    internal void Start()
    {
        PendingEvent next;
        lock (_gate)
        {
            _started = true;
            if (!TryTake(out next))
            {
                return;
            }

            (_isBeginning, _running) = (true, _running + 1);
        }

        Begin(next);
    }

    private bool MayRunMore => _running < Namespace.Server.Options.EventConcurrency;

    /// <summary>Begins one handler after another, each up to where it first waits, while there are events and more may run.</summary>
    private void Begin(PendingEvent pending)
    {
        while (true)
        {
            var handled = HandleAsync(pending);
            var isDone = handled.IsCompleted;
            if (!isDone)
            {
                _ = AwaitAsync(handled);
            }

            lock (_gate)
            {
                _running -= isDone ? 1 : 0;
                if (!MayRunMore || !TryTake(out pending))
                {
                    _isBeginning = false;
                    return;
                }

                _running++;
            }
        }
    }

    private async Task AwaitAsync(Task handled)
    {
        await handled;
        PendingEvent next;
        lock (_gate)
        {
            _running--;
            if (_isBeginning || !TryTake(out next))
            {
                return;
            }

            (_isBeginning, _running) = (true, _running + 1);
        }

        Begin(next);
    }

    private bool TryTake(out PendingEvent pending)
    {
        pending = default;
        if (_room is not null)
        {
            Connection.Engine.OnProgress();
        }

        var taken = !_gone && _pending is not null && _pending.TryDequeue(out pending);
        if (!taken || _pending!.Count < Namespace.Server.Options.MaxPendingEvents / 2)
        {
            _room?.TrySetResult();
            _room = null;
        }

        return taken;
    }

    /// <summary>Handles an event and acknowledges it. It does not fail: a program's fault ends one event, not the socket.</summary>
    private async Task HandleAsync(PendingEvent pending)
    {
        var ack = EventAck.Of(this, pending.Name, pending.AckId);
#pragma warning disable CA1031 // The edge: what the host's gate or a measurement throws must not stop the events that wait.
        try
        {
            await HandleAsync(pending, ack);
        }
        catch (Exception e)
        {
            SocketLog.HandlerFailed(Namespace.Server.Logger, e, pending.Name, Namespace.Name, Id);
            ack.Refuse("Internal error", null);
        }
#pragma warning restore CA1031
    }

    private async ValueTask HandleAsync(PendingEvent pending, EventAck ack)
    {
        var definition = Namespace.Definition;
        if (Namespace.Server.Gate.RefuseEvent(this, pending.Name) is { } refusal)
        {
            ack.Refuse(refusal.Message, refusal.Details);
            return;
        }

        if (definition.EventMiddleware.Count > 0 && !await PassesAsync(pending, ack))
        {
            return;
        }

        foreach (var observer in definition.Observers)
        {
            await InvokeAsync(observer, pending.Name, pending.Arguments, null, null);
        }

        var known = definition.Events.TryGetValue(pending.Name, out var handlers);
        if (!known && (handlers = definition.OtherEvents).Count == 0)
        {
            if (definition.Observers.Count == 0)
            {
                SocketLog.NoHandler(Namespace.Server.Logger, pending.Name, Namespace.Name);
            }

            if (Namespace.Server.Gate.RefuseUnknown(this, pending.Name) is { } unknown)
            {
                ack.Refuse(unknown.Message, unknown.Details);
            }

            return;
        }

        var started = Namespace.Server.Metrics.TimesEvents ? Stopwatch.GetTimestamp() : 0;
        var result = HandlerResult.Nothing;
        var leaves = false;
        foreach (var handler in handlers!)
        {
            var own = await InvokeAsync(handler, pending.Name, pending.Arguments, null, ack);
            leaves |= handler.Acknowledges;
            result = result.HasValue ? result : own;
        }

        if (started != 0)
        {
            Namespace.Server.Metrics.Handled(
                Namespace.Name,
                known ? pending.Name : "(any)",
                Stopwatch.GetElapsedTime(started)
            );
        }

        // Whose handler took the acknowledgement into its own hands gives it, now, later or never; its failure is told.
        if (!leaves || result.IsError)
        {
            ack.Send(Values(result));
        }
    }

    /// <summary>Whether the middleware lets an event through; the client has been told if not.</summary>
    private async ValueTask<bool> PassesAsync(PendingEvent pending, EventAck ack)
    {
        await using var scope = Namespace.Server.Services.CreateAsyncScope();
        var context = new EventContext(this, pending.Name, pending.Arguments, scope.ServiceProvider);
        foreach (var middleware in Namespace.Definition.EventMiddleware)
        {
            await middleware(context);
            if (context.Refusal is { } refusal)
            {
                ack.Refuse(refusal.Message, refusal.Details);
                return false;
            }
        }

        return true;
    }

    private static object?[] Values(HandlerResult result) =>
        !result.HasValue ? []
        : result.Value is AckArguments several ? [.. several.Values]
        : [result.Value];

    /// <summary>Calls a handler of the program. Whatever it throws stays here.</summary>
    internal async ValueTask<HandlerResult> InvokeAsync(
        CompiledHandler handler,
        string name,
        EventArguments? arguments,
        object? occasion,
        EventAck? ack
    )
    {
        var server = Namespace.Server;
#pragma warning disable CA1031 // The edge: what one handler throws must not end the process, nor the other events.
        try
        {
            // Handlers that ask for no service, most of them, cost no scope.
            if (!handler.NeedsServices)
            {
                return await handler.Invoke(new EventInvocation(this, name, arguments, occasion, ack, server.Services));
            }

            await using var scope = server.Services.CreateAsyncScope();
            return await handler.Invoke(
                new EventInvocation(this, name, arguments, occasion, ack, scope.ServiceProvider)
            );
        }
        catch (EventException e)
        {
            return HandlerResult.Error(e.Message, e.Details);
        }
        catch (BadArgumentException e)
        {
            SocketLog.BadArguments(server.Logger, name, Namespace.Name, e.Message);
            return HandlerResult.Error(e.Message, null);
        }
        catch (OperationCanceledException) when (Disconnected.IsCancellationRequested)
        {
            return HandlerResult.Error("cancelled", null);
        }
        catch (Exception e)
        {
            SocketLog.HandlerFailed(server.Logger, e, name, Namespace.Name, Id);
            return HandlerResult.Error("Internal error", null);
        }
#pragma warning restore CA1031
    }
}
