using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Factors;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Passwords;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Accounts.Me;

/// <summary>Makes the caller's recovery codes anew.</summary>
internal static class RenewRecoveryCodes
{
    public static void Map(RouteGroupBuilder me) =>
        me.MapPost("/second-factor/recovery-codes", Handle)
            .WithSummary("Make my recovery codes anew")
            .WithDescription(
                "With the password and a code. Those from before count no more; the new ones are shown in this reply and never again."
            )
            .WithRequestExample(BothFactors.Example)
            .WithReplyExample(FactorRecovery.Example)
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict);

    internal static async Task<Results<Reply<FactorRecovery>, Problem>> Handle(
        Body<BothFactors> body,
        Caller caller,
        HttpContext context,
        PasswordCheck passwords,
        IDatabase<AccountsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        if (await body.Value.RefuseAsync(caller, context, passwords, ct) is { } refused)
        {
            return refused;
        }

        var codes = await database.WriteAsync(
            async unit =>
            {
                // Locked, so that of two at once the second one's are those that count.
                if (
                    await new AccountStore(unit).FindAsync(caller.Id, ct) is null
                    || await FactorStore.FindConfirmedAsync(unit, caller.Id, ct) is not { } factor
                )
                {
                    return null;
                }

                await unit.AuditAsync(new AuditEntry("recovery-codes.made", caller.Id, caller.Id.ToString()), ct);
                return await RecoveryCodes.MakeAsync(unit, factor, clock.GetUtcNow(), ct);
            },
            ct
        );
        return codes is null
            ? Problem.Conflict("The account has no second factor.")
            : new Reply<FactorRecovery>(new FactorRecovery(codes, SecondFactor.LinksOf(true))) { NoStore = true };
    }
}
