using Sillage.Storage.Mapping;

namespace Sillage.Storage;

/// <summary>
/// What storage itself keeps of a person who is erased: rows of the audit trail and replies to requests. The rows stay,
/// each under an id of its own that leads nowhere and with the day only, so that no two of them, and nothing else that is
/// left, can be put together by id, time or order.
/// </summary>
public static class ErasedPeople
{
    private const int Page = 500;

    private const string Rows = """
        SELECT id, at, action, actor, subject, details FROM sillage_audit WHERE subject = @Subject OR actor = @Account
        LIMIT @Limit
        """;

    private const string Rewrite = """
        UPDATE sillage_audit SET id = @NewId, at = @At, actor = @Actor, subject = @Subject, details = @Details WHERE id = @Id
        """;

    // A scope is "ACCOUNT METHOD ROUTE".
    private const string ForgetReplies = "DELETE FROM sillage_idempotency WHERE scope >= @From AND scope < @Before";

    private const string EmptyReplies = """
        UPDATE sillage_idempotency SET reply = @Emptied WHERE (scope, key_hash) IN (
          SELECT scope, key_hash FROM sillage_idempotency_person WHERE account = @Account)
        """;

    private const string ForgetNamed = "DELETE FROM sillage_idempotency_person WHERE account = @Account";

    /// <summary>
    /// What stands in place of a kept reply that named somebody erased since. The key stays taken: what it asked for was done.
    /// </summary>
    public static ReadOnlySpan<byte> EmptiedReply => [0];

    /// <summary>Removes an account from what storage keeps in this database. Doing it twice does no harm.</summary>
    /// <param name="unit">The unit that erases, after all else that it writes about the account.</param>
    /// <param name="account">The account.</param>
    /// <param name="ct">Ends it early.</param>
    public static async Task ForgetPersonAsync(this IUnitOfWork unit, Guid account, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        var text = account.ToString();
        var parameters = new
        {
            Subject = text,
            Account = account,
            Limit = (long)Page,
        };
        while (await unit.QueryAsync<AuditRow>(Rows, parameters, ct) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
            {
                await unit.ExecuteAsync(Rewrite, Forget(row, account, text), ct);
            }
        }

        await unit.ExecuteAsync(EmptyReplies, new { Emptied = EmptiedReply.ToArray(), Account = account }, ct);
        await unit.ExecuteAsync(ForgetNamed, new { Account = account }, ct);
        await unit.ExecuteAsync(ForgetReplies, new { From = $"{text} ", Before = $"{text}!" }, ct);
    }

    private static object Forget(AuditRow row, Guid account, string text)
    {
        var stranger = RandomId.Create();
        return new
        {
            row.Id,
            NewId = Coarse.IdWithin(row.At),
            At = Coarse.DayOf(row.At),
            Actor = row.Actor == account ? stranger : row.Actor,
            Subject = row.Subject == text ? stranger.ToString()
            : row.Actor == account && TellsItsMoment(row) ? RandomId.Create().ToString()
            : row.Subject,
            Details = row.Details?.Replace(text, stranger.ToString(), StringComparison.Ordinal),
        };
    }

    // An id of version 7 that was made in the same act says when that was.
    private static bool TellsItsMoment(AuditRow row) =>
        Guid.TryParse(row.Subject, out var id)
        && id.Version == 7
        && (TimeOf(id) - row.At).Duration() < TimeSpan.FromMinutes(1);

    private static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = 0L;
        foreach (var part in bytes[..6])
        {
            milliseconds = (milliseconds << 8) | part;
        }

        return Microseconds.ToTime(milliseconds * 1000);
    }
}
