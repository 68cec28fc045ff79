using Microsoft.AspNetCore.Builder;
using Sillage.Api.Requests.Query;

namespace Sillage.Api.Documentation;

/// <summary>
/// What an endpoint says of itself beyond its types, for the OpenAPI document; query parameters are also checked by it:
/// one that no endpoint declares gets 400.
/// </summary>
public static class EndpointDocumentation
{
    /// <summary>
    /// The problems that the handler itself can give. Those of permissions (401, 403), bodies (400, 413, 415), limits
    /// (429) and storage (503) are known from the route.
    /// </summary>
    public static TBuilder Fails<TBuilder>(this TBuilder routes, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(new FailureMetadata(statuses));

    /// <summary>An example of the request's body.</summary>
    public static TBuilder WithRequestExample<TBuilder>(this TBuilder routes, object example)
        where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(new RequestExampleMetadata(example));

    /// <summary>An example of the reply's body.</summary>
    public static TBuilder WithReplyExample<TBuilder>(this TBuilder routes, object example)
        where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(new ReplyExampleMetadata(example));

    /// <summary>
    /// A query parameter: its meaning, range and default. Needed for every one that the handler reads by itself; those of
    /// <c>PageRequest</c> and plain handler parameters are known, but may be described by this too. A name that ends with
    /// <c>.*</c> stands for every name with that beginning.
    /// </summary>
    public static TBuilder WithQuery<TBuilder>(
        this TBuilder routes,
        string name,
        string description,
        string? example = null
    )
        where TBuilder : IEndpointConventionBuilder =>
        routes.WithMetadata(new QueryParameterMetadata(name, description, example));
}

/// <summary>See <see cref="EndpointDocumentation.Fails"/>.</summary>
public sealed record FailureMetadata(IReadOnlyList<int> Statuses);

/// <summary>See <see cref="EndpointDocumentation.WithRequestExample"/>.</summary>
public sealed record RequestExampleMetadata(object Example);

/// <summary>See <see cref="EndpointDocumentation.WithReplyExample"/>.</summary>
public sealed record ReplyExampleMetadata(object Example);
