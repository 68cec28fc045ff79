using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Rowing.Files;

/// <summary>Takes files; they are read in the background.</summary>
internal static class SendFiles
{
    private const string Insert = """
        INSERT INTO file (id, account_id, name, size, digest, state, hints, content, uploaded_at)
        VALUES (@Id, @AccountId, @Name, @Size, @Digest, 'waiting', @Hints, @Content, @UploadedAt)
        """;

    private const string Waiting =
        "SELECT COALESCE(SUM(size), 0) FROM file WHERE account_id = @Account AND state = 'waiting'";

    /// <summary>How many bytes of one account may wait to be read.</summary>
    private const long MostWaiting = 4L * FileBody.Longest;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>The files that were taken.</summary>
    /// <param name="Files">Each with the address where its report will be.</param>
    public sealed record FilesTaken(IReadOnlyList<FileResource> Files);

    public static void Map(RouteGroupBuilder files) =>
        files
            .MapPost("/", Handle)
            .RequirePermission(RowingPermission.Write)
            .WithMetadata(new RequestSizeLimitAttribute(FileBody.Longest))
            // A slow body is cut off by its rate.
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .Accepts<byte[]>(FileBody.MediaTypes[0], FileBody.MediaTypes[1..])
            .WithSummary("Send files of workouts")
            .WithDescription(
                """
                A file as the body, or several as the parts of a form; up to 32 MB in all. What a file is, its bytes say: FIT, TCX, GPX,
                a result or a season of the Concept2 Logbook as CSV, a CSV of ErgData. It is read in the background; its report says
                what was understood and what was not. Of one account 128 MB wait at most. The same bytes sent again make nothing new.
                """
            )
            .WithQuery(
                "start",
                "When the session began (RFC 3339), for files that do not say it.",
                "2026-11-20T06:30:00Z"
            )
            .WithQuery("timeZone", "The name of the zone it was rowed in.", "Europe/Zurich")
            .WithQuery("machine", "What it was rowed on, for files that do not say it.", "rower")
            .WithReplyExample(new FilesTaken([FileResource.Example]))
            .Fails(StatusCodes.Status409Conflict);

    private static async Task<Results<CreatedReply<FilesTaken>, Problem>> Handle(
        HttpContext http,
        IdempotencyKey key,
        Caller caller,
        IDatabase<RowingData> database,
        TimeProvider clock
    )
    {
        var ct = http.RequestAborted;
        var hints = FileQuery.Read(http.Request);
        var files = await FileBody.ReadAsync(http, key);
        return await key.RunAsync<FilesTaken>(
            database,
            async unit =>
            {
                await unit.LockAsync($"files {caller.Id}", ct);
                var waiting = await unit.ScalarAsync<long>(Waiting, new { Account = caller.Id }, ct);
                if (waiting + files.Sum(file => (long)file.Bytes.Length) > MostWaiting)
                {
                    return Problem.TooManyRequests(
                        $"{waiting} bytes of yours wait to be read, and {MostWaiting} are the most.",
                        Pause
                    );
                }

                var taken = new List<FileResource>();
                foreach (var file in files)
                {
                    taken.Add(await TakeAsync(unit, file, hints, caller.Id, clock.GetUtcNow(), ct));
                }

                return Reply.Created(taken[0].Links["self"], new FilesTaken(taken));
            },
            ct
        );
    }

    private static async Task<FileResource> TakeAsync(
        IUnitOfWork unit,
        SentFile file,
        StoredHints hints,
        Guid account,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var row = new FileRow(
            Guid.CreateVersion7(now),
            account,
            file.Name,
            file.Bytes.Length,
            FileRow.Waiting,
            JsonSerializer.Serialize(hints, Json.Options),
            null,
            now
        );
        var stored = new
        {
            row.Id,
            row.AccountId,
            row.Name,
            row.Size,
            Digest = SHA256.HashData(file.Bytes),
            row.Hints,
            Content = file.Bytes,
            row.UploadedAt,
        };
        await unit.ExecuteAsync(Insert, stored, ct);
        await unit.EnqueueAsync(new ImportFile(row.Id), ct: ct);
        return FileResource.Of(row);
    }
}
