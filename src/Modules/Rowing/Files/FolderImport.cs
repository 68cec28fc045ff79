using System.Security.Cryptography;
using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Files;

/// <summary>What came of one file of a folder.</summary>
/// <param name="Name">Its path within the folder.</param>
/// <param name="IsKnown">Whether it was taken over before.</param>
/// <param name="Workouts">How many workouts are in it.</param>
/// <param name="Strokes">How many strokes or points.</param>
/// <param name="Findings">What is not as it should be.</param>
/// <param name="Failure">Why nothing was made of it; null if something was.</param>
internal sealed record FolderFile(
    string Name,
    bool IsKnown,
    int Workouts,
    long Strokes,
    IReadOnlyList<Finding> Findings,
    string? Failure
);

/// <summary>
/// Takes over the files of a folder, each in a unit of its own: what was interrupted is begun again and goes on behind what is there.
/// </summary>
internal sealed class FolderImport(IDatabase<RowingData> database, WorkoutRoom room, TimeProvider clock)
{
    private const string Known = """
        SELECT COUNT(*) FROM file WHERE account_id = @Account AND digest = @Digest AND state = 'read'
        """;

    private const string Insert = """
        INSERT INTO file (id, account_id, name, size, digest, state, hints, report, uploaded_at)
        VALUES (@Id, @AccountId, @Name, @Size, @Digest, 'read', @Hints, @Report, @UploadedAt)
        """;

    private static readonly string[] Endings = [".fit", ".tcx", ".gpx", ".csv"];

    /// <summary>The files of a folder that may be of workouts, in the order of their names.</summary>
    public static IReadOnlyList<string> Find(string folder) =>
        [
            .. Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(file => Endings.Contains(Path.GetExtension(file).ToLowerInvariant()))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Takes one file over, or only says what it would become.</summary>
    public async Task<FolderFile> TakeAsync(
        string folder,
        string file,
        Guid account,
        StoredHints hints,
        bool dryRun,
        CancellationToken ct
    )
    {
        var name = Path.GetRelativePath(folder, file);
        if (new FileInfo(file).Length > FileBody.Longest)
        {
            return new FolderFile(name, false, 0, 0, [], $"It has more than {FileBody.Longest} bytes.");
        }

        var bytes = await File.ReadAllBytesAsync(file, ct);
        var digest = SHA256.HashData(bytes);
        var key = new { Account = account, Digest = digest };
        if (await database.ReadAsync(reader => reader.ScalarAsync<long>(Known, key, ct), ct) > 0)
        {
            return new FolderFile(name, true, 0, 0, [], null);
        }

        // Without a time in it a file is as old as it says it is.
        var written = new DateTimeOffset(File.GetLastWriteTimeUtc(file), TimeSpan.Zero);
        var content = FileReading.Read(
            bytes,
            new FileHints(account, hints.Start, hints.TimeZone, hints.Machine, written)
        );
        var strokes = content.Workouts.Sum(workout => (long)workout.Strokes.Count);
        var failure = content.Failure;
        if (!dryRun && failure is null)
        {
            failure = await StoreAsync(name, bytes.Length, digest, account, hints, content, ct);
        }

        return new FolderFile(name, false, content.Workouts.Count, strokes, content.Findings, failure);
    }

    // Why there is no room for it; null once it is stored.
    private Task<string?> StoreAsync(
        string name,
        long size,
        byte[] digest,
        Guid account,
        StoredHints hints,
        FileContent content,
        CancellationToken ct
    ) =>
        database.WriteAsync<string?>(
            async unit =>
            {
                if (await room.RefusalAsync(unit, account, content.Workouts.Count, ct) is { } refusal)
                {
                    return refusal;
                }

                var (ids, strokes, now) = (new List<Guid>(), 0L, clock.GetUtcNow());
                foreach (var draft in content.Workouts)
                {
                    var row = await WorkoutIntake.StoreAsync(unit, draft, now, ct);
                    ids.Add(row.Id);
                    strokes += row.Strokes;
                }

                var stored = new
                {
                    Id = Guid.CreateVersion7(now),
                    AccountId = account,
                    Name = name.Length <= 255 ? name : name[^255..],
                    Size = size,
                    Digest = digest,
                    Hints = JsonSerializer.Serialize(hints, Json.Options),
                    Report = JsonSerializer.Serialize(
                        new FileReport(content.Form, ids, strokes, content.Findings),
                        Json.Options
                    ),
                    UploadedAt = now,
                };
                await unit.ExecuteAsync(Insert, stored, ct);
                return null;
            },
            ct
        );
}
