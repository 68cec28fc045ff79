using Sillage.Notifications.Contracts;
using Sillage.Notifications.Kinds;
using Sillage.Storage;

namespace Sillage.Notifications.Intake;

/// <summary>Takes back mails that wait for what was read or settled meanwhile.</summary>
internal sealed class Settling(KindCatalog kinds, NotificationSignals signals, TimeProvider clock)
{
    private const string Settle = """
        UPDATE notification SET settled_at = @Now
        WHERE recipient = @Recipient AND kind = @Kind AND dedup_key = @DedupKey AND settled_at IS NULL
        """;

    private const string WithdrawSettled = """
        UPDATE mail SET state = 'withdrawn', detail = @Detail, changed_at = @Now
        WHERE recipient = @Recipient AND state = 'queued' AND notification_id IN
          (SELECT id FROM notification WHERE recipient = @Recipient AND kind = @Kind AND dedup_key = @DedupKey)
        """;

    private const string WithdrawRead = """
        UPDATE mail SET state = 'withdrawn', detail = 'Read before it went.', changed_at = @Now
        WHERE recipient = @Recipient AND state = 'queued' AND notification_id IN
          (SELECT id FROM notification WHERE recipient = @Recipient AND read_at = @Now)
        """;

    private const string ReadOne = """
        UPDATE notification SET read_at = @Now
        WHERE recipient = @Recipient AND id = @Id AND place IS NOT NULL AND read_at IS NULL
        """;

    private const string ReadAll = """
        UPDATE notification SET read_at = @Now
        WHERE recipient = @Recipient AND place <= @UpTo AND read_at IS NULL AND settled_at IS NULL
        """;

    /// <summary>What it was about is settled: it is in the list no more, and a mail that waits does not go.</summary>
    public async Task SettleAsync(IUnitOfWork unit, NotificationSettled settled, CancellationToken ct)
    {
        var parameters = new
        {
            settled.Recipient,
            settled.Kind,
            settled.DedupKey,
            Now = clock.GetUtcNow(),
            Detail = "Settled before it went.",
        };
        if (await unit.ExecuteAsync(Settle, parameters, ct) > 0 && kinds.Find(settled.Kind)?.IsSecurity != true)
        {
            await unit.ExecuteAsync(WithdrawSettled, parameters, ct);
        }

        unit.OnCommitted(() => signals.Wake(settled.Recipient));
    }

    /// <summary>One is read.</summary>
    public Task<int> ReadAsync(IUnitOfWork unit, Guid recipient, Guid id, CancellationToken ct) =>
        ReadAsync(
            unit,
            ReadOne,
            recipient,
            new
            {
                Recipient = recipient,
                Id = id,
                Now = clock.GetUtcNow(),
            },
            ct
        );

    /// <summary>All up to a place are read.</summary>
    public Task<int> ReadAllAsync(IUnitOfWork unit, Guid recipient, long upTo, CancellationToken ct) =>
        ReadAsync(
            unit,
            ReadAll,
            recipient,
            new
            {
                Recipient = recipient,
                UpTo = upTo,
                Now = clock.GetUtcNow(),
            },
            ct
        );

    private async Task<int> ReadAsync(
        IUnitOfWork unit,
        string update,
        Guid recipient,
        object parameters,
        CancellationToken ct
    )
    {
        var read = await unit.ExecuteAsync(update, parameters, ct);
        if (read > 0)
        {
            await unit.ExecuteAsync(WithdrawRead, parameters, ct);
        }

        unit.OnCommitted(() => signals.Wake(recipient));
        return read;
    }
}
