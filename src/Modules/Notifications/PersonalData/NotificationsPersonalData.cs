using System.Text.Json;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Notifications.Choices;
using Sillage.Notifications.Kinds;
using Sillage.Notifications.Stored;
using Sillage.Storage;

namespace Sillage.Notifications.PersonalData;

/// <summary>
/// What notifications know of a person: what they were notified of, the mails with the addresses that they went to, what they chose, and whether
/// their address gets no mail. Both forms of erasure remove all of it.
/// </summary>
internal sealed class NotificationsPersonalData(
    IDatabase<NotificationsData> database,
    KindCatalog kinds,
    TimeProvider clock
) : IPersonalData
{
    private const string SelectNotifications = $"""
        SELECT {NotificationRow.Columns} FROM notification WHERE recipient = @Account AND id > @After ORDER BY id LIMIT 500
        """;

    private const string SelectMails = $"""
        SELECT {MailRow.Columns} FROM mail WHERE recipient = @Account AND id > @After ORDER BY id LIMIT 500
        """;

    private const string SelectSuppressions =
        "SELECT address, reason, detail, created_at FROM suppression WHERE account_id = @Account";

    // Somebody is also named in what others were notified of.
    private const string Counts = """
        SELECT (SELECT count(*) FROM notification WHERE recipient = @Account) AS notifications,
          (SELECT count(*) FROM mail WHERE recipient = @Account) AS mails,
          (SELECT count(*) FROM person WHERE account_id = @Account)
            + (SELECT count(*) FROM choice WHERE account_id = @Account)
            + (SELECT count(*) FROM unsubscription WHERE account_id = @Account) AS choices,
          (SELECT count(*) FROM suppression WHERE account_id = @Account) AS suppressions,
          (SELECT count(*) FROM notification WHERE people LIKE @Named OR dedup_key LIKE @Named OR data LIKE @Named) AS mentions
        """;

    private const string Accounts = """
        SELECT recipient FROM notification UNION SELECT recipient FROM mail UNION SELECT account_id FROM person
        UNION SELECT account_id FROM choice UNION SELECT account_id FROM unsubscription
        UNION SELECT account_id FROM suppression WHERE account_id IS NOT NULL
        """;

    private static readonly string[] Deletes =
    [
        "DELETE FROM mail WHERE recipient = @Account",
        "DELETE FROM notification WHERE recipient = @Account",
        "DELETE FROM person WHERE account_id = @Account",
        "DELETE FROM choice WHERE account_id = @Account",
        "DELETE FROM unsubscription WHERE account_id = @Account",
        "DELETE FROM suppression WHERE account_id = @Account",
        // Others read a dash where the name stood. What it is about may be the person, and what it leads to: a follower.
        """
            UPDATE notification SET people = replace(people, @Id, @Nobody), dedup_key = replace(dedup_key, @Id, @Stranger),
              data = replace(data, @Id, @Stranger)
            WHERE people LIKE @Named OR dedup_key LIKE @Named OR data LIKE @Named
            """,
    ];

    // What he did goes, and with it that others were told of it: the title of a post in which he named them.
    private static readonly string[] Destroys =
    [
        """
            UPDATE mail SET state = 'withdrawn', detail = 'Settled before it went.', changed_at = @Now
            WHERE state = 'queued' AND notification_id IN (SELECT id FROM notification WHERE people LIKE @Named)
            """,
        "UPDATE notification SET data = NULL, settled_at = COALESCE(settled_at, @Now) WHERE people LIKE @Named",
    ];

    public string Section => "notifications";

    public async Task ExportAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken ct)
    {
        writer.WriteStartObject();
        await WriteAsync<NotificationRow>("notifications", SelectNotifications, row => row.Id, Shown);
        await WriteAsync<MailRow>("mails", SelectMails, row => row.Id, Shown);
        var (person, choices, suppressions) = await database.ReadAsync(
            async reader =>
                (
                    await PersonRow.FindAsync(reader, accountId, ct),
                    await ChoiceRow.ListAsync(reader, accountId, ct),
                    await reader.QueryAsync<SuppressedRow>(SelectSuppressions, new { Account = accountId }, ct)
                ),
            ct
        );
        Write("times", person);
        Write("choices", choices);
        Write("suppressions", suppressions);
        await PersonalTrail.WriteAsync(database, accountId, writer, ct);
        writer.WriteEndObject();

        async Task WriteAsync<T>(string name, string select, Func<T, Guid> idOf, Func<T, object> shown)
        {
            writer.WriteStartArray(name);
            IReadOnlyList<T> page = [];
            do
            {
                var parameters = new { Account = accountId, After = page.Count == 0 ? Guid.Empty : idOf(page[^1]) };
                page = await database.ReadAsync(reader => reader.QueryAsync<T>(select, parameters, ct), ct);
                foreach (var row in page)
                {
                    JsonSerializer.Serialize(writer, shown(row), Json.Options);
                }

                await writer.FlushAsync(ct);
            } while (page.Count > 0);
            writer.WriteEndArray();
        }

        void Write(string name, object? value)
        {
            if (value is not null)
            {
                writer.WritePropertyName(name);
                JsonSerializer.Serialize(writer, value, Json.Options);
            }
        }
    }

    public Task<Problem?> CorrectAsync(Guid accountId, JsonElement patch, CancellationToken ct) =>
        Task.FromResult<Problem?>(
            Problem.BadRequest(
                "How you are notified is changed at /api/v1/me/notification-choices; what was sent is not corrected."
            )
        );

    public async Task<IReadOnlyDictionary<string, long>> CountAsync(
        Guid accountId,
        ErasureForm form,
        CancellationToken ct
    )
    {
        var counts = await CountAsync(accountId, ct);
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["notifications"] = counts.Notifications,
            ["mails"] = counts.Mails,
            ["choices"] = counts.Choices,
            ["suppressions"] = counts.Suppressions,
        };
    }

    public async Task<IReadOnlyCollection<Guid>> ListAccountsAsync(CancellationToken ct) =>
        await database.ReadAsync(reader => reader.QueryAsync<Guid>(Accounts, null, ct), ct);

    public async Task<bool> IsErasedAsync(Guid accountId, CancellationToken ct) =>
        await CountAsync(accountId, ct) == new CountRow(0, 0, 0, 0, 0);

    public async Task EraseAsync(Guid accountId, ErasureForm form, IUnitOfWork unit, CancellationToken ct)
    {
        var parameters = new
        {
            Account = accountId,
            Id = accountId.ToString(),
            Nobody = Guid.Empty.ToString(),
            Stranger = RandomId.Create().ToString(),
            Named = $"%{accountId}%",
            Now = Coarse.DayOf(clock.GetUtcNow()),
        };
        long gone = 0;
        foreach (var delete in form == ErasureForm.Destroy ? [.. Destroys, .. Deletes] : Deletes)
        {
            gone += await unit.ExecuteAsync(delete, parameters, ct);
        }

        if (gone > 0)
        {
            await unit.AuditAsync(new AuditEntry("notifications.erased", null, accountId.ToString()), ct);
        }
    }

    private async Task<CountRow> CountAsync(Guid account, CancellationToken ct) =>
        (
            await database.ReadAsync(
                reader =>
                    reader.FirstOrDefaultAsync<CountRow>(Counts, new { Account = account, Named = $"%{account}%" }, ct),
                ct
            )
        )!;

    // A secret opens something, for whoever reads the export too.
    private object Shown(NotificationRow row) =>
        new
        {
            row.Id,
            row.Kind,
            Data = kinds.Find(row.Kind) is { IsSecret: false } ? row.Values : null,
            row.CreatedAt,
            row.ReadAt,
            row.SettledAt,
        };

    private static object Shown(MailRow row) =>
        new
        {
            row.Id,
            row.Kind,
            row.State,
            row.Address,
            row.Detail,
            row.Attempts,
            row.CreatedAt,
            row.ChangedAt,
        };

    private sealed record CountRow(long Notifications, long Mails, long Choices, long Suppressions, long Mentions);

    private sealed record SuppressedRow(string Address, string Reason, string? Detail, DateTimeOffset CreatedAt);
}
