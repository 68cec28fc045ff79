using Sillage.Storage.Events;

namespace Sillage.Notifications.Contracts;

/// <summary>
/// A module wants somebody to be notified: published in the unit of work that makes it true, it is heard by the notifications module
/// wherever that runs. It names people by their ids only, as every event.
/// </summary>
/// <param name="Kind">The kind's name, <see cref="NotificationKind.Name"/>.</param>
/// <param name="Recipient">The account to notify.</param>
/// <param name="DedupKey">
/// What it is about, in the module's own words, such as the comment's id: of one kind, a recipient is notified once of it, by each
/// channel. At most 200 characters.
/// </param>
/// <param name="Data">
/// What the templates read, by name; no names or addresses of people. <c>url</c> is where the link leads, relative to the site
/// (<c>/posts/…</c>).
/// </param>
public sealed record NotificationWanted(
    string Kind,
    Guid Recipient,
    string DedupKey,
    IReadOnlyDictionary<string, string> Data
) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "notifications.wanted";

    /// <summary>
    /// Accounts that the templates call by name: <c>{"author": id}</c> gives them <c>{{ author }}</c>, as the account directory knows
    /// it when the text is made.
    /// </summary>
    public IReadOnlyDictionary<string, Guid>? People { get; init; }

    /// <summary>
    /// One of the account's addresses that is not, or no longer, its own (<c>IAccountAddresses</c>); null for the account's address.
    /// Mail only.
    /// </summary>
    public Guid? AddressId { get; init; }

    /// <summary>The channels, where they are not those of the kind and of the person's choice; null for those.</summary>
    public NotificationChannels? Channels { get; init; }

    string IEvent.Key => Recipient.ToString();
}

/// <summary>
/// What somebody was, or was to be, notified of is settled: read elsewhere, answered, deleted. What waits is not sent, and what was
/// sent is taken back where the channel can.
/// </summary>
/// <param name="Kind">The kind's name.</param>
/// <param name="Recipient">The account.</param>
/// <param name="DedupKey">What it was about.</param>
public sealed record NotificationSettled(string Kind, Guid Recipient, string DedupKey) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "notifications.settled";

    string IEvent.Key => Recipient.ToString();
}
