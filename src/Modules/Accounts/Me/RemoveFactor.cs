using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Factors;
using Sillage.Accounts.Passwords;
using Sillage.Accounts.Sessions;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Accounts.Me;

/// <summary>Both factors.</summary>
/// <param name="Password">The password.</param>
/// <param name="Code">The code that the app shows, or a recovery code.</param>
public sealed record BothFactors(
    [property: Required, StringLength(1024)] string Password,
    [property: Required, StringLength(FactorCheck.LongestCode)] string Code
)
{
    internal static BothFactors Example { get; } = new("k7hm-2wqa-nx9e", "492039");

    /// <summary>Why who asks may not go on: an API key, a wrong password or a wrong code; null if both are right, and the code is used up.</summary>
    internal async Task<Problem?> RefuseAsync(
        Caller caller,
        HttpContext context,
        PasswordCheck passwords,
        CancellationToken ct
    )
    {
        if (NotByApiKey.RefuseFactor(caller) is { } refused)
        {
            return refused;
        }

        var from = context.Connection.RemoteIpAddress;
        var (outcome, _) = await passwords.RunAsync(caller.Username, Password, Code, from, ct);
        return outcome switch
        {
            PasswordOutcome.Right => null,
            PasswordOutcome.Refused => Problem.BadRequest(
                "The password is not right, or it is locked after too many wrong ones.",
                new FieldError("/password", "Not the password, or locked for some minutes.")
            ),
            _ => Problem.BadRequest(
                "The code is not right, or was used before.",
                new FieldError("/code", "Not right, or used before.")
            ),
        };
    }
}

/// <summary>Takes the second factor off the caller's account.</summary>
internal static class RemoveFactor
{
    public static void Map(RouteGroupBuilder me) =>
        me.MapPost("/second-factor/removal", Handle)
            .WithSummary("Remove my second factor")
            .WithDescription(
                "With the password and a code. Wrong ones count towards the lockout. Where the role needs a second factor, another one is to be "
                    + "set up before anything else."
            )
            .WithRequestExample(BothFactors.Example)
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict);

    internal static async Task<Results<NoContent, Problem>> Handle(
        Body<BothFactors> body,
        Caller caller,
        HttpContext context,
        PasswordCheck passwords,
        AccountStates states,
        IDatabase<AccountsData> database,
        CancellationToken ct
    )
    {
        if (await body.Value.RefuseAsync(caller, context, passwords, ct) is { } refused)
        {
            return refused;
        }

        var removed = await database.WriteAsync(
            async unit =>
            {
                var isGone = await FactorStore.RemoveAsync(unit, caller.Id, caller.Id, ct);
                await states.ChangedAsync(unit, caller.Id, ct);
                return isGone;
            },
            ct
        );
        return removed ? TypedResults.NoContent() : Problem.Conflict("The account has no second factor.");
    }
}
