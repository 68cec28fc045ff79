using System.Globalization;
using Sillage.Api.Tables;
using Sillage.Hosting.Verbs;
using Sillage.Storage;
using Sillage.Traces.Import;
using Sillage.Traces.Import.Files;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk.Import;

/// <summary>Takes over logs: those whose ids are not here yet, in the order of their ids.</summary>
internal sealed class TsadkLogs(
    IDatabase<TracesData> database,
    ImportStore store,
    TimeProvider clock,
    TsadkImportRequest request,
    TsadkImportSummary summary
)
{
    // As on the routes.
    private const int LongestTimestamp = 200;
    private const int LongestLog = 1024 * 1024;

    private const string SelectKnown = "SELECT id FROM trace WHERE study = @Study AND id >= @First AND id <= @Last";

    private readonly Dictionary<string, long> _bad = [];

    /// <summary>Takes over, or only counts.</summary>
    /// <param name="old">Where they come from.</param>
    /// <param name="study">The study; null where a dry run would make it.</param>
    /// <param name="plan">Whose logs are taken.</param>
    /// <param name="progress">Hears how far it is.</param>
    /// <param name="ct">Ends it between two chunks; what is stored is stored.</param>
    public async Task TakeOverAsync(
        TsadkDatabase old,
        Study? study,
        UserPlan plan,
        IProgress<ImportProgress>? progress,
        CancellationToken ct
    )
    {
        var (total, _) = await old.MeasureLogsAsync(ct);
        long done = 0;
        await using var bad = new BadLogs(Path.ChangeExtension(request.File, null) + ".logs.bad.csv");
        await foreach (var logs in old.ReadLogsAsync(ct))
        {
            var known = await FindKnownAsync(study, logs, ct);
            var taken = new List<(OldLog Log, NewLog Read)>();
            foreach (var log in logs)
            {
                if (known.Contains(log.Id))
                {
                    summary.LogsKnown++;
                }
                else if (Read(log, plan, out var read) is { } fault)
                {
                    await LeaveAsync(bad, log, fault);
                }
                else
                {
                    taken.Add((log, read!));
                }
            }

            await StoreAsync(study, taken, bad, ct);
            done += logs.Count;
            progress?.Report(new ImportProgress(done, total, done, _bad.Values.Sum()));
        }

        summary.LogsBad = _bad;
        summary.BadLogs = bad.Path;
    }

    private async Task StoreAsync(Study? study, List<(OldLog Log, NewLog Read)> logs, BadLogs bad, CancellationToken ct)
    {
        if (logs.Count == 0)
        {
            return;
        }

        if (request.DryRun || study is null)
        {
            foreach (var (log, read) in logs)
            {
                await CountAsync(
                    bad,
                    log,
                    Make(log, read, clock.GetUtcNow(), out var fault, study) is null ? fault : null
                );
            }

            return;
        }

        var faults = new List<(OldLog Log, string? Fault)>();
        var stored = await store.StoreAsync(
            study.Slug,
            (current, now) =>
            {
                faults.Clear();
                var ready = new ReadyTraces();
                foreach (var (log, read) in logs)
                {
                    if (Make(log, read, now, out var fault, current) is { } trace)
                    {
                        ready.Add(trace);
                    }

                    faults.Add((log, fault));
                }

                return ready.ToBatch();
            },
            ct
        );
        foreach (var (log, fault) in faults)
        {
            await CountAsync(bad, log, fault);
        }

        // Another run at the same time was faster with some of them.
        summary.LogsAdded -= stored.Duplicates + stored.Rejected.Count;
        summary.LogsKnown += stored.Duplicates + stored.Rejected.Count;
    }

    private async Task CountAsync(BadLogs bad, OldLog log, string? fault)
    {
        if (fault is not null)
        {
            await LeaveAsync(bad, log, fault);
            return;
        }

        summary.LogsAdded++;
        if (!TsadkTime.TryRead(log.Timestamp ?? "", out _))
        {
            summary.LogsWithoutTime++;
        }
    }

    private async Task LeaveAsync(BadLogs bad, OldLog log, string fault)
    {
        _bad[fault] = _bad.GetValueOrDefault(fault) + 1;
        if (!request.DryRun)
        {
            await bad.AddAsync(log, fault);
        }
    }

    private static string? Read(OldLog log, UserPlan plan, out NewLog? read)
    {
        read = null;
        if (!OldLogId.CanBe(log.Id))
        {
            return "id: whole numbers from 1 up.";
        }

        if (log.UserId is not long user)
        {
            return "userID: a whole number is expected.";
        }

        if (!plan.Numbers.Contains(user))
        {
            return user < 1
                ? "userID: numbers go from 1 up."
                : "userID: this user was erased here, or was not taken over.";
        }

        if (log.Sequence is not long sequence)
        {
            return "sequence: a whole number is expected.";
        }

        var timestamp = log.Timestamp ?? "";
        if (timestamp.Length > LongestTimestamp || timestamp.Contains('\0', StringComparison.Ordinal))
        {
            return $"timestamp: at most {LongestTimestamp} characters, none of them U+0000.";
        }

        var texts = log.Texts.Select(t => t ?? "").ToArray();
        read = new NewLog(user, timestamp, sequence, texts[0], texts[1], texts[2], texts[3], texts[4]);
        return null;
    }

    // Where the timestamp is no time, that of the receipt stands in, to the microsecond: by that it is known later on.
    private static ReadyTrace? Make(OldLog log, NewLog read, DateTimeOffset now, out string? fault, Study? study)
    {
        var trace = read.ToTrace(OldLogId.Of(log.Id), now);
        if (TsadkTime.TryRead(read.Timestamp, out var time))
        {
            trace = trace with { Time = time };
        }

        fault =
            trace.Data.Length > LongestLog ? $"A log is at most {LongestLog} bytes long."
            : study is null ? null
            : !study.MayTakeFrom(read.UserID) ? $"userID: {TraceParser.ConsentMissing(study).Detail}"
            : TraceParser.CheckData(trace.Data, study) is [var error, ..] ? $"{error.Pointer}: {error.Detail}"
            : null;
        return fault is null ? trace : null;
    }

    private async Task<HashSet<long>> FindKnownAsync(Study? study, IReadOnlyList<OldLog> logs, CancellationToken ct)
    {
        if (study is null)
        {
            return [];
        }

        var parameters = new
        {
            Study = study.Key,
            First = OldLogId.Of(Math.Max(logs[0].Id, 0)),
            Last = OldLogId.Of(Math.Max(logs[^1].Id, 0)),
        };
        var ids = await database.ReadAsync(r => r.QueryAsync<Guid>(SelectKnown, parameters, ct), ct);
        return [.. ids.Select(id => OldLogId.NumberOf(id) ?? 0)];
    }

    /// <summary>The logs that were not taken, with the reasons; there only if there are any.</summary>
    private sealed class BadLogs(string path) : IAsyncDisposable
    {
        private StreamWriter? _writer;

        public string? Path => _writer is null ? null : path;

        public async Task AddAsync(OldLog log, string reason)
        {
            if (_writer is null)
            {
                _writer = new StreamWriter(PrivateFile.Open(path, FileMode.Create));
                await _writer.WriteAsync(CsvText.Row(["reason", "id", .. TsadkDatabase.LogColumns]));
            }

            await _writer.WriteAsync(
                CsvText.Row([reason, Text(log.Id), Text(log.UserId), log.Timestamp, Text(log.Sequence), .. log.Texts])
            );
        }

        public ValueTask DisposeAsync() => _writer?.DisposeAsync() ?? ValueTask.CompletedTask;

        private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
    }
}
