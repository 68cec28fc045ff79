using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sillage.Api.Formats;
using Sillage.Collections.Declared;
using Sillage.Collections.Declaring;
using Sillage.Hosting.Verbs;

namespace Sillage.Collections.Verbs;

/// <summary>A server that runs, asked by its address and an API key.</summary>
internal sealed class RemoteServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly HttpClient _client;
    private readonly Uri _address;

    /// <summary>A server at an address.</summary>
    /// <exception cref="VerbException">It is none.</exception>
    public RemoteServer(string address, string key)
    {
        _address =
            Uri.TryCreate(address, UriKind.Absolute, out var root)
            && (root.Scheme == Uri.UriSchemeHttp || root.Scheme == Uri.UriSchemeHttps)
                ? root
                : throw new VerbException($"{address} is no address of a server; such as http://localhost:8000.");
        _client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { Timeout = Patience };
        _client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (!_client.DefaultRequestHeaders.TryAddWithoutValidation("X-API-Key", key))
        {
            throw new VerbException("The API key is none: it is one line of letters, digits and signs.");
        }
    }

    /// <summary>Applies declarations, or says what would be different.</summary>
    /// <exception cref="VerbException">What the server does not take.</exception>
    public async Task<IReadOnlyList<AppliedCollection>> ApplyAsync(
        IReadOnlyList<NewCollection> collections,
        bool confirm,
        bool isPlan,
        CancellationToken ct
    )
    {
        var query = $"?confirm={(confirm ? "true" : "false")}&dryRun={(isPlan ? "true" : "false")}";
        using var body = new ByteArrayContent(
            JsonSerializer.SerializeToUtf8Bytes(new CollectionsToApply(collections), Json.Options)
        );
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, At("/api/v1/collections/apply" + query))
        {
            Content = body,
        };
        return await SendAsync(request, json => Read<AppliedCollections>(json).Items, ct);
    }

    /// <summary>The declarations of the collections that the key's account looks after.</summary>
    /// <exception cref="VerbException">What the server does not give.</exception>
    public async Task<IReadOnlyList<CollectionText>> ExportAsync(CancellationToken ct)
    {
        var texts = new List<CollectionText>();
        for (var path = "/api/v1/collections?limit=200"; path is not null; )
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, At(path));
            var page = await SendAsync(request, Read<ExportedPage>, ct);
            // Rules are shown to those who look after a collection; of others no whole declaration is to be had.
            texts.AddRange(page.Items.Where(item => item["rules"] is not null).Select(TextOf));
            path = page.Next;
        }

        return texts;
    }

    public void Dispose() => _client.Dispose();

    private static CollectionText TextOf(JsonObject resource)
    {
        foreach (var member in new[] { "revision", "owner", "createdAt", "updatedAt", "links" })
        {
            resource.Remove(member);
        }

        return resource.Deserialize<CollectionText>(Json.Options)!;
    }

    private Uri At(string path) => new(_address, path);

    private static T Read<T>(byte[] json) => JsonSerializer.Deserialize<T>(json, Json.Options)!;

    private async Task<T> SendAsync<T>(HttpRequestMessage request, Func<byte[], T> read, CancellationToken ct)
    {
        try
        {
            using var reply = await _client.SendAsync(request, ct);
            var body = await reply.Content.ReadAsByteArrayAsync(ct);
            return reply.IsSuccessStatusCode ? read(body) : throw Refused((int)reply.StatusCode, body);
        }
        catch (HttpRequestException e)
        {
            throw new VerbException($"{_address} does not answer: {e.Message.TrimEnd('.')}.", e);
        }
        catch (JsonException e)
        {
            throw new VerbException($"{_address} does not answer as Sillage does.", e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new VerbException($"{_address} does not answer within {Patience.TotalMinutes} minutes.", e);
        }
    }

    private VerbException Refused(int status, byte[] body)
    {
        string? detail = null;
        IEnumerable<string> errors = [];
        try
        {
            var problem = JsonNode.Parse(body) as JsonObject;
            detail = (string?)problem?["detail"] ?? (string?)problem?["title"];
            errors = (problem?["errors"] as JsonArray ?? []).Select(error =>
                $" {(string?)error?["pointer"]}: {(string?)error?["detail"]}"
            );
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // It is no problem document: its status is all there is to tell.
        }

        return new VerbException(
            $"{_address} answers {status}: {detail ?? "it does not say why."}{string.Concat(errors)}"
        );
    }

    private sealed record ExportedPage(IReadOnlyList<JsonObject> Items, string? Next);
}
