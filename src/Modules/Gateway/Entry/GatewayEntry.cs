using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sillage.Api.Problems;
using Sillage.Gateway.Copies;
using Sillage.Hosting;

namespace Sillage.Gateway.Entry;

/// <summary>What every request to a gateway passes first.</summary>
internal sealed class GatewayEntry(Services services) : IPipelinePart
{
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (PathRule.Fault(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) is { } fault)
        {
            await Problem
                .BadRequest($"The address has {fault} in it, which may mean two things. Write it without.")
                .ExecuteAsync(context);
            return;
        }

        HeaderRule.Apply(context.Request.Headers);
        await next(context);
        // What is at no address here may be at one of a service that has never been heard of.
        if (
            context.Response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false }
            && context.GetEndpoint() is null
            && services.All.FirstOrDefault(service => !service.IsKnown) is { } unknown
        )
        {
            await Unreachable.Problem(unknown).ExecuteAsync(context);
        }
    }
}
