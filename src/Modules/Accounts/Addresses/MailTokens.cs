using System.Buffers.Text;
using System.Security.Cryptography;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Storage;

namespace Sillage.Accounts.Addresses;

/// <summary>What a link in a mail is for.</summary>
internal static class MailPurpose
{
    /// <summary>To say that the account's address is one's own.</summary>
    public const string Confirm = "confirm";

    /// <summary>To say so of the address that is to come.</summary>
    public const string Come = "come";

    /// <summary>To agree that the address of now goes.</summary>
    public const string Leave = "leave";

    /// <summary>To choose a password.</summary>
    public const string Reset = "reset";
}

/// <summary>What a link in a mail stands for.</summary>
internal sealed record MailToken(Guid AccountId, string Purpose, string EmailKey, DateTimeOffset CreatedAt);

/// <summary>
/// What links in mails hold: 256 random bits, kept as SHA-256, bound to the address that they were sent to. Of a purpose an account has one:
/// the last that was sent.
/// </summary>
internal static class MailTokens
{
    /// <summary>For how long an address can be confirmed.</summary>
    public static readonly TimeSpan ToConfirm = TimeSpan.FromDays(3);

    /// <summary>For how long a password can be chosen.</summary>
    public static readonly TimeSpan ToReset = TimeSpan.FromHours(1);

    private const string Upsert = """
        INSERT INTO mail_token (hash, account_id, purpose, email_key, created_at, expires_at)
        VALUES (@Hash, @AccountId, @Purpose, @EmailKey, @Now, @ExpiresAt)
        ON CONFLICT (account_id, purpose) DO UPDATE SET hash = excluded.hash, email_key = excluded.email_key,
          created_at = excluded.created_at, expires_at = excluded.expires_at
        """;

    private const string Select = """
        SELECT account_id, purpose, email_key, created_at FROM mail_token WHERE hash = @Hash AND expires_at > @Now
        """;

    private const string SelectLast =
        "SELECT created_at FROM mail_token WHERE account_id = @AccountId AND purpose = @Purpose";

    private const string Delete = "DELETE FROM mail_token WHERE account_id = @AccountId AND purpose = @Purpose";

    private const string DeleteAll = "DELETE FROM mail_token WHERE account_id = @AccountId";

    private const string DeleteExpired = "DELETE FROM mail_token WHERE expires_at <= @Now";

    /// <summary>Makes the token of a purpose; the one before counts no more.</summary>
    public static async Task<string> MakeAsync(
        IUnitOfWork unit,
        Guid account,
        string purpose,
        string email,
        TimeSpan lifetime,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var row = new
        {
            Hash = Digest.BytesOf(token),
            AccountId = account,
            Purpose = purpose,
            EmailKey = email.ToUpperInvariant(),
            Now = now,
            ExpiresAt = now + lifetime,
        };
        await unit.ExecuteAsync(Upsert, row, ct);
        return token;
    }

    /// <summary>What a token stands for; null if it counts no more, or never did.</summary>
    public static Task<MailToken?> FindAsync(IReader reader, string token, DateTimeOffset now, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<MailToken>(Select, new { Hash = Digest.BytesOf(token), Now = now }, ct);

    /// <summary>When the last one of a purpose was made; null if there is none.</summary>
    public static Task<DateTimeOffset?> LastAsync(IReader reader, Guid account, string purpose, CancellationToken ct) =>
        reader.ScalarAsync<DateTimeOffset?>(SelectLast, new { AccountId = account, Purpose = purpose }, ct);

    /// <summary>It has done what it was for.</summary>
    public static Task SpendAsync(IUnitOfWork unit, Guid account, string purpose, CancellationToken ct) =>
        unit.ExecuteAsync(Delete, new { AccountId = account, Purpose = purpose }, ct);

    /// <summary>None of the account's counts any more: it has another address, or another password.</summary>
    public static Task SpendAllAsync(IUnitOfWork unit, Guid account, CancellationToken ct) =>
        unit.ExecuteAsync(DeleteAll, new { AccountId = account }, ct);

    /// <summary>Forgets those that count no more.</summary>
    public static Task<int> PurgeAsync(IDatabase<AccountsData> database, DateTimeOffset now, CancellationToken ct) =>
        database.WriteAsync(unit => unit.ExecuteAsync(DeleteExpired, new { Now = now }, ct), ct);
}
