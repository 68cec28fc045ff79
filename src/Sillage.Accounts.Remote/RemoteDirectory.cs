using System.Collections.Concurrent;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Contracts.Remote;
using Sillage.Api.Problems;
using Sillage.Hosting.Authentication.Checking;

namespace Sillage.Accounts.Remote;

/// <summary>The account directory, asked of the process with the accounts; who somebody is, is remembered for seconds.</summary>
internal sealed class RemoteDirectory(
    AccountsClient client,
    KnownAccounts known,
    ChangeListener listener,
    TimeProvider clock
) : IAccountDirectory
{
    private const int MostRemembered = 50_000;
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, Remembered> _remembered = new();

    private sealed record Remembered(AccountSummary Summary, AccountState State, long At);

    public async Task<IReadOnlyDictionary<Guid, AccountSummary>> FindAsync(
        IReadOnlyCollection<Guid> ids,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(ids);
        var found = new Dictionary<Guid, AccountSummary>(ids.Count);
        var unknown = new List<Guid>();
        foreach (var id in ids.Distinct())
        {
            if (_remembered.TryGetValue(id, out var account) && IsFresh(account))
            {
                found[id] = account.Summary;
            }
            else
            {
                unknown.Add(id);
            }
        }

        foreach (var some in unknown.Chunk(RemoteRoutes.MostIds))
        {
            foreach (var summary in await AskAsync(some, ct))
            {
                found[summary.Id] = summary;
            }
        }

        return found;
    }

    public Task<AccountSummary?> FindByUsernameAsync(string username, CancellationToken ct) =>
        Usernames.IsValid(username)
            ? OrUnavailableAsync(() =>
                client.AskAsync<AccountSummary>($"/directory/by-name/{Uri.EscapeDataString(username)}", ct)
            )
            : Task.FromResult<AccountSummary?>(null);

    public string? FindFault(string username) => Usernames.IsValid(username) ? null : Usernames.Rule;

    public Task<Provisioning> ProvisionAsync(IReadOnlyList<string> usernames, Guid actor, CancellationToken ct) =>
        ProvisionAsync(new ProvisioningQuestion(usernames, actor, null), ct);

    public Task<Provisioning> ProvisionAsync(IReadOnlyList<NewAccount> accounts, CancellationToken ct) =>
        ProvisionAsync(new ProvisioningQuestion(null, null, accounts), ct);

    public async Task<AccountCreation> CreateAsync(
        string username,
        string password,
        Guid actor,
        CancellationToken ct
    ) =>
        await OrUnavailableAsync(() =>
            client.TellAsync<CreationQuestion, AccountCreation>(
                "/directory/create",
                new CreationQuestion(username, password, actor),
                ct
            )
        ) ?? throw NotThere();

    public Task WithdrawAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct) =>
        OrUnavailableAsync(() =>
            client.TellAsync<WithdrawalQuestion, object>("/directory/withdraw", new WithdrawalQuestion([.. ids]), ct)
        );

    private async Task<Provisioning> ProvisionAsync(ProvisioningQuestion question, CancellationToken ct) =>
        await OrUnavailableAsync(() =>
            client.TellAsync<ProvisioningQuestion, Provisioning>("/directory/provision", question, ct)
        ) ?? throw NotThere();

    private async Task<IReadOnlyList<AccountSummary>> AskAsync(Guid[] ids, CancellationToken ct)
    {
        // Before the question: a change that is heard of meanwhile spoils them.
        var states = ids.ToDictionary(id => id, known.Of);
        try
        {
            var answer = await client.AskAsync<FoundAccounts>($"/directory?ids={string.Join(',', ids)}", ct);
            var accounts = answer?.Accounts ?? throw new AccountsUnreachableException();
            Remember(accounts, states);
            return accounts;
        }
        catch (AccountsUnreachableException) when (LastAnswers(ids) is { } last)
        {
            return last;
        }
        catch (AccountsUnreachableException)
        {
            throw NotThere();
        }
    }

    private void Remember(IReadOnlyList<AccountSummary> accounts, Dictionary<Guid, AccountState> states)
    {
        if (_remembered.Count > MostRemembered)
        {
            _remembered.Clear();
        }

        var now = clock.GetTimestamp();
        foreach (var account in accounts)
        {
            _remembered[account.Id] = new Remembered(account, states[account.Id], now);
        }
    }

    private bool IsFresh(Remembered account) =>
        !account.State.IsStale && listener.IsHearing && clock.GetElapsedTime(account.At) < Memory;

    // All of them or none: one left out would read as one that does not exist.
    private List<AccountSummary>? LastAnswers(Guid[] ids)
    {
        var last = ids.Select(id => _remembered.GetValueOrDefault(id)).OfType<Remembered>().ToList();
        return listener.IsLastAnswerRecent && last.Count == ids.Length ? [.. last.Select(l => l.Summary)] : null;
    }

    internal static async Task<T> OrUnavailableAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (AccountsUnreachableException)
        {
            throw NotThere();
        }
    }

    private static ProblemException NotThere() =>
        new(
            Problem.Unavailable(
                "The accounts cannot be reached at this moment. Try again.",
                AccountsUnreachableException.RetryAfter
            )
        );
}

/// <summary>Long tokens, opened by the process with the accounts.</summary>
internal sealed class RemoteLongTokens(AccountsClient client) : ILongTokens
{
    public async Task<string?> OpenAsync(Guid account, string? userAgent, CancellationToken ct)
    {
        var question = new LongTokenQuestion(account, userAgent);
        var answer = await RemoteDirectory.OrUnavailableAsync(() =>
            client.TellAsync<LongTokenQuestion, LongTokenAnswer>("/long-tokens", question, ct)
        );
        return answer?.Token;
    }
}

/// <summary>Addresses, asked of the process with the accounts each time: a mail goes to the address of now.</summary>
internal sealed class RemoteAddresses(AccountsClient client) : IAccountAddresses
{
    public Task<AccountAddress?> FindAsync(Guid account, Guid? addressId, CancellationToken ct) =>
        RemoteDirectory.OrUnavailableAsync(() =>
            client.AskAsync<AccountAddress>($"/addresses/{account}{(addressId is { } id ? $"?address={id}" : "")}", ct)
        );
}
