using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sillage.Gateway.Copies;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Sillage.Gateway.Forwarding;

/// <summary>What a gateway says of a request to a service, and which of two headers counts that both have set.</summary>
internal static class Transforms
{
    // What the service says of its own reply.
    private static readonly string[] OfTheService =
    [
        "X-Content-Type-Options",
        "X-Frame-Options",
        "Referrer-Policy",
        "Cross-Origin-Resource-Policy",
        "Content-Security-Policy",
    ];

    // What counts all of a client's requests, and not this service's share alone.
    private static readonly string[] OfTheGateway = ["RateLimit", "RateLimit-Policy", "Strict-Transport-Security"];

    public static void Add(TransformBuilderContext context)
    {
        context.UseDefaultForwarders = false;
        context.AddOriginalHost();
        context.AddXForwardedFor(action: ForwardedTransformActions.Set);
        context.AddXForwardedProto(action: ForwardedTransformActions.Set);
        context.AddXForwardedHost(action: ForwardedTransformActions.Remove);
        context.AddXForwardedPrefix(action: ForwardedTransformActions.Remove);
        context.AddResponseTransform(Answer);
    }

    private static ValueTask Answer(ResponseTransformContext context)
    {
        if (context.ProxyResponse is null)
        {
            return default;
        }

        context.HttpContext.Features.Get<Attempt>()?.Answer();
        var headers = context.HttpContext.Response.Headers;
        Keep(headers, OfTheService, values => values[^1]);
        Keep(headers, OfTheGateway, values => values[0]);
        return default;
    }

    private static void Keep(IHeaderDictionary headers, string[] names, Func<StringValues, string?> one)
    {
        foreach (var name in names)
        {
            if (headers.TryGetValue(name, out var values) && values.Count > 1)
            {
                headers[name] = one(values);
            }
        }
    }
}
