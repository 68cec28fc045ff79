using System.Buffers;
using System.Text.Json;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Api.Formats;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Rowing.Records;
using Sillage.Rowing.Rowers;
using Sillage.Rowing.Squads;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.PersonalData;

/// <summary>
/// What is known of a rower: workouts with their strokes, his squads, what he said there, and who looked. A heart's beats and a way on
/// the water name their rower by themselves, so both forms of erasure delete them.
/// </summary>
internal sealed class RowingPersonalData(IDatabase<RowingData> database, SquadPeople people) : IPersonalData
{
    private const string Select = $"""
        SELECT {WorkoutRow.Columns} FROM workout WHERE account_id = @Account AND number > @After ORDER BY number LIMIT 20
        """;

    private const string Accounts = """
        SELECT account_id FROM workout UNION SELECT account_id FROM workout_deletion UNION SELECT account_id FROM file
        UNION SELECT account_id FROM rower UNION SELECT account_id FROM squad_member UNION SELECT account_id FROM workout_comment
        UNION SELECT account_id FROM assignment_answer
        """;

    private const string Squads = """
        SELECT s.id, s.name, m.role, m.joined_at, m.shares_results, m.shares_live, m.shares_workouts
        FROM squad_member m JOIN squad s ON s.id = m.squad_id WHERE m.account_id = @Account ORDER BY s.id
        """;

    // What he said, and what was said about what he rowed.
    private const string Comments = """
        SELECT c.id, w.id AS workout, c.account_id, c.text, c.written_at FROM workout_comment c JOIN workout w ON w.number = c.workout
        WHERE (c.account_id = @Account OR w.account_id = @Account) AND c.id > @After ORDER BY c.id LIMIT @Limit
        """;

    private const string SquadsOf = "SELECT squad_id FROM squad_member WHERE account_id = @Account AND role = 'coach'";

    private const int Page = 500;

    private sealed record SquadRow(
        Guid Id,
        string Name,
        string Role,
        DateTimeOffset JoinedAt,
        bool SharesResults,
        bool SharesLive,
        bool SharesWorkouts
    );

    private sealed record CommentRow(Guid Id, Guid Workout, Guid AccountId, string Text, DateTimeOffset WrittenAt);

    // In the order in which they refer to each other.
    private static readonly string[] Deletions =
    [
        "DELETE FROM squad_member WHERE account_id = @Account",
        "DELETE FROM assignment_answer WHERE account_id = @Account",
        "DELETE FROM workout_comment WHERE account_id = @Account",
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
        ("squads", "SELECT COUNT(*) FROM squad_member WHERE account_id = @Account"),
        ("comments", "SELECT COUNT(*) FROM workout_comment WHERE account_id = @Account"),
        ("answers", "SELECT COUNT(*) FROM assignment_answer WHERE account_id = @Account"),
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
            (page, _) = await database.ReadAsync(
                r =>
                    r.QueryWithinAsync<WorkoutRow>(
                        Select,
                        parameters,
                        PageRequest.MaximumBytes,
                        row => row.Detail.Length,
                        ct
                    ),
                ct
            );
            foreach (var row in page)
            {
                await WriteAsync(row, writer, ct);
            }
        } while (page.Count > 0);
        writer.WriteEndArray();
        await WriteSquadsAsync(accountId, writer, ct);
        await WriteCommentsAsync(accountId, writer, ct);
        await WriteLooksAsync(accountId, writer, ct);
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
        // A squad without a coach is none: nobody is made one who was not asked, and whom its rowers did not choose.
        foreach (var squad in await unit.QueryAsync<Guid>(SquadsOf, new { Account = accountId }, ct))
        {
            if (!await Leaving.HasOtherCoachAsync(unit, squad, accountId, ct))
            {
                await Dissolution.RunAsync(unit, squad, null, ct);
            }
        }

        foreach (var sql in Deletions)
        {
            rows += await unit.ExecuteAsync(sql, new { Account = accountId }, ct);
        }

        var details = JsonSerializer.Serialize(new { rows }, Json.Options);
        await unit.AuditAsync(new AuditEntry("rowing.erased", null, accountId.ToString(), details), ct);
    }

    private async Task WriteSquadsAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken ct)
    {
        var rows = await database.ReadAsync(r => r.QueryAsync<SquadRow>(Squads, new { Account = accountId }, ct), ct);
        writer.WritePropertyName("squads");
        JsonSerializer.Serialize(
            writer,
            rows.Select(row => new
            {
                row.Id,
                row.Name,
                row.Role,
                row.JoinedAt,
                Shares = new Consent(row.SharesResults, row.SharesLive, row.SharesWorkouts),
            }),
            Json.Options
        );
    }

    private async Task WriteCommentsAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken ct)
    {
        writer.WriteStartArray("comments");
        IReadOnlyList<CommentRow> page = [];
        do
        {
            var parameters = new
            {
                Account = accountId,
                After = page.Count == 0 ? Guid.Empty : page[^1].Id,
                Limit = (long)Page,
            };
            page = await database.ReadAsync(r => r.QueryAsync<CommentRow>(Comments, parameters, ct), ct);
            foreach (var row in page)
            {
                var comment = new
                {
                    row.Workout,
                    Own = row.AccountId == accountId,
                    row.Text,
                    row.WrittenAt,
                };
                JsonSerializer.Serialize(writer, comment, Json.Options);
            }

            await writer.FlushAsync(ct);
        } while (page.Count == Page);
        writer.WriteEndArray();
    }

    private async Task WriteLooksAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken ct)
    {
        writer.WriteStartArray("looks");
        IReadOnlyList<Looks.Look> page = [];
        do
        {
            var before = page.Count == 0 ? (Guid?)null : page[^1].Id;
            page = await database.ReadAsync(r => Looks.ReadAsync(r, accountId, before, Page, ct), ct);
            var names = await people.OfAsync(page.Select(look => look.By).OfType<Guid>(), ct);
            foreach (var look in page)
            {
                var by = look.By is { } account ? names[account] : null;
                JsonSerializer.Serialize(
                    writer,
                    new
                    {
                        look.At,
                        By = by?.DisplayName ?? by?.Username,
                        look.What,
                        look.Squad,
                        look.Workout,
                    },
                    Json.Options
                );
            }

            await writer.FlushAsync(ct);
        } while (page.Count == Page);
        writer.WriteEndArray();
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
