using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Files.Kinds;
using Sillage.Storage;

namespace Sillage.Files;

/// <summary>Takes a file, to be attached afterwards.</summary>
internal static class SendFile
{
    public static void Map<TModule>(RouteGroupBuilder files, Permission send)
    {
        var options = ((IEndpointRouteBuilder)files).ServiceProvider.GetRequiredService<IOptions<FilesOptions>>().Value;
        files
            .MapPost("/", Handle<TModule>)
            .RequirePermission(send)
            // The form around a file is larger than the file.
            .WithMetadata(new RequestSizeLimitAttribute(options.MaxBytes + FileBody.FormBytes))
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .Accepts<byte[]>("application/octet-stream", FileBody.Form, "*/*")
            .WithSummary("Send a file")
            .WithDescription(
                """
                The body is the file, called by `?name=`; or a form (`multipart/form-data`, RFC 7578) whose first file it is. What it is,
                its bytes say. A picture is encoded anew from its pixels, turned the right way up: where and by what it was taken
                does not come along. The file waits for a day to be attached, and counts for its sender's space.
                """
            )
            .WithReplyExample(Examples.File)
            .Fails(
                StatusCodes.Status409Conflict,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType
            );
    }

    private static async Task<Results<CreatedReply<StoredFile>, Problem>> Handle<TModule>(
        HttpContext http,
        IdempotencyKey key,
        Caller caller,
        IDatabase<TModule> database,
        FileLinks<TModule> links,
        PictureLine line,
        IOptions<FilesOptions> options,
        TimeProvider clock,
        CancellationToken ct,
        string? name = null
    )
    {
        await key.ReadBodyAsync(http);
        var sent = await FileBody.ReadAsync(http, name, ct);
        var limits = options.Value;
        if (sent.Fault is { } fault)
        {
            return fault;
        }

        if (sent.Bytes.Length > limits.MaxBytes)
        {
            return Problem.Of(
                StatusCodes.Status413PayloadTooLarge,
                "Content too large",
                $"A file may have {limits.MaxBytes} bytes; this one has {sent.Bytes.Length}."
            );
        }

        var type = FileTypes.Of(sent.Bytes.Span);
        if (limits.TakenKinds() is var taken && !taken.Contains(type.Kind))
        {
            return Refused(type, taken);
        }

        Picture? picture = null;
        if (type.Kind == FileKind.Picture)
        {
            using var place = await line.EnterAsync(caller.Id, ct);
            picture = Pictures.TryEncode(sent.Bytes, limits.MaxPixels);
        }

        if (type.Kind == FileKind.Picture && picture is null)
        {
            return Problem.BadRequest(
                $"The picture cannot be read to its end, or has more than {limits.MaxPixels} pixels. Save it anew, or smaller."
            );
        }

        var content = picture?.Bytes ?? sent.Bytes;
        var now = clock.GetUtcNow();
        var row = new FileRow(
            RandomId.Create(),
            caller.Id,
            null,
            sent.Name,
            picture?.MediaType ?? type.MediaType,
            content.Length,
            FileStore.HashOf(content),
            picture?.Width,
            picture?.Height,
            picture is not null,
            now
        );
        var shown = await links.ShowAsync(row, caller, ct);
        return await key.RunAsync<StoredFile>(
            database,
            async unit =>
            {
                await unit.LockAsync($"files {caller.Id}", ct);
                if (!await FileStore.HasRoomAsync(unit, caller.Id, content.Length, limits.BytesPerAccount, ct))
                {
                    return Problem.Conflict(
                        $"Your files would take more than the {limits.BytesPerAccount} bytes that there are for you. Delete what they are attached to, or wait until what you have not attached is gone."
                    );
                }

                await FileStore.AddAsync(unit, row, content, picture?.Thumbnail, ct);
                // The links in it count for minutes, and for him alone.
                return Reply.Created(shown.Links["self"], shown, noStore: true);
            },
            ct
        );
    }

    private static Problem Refused(FileType type, IReadOnlyList<FileKind> taken) =>
        Problem.Of(
            StatusCodes.Status415UnsupportedMediaType,
            "Unsupported media type",
            $"By its bytes the file is of the kind {Name(type.Kind)} ({type.MediaType}); taken are: {string.Join(", ", taken.Select(Name))}."
        );

    private static string Name(FileKind kind) => kind.ToString().ToLowerInvariant();
}
