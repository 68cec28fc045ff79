using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sillage.Specifications.Hosting;
using Xunit;

[assembly: AssemblyFixture(typeof(Sillage.Hosting.Tests.Playground.PlaygroundFixture))]

namespace Sillage.Hosting.Tests.Playground;

/// <summary>One server with the playground for all tests that change nothing.</summary>
public sealed class PlaygroundFixture : IAsyncLifetime
{
    public SillageServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await SillageServer.StartAsync([new PlaygroundModule()]);

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    public async Task<(int Status, JsonElement Body)> SendAsync(
        HttpMethod method,
        string path,
        byte[]? body = null,
        string? mediaType = "application/json"
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
        }

        using var reply = await Server.Client.SendAsync(request);
        var text = await reply.Content.ReadAsStringAsync();
        return ((int)reply.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    public Task<(int Status, JsonElement Body)> PostAsync(
        string path,
        string body,
        string mediaType = "application/json"
    ) => SendAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes(body), mediaType);
}
