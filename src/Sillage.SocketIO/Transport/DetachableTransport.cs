using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Sillage.SocketIO.Transport;

/// <summary>Listens on TCP addresses; Kestrel's own transport keeps all others.</summary>
internal sealed class DetachableTransport(
    IOptions<KestrelServerOptions> kestrel,
    IOptions<SocketTransportOptions> sockets,
    IMemoryPoolFactory<byte> memory,
    IHostApplicationLifetime lifetime,
    IServiceProvider services
) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken ct = default)
    {
        // What Kestrel is to limit it must see to its end.
        var limits = kestrel.Value.Limits;
        var mayDetach = limits.MaxConcurrentConnections is null && limits.MaxConcurrentUpgradedConnections is null;
        var socket = ListenOn(endpoint);
        socket.Listen(sockets.Value.Backlog);
        return new(
            new DetachableListener(
                socket,
                sockets.Value,
                memory.Create(),
                mayDetach,
                services.GetService<ConnectionCount>(),
                lifetime.ApplicationStopping
            )
        );
    }

    /// <summary>Says of a port that is taken what Kestrel's own transport says, as whoever starts the server listens for that.</summary>
    private Socket ListenOn(EndPoint endpoint)
    {
        try
        {
            return sockets.Value.CreateBoundListenSocket(endpoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(e.Message, e);
        }
    }
}
