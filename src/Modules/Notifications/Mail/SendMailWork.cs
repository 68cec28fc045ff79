using MimeKit;
using Sillage.Accounts.Contracts;
using Sillage.Notifications.Choices;
using Sillage.Notifications.Contracts;
using Sillage.Notifications.Kinds;
using Sillage.Notifications.Stored;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Notifications.Mail;

/// <summary>
/// Sends a mail, in steps that may be cut short after any of them: is it still wanted; is it time; to whom; a connection; the mark that it is
/// being handed over; the handing over; what became of it.
/// </summary>
internal sealed class SendMailWork(
    IDatabase<NotificationsData> database,
    KindCatalog kinds,
    IAccountAddresses addresses,
    MailComposer composer,
    MailDesk desk,
    SmtpLine line,
    TimeProvider clock
) : IWork<SendMail>
{
    private const string SelectNotification = $"SELECT {NotificationRow.Columns} FROM notification WHERE id = @Id";

    public async Task<WorkResult> RunAsync(SendMail job, WorkRun run, CancellationToken ct)
    {
        var (mail, notification, person) = await database.ReadAsync(
            async reader =>
            {
                var found = await MailRow.FindAsync(reader, job.MailId, ct);
                return found is null
                    ? (null, null, null)
                    : (
                        found,
                        await reader.FirstOrDefaultAsync<NotificationRow>(
                            SelectNotification,
                            new { Id = found.NotificationId },
                            ct
                        ),
                        await PersonRow.FindAsync(reader, found.Recipient, ct)
                    );
            },
            ct
        );
        // Erased, past its time, or taken back.
        if (mail is null || notification is null || kinds.Find(mail.Kind) is not { } kind)
        {
            return WorkResult.Done;
        }

        return mail.State switch
        {
            MailState.Sending => LeftBehind(mail, kind),
            MailState.Queued => await PrepareAsync(mail, notification, person, kind, ct),
            MailState.Unknown when kind.IsCritical => await PrepareAsync(mail, notification, person, kind, ct),
            _ => WorkResult.Done,
        };
    }

    // A process died while it handed the mail over: it may have arrived.
    private WorkResult LeftBehind(MailRow mail, NotificationKind kind)
    {
        const string Detail = "The server stopped while it handed the mail over.";
        var turn = MailTurn.After(MailEnd.NotKnown, kind.IsCritical, mail.Attempts);
        return WorkResult.With(async unit =>
        {
            if (turn.Pause is not { } pause)
            {
                await desk.EndAsync(unit, mail, turn.State, Detail, kind.IsSecret, CancellationToken.None);
                return;
            }

            await desk.SetAsync(unit, mail, turn.State, Detail, CancellationToken.None);
            await unit.EnqueueAsync(new SendMail(mail.Id), clock.GetUtcNow() + pause, CancellationToken.None);
        });
    }

    private async Task<WorkResult> PrepareAsync(
        MailRow mail,
        NotificationRow notification,
        PersonRow? person,
        NotificationKind kind,
        CancellationToken ct
    )
    {
        var now = clock.GetUtcNow();
        if (!kind.IsSecurity && (notification.ReadAt ?? notification.SettledAt) is not null)
        {
            return End(mail, kind, MailState.Withdrawn, "Read or settled before it went.");
        }

        if (line.Setting is null)
        {
            return End(mail, kind, MailState.Failed, "No mail server is set (Notifications:Smtp).");
        }

        if (now > mail.DueAt + kind.WorthFor)
        {
            return End(mail, kind, MailState.Failed, $"It could not be sent in time. {mail.Detail}".TrimEnd());
        }

        var due = kind.IsSecurity ? now : QuietHours.Of(person)?.After(now) ?? now;
        if (due > now)
        {
            return WorkResult.Again(due - now);
        }

        if (line.Rests() is { Ticks: > 0 } rest)
        {
            return WorkResult.Again(rest);
        }

        var account = await addresses.FindAsync(mail.Recipient, notification.AddressId, ct);
        if (await RefusalAsync(account, kind, ct) is { } refusal)
        {
            return End(mail, kind, MailState.Suppressed, refusal);
        }

        var message = await composer.ComposeAsync(mail, notification, person, kind, account!, ct);
        return message is null
            ? End(mail, kind, MailState.Withdrawn, "All of it was read meanwhile.")
            : await HandOverAsync(mail, kind, account!.Email!, message, ct);
    }

    private async Task<string?> RefusalAsync(AccountAddress? account, NotificationKind kind, CancellationToken ct)
    {
        if (account is null)
        {
            return "There is no such account.";
        }

        if (account.Email is null)
        {
            return "The account has no address.";
        }

        if (account.IsDisabled)
        {
            return "The account is shut.";
        }

        if (!account.IsConfirmed && !kind.GoesToUnconfirmed)
        {
            return "Nobody has confirmed the address.";
        }

        var suppression = await database.ReadAsync(r => SuppressionRow.FindAsync(r, account.Email, ct), ct);
        return suppression is null || (suppression.Reason == SuppressionReason.Complained && kind.IsSecurity)
            ? null
            : $"The address gets no mail ({suppression.Reason}).";
    }

    private async Task<WorkResult> HandOverAsync(
        MailRow mail,
        NotificationKind kind,
        string address,
        MimeMessage message,
        CancellationToken ct
    )
    {
        var (client, refusal) = await line.OpenAsync(ct);
        if (client is null)
        {
            await WriteAsync(mail, mail.State, refusal!.Detail);
            return WorkResult.Again(MailTurn.After(refusal.End, kind.IsCritical, mail.Attempts).Pause!.Value);
        }

        // From here on it may have arrived: a process that dies now leaves the mark.
        if (!await desk.BeginAsync(mail, address, ct))
        {
            line.GiveBack(client);
            return WorkResult.Done;
        }

        var outcome = await line.HandOverAsync(client, message, ct);
        var turn = MailTurn.After(outcome.End, kind.IsCritical, mail.Attempts + 1);
        if (turn.Pause is { } pause)
        {
            // Written at once, as the pause may be long.
            await WriteAsync(mail, turn.State, outcome.Detail);
            return WorkResult.Again(pause);
        }

        return WorkResult.With(async unit =>
        {
            await desk.EndAsync(unit, mail, turn.State, outcome.Detail, kind.IsSecret, CancellationToken.None);
            if (outcome.End == MailEnd.NoMailbox)
            {
                await SuppressionRow.AddAsync(
                    unit,
                    address,
                    mail.Recipient,
                    SuppressionReason.NoMailbox,
                    outcome.Detail,
                    clock.GetUtcNow(),
                    CancellationToken.None
                );
            }
        });
    }

    private WorkResult End(MailRow mail, NotificationKind kind, string state, string detail) =>
        WorkResult.With(unit => desk.EndAsync(unit, mail, state, detail, kind.IsSecret, CancellationToken.None));

    private Task<bool> WriteAsync(MailRow mail, string state, string? detail) =>
        database.WriteAsync(
            async unit =>
            {
                await desk.SetAsync(unit, mail, state, detail, CancellationToken.None);
                return true;
            },
            CancellationToken.None
        );
}
