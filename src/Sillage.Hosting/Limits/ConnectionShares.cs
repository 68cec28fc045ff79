using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Sillage.Hosting.Limits;

/// <summary>
/// How many connections one address (IPv6: one /64 network) has at once, so that nobody takes all there are. The proxies that are
/// trusted are not counted: they bring everybody.
/// </summary>
internal sealed class ConnectionShares(IOptions<LimitsOptions> options, IOptions<ForwardedHeadersOptions> proxies)
{
    // For the reply to be read: a connection that is closed with something unread is reset, and takes the reply with it.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Shares<AddressKey> _shares = new(options.Value.ConnectionsPerAddress);
    private readonly byte[] _refusal = Refusal(options.Value.ConnectionsPerAddress);

    /// <summary>The step of each connection before anything is read from it.</summary>
    public ConnectionDelegate Count(ConnectionDelegate next) => connection => RunAsync(connection, next);

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var address } || IsTrusted(address))
        {
            await next(connection);
            return;
        }

        var key = AddressKey.Of(address);
        if (!_shares.TryTake(key))
        {
            await RefuseAsync(connection);
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            _shares.GiveBack(key);
        }
    }

    private bool IsTrusted(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return proxies.Value.KnownProxies.Contains(address)
            || proxies.Value.KnownIPNetworks.Any(network => network.Contains(address));
    }

    // Nothing has been read, so it is not known yet what is spoken: whoever speaks HTTP is told, everybody else sees it end.
    private async Task RefuseAsync(ConnectionContext connection)
    {
        using var late = new CancellationTokenSource(Grace);
        try
        {
            await connection.Transport.Output.WriteAsync(_refusal, late.Token);
            await connection.Transport.Output.CompleteAsync();
            ReadResult read;
            do
            {
                read = await connection.Transport.Input.ReadAsync(late.Token);
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
            } while (!read.IsCompleted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It has had its time, or has left.
        }
    }

    private static byte[] Refusal(int most)
    {
        var problem = JsonSerializer.Serialize(
            new
            {
                title = "Too many requests",
                status = 429,
                detail = $"Your network has {most} connections open, which is the most (Limits:ConnectionsPerAddress). Close some, or use each for several requests.",
            }
        );
        return Encoding.UTF8.GetBytes(
            "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/problem+json\r\nRetry-After: 10\r\nConnection: close\r\n"
                + $"Content-Length: {Encoding.UTF8.GetByteCount(problem)}\r\n\r\n{problem}"
        );
    }
}
