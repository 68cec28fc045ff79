using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Requests.Reading;

namespace Sillage.Hosting.Requests;

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

    private readonly JsonObject _patch;

    private MergePatch(JsonObject patch) => _patch = patch;

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
        return new MergePatch<T>(BodyReader.Deserialize<JsonObject>(body.Json));
    }

    /// <inheritdoc />
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new AcceptsMetadata(MediaTypes, typeof(T)));
    }

    // RFC 7396 section 2.
    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner)
            {
                if (target[name] is not JsonObject existing)
                {
                    target[name] = existing = [];
                }

                Merge(existing, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }
}
