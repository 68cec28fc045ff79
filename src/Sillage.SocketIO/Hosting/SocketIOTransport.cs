using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Sillage.SocketIO.Transport;

namespace Sillage.SocketIO;

/// <summary>A transport for very many WebSockets.</summary>
public static class SocketIOTransport
{
    /// <summary>
    /// Has Kestrel listen with a transport whose connections leave the HTTP layer once they are WebSockets of this library: an
    /// idle one then holds about a third of the memory, and a message costs one call of the system. The handshake goes through the
    /// application's whole pipeline as ever; it ends with its answer, and so do its request's scope, logging and timeout. Where TLS
    /// or other middleware of the connection stands in between, where a client speaks HTTP/2, and where
    /// <c>MaxConcurrentConnections</c> or <c>MaxConcurrentUpgradedConnections</c> are set, a connection stays in the
    /// HTTP layer; a <see cref="ConnectionCount"/> limits them all the same. Addresses that are not TCP keep Kestrel's own transport.
    /// </summary>
    public static IWebHostBuilder UseSocketIOTransport(this IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices(services => services.AddSocketIOTransport());
    }

    /// <summary>As <see cref="UseSocketIOTransport"/>, for who has the services at hand; to come after Kestrel's.</summary>
    public static IServiceCollection AddSocketIOTransport(this IServiceCollection services) =>
        services.AddSingleton<IConnectionListenerFactory, DetachableTransport>();
}
