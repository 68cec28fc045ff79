using System.Globalization;
using Shouldly;
using Sillage.EndToEnd.Tests.Durability;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Connections;

/// <summary>A body of two gigabytes, announced or in chunks.</summary>
public sealed class HugeBodyTests(ITestOutputHelper output) : IDisposable
{
    private const long Length = 2L * 1024 * 1024 * 1024;

    // A batch may have 32 MiB, and a little more is on its way before the answer to it is.
    private const long MuchMoreThanTaken = 256L * 1024 * 1024;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Is_refused_with_413_before_much_of_it_was_read_and_memory_stays_flat()
    {
        await using var server = await SillageServer.StartAsync(_folder.Path, UnderLoad.Settings());
        using var admin = await ApiClient.LogInAsync(server);
        await admin.MakeStudyAsync("game", 1);
        var authorization = admin.Client.DefaultRequestHeaders.Authorization!;
        var targets = (
            from path in new[] { "/api/v1/studies/game/traces", "/api/v1/auth/login" }
            from mediaType in new[] { "application/json", "application/x-ndjson" }
            from announced in new[] { true, false }
            where mediaType == "application/json" || path.EndsWith("/traces", StringComparison.Ordinal)
            select (
                Head: $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n"
                    + $"Content-Type: {mediaType}\r\n"
                    + (announced ? $"Content-Length: {Length}\r\n\r\n" : "Transfer-Encoding: chunked\r\n\r\n"),
                Announced: announced
            )
        ).ToList();

        // The first ones bring the buffers into being that the others use again.
        foreach (var (head, announced) in targets)
        {
            await SendAsync(server, head, announced);
        }

        var before = server.WorkingSet();
        for (var time = 0; time < LongRuns.Scale(2, 10); time++)
        {
            foreach (var (head, announced) in targets)
            {
                (await SendAsync(server, head, announced)).ShouldBeLessThan(MuchMoreThanTaken);
            }
        }

        var grown = server.WorkingSet() - before;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the server grew by {grown >> 20} MiB"));
        grown.ShouldBeLessThan(200_000_000);
        (await admin.TraceIdsAsync("game")).ShouldBeEmpty();
        (await server.StopAsync()).ShouldBe(0, server.Errors);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Sends until the server has had enough, and never more than the two gigabytes.</summary>
    /// <returns>How many bytes went out.</returns>
    private static async Task<long> SendAsync(SillageServer server, string head, bool announced)
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendAsync(head);
        var reply = connection.ReadHeadAsync();

        // A piece is a line or an array's item as well as not, so that it is the length that ends it.
        var piece = new byte[64 * 1024];
        piece.AsSpan().Fill((byte)' ');
        ReadOnlyMemory<byte> chunk = announced ? piece : [.. "10000\r\n"u8, .. piece, .. "\r\n"u8];
        var sent = 0L;
        while (sent < Length && !reply.IsCompleted && await connection.TrySendAsync(chunk))
        {
            sent += piece.Length;
        }

        (await reply).ShouldStartWith("HTTP/1.1 413 ");
        (await reply).ShouldContain("application/problem+json");
        // Nobody waits for the rest: the connection is ended from the other side.
        while (sent < Length && await connection.TrySendAsync(chunk))
        {
            sent += piece.Length;
        }

        return sent;
    }
}
