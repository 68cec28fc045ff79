using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Durability;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>A batch of a thousand whose item 500 is bad, in one way or another.</summary>
public abstract class BadBatchTests : IAsyncLifetime
{
    private const int Count = 1000;
    private const int Bad = 500;
    private const string NotJson = """{"timestamp":"2026-03-02T10:00:00Z","name":oops,"data":{}}""";
    private const string NotATrace = """{"timestamp":"yesterday","name":"moved","data":{}}""";

    private SillageServer _server = null!;
    private HttpClient _client = null!;

    [Fact]
    public async Task Bad_JSON_in_an_array_stops_all_of_it_says_where_and_the_mended_batch_goes_in_whole()
    {
        var study = await NewStudyAsync();
        var (status, reply) = await SendAsync(study, "application/json", Array(NotJson));
        status.ShouldBe(HttpStatusCode.BadRequest);
        reply.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe($"/{Bad}");
        reply.GetProperty("detail").GetString()!.ShouldContain($"line {Bad + 1}");
        reply.GetProperty("detail").GetString()!.ShouldContain("Nothing of it was stored");
        (await StoredAsync(study)).ShouldBe(0);

        (status, reply) = await SendAsync(study, "application/json", Array(Trace(Bad)));
        status.ShouldBe(HttpStatusCode.Created);
        reply.GetProperty("accepted").GetInt32().ShouldBe(Count);
        (await StoredAsync(study)).ShouldBe(Count);
    }

    [Theory]
    [InlineData("application/x-ndjson", NotJson)]
    [InlineData("application/x-ndjson", NotATrace)]
    [InlineData("application/json", NotATrace)]
    public async Task One_bad_item_is_told_and_kept_and_the_others_are_stored(string mediaType, string bad)
    {
        var study = await NewStudyAsync();
        var body = mediaType == "application/json" ? Array(bad) : string.Join('\n', Items(bad));
        var (status, reply) = await SendAsync(study, mediaType, body);

        status.ShouldBe(HttpStatusCode.Created);
        reply.GetProperty("accepted").GetInt32().ShouldBe(Count - 1);
        var rejected = reply.GetProperty("rejected").EnumerateArray().ShouldHaveSingleItem();
        rejected.GetProperty("index").GetInt32().ShouldBe(Bad);
        rejected.GetProperty("errors").GetArrayLength().ShouldBeGreaterThan(0);
        (await StoredAsync(study)).ShouldBe(Count - 1);

        using var admin = await ApiClient.LogInAsync(_server);
        var kept = (await admin.GetAsync($"/api/v1/studies/{study}/quarantine")).GetProperty("items");
        kept.EnumerateArray().ShouldHaveSingleItem().GetProperty("text").GetString().ShouldBe(bad);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_compressed_queue_that_was_cut_short_is_not_taken_for_a_whole_one(string encoding)
    {
        var study = await NewStudyAsync();
        using var packed = new MemoryStream();
        await using (
            Stream packing =
                encoding == "gzip"
                    ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)
                    : new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true)
        )
        {
            await packing.WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', Items(Trace(Bad)))));
        }

        async Task<HttpStatusCode> SendAsync(byte[] body)
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
            content.Headers.ContentEncoding.Add(encoding);
            using var reply = await _client.PostAsync($"/api/v1/studies/{study}/traces", content);
            return reply.StatusCode;
        }

        (await SendAsync(packed.ToArray()[..^9])).ShouldBe(HttpStatusCode.BadRequest);
        (await StoredAsync(study)).ShouldBe(0);
        (await SendAsync(packed.ToArray())).ShouldBe(HttpStatusCode.Created);
        (await StoredAsync(study)).ShouldBe(Count);
    }

    public async ValueTask InitializeAsync()
    {
        _server = await StartAsync();
        _client = _server.CreateClient();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _client.Dispose();
        await StopAsync();
    }

    private protected abstract ValueTask<SillageServer> StartAsync();

    private protected abstract ValueTask StopAsync();

    private static string Trace(int number) =>
        $$$"""{"id":"{{{Guid.CreateVersion7()}}}","participant":1,"timestamp":"2026-03-02T10:00:00Z","sequence":{{{number}}},"name":"moved","data":{"room":"loops"}}""";

    private static IEnumerable<string> Items(string bad) =>
        Enumerable.Range(0, Count).Select(number => number == Bad ? bad : Trace(number));

    private static string Array(string bad) => "[" + string.Join(",\n", Items(bad)) + "]";

    private async Task<string> NewStudyAsync()
    {
        var study = $"bad-batch-{Guid.CreateVersion7():n}";
        using var admin = await ApiClient.LogInAsync(_server);
        await admin.MakeStudyAsync(study, 1);
        _client.DefaultRequestHeaders.Authorization = admin.Client.DefaultRequestHeaders.Authorization;
        return study;
    }

    private async Task<(HttpStatusCode Status, JsonElement Reply)> SendAsync(
        string study,
        string mediaType,
        string body
    )
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        using var reply = await _client.PostAsync($"/api/v1/studies/{study}/traces", content);
        return (reply.StatusCode, JsonSerializer.Deserialize<JsonElement>(await reply.Content.ReadAsStringAsync()));
    }

    private async Task<int> StoredAsync(string study)
    {
        using var admin = await ApiClient.LogInAsync(_server);
        return (await admin.TraceIdsAsync(study)).Count;
    }
}

public sealed class BadBatchOnSqlite(SharedServer shared) : BadBatchTests
{
    private protected override ValueTask<SillageServer> StartAsync() => new(shared.Server);

    private protected override ValueTask StopAsync() => ValueTask.CompletedTask;
}

public sealed class BadBatchOnPostgres(PostgresServer postgres) : BadBatchTests
{
    private readonly TemporaryFolder _folder = new();
    private SillageServer? _server;

    private protected override async ValueTask<SillageServer> StartAsync() =>
        _server = await SillageServer.StartAsync(_folder.Path, UnderLoad.On(await postgres.CreateDatabaseAsync()));

    private protected override async ValueTask StopAsync()
    {
        await _server!.DisposeAsync();
        _folder.Dispose();
    }
}
