using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using OtpNet;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Factors;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Sessions;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Accounts.Me;

/// <summary>What goes into the app.</summary>
/// <param name="Secret">The secret in base32, to be typed.</param>
/// <param name="Uri">The same as an <c>otpauth</c> address, to be shown as a QR code.</param>
/// <param name="Links">What one can do next.</param>
public sealed record FactorSecret(string Secret, string Uri, Links Links);

/// <summary>Begins a second factor: makes the secret, which counts once a code has confirmed it.</summary>
internal static class EnrolFactor
{
    public static void Map(RouteGroupBuilder me) =>
        me.MapPost("/second-factor", Handle)
            .WithMetadata(new WithoutFactorMetadata())
            .WithSummary("Set up a second factor")
            .WithDescription(
                "Makes a secret for an app that shows codes, shown in this reply and never again. Nothing changes until a code is sent to the "
                    + "link `confirmation`; asked again before, it makes another one. Needs a recent login (a setting) or the password."
            )
            .WithReplyExample(
                new FactorSecret(
                    "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
                    "otpauth://totp/sillage:player-1?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=sillage&algorithm=SHA1&digits=6&period=30",
                    SecondFactor.LinksOf(false)
                )
            )
            .Fails(StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict);

    internal static async Task<Results<Reply<FactorSecret>, Problem>> Handle(
        Caller caller,
        FactorSecrets secrets,
        IDatabase<AccountsData> database,
        IOptions<AccountsOptions> options,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        if (NotByApiKey.RefuseFactor(caller) is { } refused)
        {
            return refused;
        }

        var now = clock.GetUtcNow();
        if (!await RecentLogin.IsProvedAsync(caller, database, now - options.Value.RecentLogin, ct))
        {
            return Problem.Forbidden(
                "Setting up a second factor needs a recent login. Log in again, or send user name and password with this request."
            );
        }

        var secret = FactorCheck.NewSecret();
        var factor = new FactorRow(RandomId.Create(), caller.Id, secrets.Keep(caller.Id, secret), now, null, 0);
        var problem = await database.WriteAsync(
            async unit =>
            {
                if (await new AccountStore(unit).FindAsync(caller.Id, ct) is null)
                {
                    return Problem.NotFound();
                }

                if (await FactorStore.FindConfirmedAsync(unit, caller.Id, ct) is not null)
                {
                    return Problem.Conflict("The account has a second factor. Remove it first.");
                }

                await FactorStore.BeginAsync(unit, factor, ct);
                return null;
            },
            ct
        );
        if (problem is not null)
        {
            return problem;
        }

        var text = Base32Encoding.ToString(secret);
        var uri = new OtpUri(OtpType.Totp, text, caller.Username, options.Value.Issuer).ToString();
        return new Reply<FactorSecret>(new FactorSecret(text, uri, SecondFactor.LinksOf(false))) { NoStore = true };
    }
}
