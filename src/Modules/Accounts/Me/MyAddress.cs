using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Addresses;
using Sillage.Accounts.Identity;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Notifications.Contracts;
using Sillage.Storage;

namespace Sillage.Accounts.Me;

/// <summary>One's address.</summary>
/// <param name="Email">The address; absent if there is none.</param>
/// <param name="Confirmed">Whether one has said, by a link that was sent there, that it is one's own.</param>
/// <param name="Change">The address that is to take its place; absent if none is.</param>
/// <param name="Links">What one can do next.</param>
public sealed record OwnAddress(string? Email, bool Confirmed, ComingAddress? Change, Links Links)
{
    internal const string Address = "/api/v1/me/address";
}

/// <summary>An address that is to take another's place.</summary>
/// <param name="Email">The address; absent if there is to be none.</param>
/// <param name="NewAgreed">Whether the link that was sent there was used.</param>
/// <param name="OldAgreed">Whether the link that was sent to the address of now was used.</param>
public sealed record ComingAddress(string? Email, bool NewAgreed, bool OldAgreed);

/// <summary>Shows what is known of the caller's address, and sends the links anew.</summary>
internal static class MyAddress
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(2);

    public static void Map(RouteGroupBuilder me)
    {
        me.MapGet("/address", Handle)
            .WithSummary("Read what is known of my address")
            .WithReplyExample(
                new OwnAddress(
                    "player@example.org",
                    true,
                    null,
                    new Links(OwnAddress.Address) { ["confirmation"] = OwnAddress.Address + "/confirmation" }
                )
            );
        me.MapPost("/address/confirmation", Send)
            .WithSummary("Send me the links again")
            .WithDescription(
                "To the address that is to be confirmed, or to both where one is to take the other's place. The links from before count no more."
            )
            .Fails(StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict, StatusCodes.Status429TooManyRequests);
    }

    internal static async Task<Results<Reply<OwnAddress>, Problem>> Handle(
        Caller caller,
        IDatabase<AccountsData> database,
        CancellationToken ct
    )
    {
        var (row, change) = await database.ReadAsync(
            async reader =>
                (
                    await new AccountStore(reader).FindAsync(caller.Id, ct),
                    await AddressChange.FindAsync(reader, caller.Id, ct)
                ),
            ct
        );
        return row is null
            ? Problem.NotFound()
            : Reply.Ok(
                new OwnAddress(
                    row.Email,
                    row is { Email: not null, EmailState: EmailState.Confirmed },
                    change is null ? null : new ComingAddress(change.Email, change.NewAgreed, change.OldAgreed),
                    new Links(OwnAddress.Address) { ["confirmation"] = OwnAddress.Address + "/confirmation" }
                )
            );
    }

    internal static async Task<Results<NoContent, Problem>> Send(
        Caller caller,
        MailDelivery delivery,
        IDatabase<AccountsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        if (!await delivery.IsThereAsync(ct))
        {
            return Problem.Forbidden("This server sends no mail.");
        }

        var problem = await database.WriteAsync(unit => SendAsync(unit, caller.Id, clock.GetUtcNow(), ct), ct);
        return problem is null ? TypedResults.NoContent() : problem;
    }

    private static async Task<Problem?> SendAsync(
        IUnitOfWork unit,
        Guid account,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (await new AccountStore(unit).FindAsync(account, ct) is not { Email: not null } row)
        {
            return Problem.Conflict("The account has no address.");
        }

        var change = await AddressChange.FindAsync(unit, account, ct);
        if (change is null && row.EmailState == EmailState.Confirmed)
        {
            return Problem.Conflict("The address is confirmed.");
        }

        var purpose = change is null ? MailPurpose.Confirm : MailPurpose.Leave;
        if (await MailTokens.LastAsync(unit, account, purpose, ct) is { } last && last + Pause > now)
        {
            return Problem.TooManyRequests("The links were sent a moment ago.", last + Pause - now);
        }

        await (
            change is null
                ? AccountMails.ConfirmAsync(unit, row, now, ct)
                : AccountMails.ChangeAsync(unit, row, change.Id, change.Email, now, ct)
        );
        return null;
    }
}
