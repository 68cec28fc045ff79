using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Hosting.Processes;
using Sillage.SocketIO;

namespace Sillage.Hosting.SocketIO;

/// <summary>The one endpoint of all live connections. Who may do what is told in each namespace, not here.</summary>
internal sealed class LiveRoutes(IEnumerable<LiveNamespaces> namespaces, LiveCredentials credentials) : IRoutePart
{
    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        var endpoint = routes.MapSocketIO(
            "/socket.io",
            live =>
            {
                foreach (var module in namespaces)
                {
                    module.Map(live);
                }

                RefreshToken.Map(live);
            }
        );
        endpoint
            .AllowAnonymous()
            // A credential that is none is answered in the client's own protocol: by LiveGate, when it joins.
            .WithMetadata(new IgnoresCredentialsMetadata(), new StickyMetadata("sid"))
            // A poll waits for as long as there is nothing to say.
            .DisableRequestTimeout();
        endpoint.Add(builder =>
        {
            var next = builder.RequestDelegate!;
            builder.RequestDelegate = context => EnterAsync(context, next);
        });
    }

    private async Task EnterAsync(HttpContext context, RequestDelegate next)
    {
        context.User = await credentials.OfRequestAsync(context);
        await next(context);
    }
}
