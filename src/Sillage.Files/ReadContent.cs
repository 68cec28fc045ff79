using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Hosting.Authentication;
using Sillage.Storage;

namespace Sillage.Files;

/// <summary>Gives a file's bytes to whoever comes by a link: pages and players of films send no token.</summary>
internal static class ReadContent
{
    private const string ThumbnailType = "image/webp";

    private const string ThumbnailSize =
        "SELECT COALESCE(SUM(LENGTH(bytes)), 0) FROM file_piece WHERE file_id = @Id AND part = 1";

    public static void Map<TModule>(RouteGroupBuilder files) =>
        files
            .MapGet("/{file:guid}/content", Handle<TModule>)
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Read a file's content")
            .WithDescription(
                """
                By a link from the file's entry. It counts for minutes, as long as the session or key that it was given to does and may read what the
                file is attached to; what was deleted, or taken away, is 404 at once, and what is long is cut off within two seconds. Parts by `Range` (RFC 9110 section 14).
                """
            )
            .Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream")
            .Produces<byte[]>(StatusCodes.Status206PartialContent, "application/octet-stream")
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status429TooManyRequests);

    private static async Task<IResult> Handle<TModule>(
        HttpContext http,
        Guid file,
        string token,
        IDatabase<TModule> database,
        IFileReaders<TModule> readers,
        FileLinks<TModule> links,
        IHeldReplies held,
        CancellationToken ct,
        // Where there are no accounts, nobody was given a link.
        [FromServices] IAccountWatch? accounts = null
    )
    {
        var before = held.Changes;
        if (
            await links.ReadAsync(file, token, ct) is not { } ticket
            || accounts is null
            || await accounts.FindAsync(ticket.Caller, ct) is null
        )
        {
            return Gone();
        }

        var (row, size) = await database.ReadAsync(
            async reader =>
            {
                var found = await FileStore.FindAsync(reader, file, ticket.Caller.Id, readers, ct);
                return ticket.Part == FilePart.Content || found is null
                    ? (found, found?.Size ?? 0)
                    : (found, await reader.ScalarAsync<long>(ThumbnailSize, new { found.Id }, ct));
            },
            ct
        );
        if (row is null)
        {
            return Gone();
        }

        var mediaType = ticket.Part == FilePart.Thumbnail ? ThumbnailType : row.MediaType;
        Guard(http.Response, row, ticket.Part);
        var content = TypedResults.Stream(
            new PieceStream<TModule>(database, row.Id, ticket.Part, size),
            mediaType,
            entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(row.Hash)}-{(int)ticket.Part}\""),
            enableRangeProcessing: true
        );
        // One piece is read and gone; what takes longer is held to what let it begin.
        return size <= FileStore.PieceBytes
            ? content
            : new HeldContent(held, ticket.Caller, before, IsReadableAsync, content);

        async ValueTask<bool> IsReadableAsync(Caller current, CancellationToken token) =>
            await database.ReadAsync(r => FileStore.FindAsync(r, file, current.Id, readers, token), token) is not null;
    }

    private sealed class HeldContent(
        IHeldReplies held,
        Caller caller,
        long before,
        Func<Caller, CancellationToken, ValueTask<bool>> still,
        IResult content
    ) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) =>
            held.RunAsync(
                httpContext,
                caller,
                before,
                context =>
                {
                    context.Features.Get<Caller>()!.Reply!.Hold(still);
                    return content.ExecuteAsync(context);
                }
            );
    }

    private static Problem Gone() =>
        Problem.NotFound(
            "There is no file under this link: its time is over, the file is gone, or it is not yours to read any more. Ask for its entry anew."
        );

    /// <summary>Whatever a file is, it does nothing in the name of this server, and no cache gives it to others.</summary>
    private static void Guard(HttpResponse response, FileRow row, FilePart part)
    {
        var shown = part == FilePart.Thumbnail || Shows(row.MediaType);
        var disposition = new ContentDispositionHeaderValue(shown ? "inline" : "attachment");
        disposition.SetHttpFileName(row.Name);
        response.Headers.ContentDisposition = disposition.ToString();
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "private, no-cache";
    }

    private static bool Shows(string mediaType) =>
        mediaType.StartsWith("image/", StringComparison.Ordinal)
        || mediaType.StartsWith("audio/", StringComparison.Ordinal)
        || mediaType.StartsWith("video/", StringComparison.Ordinal);
}
