using System.Text.Json;
using Sillage.Api.Access;
using Sillage.SocketIO;

namespace Sillage.Messaging.Live;

/// <summary>Where slices map what may be asked of them live, as they map their routes.</summary>
internal sealed class LiveEvents(NamespaceBuilder chat)
{
    /// <summary>Maps an event.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="permission">What the caller needs, as a route does.</param>
    /// <param name="handle">Does it; what it gives acknowledges the event.</param>
    public void On(string name, Permission permission, Func<LiveRequest, CancellationToken, Task<object>> handle) =>
        chat.On(
            name,
            (ClientSocket socket, IServiceProvider services, CancellationToken ct, JsonElement? argument) =>
                LiveRequest.RunAsync(socket, argument, services, permission, request => handle(request, ct))
        );
}
