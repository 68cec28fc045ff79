using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Sillage.Api.Formats;

namespace Sillage.Api.Replies;

/// <summary>Makes replies; they negotiate JSON or XML and carry an <c>ETag</c>.</summary>
public static class Reply
{
    /// <summary>The header that tells a client that its retry was recognised.</summary>
    public const string ReplayedHeaderName = "Idempotency-Replayed";

    /// <summary>200 with a resource. <c>If-None-Match</c> with its tag gives 304.</summary>
    public static Reply<T> Ok<T>(T value)
        where T : notnull => new(value);

    /// <summary>201 with a resource and its address; <paramref name="noStore"/> for secrets shown once, which no cache may keep.</summary>
    public static CreatedReply<T> Created<T>(string location, T value, bool noStore = false)
        where T : notnull =>
        new(location, JsonSerializer.SerializeToUtf8Bytes(value, Json.Options)) { NoStore = noStore };
}

/// <summary>200 with a resource in the form the client accepts.</summary>
public sealed class Reply<T>(T value) : IResult, IValueHttpResult<T>, IStatusCodeHttpResult, IEndpointMetadataProvider
    where T : notnull
{
    /// <summary>The resource.</summary>
    public T Value => value;

    T? IValueHttpResult<T>.Value => value;

    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status200OK;

    /// <summary>Set for replies that no cache may keep, such as tokens.</summary>
    public bool NoStore { get; init; }

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext) =>
        ReplyWriter.WriteAsync(
            httpContext,
            StatusCodes.Status200OK,
            JsonSerializer.SerializeToUtf8Bytes(value, Json.Options),
            NoStore
        );

    /// <inheritdoc />
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), Negotiation.ResourceTypes)
        );
    }
}

/// <summary>201 with the new resource and its address; kept as bytes, so that an idempotent retry gets the same.</summary>
public sealed class CreatedReply<T> : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    internal CreatedReply(string location, ReadOnlyMemory<byte> json) => (Location, JsonBytes) = (location, json);

    /// <summary>The resource's address.</summary>
    public string Location { get; }

    /// <summary>Set for replies that no cache may keep, such as secrets shown once.</summary>
    public bool NoStore { get; init; }

    internal ReadOnlyMemory<byte> JsonBytes { get; }

    /// <summary>Set where an <c>Idempotency-Key</c> brought the reply again.</summary>
    internal bool IsReplayed { get; init; }

    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status201Created;

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        httpContext.Response.Headers.Location = Location;
        if (IsReplayed)
        {
            httpContext.Response.Headers[Reply.ReplayedHeaderName] = "true";
        }

        return ReplyWriter.WriteAsync(httpContext, StatusCodes.Status201Created, JsonBytes, NoStore);
    }

    /// <inheritdoc />
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(
            new ProducesResponseTypeMetadata(StatusCodes.Status201Created, typeof(T), Negotiation.ResourceTypes)
        );
    }
}
