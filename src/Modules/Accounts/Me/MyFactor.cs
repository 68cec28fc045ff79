using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Factors;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Accounts.Me;

/// <summary>The caller's second factor: an app that shows codes (TOTP, RFC 6238).</summary>
/// <param name="Enabled">Whether a login needs a code.</param>
/// <param name="Required">Whether the account's role needs one (<c>Accounts:SecondFactorFor</c>).</param>
/// <param name="EnabledAt">Since when; absent if it is not.</param>
/// <param name="RecoveryCodes">How many recovery codes are left.</param>
/// <param name="Links">What one can do next.</param>
public sealed record SecondFactor(
    bool Enabled,
    bool Required,
    DateTimeOffset? EnabledAt,
    long RecoveryCodes,
    Links Links
)
{
    internal const string Address = "/api/v1/me/second-factor";

    internal static SecondFactor Example { get; } =
        new(true, false, new DateTimeOffset(2026, 11, 20, 9, 30, 0, TimeSpan.Zero), 10, LinksOf(true));

    internal static Links LinksOf(bool enabled) =>
        enabled
            ? new Links(Address)
            {
                ["recovery-codes"] = Address + "/recovery-codes",
                ["removal"] = Address + "/removal",
            }
            : new Links(Address) { ["confirmation"] = Address + "/confirmation" };
}

/// <summary>Shows whether the caller has a second factor. The secret is shown once, when one is set up.</summary>
internal static class MyFactor
{
    public static void Map(RouteGroupBuilder me) =>
        me.MapGet("/second-factor", Handle)
            .WithMetadata(new WithoutFactorMetadata())
            .WithSummary("Read my second factor")
            .WithDescription("Whether a login of the account needs a code, and how many recovery codes are left.")
            .WithReplyExample(SecondFactor.Example);

    internal static async Task<Reply<SecondFactor>> Handle(
        Caller caller,
        IDatabase<AccountsData> database,
        IOptions<AccountsOptions> options,
        CancellationToken ct
    )
    {
        var (factor, codes) = await database.ReadAsync(
            async reader =>
                await FactorStore.FindConfirmedAsync(reader, caller.Id, ct) is { } found
                    ? (found, await RecoveryCodes.CountAsync(reader, found.Id, ct))
                    : ((FactorRow?)null, 0L),
            ct
        );
        return Reply.Ok(
            new SecondFactor(
                factor is not null,
                options.Value.SecondFactorFor.Contains(caller.Role),
                factor?.ConfirmedAt,
                codes,
                SecondFactor.LinksOf(factor is not null)
            )
        );
    }
}
