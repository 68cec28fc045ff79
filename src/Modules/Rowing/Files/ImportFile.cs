using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Rowing.Records;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Rowing.Files;

/// <summary>Reads a file that was sent.</summary>
/// <param name="File">Which.</param>
internal sealed record ImportFile(Guid File) : IJob
{
    public static string Kind => "workout-file.read";
}

/// <inheritdoc cref="ImportFile"/>
internal sealed class ImportFileWork(IDatabase<RowingData> database, WorkoutRoom room, TimeProvider clock)
    : IWork<ImportFile>
{
    private const string Select =
        $"SELECT {FileRow.Columns}, content, digest FROM file WHERE id = @File AND state = 'waiting'";

    private const string Earlier = $"""
        SELECT {FileRow.Columns} FROM file
        WHERE account_id = @AccountId AND digest = @Digest AND id < @Id AND state = 'read' ORDER BY id LIMIT 1
        """;

    private const string Update = "UPDATE file SET state = @State, report = @Report, content = NULL WHERE id = @Id";

    private sealed record Loaded(
        Guid Id,
        Guid AccountId,
        string? Name,
        long Size,
        string State,
        string Hints,
        string? Report,
        DateTimeOffset UploadedAt,
        byte[] Content,
        byte[] Digest
    );

    public async Task<WorkResult> RunAsync(ImportFile job, WorkRun run, CancellationToken ct)
    {
        var file = await database.ReadAsync(r => r.FirstOrDefaultAsync<Loaded>(Select, job, ct), ct);
        if (file is null)
        {
            // Erased, or read before by an attempt whose end was not heard of.
            return WorkResult.Done;
        }

        var earlier = await database.ReadAsync(r => r.FirstOrDefaultAsync<FileRow>(Earlier, file, ct), ct);
        if (earlier?.Report is { } report)
        {
            var before = JsonSerializer.Deserialize<FileReport>(report, Json.Options)!;
            return WorkResult.With(unit => DoneAsync(unit, file.Id, before with { SameAs = earlier.Id }, ct));
        }

        var hints = StoredHints.Read(file.Hints);
        var content = FileReading.Read(
            file.Content,
            new FileHints(file.AccountId, hints.Start, hints.TimeZone, hints.Machine, file.UploadedAt)
        );
        return WorkResult.With(unit => StoreAsync(unit, file, content, ct));
    }

    private async Task StoreAsync(IUnitOfWork unit, Loaded file, FileContent content, CancellationToken ct)
    {
        // All of it or nothing: sent again once there is room, it is read anew.
        if (await room.RefusalAsync(unit, file.AccountId, content.Workouts.Count, ct) is { } refusal)
        {
            await DoneAsync(unit, file.Id, new FileReport(content.Form, [], 0, content.Findings, refusal), ct);
            return;
        }

        var (ids, strokes, now) = (new List<Guid>(), 0L, clock.GetUtcNow());
        foreach (var draft in content.Workouts)
        {
            var row = await WorkoutIntake.StoreAsync(unit, draft, now, ct);
            ids.Add(row.Id);
            strokes += row.Strokes;
        }

        await DoneAsync(
            unit,
            file.Id,
            new FileReport(content.Form, ids, strokes, content.Findings, content.Failure),
            ct
        );
    }

    private static Task<int> DoneAsync(IUnitOfWork unit, Guid file, FileReport report, CancellationToken ct) =>
        unit.ExecuteAsync(
            Update,
            new
            {
                Id = file,
                State = report.Failure is null ? FileRow.Done : FileRow.Failed,
                Report = JsonSerializer.Serialize(report, Json.Options),
            },
            ct
        );
}
