using System.Net;
using System.Net.Sockets;
using Shouldly;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>A reply that has begun, by a client that takes no more than it is asked to: what is not read waits at the server.</summary>
internal sealed class OpenReading : IDisposable
{
    private readonly HttpClient _client;
    private readonly HttpResponseMessage _reply;
    private readonly Stream _body;
    private Task<bool>? _isCut;

    private OpenReading(HttpClient client, HttpResponseMessage reply, Stream body) =>
        (_client, _reply, _body) = (client, reply, body);

    /// <summary>Asks with the credentials of <paramref name="api"/> and reads the first bytes.</summary>
    public static async Task<OpenReading> OpenAsync(SillageServer server, ApiClient api, string path)
    {
        var opened = await TryOpenAsync(server, api, path);
        return opened.ShouldNotBeNull($"{path} is 429");
    }

    /// <summary>The same; null where there is no place for it now.</summary>
    public static async Task<OpenReading?> TryOpenAsync(SillageServer server, ApiClient api, string path)
    {
        var (client, reply) = await AskAsync(server, api, path);
        if (reply.StatusCode == HttpStatusCode.TooManyRequests)
        {
            reply.Dispose();
            client.Dispose();
            return null;
        }

        reply.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        var body = await reply.Content.ReadAsStreamAsync();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        // Something, or the end of a list of nothing.
        _ = await body.ReadAsync(new byte[16], soon.Token);
        return new OpenReading(client, reply, body);
    }

    /// <summary>The status that one more such reply gets.</summary>
    public static async Task<HttpResponseMessage> StatusAsync(SillageServer server, ApiClient api, string path)
    {
        var (client, reply) = await AskAsync(server, api, path);
        using (client)
        {
            return reply;
        }
    }

    /// <summary>Reads what still comes until the reply ends.</summary>
    /// <returns>Whether it was cut off; null if it has not ended in this time.</returns>
    public async Task<bool?> IsCutWithinAsync(TimeSpan time)
    {
        _isCut ??= ReadToEndAsync();
        return await Task.WhenAny(_isCut, Task.Delay(time)) == _isCut ? await _isCut : null;
    }

    public void Dispose()
    {
        _body.Dispose();
        _reply.Dispose();
        _client.Dispose();
    }

    private async Task<bool> ReadToEndAsync()
    {
        var buffer = new byte[256 * 1024];
        try
        {
            while (await _body.ReadAsync(buffer) > 0)
            {
                // Until it ends.
            }

            return false;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ObjectDisposedException)
        {
            return true;
        }
    }

    private static async Task<(HttpClient Client, HttpResponseMessage Reply)> AskAsync(
        SillageServer server,
        ApiClient api,
        string path
    )
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        var client = new HttpClient(handler) { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, values) in api.Client.DefaultRequestHeaders)
        {
            request.Headers.TryAddWithoutValidation(name, values);
        }

        return (client, await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
    }
}
