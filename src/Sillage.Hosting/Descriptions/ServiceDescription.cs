using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Hosting.Limits;
using Sillage.Hosting.Processes;

namespace Sillage.Hosting.Descriptions;

/// <summary>What a process tells a gateway of itself.</summary>
/// <param name="Instance">The process's <see cref="ProcessInstance.Tag"/>.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Modules">The modules that run there.</param>
/// <param name="Routes">What it answers.</param>
public sealed record ServiceDescription(
    string Instance,
    string Version,
    IReadOnlyList<string> Modules,
    IReadOnlyList<ServiceRoute> Routes
)
{
    /// <summary>Where it is told, to who brings the credential of the deployment.</summary>
    public const string Address = "/internal/v1/service";
}

/// <summary>A route, with what the limits and the access check are to know of it before it is reached.</summary>
/// <param name="Pattern">Its pattern, as <c>/api/v1/posts/{post:guid}</c>.</param>
/// <param name="Methods">The methods that it takes; none for all.</param>
public sealed record ServiceRoute(string Pattern, IReadOnlyList<string> Methods)
{
    /// <summary>Whether it takes requests without a credential.</summary>
    public bool IsPublic { get; init; }

    /// <summary>Whether a credential that comes along is not looked at.</summary>
    public bool IgnoresCredentials { get; init; }

    /// <summary>Whether people prove there who they are, which is counted more strictly.</summary>
    public bool LimitsLogins { get; init; }

    /// <summary>Whether no limit counts its requests.</summary>
    public bool IsUnlimited { get; init; }

    /// <summary>Whether its requests have no time limit.</summary>
    public bool IsLong { get; init; }

    /// <summary>Whether all others go before it; see <see cref="LateMetadata"/>.</summary>
    public bool IsLate { get; init; }

    /// <summary>How long a body may be, in bytes, where that is not the server's setting.</summary>
    public long? BodyLimit { get; init; }

    /// <summary>See <see cref="StickyMetadata"/>.</summary>
    public string? Sticky { get; init; }

    internal static ServiceRoute Of(RouteEndpoint endpoint)
    {
        var metadata = endpoint.Metadata;
        return new ServiceRoute(
            "/" + endpoint.RoutePattern.RawText?.Trim('/'),
            [.. metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []]
        )
        {
            IsPublic = metadata.GetMetadata<IAllowAnonymous>() is not null,
            IgnoresCredentials = metadata.GetMetadata<IgnoresCredentialsMetadata>() is not null,
            LimitsLogins = metadata.GetMetadata<LoginMetadata>() is not null,
            IsUnlimited = metadata.GetMetadata<UnlimitedMetadata>() is not null,
            IsLong = metadata.GetMetadata<DisableRequestTimeoutAttribute>() is not null,
            IsLate = metadata.GetMetadata<LateMetadata>() is not null,
            BodyLimit = metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize,
            Sticky = metadata.GetMetadata<StickyMetadata>()?.Parameter,
        };
    }
}
