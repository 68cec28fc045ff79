using System.Text.Json;
using Sillage.Accounts.ApiKeys;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Me;
using Sillage.Hosting.PersonalData;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Requests;
using Sillage.Storage;

namespace Sillage.Accounts.PersonalData;

/// <summary>
/// What accounts know of a person: the account, its sessions and keys, and what the audit trail says. Both forms of
/// erasure remove the account, since the account is the tie; the audit trail keeps ids, which then lead nowhere.
/// </summary>
internal sealed class AccountsPersonalData(IDatabase<AccountsModule> database, Users users, AccountStates states)
    : IPersonalData
{
    private const int AuditPage = 500;

    private const string Sessions = """
        SELECT id, user_agent, created_at, refreshed_at, expires_at FROM session WHERE account_id = @Id ORDER BY id
        """;

    private const string Keys = $"SELECT {ApiKeyRow.Columns} FROM api_key WHERE account_id = @Id ORDER BY id";

    private const string Audit = """
        SELECT id, at, action, actor, subject, details FROM sillage_audit
        WHERE (subject = @Subject OR actor = @Id) AND id > @After
        ORDER BY id LIMIT @Limit
        """;

    private const string Counts = """
        SELECT (SELECT COUNT(*) FROM account WHERE id = @Id) AS accounts,
          (SELECT COUNT(*) FROM session WHERE account_id = @Id) AS sessions,
          (SELECT COUNT(*) FROM api_key WHERE account_id = @Id) AS api_keys
        """;

    public string Section => "accounts";

    public async Task ExportAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        var (row, sessions, keys) = await database.ReadAsync(
            async reader =>
                (
                    await new AccountStore(reader).FindAsync(accountId, cancellationToken),
                    await reader.QueryAsync<SessionRow>(Sessions, new { Id = accountId }, cancellationToken),
                    await reader.QueryAsync<ApiKeyRow>(Keys, new { Id = accountId }, cancellationToken)
                ),
            cancellationToken
        );
        writer.WriteStartObject();
        if (row is not null)
        {
            writer.WritePropertyName("account");
            JsonSerializer.Serialize(
                writer,
                new
                {
                    row.Id,
                    row.Username,
                    row.Role,
                    row.Disabled,
                    row.LockedUntil,
                    row.CreatedAt,
                },
                Json.Options
            );
            writer.WritePropertyName("profile");
            JsonSerializer.Serialize(writer, new Profile(row.DisplayName, row.Email), Json.Options);
        }

        writer.WritePropertyName("sessions");
        JsonSerializer.Serialize(writer, sessions, Json.Options);
        writer.WritePropertyName("apiKeys");
        JsonSerializer.Serialize(writer, keys, Json.Options);
        await ExportAuditAsync(accountId, writer, cancellationToken);
        writer.WriteEndObject();
    }

    public async Task<Problem?> CorrectAsync(Guid accountId, JsonElement patch, CancellationToken cancellationToken)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return Problem.BadRequest("This section is an object.", new FieldError("", "An object is expected."));
        }

        var wrong = patch
            .EnumerateObject()
            .Where(member => member.Name != "profile" || member.Value.ValueKind != JsonValueKind.Object)
            .Select(member => new FieldError(
                JsonPointer.Member(JsonPointer.Root, member.Name),
                "Only 'profile', an object, can be corrected here."
            ))
            .ToList();
        if (wrong.Count > 0)
        {
            return Problem.BadRequest("This cannot be corrected.", wrong);
        }

        if (!patch.TryGetProperty("profile", out var profile))
        {
            return null;
        }

        try
        {
            var row = await database.WriteAsync(
                unit =>
                    ChangeMe.ApplyAsync(
                        unit,
                        users,
                        accountId,
                        MergePatch<Profile>.Of(profile),
                        _ => { },
                        cancellationToken
                    ),
                cancellationToken
            );
            return row is null ? Problem.NotFound() : null;
        }
        catch (ProblemException e)
        {
            return e.Problem.Under("/profile");
        }
    }

    public Task<IReadOnlyDictionary<string, long>> CountAsync(
        Guid accountId,
        ErasureForm form,
        CancellationToken cancellationToken
    ) => database.ReadAsync(reader => CountAsync(reader, accountId, cancellationToken), cancellationToken);

    public Task<bool> IsErasedAsync(Guid accountId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async reader => await new AccountStore(reader).FindAsync(accountId, cancellationToken) is null,
            cancellationToken
        );

    public async Task EraseAsync(
        Guid accountId,
        ErasureForm form,
        IUnitOfWork unit,
        CancellationToken cancellationToken
    )
    {
        if (await DeleteAsync(accountId, unit, cancellationToken))
        {
            await unit.AuditAsync(AuditOf(null, accountId, form), cancellationToken);
        }
    }

    /// <summary>Deletes the account; its sessions, tokens and keys go with it.</summary>
    /// <returns>False if it was gone already.</returns>
    public async Task<bool> DeleteAsync(Guid accountId, IUnitOfWork unit, CancellationToken cancellationToken)
    {
        var gone = await unit.ExecuteAsync(
            "DELETE FROM account WHERE id = @Id",
            new { Id = accountId },
            cancellationToken
        );
        await states.ChangedAsync(unit, accountId, cancellationToken);
        return gone > 0;
    }

    public static AuditEntry AuditOf(Guid? actor, Guid accountId, ErasureForm form) =>
        new("account.erased", actor, accountId.ToString(), JsonSerializer.Serialize(new { form }, Json.Options));

    private static async Task<IReadOnlyDictionary<string, long>> CountAsync(
        IReader reader,
        Guid accountId,
        CancellationToken cancellationToken
    )
    {
        var counts = await reader.FirstOrDefaultAsync<CountRow>(Counts, new { Id = accountId }, cancellationToken);
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["accounts"] = counts!.Accounts,
            ["sessions"] = counts.Sessions,
            ["apiKeys"] = counts.ApiKeys,
        };
    }

    private async Task ExportAuditAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        writer.WriteStartArray("audit");
        IReadOnlyList<AuditRow> page;
        var after = Guid.Empty;
        do
        {
            page = await database.ReadAsync(
                reader =>
                    reader.QueryAsync<AuditRow>(
                        Audit,
                        new
                        {
                            Id = accountId,
                            Subject = accountId.ToString(),
                            After = after,
                            Limit = AuditPage,
                        },
                        cancellationToken
                    ),
                cancellationToken
            );
            foreach (var row in page)
            {
                JsonSerializer.Serialize(writer, row, Json.Options);
                after = row.Id;
            }

            await writer.FlushAsync(cancellationToken);
        } while (page.Count == AuditPage);
        writer.WriteEndArray();
    }

    private sealed record CountRow(long Accounts, long Sessions, long ApiKeys);

    private sealed record SessionRow(
        Guid Id,
        string? UserAgent,
        DateTimeOffset CreatedAt,
        DateTimeOffset RefreshedAt,
        DateTimeOffset ExpiresAt
    );

    private sealed record AuditRow(
        Guid Id,
        DateTimeOffset At,
        string Action,
        Guid? Actor,
        string Subject,
        string? Details
    );
}
