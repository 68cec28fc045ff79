using System.Text.Json;

namespace Sillage.SocketIO.Handlers;

/// <summary>What a compiled handler draws its parameters from.</summary>
internal sealed class EventInvocation(
    ClientSocket socket,
    string name,
    EventArguments? arguments,
    object? occasion,
    EventAck? ack,
    IServiceProvider services
)
{
    public ClientSocket Socket => socket;
    public string Name => name;
    public EventArguments? Arguments => arguments;
    public object? Occasion => occasion;
    public EventAck? Ack => ack;
    public IServiceProvider Services => services;

    // Made only for the handler that asks for it: an idle connection has no cancellation source. What a program does about the
    // end of a connection is not to be given up because the connection has ended.
    public CancellationToken Cancellation => occasion is Disconnection ? CancellationToken.None : socket.Disconnected;

    /// <summary>An argument of the event as a handler's parameter.</summary>
    public T Argument<T>(int index, bool optional, T fallback)
    {
        if (arguments is null || index >= arguments.Count)
        {
            return optional ? fallback : throw new BadArgumentException(index, "is missing");
        }

        try
        {
            var value = arguments.Get<T>(index);
            return value is not null || optional ? value! : throw new BadArgumentException(index, "is null");
        }
        catch (JsonException e)
        {
            throw new BadArgumentException(index, $"is not what is expected: {e.Message}");
        }
    }
}

/// <summary>The client's arguments do not fit the handler.</summary>
internal sealed class BadArgumentException(int index, string what) : Exception($"Argument {index} {what}");

/// <summary>What a handler returned, or how it failed.</summary>
/// <param name="HasValue">Whether there is anything at all.</param>
/// <param name="Value">What.</param>
/// <param name="IsError">Whether it is a failure, as the client is told it.</param>
internal readonly record struct HandlerResult(bool HasValue, object? Value, bool IsError = false)
{
    public static readonly HandlerResult Nothing;

    /// <summary>A failure: <c>{"error":{"message","data"}}</c>.</summary>
    public static HandlerResult Error(string message, object? data) =>
        new(
            true,
            data is null
                ? new Dictionary<string, object> { ["error"] = new { message } }
                : new Dictionary<string, object> { ["error"] = new { message, data } },
            IsError: true
        );
}
