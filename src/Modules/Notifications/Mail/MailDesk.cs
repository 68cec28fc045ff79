using Sillage.Notifications.Stored;
using Sillage.Storage;

namespace Sillage.Notifications.Mail;

/// <summary>Writes down what becomes of mails. What goes with a digest has the digest's state.</summary>
internal sealed class MailDesk(IDatabase<NotificationsData> database, TimeProvider clock)
{
    private const string SetState = """
        UPDATE mail SET state = @State, detail = @Detail, changed_at = @Now
        WHERE id = @Id OR (digest_id = @Id AND state NOT IN ('withdrawn'))
        """;

    // Once it is on its way, nothing more is put into it.
    private const string Begin = """
        UPDATE mail SET state = 'sending', address = @Address, address_key = @AddressKey, attempts = attempts + 1,
          changed_at = @Now, open_for = NULL
        WHERE id = @Id AND state IN ('queued', 'unknown')
        """;

    private const string Close = "UPDATE mail SET open_for = NULL WHERE id = @Id";

    private const string ForgetData = "UPDATE notification SET data = NULL WHERE id = @NotificationId";

    /// <summary>It is about to be handed over.</summary>
    /// <returns>False if it was taken back meanwhile.</returns>
    public async Task<bool> BeginAsync(MailRow mail, string address, CancellationToken ct)
    {
        var parameters = new
        {
            mail.Id,
            Address = address,
            AddressKey = SuppressionRow.KeyOf(address),
            Now = clock.GetUtcNow(),
        };
        return await database.WriteAsync(unit => unit.ExecuteAsync(Begin, parameters, ct), ct) > 0;
    }

    /// <summary>It has another state now.</summary>
    public Task SetAsync(IUnitOfWork unit, MailRow mail, string state, string? detail, CancellationToken ct) =>
        unit.ExecuteAsync(
            SetState,
            new
            {
                mail.Id,
                State = state,
                Detail = detail is { Length: > 500 } ? detail[..500] : detail,
                Now = clock.GetUtcNow(),
            },
            ct
        );

    /// <summary>It has its last state: a secret has done its work, and a digest takes nothing more.</summary>
    public async Task EndAsync(
        IUnitOfWork unit,
        MailRow mail,
        string state,
        string? detail,
        bool isSecret,
        CancellationToken ct
    )
    {
        await SetAsync(unit, mail, state, detail, ct);
        await unit.ExecuteAsync(Close, new { mail.Id }, ct);
        if (isSecret)
        {
            await unit.ExecuteAsync(ForgetData, new { mail.NotificationId }, ct);
        }
    }
}
