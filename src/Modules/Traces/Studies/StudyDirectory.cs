using System.Collections.Concurrent;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Problems;
using Sillage.Storage;

namespace Sillage.Traces.Studies;

/// <summary>
/// The studies in use, in memory. A change made in this process shows at once. On PostgreSQL, where another process may
/// make one, a copy older than a second is checked against the version that is stored; intake checks it once more in the
/// unit that stores the traces (see <c>docs/adr/0032-studies-in-memory.md</c>).
/// </summary>
internal sealed class StudyDirectory(IDatabase<TracesModule> database, TimeProvider clock)
{
    // A server with more studies than this in use at once reads some of them again.
    private const int MaximumEntries = 1000;

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private const string ReadVersion = "SELECT version FROM study WHERE slug = @slug";

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    // What was forgotten while it was being read must not be remembered.
    private long _generation;

    private sealed record Entry(Study Study, long CheckedAt);

    /// <summary>The study, if there is one.</summary>
    public async ValueTask<Study?> FindAsync(string slug, CancellationToken cancellationToken)
    {
        if (_entries.TryGetValue(slug, out var entry) && await IsCurrentAsync(entry, cancellationToken))
        {
            return entry.Study;
        }

        var generation = Interlocked.Read(ref _generation);
        var now = clock.GetTimestamp();
        var study = await database.ReadAsync(
            reader => StudyStore.LoadAsync(reader, slug, cancellationToken),
            cancellationToken
        );
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

    /// <summary>The study, which the caller may know of.</summary>
    /// <exception cref="ProblemException">404.</exception>
    public async ValueTask<Study> GetAsync(string slug, Caller caller, CancellationToken cancellationToken)
    {
        var study = await FindAsync(slug, cancellationToken);
        return study is not null && study.IsKnownTo(caller) ? study : throw new ProblemException(Problem.NotFound());
    }

    /// <summary>The study, in which the caller holds <paramref name="right"/>.</summary>
    /// <exception cref="ProblemException">403 or 404.</exception>
    public async ValueTask<Study> GetAsync(
        string slug,
        Caller caller,
        StudyRights right,
        CancellationToken cancellationToken
    )
    {
        var study = await GetAsync(slug, caller, cancellationToken);
        study.Demand(caller, right);
        return study;
    }

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

    private async ValueTask<bool> IsCurrentAsync(Entry entry, CancellationToken cancellationToken)
    {
        // One process owns an SQLite file, and it forgets what it changes.
        if (database.Dialect == SqlDialect.Sqlite || clock.GetElapsedTime(entry.CheckedAt) < Freshness)
        {
            return true;
        }

        var now = clock.GetTimestamp();
        var version = await database.ReadAsync(
            reader => reader.ScalarAsync<long?>(ReadVersion, new { slug = entry.Study.Slug }, cancellationToken),
            cancellationToken
        );
        if (version != entry.Study.Version)
        {
            return false;
        }

        _entries.TryUpdate(entry.Study.Slug, entry with { CheckedAt = now }, entry);
        return true;
    }
}
