using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Authority;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Accounts.Sessions;

/// <summary>Ends the session of the token that asks, or all of the account's.</summary>
internal static class LogOut
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/api/v1/auth/logout", Handle)
            .RequirePermission(Permission.Self)
            .WithMetadata(new WithoutFactorMetadata())
            .WithTags("Accounts")
            .WithSummary("Log out")
            .WithDescription(
                "Ends the session at once: its access token and refresh token count no more, after a restart neither. Not with an API key."
            )
            .WithQuery("everywhere", "Whether to end all sessions of the account. Default false.", "true")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden);

    internal static async Task<Results<NoContent, Problem>> Handle(
        Caller caller,
        AccountStates states,
        IDatabase<AccountsData> database,
        CancellationToken ct,
        bool everywhere = false
    )
    {
        if (NotByApiKey.RefuseLogout(caller) is { } refused)
        {
            return refused;
        }

        if (!everywhere && caller.Kind != CredentialKind.Session)
        {
            return Problem.BadRequest(
                "This credential has no session to end. Log out with an access token, or with everywhere=true."
            );
        }

        await database.WriteAsync(
            async unit =>
            {
                if (everywhere)
                {
                    await OpenSessions.EndAllAsync(unit, states, caller.Id, null, ct);
                    await unit.AuditAsync(
                        new AuditEntry("session.ended-everywhere", caller.Id, caller.Id.ToString()),
                        ct
                    );
                }
                else
                {
                    await OpenSessions.EndAsync(unit, states, caller.Id, caller.CredentialId!.Value, ct);
                }

                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }
}
