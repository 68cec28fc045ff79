using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sillage.Api.Replies;

namespace Sillage.Api.Documentation;

/// <summary>What the document depends on besides the program: where it changes, the document is made anew.</summary>
public interface IDocumentStamp
{
    /// <summary>A text that is another one whenever the module's part of the document would be.</summary>
    ValueTask<string> ReadAsync(CancellationToken ct);
}

/// <summary>Makes the document once for as long as it stays the same: to make it takes a good part of a second, and anybody may ask for it.</summary>
internal sealed class KeptDocument(RequestDelegate make, IReadOnlyList<IDocumentStamp> stamps)
{
    private volatile Kept? _kept;

    // One at a time, for as long as the process lives.
    private SemaphoreSlim Turn { get; } = new(1);

    public async Task SendAsync(HttpContext context)
    {
        var kept = await FindAsync(context);
        var headers = context.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.ETag = kept.Tag;
        if (EntityTag.IsNoneMatch(context.Request.Headers.IfNoneMatch, kept.Tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        EntityTag.FollowCompression(context);
        context.Response.ContentType = "application/json;charset=utf-8";
        await context.Response.Body.WriteAsync(kept.Json, context.RequestAborted);
    }

    private async Task<Kept> FindAsync(HttpContext context)
    {
        var parts = new List<string>();
        foreach (var part in stamps)
        {
            parts.Add(await part.ReadAsync(context.RequestAborted));
        }

        var stamp = string.Join('\n', parts);
        if (_kept is { } known && known.Stamp == stamp)
        {
            return known;
        }

        await Turn.WaitAsync(context.RequestAborted);
        try
        {
            if (_kept is not { } made || made.Stamp != stamp)
            {
                var json = await MakeAsync(context);
                _kept = made = new Kept(stamp, json, EntityTag.Of(json));
            }

            return made;
        }
        finally
        {
            Turn.Release();
        }
    }

    private async Task<byte[]> MakeAsync(HttpContext context)
    {
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var written = new MemoryStream();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(written));
        try
        {
            await make(context);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            context.Features.Set(body);
        }

        return written.ToArray();
    }

    private sealed record Kept(string Stamp, byte[] Json, string Tag);
}
