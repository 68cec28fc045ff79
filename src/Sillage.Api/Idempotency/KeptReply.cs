using Microsoft.AspNetCore.Http;
using Sillage.Api.Replies;

namespace Sillage.Api.Idempotency;

/// <summary>A reply as it was sent; executed, it is sent again with <c>Idempotency-Replayed: true</c>.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Location">The address of what was created, if any.</param>
/// <param name="Json">The body in JSON.</param>
/// <param name="NoStore">Whether no cache may keep it.</param>
public sealed record KeptReply(int Status, string? Location, ReadOnlyMemory<byte> Json, bool NoStore = false)
    : IResult,
        IStatusCodeHttpResult
{
    int? IStatusCodeHttpResult.StatusCode => Status;

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        httpContext.Response.Headers[Reply.ReplayedHeaderName] = "true";
        if (Location is not null)
        {
            httpContext.Response.Headers.Location = Location;
        }

        return ReplyWriter.WriteAsync(httpContext, Status, Json, NoStore);
    }
}
