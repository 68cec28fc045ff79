using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Http.Timeouts;

namespace Sillage.Api.Access;

/// <summary>Which replies go on for long, and are therefore held to the caller's account as long as they do.</summary>
public static class LongReply
{
    /// <summary>What says so of an operation in the OpenAPI document.</summary>
    public const string Extension = "x-long-reply";

    /// <summary>
    /// Whether the replies of a route are long: those that have no time limit. Where the body may be long, the reply is what comes of it, and
    /// short. What is open to everybody is held to nobody's account.
    /// </summary>
    public static bool Is(EndpointMetadataCollection? metadata) =>
        metadata?.GetMetadata<DisableRequestTimeoutAttribute>() is not null
        && metadata.GetMetadata<IRequestSizeLimitMetadata>() is null
        && metadata.GetMetadata<IAllowAnonymous>() is null;
}
