using Sillage.Hosting.Verbs;
using Sillage.Traces.Import.Files;
using Sillage.Traces.Import.Rows;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Import;

/// <summary>
/// Reads traces from a file of any origin. Rows become what a client would have sent and go through the same parser and the
/// same store. A row without an id gets one from its text and all rows before it, so that no run stores a row a second time.
/// </summary>
public sealed class TraceImport
{
    internal const string GoOn = "What was stored until then stays; run the same command again, and it goes on there.";

    private readonly ImportServices _services;

    internal TraceImport(ImportServices services) => _services = services;

    /// <summary>Reads what is not here yet.</summary>
    /// <exception cref="ImportException">It cannot be done, or not to the end; the message says what to do.</exception>
    public Task<TraceImportSummary> RunAsync(
        TraceImportRequest request,
        IProgress<ImportProgress>? progress,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        return ImportStore.ExplainAsync(() => ReadAsync(request, progress, ct), GoOn);
    }

    private async Task<TraceImportSummary> ReadAsync(
        TraceImportRequest request,
        IProgress<ImportProgress>? progress,
        CancellationToken ct
    )
    {
        var study = await _services.Store.GetStudyAsync(request.Study, ct);
        var mapping = new Mapping(request, study);
        using var file = ImportFile.Open(request.File, request.Input, request.Encoding, request.SkipLines);
        try
        {
            using var source = OpenRows.Open(request, file, mapping);
            if (request.TellsMissing && MissingOf(mapping) is { Count: > 0 } missing)
            {
                return new TraceImportSummary
                {
                    Columns = [.. mapping.Targets],
                    Unread = mapping.Unread,
                    MissingTargets = missing,
                };
            }

            Check(mapping);
            var (earlier, stale) = await FindEarlierAsync(request, study, ct);
            var run = new ImportRun(_services, request, file, source, mapping, study, earlier, progress);
            await using (run)
            {
                var summary = await run.ReadAsync(ct);
                summary.Stale = stale;
                return summary;
            }
        }
        catch (Exception e) when (ImportFile.IsContent(e))
        {
            throw new ImportException($"{ImportFile.Unreadable(request.File, e).Message} {GoOn}", e);
        }
    }

    /// <summary>The run that this one goes on with, if there is one; else the file that speaks of one that is not known here.</summary>
    private async Task<(ImportState? Earlier, string? Stale)> FindEarlierAsync(
        TraceImportRequest request,
        Study study,
        CancellationToken ct
    )
    {
        if (request.DryRun || ImportState.Load(request) is not { } state)
        {
            return (null, null);
        }

        // A database that was put back to an earlier day has fewer rows of the run, or none.
        var rows = await _services.Store.FindRunAsync(study, state.Run, ct);
        if (rows is null || rows < state.Rows)
        {
            return (null, ImportState.PathOf(request));
        }

        // Read in another way, the rows are other traces: then all are looked at again.
        return (state.Options == ImportState.OptionsOf(request) ? state : null, null);
    }

    private static void Check(Mapping mapping)
    {
        if (MissingOf(mapping) is [var target, ..])
        {
            throw new ImportException(
                $"No column is {AOr(target)} {target}: say which one with --map {target}=COLUMN, or what it is for all rows with "
                    + $"--constant {target}=VALUE. {Seen(mapping)}"
            );
        }
    }

    private static List<string> MissingOf(Mapping mapping) =>
        [
            .. new[] { TargetKind.Timestamp, TargetKind.Name, TargetKind.Participant }
                .Where(kind => !mapping.Has(kind))
                .Select(kind => new Target(kind).Name),
        ];

    private static string AOr(string target) => target == new Target(TargetKind.Participant).Name ? "the" : "its";

    private static string Seen(Mapping mapping) =>
        $"So far: {string.Join("; ", mapping.Describe())}"
        + (mapping.Unread.Count == 0 ? "." : $"; not read: {string.Join(", ", mapping.Unread)}.");
}
