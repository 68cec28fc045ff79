using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Factors;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Revocations;
using Sillage.Accounts.Sessions;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Accounts.Me;

/// <summary>A code of the app.</summary>
/// <param name="Code">6 digits.</param>
public sealed record FactorCode([property: Required, StringLength(FactorCheck.LongestCode)] string Code);

/// <summary>Recovery codes.</summary>
/// <param name="Codes">The codes, each good once in place of the app's. Shown here and never again.</param>
/// <param name="Links">What one can do next.</param>
public sealed record FactorRecovery(IReadOnlyList<string> Codes, Links Links)
{
    internal static FactorRecovery Example { get; } =
        new(["K7HM-2WQA-NX9E-5TRC", "B4ZP-9VGS-W2DJ-7LKF"], SecondFactor.LinksOf(true));
}

/// <summary>Ends the setting up of a second factor with a first code: from here on a login needs one.</summary>
internal static class ConfirmFactor
{
    public static void Map(RouteGroupBuilder me) =>
        me.MapPost("/second-factor/confirmation", Handle)
            .WithMetadata(new WithoutFactorMetadata())
            .WithSummary("Confirm my second factor")
            .WithDescription(
                "With a code of the app. From here on a login needs one, user name and password on a request count no more, and all sessions but "
                    + "the one that asks have ended; API keys go on. The recovery codes are shown in this reply and never again."
            )
            .WithRequestExample(new FactorCode("492039"))
            .WithReplyExample(FactorRecovery.Example)
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict);

    internal static async Task<Results<Reply<FactorRecovery>, Problem>> Handle(
        Body<FactorCode> body,
        Caller caller,
        FactorCheck factors,
        Users users,
        AccountStates states,
        IDatabase<AccountsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        if (NotByApiKey.RefuseFactor(caller) is { } refused)
        {
            return refused;
        }

        return await database.WriteAsync<Results<Reply<FactorRecovery>, Problem>>(
            async unit =>
            {
                using var manager = users.In(unit);
                if (await manager.FindByIdAsync(caller.Id.ToString()) is not { } row)
                {
                    return Problem.NotFound();
                }

                if (await FactorStore.FindAsync(unit, row.Id, ct) is not { ConfirmedAt: null } factor)
                {
                    return Problem.Conflict("There is no second factor to confirm. Set one up first.");
                }

                if (!await factors.TakeStepAsync(unit, factor, body.Value.Code, ct))
                {
                    return Problem.BadRequest(
                        "The code is not right.",
                        new FieldError(
                            "/code",
                            "The 6 digits that the app shows now; its clock may be half a minute off."
                        )
                    );
                }

                await FactorStore.ConfirmAsync(unit, factor.Id, clock.GetUtcNow(), ct);
                // The password alone counts no more, in what a restore brings back neither: as if it had been changed.
                await unit.PublishAsync(new CredentialRevoked(row.Id, RevocationKind.Password, row.SecurityStamp), ct);
                (await manager.UpdateSecurityStampAsync(row)).MustSucceed();
                await OpenSessions.EndAllAsync(unit, states, row.Id, caller.CredentialId, ct);
                var codes = await RecoveryCodes.MakeAsync(unit, factor, clock.GetUtcNow(), ct);
                await unit.AuditAsync(new AuditEntry("second-factor.added", caller.Id, row.Id.ToString()), ct);
                return new Reply<FactorRecovery>(new FactorRecovery(codes, SecondFactor.LinksOf(true)))
                {
                    NoStore = true,
                };
            },
            ct
        );
    }
}
