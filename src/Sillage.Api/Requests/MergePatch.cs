using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Requests.Reading;

namespace Sillage.Api.Requests;

/// <summary>
/// A JSON Merge Patch (RFC 7396) for the changeable part <typeparamref name="T"/> of a resource. XML is read by the same
/// rules, an element with <c>type="null"</c> removing a member.
/// </summary>
public sealed class MergePatch<T> : IEndpointParameterMetadataProvider
{
    private static readonly string[] MediaTypes =
    [
        "application/merge-patch+json",
        "application/json",
        "application/xml",
    ];

    private readonly JsonElement _patch;

    private MergePatch(JsonElement patch) => _patch = patch;

    /// <summary>The patch as it came: an object.</summary>
    public JsonElement Document => _patch;

    /// <summary>A patch that is a part of another document.</summary>
    /// <exception cref="ProblemException">400: it is not an object.</exception>
    public static MergePatch<T> Of(JsonElement patch) =>
        patch.ValueKind == JsonValueKind.Object
            ? new MergePatch<T>(patch)
            : throw new ProblemException(
                Problem.BadRequest(
                    "The body is not a merge patch (RFC 7396) of this resource.",
                    new FieldError(JsonPointer.Root, "An object is expected.")
                )
            );

    /// <summary>The result of the patch on <paramref name="current"/>, checked like a body.</summary>
    /// <exception cref="ProblemException">400: a field that is not known or not valid.</exception>
    public T Apply(T current)
    {
        var node = JsonSerializer.SerializeToNode(current, Json.Options);
        Merge((JsonObject)node!, _patch);
        return BodyReader.Read<T>(JsonSerializer.SerializeToUtf8Bytes(node, Json.Options));
    }

    /// <summary>Reads the patch.</summary>
    public static async ValueTask<MergePatch<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        var body = await RequestBody.ReadAsync(context, MediaTypes, Json.Options.GetTypeInfo(typeof(T)));
        return Of(BodyReader.Deserialize<JsonElement>(body.Json));
    }

    /// <inheritdoc />
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new AcceptsMetadata(MediaTypes, typeof(T)));
    }

    // RFC 7396 section 2.
    private static void Merge(JsonObject target, JsonElement patch)
    {
        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                target.Remove(member.Name);
            }
            else if (member.Value.ValueKind == JsonValueKind.Object)
            {
                if (target[member.Name] is not JsonObject existing)
                {
                    target[member.Name] = existing = [];
                }

                Merge(existing, member.Value);
            }
            else
            {
                target[member.Name] = JsonSerializer.SerializeToNode(member.Value, Json.Options);
            }
        }
    }
}
