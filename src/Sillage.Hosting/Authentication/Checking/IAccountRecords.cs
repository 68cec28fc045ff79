using System.Net;
using System.Text.Json.Serialization;
using Sillage.Api.Access;
using Sillage.Hosting.Authentication.Jwt;

namespace Sillage.Hosting.Authentication.Checking;

/// <summary>
/// What the check of a credential reads of accounts: in the process of the accounts module from its tables, elsewhere by
/// asking that process.
/// </summary>
/// <remarks>A question throws <see cref="AccountsUnreachableException"/> where there is nobody to answer it.</remarks>
public interface IAccountRecords
{
    /// <summary>The accounts of which something is remembered.</summary>
    KnownAccounts Known { get; }

    /// <summary>
    /// Whether changes of accounts are heard of: if not, nothing that is remembered is believed without asking again.
    /// </summary>
    bool IsHearing { get; }

    /// <summary>Whether what was known a while ago may be gone by where nobody answers.</summary>
    bool MayGoByTheLastAnswer { get; }

    /// <summary>How long an API key that was good need not be asked for again; null for as long as it counts.</summary>
    TimeSpan? ApiKeyMemory { get; }

    /// <summary>The key that signs tokens with this name, if there is one.</summary>
    SigningKey? FindKey(string kid);

    /// <summary>Looks for a key of this name where the keys are kept.</summary>
    /// <returns>Whether it is known now.</returns>
    ValueTask<bool> LearnKeyAsync(string kid, CancellationToken ct);

    /// <summary>The account of an open session; null if the session has ended or the account may not log in.</summary>
    Task<AccountCredential?> FindSessionAsync(Guid accountId, Guid sessionId, CancellationToken ct);

    /// <summary>Whose the API key with this digest is; null if it is nobody's.</summary>
    Task<Guid?> FindApiKeyOwnerAsync(byte[] hash, CancellationToken ct);

    /// <summary>The API key with this digest; null if there is none, or its owner may not log in.</summary>
    Task<AccountCredential?> FindApiKeyAsync(byte[] hash, CancellationToken ct);

    /// <summary>Notes that an API key was used.</summary>
    void NoteUse(Guid apiKey);

    /// <summary>Compares a password, and counts what is wrong. <paramref name="from"/> is the address it came from.</summary>
    Task<VerifiedPassword> VerifyPasswordAsync(string username, string password, IPAddress? from, CancellationToken ct);

    /// <summary>
    /// The account as it is now, if it may log in and still has the password that was compared; null if not.
    /// </summary>
    Task<AccountCredential?> FindVerifiedAsync(Guid accountId, string stamp, CancellationToken ct);

    /// <summary>What stands in the tables now of the credential by which a caller came; null if it counts no more.</summary>
    Task<AccountCredential?> FindStandingAsync(StandingQuestion question, CancellationToken ct);

    /// <summary>Has a method called with the id of each account that has changed; with the empty id where any may have.</summary>
    void OnChanged(Action<Guid> heard);
}

/// <summary>Whether a credential that was good still is.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="AccountId">Whose it is.</param>
/// <param name="CredentialId">The session's or the API key's id; null for a password.</param>
/// <param name="Basis">The name of the key that signed the token, or the password's stamp.</param>
public sealed record StandingQuestion(
    [property: JsonConverter(typeof(JsonStringEnumConverter<CredentialKind>))] CredentialKind Kind,
    Guid AccountId,
    Guid? CredentialId,
    string? Basis
);

/// <summary>A credential as it stands in the tables.</summary>
/// <param name="AccountId">Whose it is.</param>
/// <param name="Username">The account's user name.</param>
/// <param name="Role">The account's role.</param>
/// <param name="CredentialId">The session's or the API key's id; null for a password.</param>
/// <param name="ExpiresAt">Until when it counts; null for always.</param>
/// <param name="Permissions">What an API key may do, separated by spaces; null for all that the role may.</param>
/// <param name="HasFactor">Whether the account has a second factor.</param>
public sealed record AccountCredential(
    Guid AccountId,
    string Username,
    string Role,
    Guid? CredentialId,
    DateTimeOffset? ExpiresAt,
    string? Permissions,
    bool HasFactor = false
)
{
    /// <summary>Whether the account has to set up a second factor before anything else.</summary>
    public bool MustEnrol { get; init; }

    private static readonly IReadOnlySet<string> OnlySelf = new HashSet<string>([Permission.Self.Name]);

    internal Caller ToCaller(Permissions known, CredentialKind kind, string? basis = null)
    {
        // Where routes look for themselves at what a caller may (`/metrics`), the rest is not his yet.
        var permissions = MustEnrol ? OnlySelf : known.Of(Role);
        if (Permissions is not null)
        {
            // A key never holds more than its owner does now.
            permissions = Permissions.Split(' ').Where(permissions.Contains).ToHashSet(StringComparer.Ordinal);
        }

        return new Caller(AccountId, Username, Role, permissions, kind, CredentialId)
        {
            Until = ExpiresAt,
            Basis = basis,
            MustEnrol = MustEnrol,
        };
    }
}

/// <summary>What came of comparing a password.</summary>
/// <param name="AccountId">Whose it is; null if it is refused.</param>
/// <param name="Stamp">Changes with the password.</param>
/// <param name="Refusal">Why it is refused, fit to be told to the client; null if it is right.</param>
public sealed record VerifiedPassword(Guid? AccountId, string? Stamp, string? Refusal);

/// <summary>There are accounts somewhere, and nobody answers there.</summary>
public sealed class AccountsUnreachableException : Exception
{
    /// <summary>What a client is told.</summary>
    public const string Reason =
        "Who you are cannot be checked at this moment: the accounts cannot be reached. Nothing was done; try again.";

    /// <summary>When to try again.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Nobody answers.</summary>
    public AccountsUnreachableException()
        : base(Reason) { }

    /// <summary>Nobody answers, for a reason that the log may have.</summary>
    public AccountsUnreachableException(string message)
        : base(message) { }

    /// <summary>Nobody answers, for a reason that the log may have.</summary>
    public AccountsUnreachableException(string message, Exception inner)
        : base(message, inner) { }
}
