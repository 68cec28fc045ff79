using System.Text.Json;
using Sillage.Api.Access;
using Sillage.Hosting.SocketIO;
using Sillage.SocketIO;

namespace Sillage.Messaging.Live;

/// <summary>Where slices map what may be asked of them live, as they map their routes; and what is said of it in the document.</summary>
internal sealed class LiveEvents(NamespaceBuilder chat, LiveDocument document)
{
    private static readonly Dictionary<string, string> OfRoom = new() { ["room"] = "The id or the slug of a room." };

    /// <summary>Maps an event.</summary>
    /// <typeparam name="TArgument">What it carries, besides the room where it is about one.</typeparam>
    /// <typeparam name="TAck">What acknowledges it.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="summary">What it does.</param>
    /// <param name="permission">What the caller needs, as a route does.</param>
    /// <param name="handle">Does it; what it gives acknowledges the event.</param>
    /// <param name="inRoom">Whether it names a room.</param>
    public void On<TArgument, TAck>(
        string name,
        string summary,
        Permission permission,
        Func<LiveRequest, CancellationToken, Task<TAck>> handle,
        bool inRoom = true
    )
        where TAck : notnull
    {
        var described = new LiveRequestEvent(name, summary, typeof(TArgument), typeof(TAck), permission);
        document.Add(inRoom ? described with { More = OfRoom } : described);
        chat.On(
            name,
            (ClientSocket socket, IServiceProvider services, CancellationToken ct, JsonElement? argument) =>
                LiveRequest.RunAsync(
                    socket,
                    argument,
                    services,
                    permission,
                    typeof(TArgument),
                    async request => await handle(request, ct)
                )
        );
    }

    /// <summary>Tells of something that clients hear.</summary>
    public void Says<T>(Notice<T> notice) => document.Add(new LiveNoticeEvent(notice.Name, notice.Summary, typeof(T)));
}

/// <summary>Nothing besides what the event names.</summary>
public sealed record NothingMore;

/// <summary>An event that clients hear. Nothing is said to them but by one of these.</summary>
/// <typeparam name="T">What it carries.</typeparam>
/// <param name="Name">Its name.</param>
/// <param name="Summary">When it comes.</param>
internal sealed record Notice<T>(string Name, string Summary)
{
    public ValueTask SayAsync(BroadcastOperator hearers, T value) => hearers.EmitAsync(Name, LiveJson.Of(value));

    public ValueTask SayAsync(ClientSocket hearer, T value) => hearer.EmitAsync(Name, LiveJson.Of(value));
}
