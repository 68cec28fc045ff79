using System.Collections.Concurrent;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Traces.Studies;

/// <summary>
/// The studies in use, in memory. A change made in this process shows at once. On PostgreSQL, where another process may
/// make one, a copy older than a second is checked against the version that is stored; intake checks it once more in the
/// unit that stores the traces (see <c>docs/adr/0032-studies-in-memory.md</c>).
/// </summary>
internal sealed class StudyDirectory(IDatabase<TracesData> database, TimeProvider clock)
{
    // A server with more studies than this in use at once reads some of them again.
    private const int MaximumEntries = 1000;

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private const string ReadVersion = "SELECT version FROM study WHERE slug = @Slug";

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    // What was forgotten while it was being read must not be remembered.
    private long _generation;

    private sealed record Entry(Study Study, long CheckedAt);

    /// <summary>The study, if there is one.</summary>
    public async ValueTask<Study?> FindAsync(string slug, CancellationToken ct)
    {
        if (_entries.TryGetValue(slug, out var entry) && await IsCurrentAsync(entry, ct))
        {
            return entry.Study;
        }

        var generation = Interlocked.Read(ref _generation);
        var now = clock.GetTimestamp();
        var study = await database.ReadAsync(reader => StudyStore.LoadAsync(reader, slug, ct), ct);
        if (study is null)
        {
            _entries.TryRemove(slug, out _);
            return null;
        }

        if (_entries.Count >= MaximumEntries)
        {
            _entries.Clear();
        }

        _entries[slug] = new Entry(study, now);
        if (generation != Interlocked.Read(ref _generation))
        {
            _entries.TryRemove(slug, out _);
        }

        return study;
    }

    /// <summary>The study, if there is one that the caller may know of.</summary>
    public async ValueTask<Study?> FindAsync(string slug, Caller caller, CancellationToken ct)
    {
        var study = await FindAsync(slug, ct);
        if (study is null || !study.IsKnownTo(caller))
        {
            return null;
        }

        Hold(study, caller);
        return study;
    }

    /// <summary>A study that a caller was let into, as it is by now.</summary>
    /// <exception cref="ProblemException">403: he may less there than he could; 404: it is gone.</exception>
    public async ValueTask<Study> LatestAsync(Study study, Caller caller, CancellationToken ct) =>
        study.Follow(await FindAsync(study.Slug, ct), caller);

    /// <summary>Forgets a study that has changed: call it once the change is committed.</summary>
    public void Forget(string slug)
    {
        Interlocked.Increment(ref _generation);
        _entries.TryRemove(slug, out _);
    }

    /// <summary>Forgets every study.</summary>
    public void ForgetAll()
    {
        Interlocked.Increment(ref _generation);
        _entries.Clear();
    }

    // A long reply ends when the study does, or when the caller may less in it than when it began: then he asks again, or not.
    private void Hold(Study study, Caller caller)
    {
        var (key, slug, rights) = (study.Key, study.Slug, study.RightsOf(caller));
        caller.Reply?.Hold(
            async (now, ct) =>
                await FindAsync(slug, ct) is { } current
                && current.Key == key
                && (current.RightsOf(now) & rights) == rights
        );
    }

    private async ValueTask<bool> IsCurrentAsync(Entry entry, CancellationToken ct)
    {
        // One process owns an SQLite file, and it forgets what it changes.
        if (database.Dialect == SqlDialect.Sqlite || clock.GetElapsedTime(entry.CheckedAt) < Freshness)
        {
            return true;
        }

        var now = clock.GetTimestamp();
        var version = await database.ReadAsync(
            reader => reader.ScalarAsync<long?>(ReadVersion, new { Slug = entry.Study.Slug }, ct),
            ct
        );
        if (version != entry.Study.Version)
        {
            return false;
        }

        _entries.TryUpdate(entry.Study.Slug, entry with { CheckedAt = now }, entry);
        return true;
    }
}
