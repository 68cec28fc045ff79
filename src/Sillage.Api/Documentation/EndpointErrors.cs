using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Sillage.Api.Access;
using Sillage.Api.Idempotency;
using Sillage.Api.Requests;

namespace Sillage.Api.Documentation;

/// <summary>Which problems an endpoint can give, from what it says of itself.</summary>
internal static class EndpointErrors
{
    private static readonly Dictionary<int, string> Words = new()
    {
        [400] = "The request is wrong; `errors` names each bad field.",
        [401] = "No credential came, or one that is not valid.",
        [403] = "The account may not do this.",
        [404] = "There is nothing here, or nothing that you may know of.",
        [406] = "The `Accept` header takes none of the forms that there are.",
        [409] = "At odds with what is there.",
        [412] = "The resource has changed since the version that `If-Match` names.",
        [413] = "The body is too large.",
        [415] = "The body is of a media type that is not read.",
        [422] = "Nothing of what was sent could be taken.",
        [429] = "Too many requests; `Retry-After` says when to try again.",
        [500] = "A defect of the server; it is in its log under the `traceId`.",
        [503] = "Not now; nothing was stored. `Retry-After` says when to try again.",
    };

    /// <summary>What the status means, in words.</summary>
    public static string Describe(int status) =>
        Words.GetValueOrDefault(status) ?? Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status);

    /// <summary>The statuses, in order.</summary>
    public static SortedSet<int> Of(EndpointMetadataCollection metadata)
    {
        SortedSet<int> statuses = [400, 500];
        if (metadata.GetMetadata<UnlimitedMetadata>() is null)
        {
            statuses.UnionWith([429, 503]);
        }

        if (metadata.GetMetadata<IAllowAnonymous>() is null)
        {
            statuses.Add(401);
        }

        if (metadata.GetMetadata<GateMetadata>() is not null)
        {
            statuses.Add(404);
        }

        if (metadata.GetMetadata<PermissionMetadata>() is not null || metadata.GetMetadata<RightMetadata>() is not null)
        {
            statuses.Add(403);
        }

        if (metadata.GetMetadata<IAcceptsMetadata>() is not null)
        {
            statuses.UnionWith([413, 415]);
        }

        if (metadata.GetMetadata<IdempotencyMetadata>() is not null)
        {
            statuses.Add(409);
        }

        if (metadata.GetMetadata<PreconditionMetadata>() is not null)
        {
            statuses.Add(412);
        }

        if (
            metadata.GetMetadata<QuietMetadata>() is null
            && metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>().Any(p => p.ContentTypes.Any())
        )
        {
            statuses.Add(406);
        }

        foreach (var failure in metadata.GetOrderedMetadata<FailureMetadata>())
        {
            statuses.UnionWith(failure.Statuses);
        }

        return statuses;
    }
}
