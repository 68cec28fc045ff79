using Sillage.Accounts.Contracts;
using Sillage.Api.Problems;

namespace Sillage.Accounts.Remote;

/// <summary>Has no accounts and says so: for a process without the accounts module that is not told where one runs.</summary>
internal sealed class NoAccounts : IAccountDirectory, ILongTokens, IAccountAddresses
{
    public bool HasAccounts => false;

    public Task<IReadOnlyDictionary<Guid, AccountSummary>> FindAsync(
        IReadOnlyCollection<Guid> ids,
        CancellationToken ct
    ) => throw Nowhere();

    public Task<AccountSummary?> FindByUsernameAsync(string username, CancellationToken ct) => throw Nowhere();

    public string? FindFault(string username) => Usernames.IsValid(username) ? null : Usernames.Rule;

    public Task<Provisioning> ProvisionAsync(IReadOnlyList<string> usernames, Guid actor, CancellationToken ct) =>
        throw Nowhere();

    public Task<Provisioning> ProvisionAsync(IReadOnlyList<NewAccount> accounts, CancellationToken ct) =>
        throw Nowhere();

    public Task<AccountCreation> CreateAsync(string username, string password, Guid actor, CancellationToken ct) =>
        throw Nowhere();

    public Task WithdrawAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct) => throw Nowhere();

    public Task<string?> OpenAsync(Guid account, string? userAgent, CancellationToken ct) => throw Nowhere();

    Task<AccountAddress?> IAccountAddresses.FindAsync(Guid account, Guid? addressId, CancellationToken ct) =>
        throw Nowhere();

    private static ProblemException Nowhere() =>
        new(
            Problem.Unavailable(
                "This process has no accounts, and is not told where they are (the setting Accounts:Remote:Address).",
                TimeSpan.FromMinutes(1)
            )
        );
}
