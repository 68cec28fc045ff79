using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;
using Sillage.Api.Formats;
using Sillage.Api.Problems;

namespace Sillage.Api.Replies;

/// <summary>Writes every reply that is a resource, in the form that the client accepts.</summary>
public static class ReplyWriter
{
    /// <summary>
    /// Writes a resource whose JSON form is made; <paramref name="noStore"/> for what no cache may keep, <paramref name="version"/> for a long one of which something
    /// says whether it has changed: else its bytes do.
    /// </summary>
    public static async Task WriteAsync(
        HttpContext context,
        int status,
        ReadOnlyMemory<byte> json,
        bool noStore,
        string? version = null
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        var (request, response) = (context.Request, context.Response);
        var isRead = HttpMethods.IsGet(request.Method);
        var chosen = Negotiation.ChoosesXml(request);
        if (chosen is null && isRead)
        {
            await NotAcceptable(Negotiation.ResourceTypes).ExecuteAsync(context);
            return;
        }

        if (isRead && BodyBudget.TakeForReply(context, json.Length) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        // What was done is done: whoever takes neither form is told in JSON (RFC 9110 section 12.4.1 allows it).
        var isXml = chosen ?? false;
        response.Headers.Append("Vary", "Accept");
        response.Headers.CacheControl = noStore ? "no-store" : "private, no-cache";
        if (!noStore && (status == StatusCodes.Status201Created || !HttpMethods.IsPost(request.Method)))
        {
            var tag = version is null ? EntityTag.Of(json.Span) : $"\"{version}\"";
            response.Headers.ETag = isXml ? EntityTag.ForXml(tag) : tag;
            if (isRead && EntityTag.IsNoneMatch(request.Headers.IfNoneMatch, tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            EntityTag.FollowCompression(context);
        }

        var bytes = isXml ? JsonToXml.Convert(json) : json;
        response.StatusCode = status;
        response.ContentType = isXml ? "application/xml; charset=utf-8" : "application/json; charset=utf-8";
        response.ContentLength = bytes.Length;
        await response.BodyWriter.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>406, with what is to be had.</summary>
    public static Problem NotAcceptable(IEnumerable<string> offered) =>
        Problem.Of(
            StatusCodes.Status406NotAcceptable,
            "Not acceptable",
            $"This is to be had as {string.Join(", ", offered)}; the Accept header takes none of them."
        );
}
