using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Records;
using Sillage.Collections.Stored;
using Sillage.Hosting.SocketIO;
using Sillage.SocketIO;
using Sillage.Storage;

namespace Sillage.Collections.Live;

/// <summary>
/// Tells live clients of this process what changes in the collections that they follow. Nothing is kept for them: a wake-up says that there is something, and what it is gets read from
/// storage, from where those stand who see the same.
/// </summary>
internal sealed partial class LiveFeeds(
    CollectionStore store,
    IDatabase<CollectionsData> database,
    SocketIOServer server,
    IOptions<CollectionsOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<LiveFeeds> log
)
{
    private const int MostOfOne = 100;
    private const int AtOnce = 200;
    private const string Prefix = "sight:";

    // What another process stores wakes nobody here; and so long somebody may go on to hear what he may no more.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Sight, LiveFeed> _feeds = new();
    private long _names;

    private SocketNamespace Sockets => server.Of(CollectionsNamespace.Address);

    /// <summary>Lets a client follow records, from a cursor on or from now.</summary>
    /// <exception cref="ProblemException">What is asked for is not allowed, is not there, or is not known any more.</exception>
    public async Task<Subscribed> SubscribeAsync(LiveRequest request, CancellationToken ct)
    {
        var (socket, asked) = (request.Socket, request.Read<Subscription>());
        if (socket.Rooms.Count(room => room.StartsWith(Prefix, StringComparison.Ordinal)) >= MostOfOne)
        {
            throw new ProblemException(
                Problem.Conflict($"A connection follows at most {MostOfOne} collections at once: unsubscribe from one.")
            );
        }

        var known =
            await database.ReadAsync(r => store.FindAsync(r, request.Named ?? "", ct), ct)
            ?? throw new ProblemException(Problem.NotFound());
        var (viewer, now) = (FoundCollection.ViewerOf(request.Caller), clock.GetUtcNow());
        var access = new Access(known, viewer, now);
        if (access.RuleOf(Deed.Read) is Truth { Value: false })
        {
            throw new ProblemException(access.Denied(Deed.Read));
        }

        var test = RecordQuery.FilterAt("/filter", asked.Filter, known, viewer);
        var sight = Sight.Of(known, viewer, asked.Filter ?? "", test);
        var oldest = now - TimeSpan.FromDays(options.Value.KeepDeletedDays);
        var from = asked.Since is null ? null : ChangeCursor.Read(asked.Since, "/since", known.Main.Revision, oldest);
        while (true)
        {
            var feed = _feeds.GetOrAdd(sight, _ => new LiveFeed(NewName(), sight, known, viewer));
            // Most of what was missed, while others go on to hear.
            while (from is not null && await TellAsync(feed, from, Say(socket), ct) is var (next, more))
            {
                from = next;
                if (!more)
                {
                    break;
                }
            }

            await feed.Gate.WaitAsync(ct);
            try
            {
                if (feed.IsOver)
                {
                    continue;
                }

                // And what came meanwhile: nothing is told to others now, so that there is no gap.
                for (var more = from is not null; more; )
                {
                    (from, more) = await TellAsync(feed, from!, Say(socket), ct);
                }

                if (feed.At is null)
                {
                    feed.At = from ?? await LastAsync(known.Main, ct);
                    _ = RunAsync(feed);
                }

                socket.Join(feed.Name);
                return new Subscribed(feed.Name, (from ?? feed.At).ToText());
            }
            finally
            {
                feed.Gate.Release();
            }
        }
    }

    /// <summary>Ends a subscription.</summary>
    /// <exception cref="ProblemException">404: there is none.</exception>
    public static Unsubscribed Unsubscribe(ClientSocket socket, Unsubscription asked) =>
        asked.Id.StartsWith(Prefix, StringComparison.Ordinal) && socket.Leave(asked.Id)
            ? new Unsubscribed(asked.Id)
            : throw new ProblemException(Problem.NotFound());

    private string NewName() => Prefix + Interlocked.Increment(ref _names).ToString(CultureInfo.InvariantCulture);

    private BroadcastOperator Hearers(LiveFeed feed) => Sockets.To(feed.Name).Local;

    private async Task<ChangeCursor> LastAsync(CollectionPlan plan, CancellationToken ct) =>
        new(await database.ReadAsync(r => ChangeFeed.LastAsync(r, plan.Key, ct), ct), plan.Revision, clock.GetUtcNow());

    private static Func<LiveChange, ValueTask> Say(ClientSocket socket) =>
        change => CollectionsNamespace.Change.SayAsync(socket, change);

    private Func<LiveChange, ValueTask> Say(LiveFeed feed) =>
        change => CollectionsNamespace.Change.SayAsync(Hearers(feed), change);

    /// <summary>Tells of the next changes behind a cursor.</summary>
    /// <returns>The cursor behind them, and whether there are more.</returns>
    /// <exception cref="ProblemException">410: the collection is another than it was.</exception>
    private async Task<(ChangeCursor Next, bool More)> TellAsync(
        LiveFeed feed,
        ChangeCursor from,
        Func<LiveChange, ValueTask> say,
        CancellationToken ct
    )
    {
        var now = clock.GetUtcNow();
        var plan = feed.Known.Main;
        var (changes, next, more) = await database.ReadAsync(
            async reader =>
            {
                // In the same snapshot: no field is shown that has just been hidden.
                var known = await store.FindAsync(reader, plan.Address, ct);
                if (known?.Main.Key != plan.Key || known.Main.Revision != plan.Revision)
                {
                    throw new ProblemException(Problem.Of(410, "Gone", "The collection was changed: subscribe again."));
                }

                var test = RecordQuery.FilterAt("/filter", feed.Sight.Filter, known, feed.Viewer);
                var access = new Access(known, feed.Viewer, now);
                return await ChangeFeed.ReadAsync(reader, access, from, test, isWhole: false, AtOnce, now, ct);
            },
            ct
        );
        foreach (var (change, cursor) in changes)
        {
            await say(
                new LiveChange(feed.Name, plan.Address, change.Id, change.Deleted, change.Record, cursor.ToText())
            );
        }

        return (next, more);
    }

    private async Task RunAsync(LiveFeed feed)
    {
        var ct = lifetime.ApplicationStopping;
        try
        {
            // Away from the one who began it, who holds the gate.
            await Task.Yield();
            var looked = clock.GetTimestamp();
            while (true)
            {
                // Taken before reading: what is committed in between completes it.
                var next = store.NextAsync(feed.Sight.Collection);
                await feed.Gate.WaitAsync(ct);
                try
                {
                    var looks = clock.GetElapsedTime(looked) >= Interval;
                    looked = looks ? clock.GetTimestamp() : looked;
                    if (Hearers(feed).LocalSockets().Count == 0 || !await SendAsync(feed, looks, ct))
                    {
                        feed.IsOver = true;
                        _feeds.TryRemove(KeyValuePair.Create(feed.Sight, feed));
                        return;
                    }
                }
                finally
                {
                    feed.Gate.Release();
                }

                try
                {
                    await next.WaitAsync(Interval, clock, ct);
                }
                catch (TimeoutException)
                {
                    // Time for a look at storage.
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>Sends what is new to those who hear it, and first looks, if it is time to, whether they still may.</summary>
    /// <returns>False where there is nothing any more to hear.</returns>
    private async Task<bool> SendAsync(LiveFeed feed, bool looks, CancellationToken ct)
    {
        try
        {
            if (looks)
            {
                await EndForOthersAsync(feed);
            }

            for (var more = true; more; )
            {
                (feed.At, more) = await TellAsync(feed, feed.At!, Say(feed), ct);
            }

            return true;
        }
        catch (ProblemException)
        {
            foreach (var socket in Hearers(feed).LocalSockets())
            {
                await EndAsync(feed, socket, "gone");
            }

            return false;
        }
#pragma warning disable CA1031 // The edge: what was not sent now is found by the next look into storage.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotSent(log, e, feed.Known.Main.Address);
            return true;
        }
#pragma warning restore CA1031
    }

    // Whose role or account is another sees another collection.
    private async Task EndForOthersAsync(LiveFeed feed)
    {
        foreach (var socket in Hearers(feed).LocalSockets())
        {
            var viewer = FoundCollection.ViewerOf(socket.Caller());
            var test =
                feed.Sight.Filter.Length == 0
                    ? null
                    : Checker.CheckFilter(feed.Sight.Filter, feed.Known, viewer, out _);
            if (
                (test is null && feed.Sight.Filter.Length > 0)
                || Sight.Of(feed.Known, viewer, feed.Sight.Filter, test) != feed.Sight
            )
            {
                await EndAsync(feed, socket, "forbidden");
            }
        }
    }

    private static async Task EndAsync(LiveFeed feed, ClientSocket socket, string code)
    {
        socket.Leave(feed.Name);
        await CollectionsNamespace.Ended.SayAsync(socket, new LiveEnd(feed.Name, feed.Known.Main.Address, code));
    }

    [LoggerMessage(
        LogLevel.Warning,
        "What changed in the collection {Collection} was not sent; it is looked for again."
    )]
    private static partial void LogNotSent(ILogger logger, Exception e, string collection);
}

/// <summary>What those hear who see the same.</summary>
internal sealed class LiveFeed(string name, Sight sight, Known known, Viewer viewer)
{
    public string Name => name;

    public Sight Sight => sight;

    public Known Known => known;

    /// <summary>One of them: the first that came.</summary>
    public Viewer Viewer => viewer;

    /// <summary>Held while something is sent, or somebody let in.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>How far it was sent; null before it runs.</summary>
    public ChangeCursor? At { get; set; }

    /// <summary>Whether it ended, as nobody heard it any more.</summary>
    public bool IsOver { get; set; }
}
