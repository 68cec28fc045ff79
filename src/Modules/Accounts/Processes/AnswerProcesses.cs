using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Contracts.Remote;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Hosting.Processes;

namespace Sillage.Accounts.Processes;

/// <summary>
/// What the processes without this module ask to check credentials. There are no such routes where no credential is set,
/// and only who brings it is answered.
/// </summary>
internal static class AnswerProcesses
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var options = routes.ServiceProvider.GetRequiredService<IOptions<RemoteAccountsOptions>>().Value;
        if (string.IsNullOrEmpty(options.Credential))
        {
            return;
        }

        var inside = routes.MapGroup(RemoteRoutes.Root).RequireService(options.Credential);
        inside.MapGet("/changes", ChangesAsync);
        inside.MapGet("/sessions/{account:guid}/{session:guid}", SessionAsync);
        inside.MapGet("/api-keys/{hash}/owner", ApiKeyOwnerAsync);
        inside.MapGet("/api-keys/{hash}", ApiKeyAsync);
        inside.MapPost("/passwords", PasswordAsync);
        inside.MapGet("/verified/{account:guid}/{stamp}", VerifiedAsync);
        inside.MapPost("/standing", StandingAsync);
        AnswerDirectory.Map(inside);
    }

    private static async Task<IResult> ChangesAsync(
        Guid instance,
        long after,
        ChangeFeed feed,
        AccountStates states,
        CancellationToken ct
    )
    {
        var changes = await feed.ReadAsync(instance, after, RemoteRoutes.LongestPoll, ct);
        // Who does not hear of the others' changes himself has no news to give.
        return states.IsHearing
            ? ServiceAnswer.Of(changes)
            : Problem.Unavailable("Changes are not heard of at this moment.", TimeSpan.FromSeconds(1));
    }

    private static async Task<IResult> SessionAsync(
        Guid account,
        Guid session,
        IAccountRecords records,
        CancellationToken ct
    ) => ServiceAnswer.Of(await records.FindSessionAsync(account, session, ct));

    private static async Task<IResult> ApiKeyOwnerAsync(string hash, IAccountRecords records, CancellationToken ct) =>
        TryRead(hash) is { } bytes && await records.FindApiKeyOwnerAsync(bytes, ct) is { } owner
            ? ServiceAnswer.Of(new ApiKeyOwner(owner))
            : Problem.NotFound();

    private static async Task<IResult> ApiKeyAsync(string hash, IAccountRecords records, CancellationToken ct)
    {
        if (TryRead(hash) is not { } bytes || await records.FindApiKeyAsync(bytes, ct) is not { } key)
        {
            return Problem.NotFound();
        }

        records.NoteUse(key.CredentialId!.Value);
        return ServiceAnswer.Of(key);
    }

    private static async Task<IResult> PasswordAsync(
        Body<PasswordQuestion> body,
        IAccountRecords records,
        CancellationToken ct
    )
    {
        var question = body.Value;
        var from = IPAddress.TryParse(question.From, out var address) ? address : null;
        return ServiceAnswer.Of(await records.VerifyPasswordAsync(question.Username, question.Password, from, ct));
    }

    private static async Task<IResult> VerifiedAsync(
        Guid account,
        string stamp,
        IAccountRecords records,
        CancellationToken ct
    ) => ServiceAnswer.Of(await records.FindVerifiedAsync(account, stamp, ct));

    private static async Task<IResult> StandingAsync(
        Body<StandingQuestion> body,
        IAccountRecords records,
        CancellationToken ct
    ) => ServiceAnswer.Of(await records.FindStandingAsync(body.Value, ct));

    private static byte[]? TryRead(string hash)
    {
        var bytes = new byte[32];
        return
            Convert.FromHexString(hash, bytes, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == bytes.Length
            ? bytes
            : null;
    }
}
