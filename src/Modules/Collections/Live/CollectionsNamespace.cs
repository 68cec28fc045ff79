using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Sillage.Collections.Records;
using Sillage.Hosting.SocketIO;
using Sillage.SocketIO;

namespace Sillage.Collections.Live;

/// <summary>Records to follow.</summary>
/// <param name="Filter">Which records, in the language of filters; all if left out. A change of another one comes as deleted.</param>
/// <param name="Since">The cursor to go on behind, without a gap; what comes next if left out.</param>
public sealed record Subscription(
    [property: StringLength(5000)] string? Filter = null,
    [property: StringLength(500)] string? Since = null
);

/// <summary>Records that are followed.</summary>
/// <param name="Id">The subscription, which each of its events names.</param>
/// <param name="Cursor">Where it stands.</param>
public sealed record Subscribed(string Id, string Cursor);

/// <summary>A subscription to end.</summary>
/// <param name="Id">The subscription.</param>
public sealed record Unsubscription([property: Required] string Id);

/// <summary>A subscription that ended as it was asked to.</summary>
/// <param name="Id">The subscription.</param>
public sealed record Unsubscribed(string Id);

/// <summary>A record that changed.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Collection">The collection.</param>
/// <param name="Id">The record's id.</param>
/// <param name="Deleted">Whether it is deleted, came out of sight, or does not meet the filter.</param>
/// <param name="Record">The record; null if it is deleted.</param>
/// <param name="Cursor">The cursor behind it.</param>
public sealed record LiveChange(
    string Subscription,
    string Collection,
    Guid Id,
    bool Deleted,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] RecordView? Record,
    string Cursor
);

/// <summary>A subscription that ended by itself.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Collection">The collection.</param>
/// <param name="Code"><c>gone</c> where the collection was changed or deleted, <c>forbidden</c> where who follows it is another to it than before.</param>
public sealed record LiveEnd(string Subscription, string Collection, string Code);

/// <summary>The namespace <c>/collections</c>: records that clients follow, by the same rules as everywhere.</summary>
internal static class CollectionsNamespace
{
    public const string Address = "/collections";

    public static Notice<LiveChange> Change { get; } = new("change", "A record that is followed changed.");

    public static Notice<LiveEnd> Ended { get; } =
        new("ended", "A subscription ended: subscribe again, if it still may be.");

    public static LiveDocument Document() =>
        new(Address, "Records of collections as they change, beside /api/v1/collections.");

    public static void Define(SocketIOBuilder live, LiveDocument document)
    {
        var collections = live.Of(Address)
            .RequireAuthorization(CollectionsPermission.Use.Name)
            // Clients go on behind the cursor that they have, not by what a process remembers of them.
            .UseRecovery(null);
        var events = new LiveEvents(
            collections,
            document,
            "collection",
            "The collection, as addresses call it: `books`, or `class-3.films`."
        );
        events.On<Subscription, Subscribed>(
            "subscribe",
            "Follow the records of a collection.",
            CollectionsPermission.Use,
            (request, ct) => request.Service<LiveFeeds>().SubscribeAsync(request, ct)
        );
        events.On<Unsubscription, Unsubscribed>(
            "unsubscribe",
            "Follow them no longer.",
            CollectionsPermission.Use,
            (request, _) => Task.FromResult(LiveFeeds.Unsubscribe(request.Socket, request.Read<Unsubscription>())),
            isNamed: false
        );
        events.Says(Change);
        events.Says(Ended);
    }
}
