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
                file is attached to; what was deleted, or taken away, is 404 at once. Parts by `Range` (RFC 9110 section 14).
                """
            )
            .Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream")
            .Produces<byte[]>(StatusCodes.Status206PartialContent, "application/octet-stream")
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<IResult> Handle<TModule>(
        HttpContext http,
        Guid file,
        string token,
        IDatabase<TModule> database,
        IFileReaders<TModule> readers,
        FileLinks<TModule> links,
        CancellationToken ct,
        // Where there are no accounts, nobody was given a link.
        [FromServices] IAccountWatch? accounts = null
    )
    {
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
        return TypedResults.Stream(
            new PieceStream<TModule>(database, row.Id, ticket.Part, size),
            mediaType,
            entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(row.Hash)}-{(int)ticket.Part}\""),
            enableRangeProcessing: true
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
