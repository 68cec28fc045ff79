using System.Collections.Concurrent;
using Sillage.Storage;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Codebooks;

/// <summary>
/// Codebooks as they were last counted. One counts at a time, so that many who ask at once cost no more than one, and what
/// was counted a moment ago serves as long as the study and its last trace are the same.
/// </summary>
internal sealed class KeptCodebooks(IDatabase<TracesData> database, TimeProvider clock) : IDisposable
{
    private const int ChunkRows = 5000;
    private const int MaximumEntries = 100;

    // A trace that its participant corrected changes neither the study nor the last position.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private const string LastPosition = "SELECT max(position) FROM trace WHERE study = @Study";

    private readonly SemaphoreSlim _counting = new(1);
    private readonly ConcurrentDictionary<long, Entry> _entries = new();

    private sealed record Entry(long Version, long Last, long At, Codebook Codebook);

    public async Task<Codebook> GetAsync(Study study, CancellationToken ct)
    {
        // What is known already need not wait until another study is counted.
        if (Find(study, await LastAsync(study, ct)) is { } known)
        {
            return known;
        }

        await _counting.WaitAsync(ct);
        try
        {
            var last = await LastAsync(study, ct);
            if (Find(study, last) is { } kept)
            {
                return kept;
            }

            if (_entries.Count >= MaximumEntries)
            {
                _entries.Clear();
            }

            var codebook = await CountAsync(study, last, ct);
            _entries[study.Key] = new Entry(study.Version, last, clock.GetTimestamp(), codebook);
            return codebook;
        }
        finally
        {
            _counting.Release();
        }
    }

    public void Dispose() => _counting.Dispose();

    private async Task<long> LastAsync(Study study, CancellationToken ct) =>
        await database.ReadAsync(r => r.ScalarAsync<long?>(LastPosition, new { Study = study.Key }, ct), ct) ?? 0;

    private Codebook? Find(Study study, long last) =>
        _entries.TryGetValue(study.Key, out var kept)
        && (kept.Version, kept.Last) == (study.Version, last)
        && clock.GetElapsedTime(kept.At) < Longest
            ? kept.Codebook
            : null;

    private async Task<Codebook> CountAsync(Study study, long last, CancellationToken ct)
    {
        var count = new CodebookCount(study);
        var scan = await TraceScan.StartAsync(database, study, new TraceFilter(), ct);
        scan.Ceiling = last;
        while (!scan.IsAtEnd)
        {
            // Each chunk a read of its own: no snapshot is held for as long as this may take.
            ct.ThrowIfCancellationRequested();
            await database.ReadAsync(reader => scan.ReadAsync(reader, ChunkRows, count.Add, ct), ct);
        }

        return count.ToCodebook(clock.GetUtcNow());
    }
}
