using System.Text.Json;
using Sillage.Api.Access;
using Sillage.SocketIO;

namespace Sillage.Hosting.SocketIO;

/// <summary>Where slices map what may be asked of them live, as they map their routes; and what is said of it in the document.</summary>
/// <param name="live">The namespace.</param>
/// <param name="document">What is said of it.</param>
/// <param name="resource">The member by which events name what they are about, as <c>room</c>.</param>
/// <param name="about">What that member is.</param>
public sealed class LiveEvents(NamespaceBuilder live, LiveDocument document, string resource, string about)
{
    private readonly Dictionary<string, string> _named = new() { [resource] = about };

    /// <summary>Maps an event.</summary>
    /// <typeparam name="TArgument">What it carries, besides the member that names what it is about.</typeparam>
    /// <typeparam name="TAck">What acknowledges it.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="summary">What it does.</param>
    /// <param name="permission">What the caller needs, as a route does.</param>
    /// <param name="handle">Does it; what it gives acknowledges the event.</param>
    /// <param name="isNamed">Whether it names what it is about.</param>
    public void On<TArgument, TAck>(
        string name,
        string summary,
        Permission permission,
        Func<LiveRequest, CancellationToken, Task<TAck>> handle,
        bool isNamed = true
    )
        where TAck : notnull
    {
        var described = new LiveRequestEvent(name, summary, typeof(TArgument), typeof(TAck), permission);
        document.Add(isNamed ? described with { More = _named } : described);
        live.On(
            name,
            (ClientSocket socket, IServiceProvider services, CancellationToken ct, JsonElement? argument) =>
                LiveRequest.RunAsync(
                    socket,
                    argument,
                    services,
                    permission,
                    typeof(TArgument),
                    resource,
                    async request => await handle(request, ct)
                )
        );
    }

    /// <summary>Tells of something that clients hear.</summary>
    public void Says<T>(Notice<T> notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        document.Add(new LiveNoticeEvent(notice.Name, notice.Summary, typeof(T)));
    }
}

/// <summary>Nothing besides what the event names.</summary>
public sealed record NothingMore;

/// <summary>An event that clients hear. Nothing is said to them but by one of these.</summary>
/// <typeparam name="T">What it carries.</typeparam>
/// <param name="Name">Its name.</param>
/// <param name="Summary">When it comes.</param>
public sealed record Notice<T>(string Name, string Summary)
{
    /// <summary>Says it to many.</summary>
    public ValueTask SayAsync(BroadcastOperator hearers, T value)
    {
        ArgumentNullException.ThrowIfNull(hearers);
        return hearers.EmitAsync(Name, LiveJson.Of(value));
    }

    /// <summary>Says it to one.</summary>
    public ValueTask SayAsync(ClientSocket hearer, T value)
    {
        ArgumentNullException.ThrowIfNull(hearer);
        return hearer.EmitAsync(Name, LiveJson.Of(value));
    }
}
