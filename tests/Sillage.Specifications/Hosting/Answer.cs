using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Sillage.Specifications.Hosting;

/// <summary>A reply, read whole.</summary>
public sealed record Answer(HttpStatusCode Status, byte[] Bytes, HttpResponseMessage Message)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonNode Json => JsonNode.Parse(Text) ?? throw new InvalidOperationException("The reply is null.");

    public JsonArray Items => Json["items"]!.AsArray();

    public string? ContentType => Message.Content.Headers.ContentType?.ToString();

    public string? Header(string name) =>
        Message.Headers.TryGetValues(name, out var values) || Message.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;

    /// <summary>The pointers of a problem's errors.</summary>
    public string[] Pointers() => [.. Json["errors"]!.AsArray().Select(e => (string)e!["pointer"]!)];

    /// <summary>The reply, which has to have this status.</summary>
    public Answer Must(HttpStatusCode status) =>
        Status == status
            ? this
            : throw new InvalidOperationException($"{(int)Status} instead of {(int)status}: {Text}");
}
