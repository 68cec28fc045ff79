using Sillage.Traces.Import.Files;
using Sillage.Traces.Import.Rows;

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
        using var file = ImportFile.Open(request.File, request.Input, request.Encoding);
        try
        {
            using var source = OpenRows.Open(request, file, mapping);
            Check(mapping);
            var run = new ImportRun(_services, request, file, source, mapping, study, progress);
            await using (run)
            {
                return await run.ReadAsync(ct);
            }
        }
        catch (Exception e) when (ImportFile.IsContent(e))
        {
            throw new ImportException($"{ImportFile.Unreadable(request.File, e).Message} {GoOn}", e);
        }
    }

    private static void Check(Mapping mapping)
    {
        foreach (var kind in new[] { TargetKind.Timestamp, TargetKind.Name, TargetKind.Participant })
        {
            if (!mapping.Has(kind))
            {
                var target = new Target(kind).Name;
                throw new ImportException(
                    $"No column is {AOr(kind)} {target}: say which one with --map {target}=COLUMN, or what it is for all rows with "
                        + $"--constant {target}=VALUE. {Seen(mapping)}"
                );
            }
        }
    }

    private static string AOr(TargetKind kind) => kind == TargetKind.Participant ? "the" : "its";

    private static string Seen(Mapping mapping) =>
        $"So far: {string.Join("; ", mapping.Describe())}"
        + (mapping.Unread.Count == 0 ? "." : $"; not read: {string.Join(", ", mapping.Unread)}.");
}
