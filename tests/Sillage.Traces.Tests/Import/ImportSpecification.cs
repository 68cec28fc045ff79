using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Hosting.Verbs;
using Sillage.Specifications;
using Sillage.Traces.Import;
using Xunit;

namespace Sillage.Traces.Tests.Import;

/// <summary>What every test of imports needs: a folder with files, a run, and what is stored after it.</summary>
public abstract class ImportSpecification(TracesUnderTest traces) : TracesSpecification(traces), IDisposable
{
    protected TemporaryFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Writes a file of this text; its path.</summary>
    protected async Task<string> WriteAsync(string name, string text, Encoding? encoding = null)
    {
        await File.WriteAllTextAsync(Folder[name], text, encoding ?? new UTF8Encoding(false), Token);
        return Folder[name];
    }

    protected Task<TraceImportSummary> RunAsync(
        string study,
        string file,
        Func<TraceImportRequest, TraceImportRequest>? change = null,
        IProgress<ImportProgress>? progress = null,
        CancellationToken? stop = null
    )
    {
        var request = new TraceImportRequest(file, study.Split('/')[^1]);
        return Server
            .Services.GetRequiredService<TraceImport>()
            .RunAsync(change?.Invoke(request) ?? request, progress, stop ?? Token);
    }

    protected async Task<ImportException> RefusedAsync(
        string study,
        string file,
        Func<TraceImportRequest, TraceImportRequest>? change = null
    ) => await Should.ThrowAsync<ImportException>(() => RunAsync(study, file, change));

    protected async Task<string[]> StoredAsync(string study, params string[] members)
    {
        var items = (await GetAsync($"{study}/traces?limit=1000")).Items;
        return [.. items.Select(item => string.Join('|', members.Select(m => Text(item![m] ?? item["data"]![m]))))];

        static string Text(JsonNode? node) =>
            node is null ? "-"
            : node is JsonValue value && value.TryGetValue<string>(out var text) ? text
            : node.ToJsonString();
    }
}
