using System.Text.Json;
using Sillage.Accounts.Addresses;
using Sillage.Accounts.ApiKeys;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Accounts.Identity;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Accounts.PersonalData;

/// <summary>
/// What accounts know of a person: the account, its sessions, keys and second factor, and what the audit trail says. Both forms of
/// erasure remove the account, since the account is the tie; the audit trail keeps that something was done and on which day.
/// </summary>
internal sealed class AccountsPersonalData(
    IDatabase<AccountsData> database,
    ProfileChange profiles,
    AccountStates states
) : IPersonalData
{
    private const string Sessions = """
        SELECT id, user_agent, created_at, refreshed_at, expires_at FROM session WHERE account_id = @Id ORDER BY id
        """;

    private const string Keys = $"SELECT {ApiKeyRow.Columns} FROM api_key WHERE account_id = @Id ORDER BY id";

    private const string Factor = """
        SELECT created_at, confirmed_at,
          (SELECT COUNT(*) FROM recovery_code WHERE factor_id = factor.id) AS recovery_codes
        FROM factor WHERE account_id = @Id
        """;

    private const string Devices = "SELECT seen_at FROM known_device WHERE account_id = @Id ORDER BY seen_at";

    private const string Counts = """
        SELECT (SELECT COUNT(*) FROM account WHERE id = @Id) AS accounts,
          (SELECT COUNT(*) FROM session WHERE account_id = @Id) AS sessions,
          (SELECT COUNT(*) FROM api_key WHERE account_id = @Id) AS api_keys,
          (SELECT COUNT(*) FROM factor WHERE account_id = @Id) AS second_factors
        """;

    public string Section => "accounts";

    public async Task ExportAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken ct)
    {
        var (row, sessions, keys, factor, devices, change) = await database.ReadAsync(
            async reader =>
                (
                    await new AccountStore(reader).FindAsync(accountId, ct),
                    await reader.QueryAsync<SessionRow>(Sessions, new { Id = accountId }, ct),
                    await reader.QueryAsync<ApiKeyRow>(Keys, new { Id = accountId }, ct),
                    await reader.FirstOrDefaultAsync<FactorSummary>(Factor, new { Id = accountId }, ct),
                    await reader.QueryAsync<DateTimeOffset>(Devices, new { Id = accountId }, ct),
                    await AddressChange.FindAsync(reader, accountId, ct)
                ),
            ct
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
                    row.EmailState,
                    LoginAddress = row.LoginKey,
                },
                Json.Options
            );
            writer.WritePropertyName("profile");
            JsonSerializer.Serialize(
                writer,
                new Profile(row.DisplayName, row.Email, row.FirstName, row.LastName),
                Json.Options
            );
        }

        writer.WritePropertyName("sessions");
        JsonSerializer.Serialize(writer, sessions, Json.Options);
        writer.WritePropertyName("apiKeys");
        JsonSerializer.Serialize(writer, keys, Json.Options);
        writer.WritePropertyName("knownDevices");
        JsonSerializer.Serialize(writer, devices, Json.Options);
        if (change is not null)
        {
            writer.WritePropertyName("addressChange");
            JsonSerializer.Serialize(writer, change, Json.Options);
        }

        if (factor is not null)
        {
            // Neither the secret nor a code: whoever reads this must not log in by it.
            writer.WritePropertyName("secondFactor");
            JsonSerializer.Serialize(writer, factor, Json.Options);
        }

        await PersonalTrail.WriteAsync(database, accountId, writer, ct);
        writer.WriteEndObject();
    }

    public async Task<Problem?> CorrectAsync(Guid accountId, JsonElement patch, CancellationToken ct)
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
            var row = await profiles.ApplyAsync(database, accountId, MergePatch<Profile>.Of(profile), _ => { }, ct);
            return row is null ? Problem.NotFound() : null;
        }
        catch (ProblemException e)
        {
            return e.Problem.Under("/profile");
        }
    }

    public Task<IReadOnlyDictionary<string, long>> CountAsync(Guid accountId, ErasureForm form, CancellationToken ct) =>
        database.ReadAsync(reader => CountAsync(reader, accountId, ct), ct);

    public async Task<IReadOnlyCollection<Guid>> ListAccountsAsync(CancellationToken ct) =>
        await database.ReadAsync(reader => reader.QueryAsync<Guid>("SELECT id FROM account", null, ct), ct);

    public Task<bool> IsErasedAsync(Guid accountId, CancellationToken ct) =>
        database.ReadAsync(async reader => await new AccountStore(reader).FindAsync(accountId, ct) is null, ct);

    public async Task EraseAsync(Guid accountId, ErasureForm form, IUnitOfWork unit, CancellationToken ct)
    {
        if (await DeleteAsync(accountId, unit, ct))
        {
            await unit.AuditAsync(AuditOf(null, accountId, form), ct);
        }
    }

    /// <summary>Deletes the account; its sessions, tokens, keys and second factor go with it.</summary>
    /// <returns>False if it was gone already.</returns>
    public async Task<bool> DeleteAsync(Guid accountId, IUnitOfWork unit, CancellationToken ct)
    {
        var gone = await unit.ExecuteAsync("DELETE FROM account WHERE id = @Id", new { Id = accountId }, ct);
        await states.ChangedAsync(unit, accountId, ct);
        return gone > 0;
    }

    public static AuditEntry AuditOf(Guid? actor, Guid accountId, ErasureForm form) =>
        new("account.erased", actor, accountId.ToString(), JsonSerializer.Serialize(new { form }, Json.Options));

    private static async Task<IReadOnlyDictionary<string, long>> CountAsync(
        IReader reader,
        Guid accountId,
        CancellationToken ct
    )
    {
        var counts = await reader.FirstOrDefaultAsync<CountRow>(Counts, new { Id = accountId }, ct);
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["accounts"] = counts!.Accounts,
            ["sessions"] = counts.Sessions,
            ["apiKeys"] = counts.ApiKeys,
            ["secondFactors"] = counts.SecondFactors,
        };
    }

    private sealed record CountRow(long Accounts, long Sessions, long ApiKeys, long SecondFactors);

    private sealed record FactorSummary(DateTimeOffset CreatedAt, DateTimeOffset? ConfirmedAt, long RecoveryCodes);

    private sealed record SessionRow(
        Guid Id,
        string? UserAgent,
        DateTimeOffset CreatedAt,
        DateTimeOffset RefreshedAt,
        DateTimeOffset ExpiresAt
    );
}
