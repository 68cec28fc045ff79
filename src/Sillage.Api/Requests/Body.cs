using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Requests.Reading;

namespace Sillage.Api.Requests;

/// <summary>
/// The request's body, read whole, as JSON or XML, checked against the annotations of <typeparamref name="T"/>. What is
/// wrong ends the request with 400 and a JSON Pointer to each bad field, before the handler runs.
/// </summary>
public sealed class Body<T> : IEndpointParameterMetadataProvider
{
    private static readonly string[] MediaTypes = ["application/json", "application/xml"];

    private Body(T value, ReadOnlyMemory<byte> bytes) => (Value, Bytes) = (value, bytes);

    /// <summary>The checked request.</summary>
    public T Value { get; }

    /// <summary>The bytes that came, for telling a repeated request from another one.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Reads and checks the body.</summary>
    /// <exception cref="ProblemException">400, 413 or 415: what is wrong, and where.</exception>
    public static async ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        var body = await RequestBody.ReadAsync(context, MediaTypes, Json.Options.GetTypeInfo(typeof(T)));
        return new Body<T>(BodyReader.Read<T>(body.Json), body.Bytes);
    }

    /// <inheritdoc />
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new AcceptsMetadata(MediaTypes, typeof(T)));
    }
}
