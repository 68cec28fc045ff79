using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.Limits;
using Sillage.Storage;

namespace Sillage.Accounts.Addresses;

/// <summary>What a link in a mail holds.</summary>
/// <param name="Token">The token of the link.</param>
public sealed record MailLink([property: Required, StringLength(100, MinimumLength = 1)] string Token);

/// <summary>What came of following a link.</summary>
/// <param name="Done">Whether the address counts now; false where the other of two addresses has yet to agree.</param>
public sealed record AddressAgreement(bool Done);

/// <summary>Confirms an address by the link that was sent there.</summary>
internal static class ConfirmAddress
{
    private static readonly Problem Refusal = Problem.BadRequest(
        "The link counts no more. Ask for another one.",
        new FieldError("/token", "Used, too old, or sent to an address that is not the account's any more.")
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/api/v1/auth/confirm-address", Handle)
            .AllowAnonymous()
            .LimitLogins()
            .WithTags("Accounts")
            .WithSummary("Confirm an address")
            .WithDescription(
                "With the token of the link in a mail. Where a confirmed address is to change, both the old and the new one have such a link, and it "
                    + "changes once both were used."
            )
            .WithRequestExample(new MailLink("m3f0tOqk…"))
            .WithReplyExample(new AddressAgreement(true))
            .Fails(StatusCodes.Status400BadRequest);

    internal static async Task<Results<Reply<AddressAgreement>, Problem>> Handle(
        Body<MailLink> body,
        Users users,
        IDatabase<AccountsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var done = await database.WriteAsync(
            async unit =>
            {
                var token = await MailTokens.FindAsync(unit, body.Value.Token, clock.GetUtcNow(), ct);
                if (token is null or { Purpose: MailPurpose.Reset })
                {
                    return (bool?)null;
                }

                using var manager = users.In(unit);
                if (
                    await manager.FindByIdAsync(token.AccountId.ToString()) is not { } row
                    || await TakeAsync(unit, row, token, ct) is not { } taken
                )
                {
                    return null;
                }

                (await manager.UpdateAsync(row)).MustSucceed();
                return taken;
            },
            ct
        );
        return done is { } counts ? Reply.Ok(new AddressAgreement(counts)) : Refusal;
    }

    /// <summary>Does what the token was sent for.</summary>
    /// <returns>Whether the address counts now; null if the token says nothing about it.</returns>
    private static async Task<bool?> TakeAsync(IUnitOfWork unit, AccountRow row, MailToken token, CancellationToken ct)
    {
        var counts =
            token.Purpose == MailPurpose.Confirm
                ? await ConfirmAsync(unit, row, token, ct)
                : await AddressChange.AgreeAsync(unit, row, token, ct);
        if (counts == true)
        {
            await unit.AuditAsync(new AuditEntry("address.confirmed", row.Id, row.Id.ToString()), ct);
            await unit.PublishAsync(new ProfileChanged(row.Id), ct);
        }

        return counts;
    }

    private static async Task<bool?> ConfirmAsync(
        IUnitOfWork unit,
        AccountRow row,
        MailToken token,
        CancellationToken ct
    )
    {
        if (row.EmailKey != token.EmailKey)
        {
            return null;
        }

        row.EmailState = EmailState.Confirmed;
        await MailTokens.SpendAsync(unit, row.Id, MailPurpose.Confirm, ct);
        return true;
    }
}
