using System.Text.Json;
using Sillage.Notifications.Choices;
using Sillage.Notifications.Contracts;
using Sillage.Notifications.Kinds;
using Sillage.Notifications.Mail;
using Sillage.Notifications.Stored;
using Sillage.Storage;

namespace Sillage.Notifications.Intake;

/// <summary>Takes in what somebody is to be notified of: into their list, and as a mail that waits for its time.</summary>
internal sealed class NotificationIntake(KindCatalog kinds, NotificationSignals signals, TimeProvider clock)
{
    private const string LastPlace = "SELECT coalesce(max(place), 0) FROM notification WHERE recipient = @Recipient";

    private const string OpenDigest = "SELECT id FROM mail WHERE open_for = @Recipient";

    /// <summary>Takes it in, in the unit given.</summary>
    /// <returns>The notification's id; null if the recipient was notified of it before.</returns>
    /// <exception cref="InvalidDataException">No module of this program declares the kind.</exception>
    public async Task<Guid?> TakeAsync(IUnitOfWork unit, NotificationWanted wanted, CancellationToken ct)
    {
        var kind =
            kinds.Find(wanted.Kind)
            ?? throw new InvalidDataException($"There is no kind of notification '{wanted.Kind}' in this program.");
        // Places in a list follow one another without a gap, whichever way two come in at once.
        await unit.LockAsync($"recipient {wanted.Recipient}", ct);
        var now = clock.GetUtcNow();
        var person = await PersonRow.FindAsync(unit, wanted.Recipient, ct);
        var choices = await ChoiceRow.ListAsync(unit, wanted.Recipient, ct);
        var channels = wanted.Channels is { } given && !kind.IsSecurity ? given : ChoiceRow.ChannelsOf(kind, choices);
        long? place =
            channels.HasFlag(NotificationChannels.App) && !kind.IsSecret
                ? await unit.ScalarAsync<long>(LastPlace, new { wanted.Recipient }, ct) + 1
                : null;
        var row = RowOf(wanted, place, now);
        if (await unit.ExecuteAsync(NotificationRow.Insert, row, ct) == 0)
        {
            return null;
        }

        if (channels.HasFlag(NotificationChannels.Mail))
        {
            await QueueAsync(unit, kind, row, person, now, ct);
        }

        unit.OnCommitted(() => signals.Wake(wanted.Recipient));
        return row.Id;
    }

    private static async Task QueueAsync(
        IUnitOfWork unit,
        NotificationKind kind,
        NotificationRow row,
        PersonRow? person,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (!kind.IsSecurity && person?.DigestPause is { } pause)
        {
            // A digest is no reason to wake anybody either.
            var then = QuietHours.Of(person)?.After(now + pause) ?? now + pause;
            var digest = await DigestAsync(unit, row.Recipient, now, then, ct);
            await unit.ExecuteAsync(MailRow.Insert, MailRow.New(row, now, then, digest), ct);
            return;
        }

        var ready = now + kind.MailWaits;
        var due = kind.IsSecurity ? now : QuietHours.Of(person)?.After(ready) ?? ready;
        var mail = MailRow.New(row, now, due);
        await unit.ExecuteAsync(MailRow.Insert, mail, ct);
        await unit.EnqueueAsync(new SendMail(mail.Id), due, ct);
    }

    /// <summary>The digest that is open for somebody; a new one if there is none.</summary>
    private static async Task<Guid> DigestAsync(
        IUnitOfWork unit,
        Guid recipient,
        DateTimeOffset now,
        DateTimeOffset dueAt,
        CancellationToken ct
    )
    {
        if (await unit.ScalarAsync<Guid?>(OpenDigest, new { Recipient = recipient }, ct) is { } open)
        {
            return open;
        }

        var id = Guid.CreateVersion7(now);
        var row = new NotificationRow(
            id,
            recipient,
            OwnKinds.Digest.Name,
            id.ToString(),
            null,
            null,
            null,
            null,
            now,
            null,
            null
        );
        var mail = MailRow.New(row, now, dueAt) with { OpenFor = recipient };
        await unit.ExecuteAsync(NotificationRow.Insert, row, ct);
        await unit.ExecuteAsync(MailRow.Insert, mail, ct);
        await unit.EnqueueAsync(new SendMail(mail.Id), dueAt, ct);
        return mail.Id;
    }

    private static NotificationRow RowOf(NotificationWanted wanted, long? place, DateTimeOffset now) =>
        new(
            Guid.CreateVersion7(now),
            wanted.Recipient,
            wanted.Kind,
            wanted.DedupKey,
            JsonSerializer.Serialize(wanted.Data),
            wanted.People is { Count: > 0 } people ? JsonSerializer.Serialize(people) : null,
            wanted.AddressId,
            place,
            now,
            null,
            null
        );
}
