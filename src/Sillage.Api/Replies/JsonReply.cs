using Microsoft.AspNetCore.Http;

namespace Sillage.Api.Replies;

/// <summary>A reply of any status whose JSON form is made already; it negotiates JSON or XML like every other.</summary>
/// <param name="status">The status code.</param>
/// <param name="json">The body in JSON.</param>
public sealed class JsonReply(int status, ReadOnlyMemory<byte> json) : IResult, IStatusCodeHttpResult
{
    /// <summary>The address of what was created, if any.</summary>
    public string? Location { get; init; }

    /// <summary>Set for replies that no cache may keep, such as secrets shown once.</summary>
    public bool NoStore { get; init; }

    int? IStatusCodeHttpResult.StatusCode => status;

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        if (Location is not null)
        {
            httpContext.Response.Headers.Location = Location;
        }

        return ReplyWriter.WriteAsync(httpContext, status, json, NoStore);
    }
}
