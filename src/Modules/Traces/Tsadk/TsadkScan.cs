using System.Runtime.CompilerServices;
using Sillage.Api.Access;
using Sillage.Storage;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk;

/// <summary>
/// Reads a study's traces as logs, chunk by chunk, each a read of its own: a slow reader holds no snapshot. Marked fields are
/// shown as they came to who sees identities only; the routes have no parameter to ask for it.
/// </summary>
internal static class TsadkScan
{
    private const int ChunkRows = 1000;
    private const int ChunkBytes = 1024 * 1024;

    private const string LastPosition = "SELECT max(position) FROM trace WHERE study = @Study";

    /// <summary>The place of the last trace that there is now; 0 if there is none.</summary>
    public static async Task<long> EndAsync(IDatabase<TracesData> database, Study study, CancellationToken ct) =>
        await database.ReadAsync(r => r.ScalarAsync<long?>(LastPosition, new { Study = study.Key }, ct), ct) ?? 0;

    /// <summary>The logs after one place and up to another.</summary>
    public static async IAsyncEnumerable<TsadkLog> ReadAsync(
        IDatabase<TracesData> database,
        Study study,
        Caller caller,
        long after,
        long last,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        var scan = await TraceScan.StartAsync(database, study, TraceFilter.Everything(IsInClear(study, caller)), ct);
        scan.Resume(long.MinValue, after);
        scan.Ceiling = last;
        while (!scan.IsAtEnd)
        {
            var logs = await database.ReadAsync(reader => ReadAsync(scan, reader, ct), ct);
            foreach (var log in logs)
            {
                yield return log;
            }
        }
    }

    /// <summary>Writes down that marked fields are about to be shown as they came, if they are.</summary>
    public static Task AuditAsync(
        IDatabase<TracesData> database,
        Study study,
        Caller caller,
        OpeningPurpose purpose,
        CancellationToken ct
    ) =>
        study.Mask is not null && IsInClear(study, caller)
            ? Names.AuditAsync(database, study, caller, purpose, "tsadk", ct)
            : Task.CompletedTask;

    private static bool IsInClear(Study study, Caller caller) =>
        (study.RightsOf(caller) & StudyRights.Identities) != StudyRights.None;

    private static async Task<List<TsadkLog>> ReadAsync(TraceScan scan, IReader reader, CancellationToken ct)
    {
        var logs = new List<TsadkLog>();
        var bytes = 0;
        await scan.ReadAsync(reader, ChunkRows, Take, ct);
        return logs;

        bool Take(in TraceRow row)
        {
            logs.Add(TsadkLog.Of(row));
            bytes += row.Data.Length;
            return bytes < ChunkBytes;
        }
    }
}
