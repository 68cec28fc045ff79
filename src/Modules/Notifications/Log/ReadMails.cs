using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Notifications.Mail;
using Sillage.Notifications.Sending;
using Sillage.Notifications.Stored;
using Sillage.Storage;

namespace Sillage.Notifications.Log;

/// <summary>The log of mails, for administrators: what became of each.</summary>
internal static class ReadMails
{
    private const string Select = $"""
        SELECT {MailRow.Columns} FROM mail
        WHERE (CAST(@NoCursor AS integer) = 1 OR id < @Before)
          AND (CAST(@State AS text) IS NULL OR state = @State)
          AND (CAST(@Kind AS text) IS NULL OR kind = @Kind)
          AND (CAST(@AddressKey AS text) IS NULL OR address_key = @AddressKey)
          AND (CAST(@AnyAccount AS integer) = 1 OR recipient = @Account)
        ORDER BY id DESC LIMIT @Limit
        """;

    public static void Map(RouteGroupBuilder notifications)
    {
        notifications
            .MapGet("/mails", Handle)
            .RequirePermission(NotificationsPermission.Manage)
            .WithSummary("Read the log of mails")
            .WithDescription("The newest first: to whom, of what kind, and what became of it. The texts are not in it.")
            .WithQuery("state", $"Only mails in this state: {string.Join(", ", MailState.All)}.", MailState.Failed)
            .WithQuery("kind", "Only mails of this kind.", "notifications.message")
            .WithQuery("account", "Only mails for this account.", Guid.Empty.ToString())
            .WithQuery("address", "Only mails that went to this address; case does not count.", "player@example.org")
            .Fails(StatusCodes.Status400BadRequest);
        notifications
            .MapGet("/mails/{id:guid}", One)
            .RequirePermission(NotificationsPermission.Manage)
            .WithSummary("Read what became of a mail")
            .WithReplyExample(MailRecord.Example)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<PageReply<MailRecord>, Problem>> Handle(
        PageRequest page,
        IDatabase<NotificationsData> database,
        CancellationToken ct,
        string? state = null,
        string? kind = null,
        Guid? account = null,
        string? address = null
    )
    {
        if (state is not null && !MailState.All.Contains(state, StringComparer.Ordinal))
        {
            return Problem.BadRequest(
                "The state is not known.",
                new FieldError("?state", $"One of {string.Join(", ", MailState.All)}.")
            );
        }

        var after = page.After<Keys>();
        var parameters = new
        {
            NoCursor = after is null ? 1L : 0L,
            Before = after?.Id ?? Guid.Empty,
            State = state,
            Kind = kind,
            AddressKey = address is null ? null : SuppressionRow.KeyOf(address),
            AnyAccount = account is null ? 1L : 0L,
            Account = account ?? Guid.Empty,
            Limit = page.Limit + 1,
        };
        var rows = await database.ReadAsync(reader => reader.QueryAsync<MailRow>(Select, parameters, ct), ct);
        return PageReply<MailRecord>.Of([.. rows.Select(MailRecord.Of)], page, mail => new Keys(mail.Id));
    }

    private static async Task<Results<Reply<MailRecord>, Problem>> One(
        Guid id,
        IDatabase<NotificationsData> database,
        CancellationToken ct
    ) =>
        await database.ReadAsync(reader => MailRow.FindAsync(reader, id, ct), ct) is { } row
            ? Reply.Ok(MailRecord.Of(row))
            : Problem.NotFound();

    private sealed record Keys(Guid Id);
}
