using Sillage.Api.Access;

namespace Sillage.Hosting.SocketIO;

/// <summary>An event that clients of a namespace may send.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Argument">The object that it carries.</param>
/// <param name="Ack">The object that acknowledges it.</param>
/// <param name="Permission">What the caller needs besides being let in; null for nothing.</param>
public sealed record LiveRequestEvent(string Name, string Summary, Type Argument, Type Ack, Permission? Permission)
{
    /// <summary>Members of the argument that are not in its type: their names, and what they mean.</summary>
    public IReadOnlyDictionary<string, string> More { get; init; } = new Dictionary<string, string>();
}

/// <summary>An event that clients of a namespace hear.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">When it comes.</param>
/// <param name="Argument">The object that it carries.</param>
public sealed record LiveNoticeEvent(string Name, string Summary, Type Argument);

/// <summary>What is said in a namespace, for <c>/asyncapi.json</c> and <c>/docs/live</c>. A module registers one and fills it where it maps its events.</summary>
/// <param name="address">The namespace.</param>
/// <param name="summary">What it is for.</param>
public sealed class LiveDocument(string address, string summary)
{
    private readonly List<LiveRequestEvent> _requests = [];
    private readonly List<LiveNoticeEvent> _notices = [];

    /// <summary>The namespace.</summary>
    public string Address { get; } = address;

    /// <summary>What it is for.</summary>
    public string Summary { get; } = summary;

    /// <summary>What clients may send, by name.</summary>
    public IReadOnlyList<LiveRequestEvent> Requests =>
        [.. _requests.Append(RefreshToken.Described).OrderBy(e => e.Name, StringComparer.Ordinal)];

    /// <summary>What clients hear, by name.</summary>
    public IReadOnlyList<LiveNoticeEvent> Notices =>
        [.. _notices.Concat(LiveSockets.Described).OrderBy(e => e.Name, StringComparer.Ordinal)];

    /// <summary>Describes an event that clients may send.</summary>
    public void Add(LiveRequestEvent described) => _requests.Add(described);

    /// <summary>Describes an event that clients hear.</summary>
    public void Add(LiveNoticeEvent described) => _notices.Add(described);
}
