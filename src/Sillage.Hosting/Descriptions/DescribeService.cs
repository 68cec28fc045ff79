using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;
using Sillage.Api.Problems;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Processes;
using Sillage.Storage;

namespace Sillage.Hosting.Descriptions;

/// <summary>Tells a gateway what this process answers. A process that is about to end tells nothing any more, so that it gets no new work.</summary>
public static class DescribeService
{
    /// <summary>Maps the route; after all others.</summary>
    public static void MapServiceDescription(this IEndpointRouteBuilder routes, string credential)
    {
        Answer? answer = null;
        routes
            .MapGet(
                ServiceDescription.Address,
                (
                    HttpContext context,
                    EndpointDataSource endpoints,
                    IReadOnlyList<IModule> modules,
                    ProcessInstance instance,
                    IHostApplicationLifetime lifetime
                ) =>
                    lifetime.ApplicationStopping.IsCancellationRequested
                        ? Problem
                            .Unavailable("This process is about to end.", TimeSpan.FromSeconds(1))
                            .ExecuteAsync(context)
                        : (
                            answer is { IsOld: false } ? answer : answer = Answer.Of(endpoints, modules, instance)
                        ).ExecuteAsync(context)
            )
            .RequireService(credential);
    }

    /// <summary>The same until its endpoints are others.</summary>
    private sealed record Answer(byte[] Json, string Tag, IChangeToken Change)
    {
        public bool IsOld => Change.HasChanged;

        public static Answer Of(EndpointDataSource endpoints, IReadOnlyList<IModule> modules, ProcessInstance instance)
        {
            // Taken first: what changes meanwhile is looked at again.
            var change = endpoints.GetChangeToken();
            var description = new ServiceDescription(
                instance.Tag,
                ProgramVersion.Current,
                [.. modules.Select(module => module.Name)],
                [
                    .. endpoints
                        .Endpoints.OfType<RouteEndpoint>()
                        .Where(endpoint => endpoint.Metadata.GetMetadata<ServiceMetadata>() is null)
                        .Select(ServiceRoute.Of),
                ]
            );
            var json = JsonSerializer.SerializeToUtf8Bytes(description, JsonSerializerOptions.Web);
            return new Answer(json, $"\"{Convert.ToHexStringLower(SHA256.HashData(json)[..16])}\"", change);
        }

        public Task ExecuteAsync(HttpContext context)
        {
            context.Response.Headers.ETag = Tag;
            if (context.Request.Headers.IfNoneMatch == Tag)
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            context.Response.ContentType = "application/json";
            return context.Response.Body.WriteAsync(Json, context.RequestAborted).AsTask();
        }
    }
}
