using System.Buffers;
using System.Text.Json;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Rowing.Records;
using Sillage.Rowing.Rowers;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.PersonalData;

/// <summary>
/// What is known of a rower: workouts with their strokes. A heart's beats and a way on the water name their rower by
/// themselves, so both forms of erasure delete them.
/// </summary>
internal sealed class RowingPersonalData(IDatabase<RowingData> database) : IPersonalData
{
    private const string Select = $"""
        SELECT {WorkoutRow.Columns} FROM workout WHERE account_id = @Account AND number > @After ORDER BY number LIMIT 20
        """;

    private const string Accounts = """
        SELECT account_id FROM workout UNION SELECT account_id FROM workout_deletion UNION SELECT account_id FROM file
        UNION SELECT account_id FROM rower
        """;

    // In the order in which they refer to each other.
    private static readonly string[] Deletions =
    [
        "DELETE FROM stroke_batch WHERE workout IN (SELECT number FROM workout WHERE account_id = @Account)",
        "DELETE FROM best WHERE account_id = @Account",
        "DELETE FROM merge WHERE account_id = @Account",
        "DELETE FROM rower WHERE account_id = @Account",
        "DELETE FROM workout WHERE account_id = @Account",
        "DELETE FROM workout_deletion WHERE account_id = @Account",
        "DELETE FROM file WHERE account_id = @Account",
    ];

    private static readonly (string Name, string Sql)[] Counts =
    [
        ("workouts", "SELECT COUNT(*) FROM workout WHERE account_id = @Account"),
        ("files", "SELECT COUNT(*) FROM file WHERE account_id = @Account"),
        ("profiles", "SELECT COUNT(*) FROM rower WHERE account_id = @Account"),
        ("deletions", "SELECT COUNT(*) FROM workout_deletion WHERE account_id = @Account"),
    ];

    /// <inheritdoc />
    public string Section => "rowing";

    /// <inheritdoc />
    public async Task ExportAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken ct)
    {
        writer.WriteStartObject();
        if (await database.ReadAsync(r => RowerRow.FindAsync(r, accountId, ct), ct) is { } rower)
        {
            writer.WritePropertyName("profile");
            JsonSerializer.Serialize(writer, rower.ReadProfile(), Json.Options);
        }

        writer.WriteStartArray("workouts");
        IReadOnlyList<WorkoutRow> page = [];
        do
        {
            var parameters = new { Account = accountId, After = page.Count == 0 ? 0 : page[^1].Number };
            page = await database.ReadAsync(r => r.QueryAsync<WorkoutRow>(Select, parameters, ct), ct);
            foreach (var row in page)
            {
                await WriteAsync(row, writer, ct);
            }
        } while (page.Count > 0);
        writer.WriteEndArray();
        await PersonalTrail.WriteAsync(database, accountId, writer, ct);
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public Task<Problem?> CorrectAsync(Guid accountId, JsonElement patch, CancellationToken ct) =>
        Task.FromResult<Problem?>(
            Problem.BadRequest("A workout is corrected at its own address, /api/v1/workouts/{id}.")
        );

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(
        Guid accountId,
        ErasureForm form,
        CancellationToken ct
    ) =>
        await database.ReadAsync<IReadOnlyDictionary<string, long>>(
            async reader =>
            {
                var counts = new Dictionary<string, long>();
                foreach (var (name, sql) in Counts)
                {
                    counts[name] = await reader.ScalarAsync<long>(sql, new { Account = accountId }, ct);
                }

                return counts;
            },
            ct
        );

    /// <inheritdoc />
    public async Task<IReadOnlyCollection<Guid>> ListAccountsAsync(CancellationToken ct) =>
        await database.ReadAsync(reader => reader.QueryAsync<Guid>(Accounts, null, ct), ct);

    /// <inheritdoc />
    public async Task<bool> IsErasedAsync(Guid accountId, CancellationToken ct) =>
        (await CountAsync(accountId, ErasureForm.Destroy, ct)).Values.All(count => count == 0);

    /// <inheritdoc />
    public async Task EraseAsync(Guid accountId, ErasureForm form, IUnitOfWork unit, CancellationToken ct)
    {
        var rows = 0;
        foreach (var sql in Deletions)
        {
            rows += await unit.ExecuteAsync(sql, new { Account = accountId }, ct);
        }

        var details = JsonSerializer.Serialize(new { rows }, Json.Options);
        await unit.AuditAsync(new AuditEntry("rowing.erased", null, accountId.ToString(), details), ct);
    }

    private async Task WriteAsync(WorkoutRow row, Utf8JsonWriter writer, CancellationToken ct)
    {
        var strokes = await database.ReadAsync(r => WorkoutStore.ReadStrokesAsync(r, row.Number, ct), ct);
        var json = new ArrayBufferWriter<byte>();
        StrokeJson.WriteArray(json, strokes);
        writer.WriteStartObject();
        writer.WritePropertyName("workout");
        JsonSerializer.Serialize(writer, WorkoutResource.Of(row), Json.Options);
        writer.WritePropertyName("strokes");
        writer.WriteRawValue(json.WrittenSpan);
        writer.WriteEndObject();
        await writer.FlushAsync(ct);
    }
}
