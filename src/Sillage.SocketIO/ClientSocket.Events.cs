using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Sillage.SocketIO.Handlers;

namespace Sillage.SocketIO;

// The events of a socket are handled one after another (or as many at once as the options say), apart from the reading
// of its connection: a handler may itself wait for the client's acknowledgement.
public sealed partial class ClientSocket
{
    private Queue<PendingEvent>? _pending;
    private TaskCompletionSource? _room;
    private int _running;
    private bool _started;

    internal readonly record struct PendingEvent(string Name, long? AckId, EventArguments Arguments);

    /// <summary>Handles an event in its turn.</summary>
    /// <returns>Ends when more may be read from the connection.</returns>
    internal ValueTask OnEventAsync(PendingEvent pending)
    {
        lock (_gate)
        {
            if (!_started || _running >= Namespace.Server.Options.EventConcurrency)
            {
                (_pending ??= new Queue<PendingEvent>()).Enqueue(pending);
                if (_pending.Count < Namespace.Server.Options.MaxPendingEvents || _gone)
                {
                    return ValueTask.CompletedTask;
                }

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return new ValueTask(_room.Task);
            }

            _running++;
        }

        _ = RunAsync(pending);
        return ValueTask.CompletedTask;
    }

    /// <summary>The connection handlers have ended: events may be handled.</summary>
    internal void Start()
    {
        while (true)
        {
            PendingEvent next;
            lock (_gate)
            {
                _started = true;
                if (_running >= Namespace.Server.Options.EventConcurrency || !TryTake(out next))
                {
                    return;
                }

                _running++;
            }

            _ = RunAsync(next);
        }
    }

    private async Task RunAsync(PendingEvent pending)
    {
        while (true)
        {
            await HandleAsync(pending);
            lock (_gate)
            {
                if (!TryTake(out pending))
                {
                    _running--;
                    return;
                }
            }
        }
    }

    private bool TryTake(out PendingEvent pending)
    {
        pending = default;
        var taken = !_gone && _pending is not null && _pending.TryDequeue(out pending);
        if (!taken || _pending!.Count < Namespace.Server.Options.MaxPendingEvents / 2)
        {
            _room?.TrySetResult();
            _room = null;
        }

        return taken;
    }

    private async ValueTask HandleAsync(PendingEvent pending)
    {
        var definition = Namespace.Definition;
        if (Namespace.Server.Gate.RefuseEvent(this, pending.Name) is { } refusal)
        {
            if (pending.AckId is { } refused)
            {
                Acknowledge(refused, Values(Error(refusal.Message, refusal.Details)));
            }

            return;
        }

        if (!definition.Events.TryGetValue(pending.Name, out var handler) && (handler = definition.AnyEvent) is null)
        {
            SocketLog.NoHandler(Namespace.Server.Logger, pending.Name, Namespace.Name);
            return;
        }

        var started = Namespace.Server.Metrics.TimesEvents ? Stopwatch.GetTimestamp() : 0;
        var (succeeded, result) = await InvokeAsync(handler, pending.Name, pending.Arguments, null);
        if (started != 0)
        {
            var known = definition.Events.ContainsKey(pending.Name);
            Namespace.Server.Metrics.Handled(
                Namespace.Name,
                known ? pending.Name : "(any)",
                Stopwatch.GetElapsedTime(started)
            );
        }

        if (pending.AckId is { } id)
        {
            Acknowledge(id, succeeded && !result.HasValue ? [] : Values(result));
        }
    }

    private static object?[] Values(HandlerResult result) =>
        result.Value is AckArguments several ? [.. several.Values] : [result.Value];

    private void Acknowledge(long id, object?[] values)
    {
        if (IsConnected)
        {
            Connection.Engine.Send(Namespace.Server.Encoder.Ack(Namespace.Name, id, values));
        }
    }

    /// <summary>Calls a handler of the program. Whatever it throws stays here.</summary>
    internal async ValueTask<(bool Succeeded, HandlerResult Result)> InvokeAsync(
        CompiledHandler handler,
        string name,
        EventArguments? arguments,
        object? occasion
    )
    {
        var server = Namespace.Server;
#pragma warning disable CA1031 // The edge: what one handler throws must not end the process, nor the other events.
        try
        {
            // Handlers that ask for no service, most of them, cost no scope.
            if (!handler.NeedsServices)
            {
                return (
                    true,
                    await handler.Invoke(new EventInvocation(this, name, arguments, occasion, server.Services))
                );
            }

            await using var scope = server.Services.CreateAsyncScope();
            return (
                true,
                await handler.Invoke(new EventInvocation(this, name, arguments, occasion, scope.ServiceProvider))
            );
        }
        catch (EventException e)
        {
            return (false, Error(e.Message, e.Details));
        }
        catch (BadArgumentException e)
        {
            SocketLog.BadArguments(server.Logger, name, Namespace.Name, e.Message);
            return (false, Error(e.Message, null));
        }
        catch (OperationCanceledException) when (Disconnected.IsCancellationRequested)
        {
            return (false, Error("cancelled", null));
        }
        catch (Exception e)
        {
            SocketLog.HandlerFailed(server.Logger, e, name, Namespace.Name, Id);
            return (false, Error("Internal error", null));
        }
#pragma warning restore CA1031
    }

    private static HandlerResult Error(string message, object? data) =>
        new(
            true,
            data is null
                ? new Dictionary<string, object> { ["error"] = new { message } }
                : new Dictionary<string, object> { ["error"] = new { message, data } }
        );
}
