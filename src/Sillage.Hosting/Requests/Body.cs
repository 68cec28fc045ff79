using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Sillage.Hosting.Problems;

namespace Sillage.Hosting.Requests;

/// <summary>
/// The request's body, read whole, as JSON or XML, checked against the annotations of <typeparamref name="T"/>. What is
/// wrong ends the request with 400 and a JSON Pointer to each bad field, before the handler runs.
/// </summary>
public sealed class Body<T> : IEndpointParameterMetadataProvider
{
    private Body(T value, ReadOnlyMemory<byte> bytes) => (Value, Bytes) = (value, bytes);

    /// <summary>The checked request.</summary>
    public T Value { get; }

    /// <summary>The bytes that came, for telling a repeated request from another one.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Reads and checks the body.</summary>
    /// <exception cref="ProblemException">400 or 413: what is wrong, and where.</exception>
    public static async ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        var bytes = await RequestBytes.ReadAsync(context);
        return new Body<T>(BodyReader.Read<T>(bytes), bytes);
    }

    /// <inheritdoc />
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new AcceptsMetadata(["application/json", "application/xml"], typeof(T)));
    }
}

/// <summary>Bytes to a checked value.</summary>
internal static class BodyReader
{
    public static T Read<T>(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json.Span, Json.Options)
                ?? throw new ProblemException(
                    Problem.BadRequest("The body is null.", new FieldError("", "An object is expected."))
                );
        }
        catch (JsonException e)
        {
            throw new ProblemException(
                Problem.BadRequest("The body is not valid.", new FieldError(e.Path ?? "", e.Message))
            );
        }
    }
}

/// <summary>The whole body as bytes, kept on the request for whoever needs them again.</summary>
internal static class RequestBytes
{
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        return buffer.ToArray();
    }
}
