using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Sillage.Api.Formats;
using Sillage.Api.Replies;

namespace Sillage.Api.Requests.Query;

/// <summary>
/// What is checked of every request once the endpoint and the caller are known, before anything is done: that the query
/// has only what the endpoint takes, and that the client takes some form of what the endpoint gives.
/// </summary>
public sealed class RequestCheckMiddleware(RequestDelegate next)
{
    private static readonly ConditionalWeakTable<Endpoint, string[]> Offers = [];

    /// <summary>Checks the request and passes it on, or ends it with 400 or 406.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.GetEndpoint() is not { } endpoint)
        {
            return next(context);
        }

        if (QueryContract.Of(endpoint).Check(context.Request) is { } problem)
        {
            return problem.ExecuteAsync(context);
        }

        var offered = Offers.GetValue(endpoint, FindOffers);
        return offered.Length > 0 && Negotiation.Choose(context.Request, offered) is null
            ? ReplyWriter.NotAcceptable(offered).ExecuteAsync(context)
            : next(context);
    }

    private static string[] FindOffers(Endpoint endpoint) =>
        [
            .. endpoint
                .Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>()
                .Where(m => m.StatusCode < 300)
                .SelectMany(m => m.ContentTypes)
                .Select(t => t.Split(';')[0])
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
}
