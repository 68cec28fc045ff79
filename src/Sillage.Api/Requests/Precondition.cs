using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Replies;

namespace Sillage.Api.Requests;

/// <summary>The request's <c>If-Match</c> (RFC 9110 section 13.1.1), for handlers that change a resource.</summary>
public sealed class Precondition : IEndpointParameterMetadataProvider
{
    private readonly StringValues _ifMatch;

    private Precondition(StringValues ifMatch) => _ifMatch = ifMatch;

    /// <summary>Binds the request's precondition; without the header every state is fine.</summary>
    public static ValueTask<Precondition?> BindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ValueTask.FromResult<Precondition?>(new Precondition(context.Request.Headers.IfMatch));
    }

    /// <summary>
    /// Checks the resource as it is now, as a GET would send it; the tag of its JSON and of its XML form both count. Call it inside the unit of work that changes it, so that
    /// nothing comes between.
    /// </summary>
    /// <exception cref="ProblemException">412: the client changes a version that is no longer the current one.</exception>
    public void Check<T>(T current)
        where T : notnull => CheckAny(current);

    /// <summary>The same for a resource that is shown in several ways: the tag of each counts.</summary>
    /// <exception cref="ProblemException">412: the client changes a version that is no longer the current one.</exception>
    public void CheckAny<T>(params ReadOnlySpan<T> current)
        where T : notnull
    {
        if (_ifMatch.Count == 0)
        {
            return;
        }

        foreach (var view in current)
        {
            if (EntityTag.IsMatch(_ifMatch, EntityTag.Of(JsonSerializer.SerializeToUtf8Bytes(view, Json.Options))))
            {
                return;
            }
        }

        throw new ProblemException(Problem.PreconditionFailed());
    }

    /// <inheritdoc />
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new PreconditionMetadata());
    }
}

/// <summary>Says on an endpoint that it takes <c>If-Match</c>; read by the OpenAPI document.</summary>
internal sealed record PreconditionMetadata;
