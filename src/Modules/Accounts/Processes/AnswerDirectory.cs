using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Contracts.Remote;
using Sillage.Accounts.Provisioning;
using Sillage.Api.Problems;
using Sillage.Api.Requests;

namespace Sillage.Accounts.Processes;

/// <summary>The account directory and long tokens, for the processes without this module.</summary>
internal static class AnswerDirectory
{
    public static void Map(RouteGroupBuilder inside)
    {
        inside.MapGet("/directory", FindAsync);
        inside.MapGet("/directory/by-name/{username}", FindByNameAsync);
        inside.MapGet("/addresses/{account:guid}", FindAddressAsync);
        inside.MapPost("/directory/provision", ProvisionAsync);
        inside.MapPost("/directory/create", CreateAsync);
        inside.MapPost("/directory/withdraw", WithdrawAsync);
        inside.MapPost("/long-tokens", OpenLongTokenAsync);
    }

    private static async Task<IResult> FindAsync(string ids, IAccountDirectory directory, CancellationToken ct)
    {
        var asked = new List<Guid>();
        foreach (var part in ids.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Guid.TryParse(part, out var id))
            {
                return Problem.BadRequest("The ids are UUIDs separated by commas.");
            }

            asked.Add(id);
        }

        var found = await directory.FindAsync(asked, ct);
        return ServiceAnswer.Of(new FoundAccounts([.. found.Values]));
    }

    private static async Task<IResult> FindByNameAsync(
        string username,
        IAccountDirectory directory,
        CancellationToken ct
    ) => ServiceAnswer.Of(await directory.FindByUsernameAsync(username, ct));

    private static async Task<IResult> FindAddressAsync(
        Guid account,
        IAccountAddresses addresses,
        CancellationToken ct,
        Guid? address = null
    ) => ServiceAnswer.Of(await addresses.FindAsync(account, address, ct));

    private static async Task<IResult> ProvisionAsync(
        Body<ProvisioningQuestion> body,
        IAccountDirectory directory,
        CancellationToken ct
    ) =>
        body.Value switch
        {
            { Usernames: { Count: > 0 and <= AccountDirectory.MostAtOnce } names, Actor: { } actor } =>
                ServiceAnswer.Of(await directory.ProvisionAsync(names, actor, ct)),
            { Accounts: { Count: > 0 and <= AccountDirectory.MostAtOnce } accounts } => ServiceAnswer.Of(
                await directory.ProvisionAsync(accounts, ct)
            ),
            _ => Problem.BadRequest($"1 to {AccountDirectory.MostAtOnce} names with an actor, or accounts."),
        };

    private static async Task<IResult> CreateAsync(
        Body<CreationQuestion> body,
        IAccountDirectory directory,
        CancellationToken ct
    )
    {
        var question = body.Value;
        return ServiceAnswer.Of(await directory.CreateAsync(question.Username, question.Password, question.Actor, ct));
    }

    private static async Task<IResult> WithdrawAsync(
        Body<WithdrawalQuestion> body,
        IAccountDirectory directory,
        CancellationToken ct
    )
    {
        await directory.WithdrawAsync([.. body.Value.Ids], ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> OpenLongTokenAsync(
        Body<LongTokenQuestion> body,
        ILongTokens tokens,
        CancellationToken ct
    ) => ServiceAnswer.Of(new LongTokenAnswer(await tokens.OpenAsync(body.Value.Account, body.Value.UserAgent, ct)));
}
