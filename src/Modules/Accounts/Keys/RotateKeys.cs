using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;

namespace Sillage.Accounts.Keys;

/// <summary>Lets an administrator change the signing key by hand.</summary>
internal static class RotateKeys
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/api/v1/signing-keys/rotate", Handle)
            .RequirePermission(AccountsPermission.ManageAccounts)
            .WithTags("Accounts")
            .WithSummary("Rotate the signing key")
            .WithDescription(
                "A new key signs from now on. Tokens signed before go on counting until they expire, unless withdraw=true: then "
                    + "all other keys are dropped, and every client has to refresh. For when a key may have become known."
            )
            .WithQuery("withdraw", "Whether to drop all other keys at once. Default false.", "true");

    internal static async Task<IResult> Handle(Caller caller, KeyRing ring, CancellationToken ct, bool withdraw = false)
    {
        if (caller.Kind == CredentialKind.ApiKey)
        {
            return Problem.Forbidden("An API key cannot rotate keys; log in.");
        }

        await ring.RotateAsync(caller.Id, withdraw, ct);
        return TypedResults.NoContent();
    }
}
