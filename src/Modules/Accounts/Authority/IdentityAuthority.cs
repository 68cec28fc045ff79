using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sillage.Accounts.ApiKeys;
using Sillage.Accounts.Keys;
using Sillage.Accounts.Passwords;
using Sillage.Accounts.Sessions;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Authentication.Jwt;
using Sillage.Storage;

namespace Sillage.Accounts.Authority;

/// <summary>
/// Tells whose a credential is. What was found good is remembered by digest until the account changes, so that a request
/// costs a hash and a look-up instead of a signature, PBKDF2 or a query.
/// </summary>
internal sealed class IdentityAuthority(
    IDatabase<AccountsModule> database,
    AccountStates states,
    KeyRing ring,
    PasswordCheck passwords,
    ApiKeyUses uses,
    IOptions<AccountsOptions> options,
    TimeProvider clock
) : IIdentityAuthority
{
    private const string SessionEnded = "The session has ended. Log in again.";

    private const string FindSession = """
        SELECT a.id, a.username, a.role, s.id AS credential_id, s.expires_at, NULL AS permissions
        FROM session s JOIN account a ON a.id = s.account_id
        WHERE s.id = @Id AND a.id = @AccountId AND NOT a.disabled
        """;

    private const string FindKeyOwner = "SELECT account_id FROM api_key WHERE hash = @Hash";

    private const string FindKey = """
        SELECT a.id, a.username, a.role, k.id AS credential_id, k.expires_at, k.permissions
        FROM api_key k JOIN account a ON a.id = k.account_id
        WHERE k.hash = @Hash AND NOT a.disabled
        """;

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    );

    private readonly AccountsOptions _options = options.Value;
    private readonly JwtExpectations _expectations = new(options.Value.Issuer, options.Value.Audience);
    private readonly CredentialMemory _tokens = new();
    private readonly CredentialMemory _keys = new();
    private readonly CredentialMemory _basic = new();
    private readonly ConcurrentDictionary<Digest, Lazy<Task<CredentialCheck>>> _checking = new();

    // Passwords have little randomness: their digests are keyed, and the key lives as long as the process.
    private readonly byte[] _basicKey = RandomNumberGenerator.GetBytes(32);

    public async ValueTask<CredentialCheck> CheckTokenAsync(string token, CancellationToken cancellationToken)
    {
        var digest = Digest.Of(token);
        if (TryRecall(_tokens, digest, out var caller))
        {
            return CredentialCheck.Accepted(caller);
        }

        string? kid = null;
        if (!JwtCodec.TryVerify(token, k => ring.Find(kid = k), _expectations, clock, out var claims, out var refusal))
        {
            return CredentialCheck.Refused(refusal);
        }

        if (
            !Guid.TryParse(claims.Subject, out var accountId)
            || !Guid.TryParse(claims.Additional.GetValueOrDefault(SessionTokens.SessionClaim), out var sessionId)
        )
        {
            return CredentialCheck.Refused("The token does not name an account and a session.");
        }

        var state = states.Of(accountId);
        var row = await database.ReadAsync(
            reader =>
                reader.FirstOrDefaultAsync<Row>(
                    FindSession,
                    new { Id = sessionId, AccountId = accountId },
                    cancellationToken
                ),
            cancellationToken
        );
        if (row?.ExpiresAt is not { } sessionEnd || sessionEnd <= clock.GetUtcNow())
        {
            return CredentialCheck.Refused(SessionEnded);
        }

        caller = row.ToCaller(CredentialKind.Session);
        var tokenEnd = claims.ExpiresAt + _expectations.Skew;
        var end = tokenEnd < sessionEnd ? tokenEnd : sessionEnd;
        _tokens.Add(digest, new KnownCredential(caller, state, end, kid));
        return CredentialCheck.Accepted(caller);
    }

    public async ValueTask<CredentialCheck> CheckPasswordAsync(
        string username,
        string password,
        CancellationToken cancellationToken
    )
    {
        // Older clients put their token where the user name goes (see IsToken); the password then says nothing.
        if (IsToken(username))
        {
            return await CheckTokenAsync(username, cancellationToken);
        }

        var digest = BasicDigest(username, password);
        if (TryRecall(_basic, digest, out var caller))
        {
            return CredentialCheck.Accepted(caller);
        }

        // A script that opens with many requests at once costs one PBKDF2, not one each.
        var check = _checking.GetOrAdd(
            digest,
            new Lazy<Task<CredentialCheck>>(() => ComputePasswordAsync(username, password, digest))
        );
        return await check.Value.WaitAsync(cancellationToken);
    }

    /// <summary>The work behind <see cref="CheckPasswordAsync"/>, shared by all who wait for it: none of them cancels it.</summary>
    private async Task<CredentialCheck> ComputePasswordAsync(string username, string password, Digest digest)
    {
        try
        {
            return await VerifyPasswordAsync(username, password, digest, CancellationToken.None);
        }
        finally
        {
            _checking.TryRemove(digest, out _);
        }
    }

    private async Task<CredentialCheck> VerifyPasswordAsync(
        string username,
        string password,
        Digest digest,
        CancellationToken cancellationToken
    )
    {
        var account = await passwords.RunAsync(username, password, cancellationToken);
        if (account is null)
        {
            return CredentialCheck.Refused(PasswordCheck.Refusal);
        }

        // The state is taken after the password was computed, so the account is compared again as it is now.
        var state = states.Of(account.Id);
        var current = await database.ReadAsync(
            reader => new Identity.AccountStore(reader).FindAsync(account.Id, cancellationToken),
            cancellationToken
        );
        if (
            current is null
            || current.Disabled
            || current.IsLocked(clock.GetUtcNow())
            || current.SecurityStamp != account.SecurityStamp
        )
        {
            return CredentialCheck.Refused(PasswordCheck.Refusal);
        }

        var caller = new Row(current.Id, current.Username, current.Role, null, null, null).ToCaller(
            CredentialKind.Password
        );
        _basic.Add(digest, new KnownCredential(caller, state, clock.GetUtcNow() + _options.PasswordMemory));
        return CredentialCheck.Accepted(caller);
    }

    public async ValueTask<CredentialCheck> CheckApiKeyAsync(string key, CancellationToken cancellationToken)
    {
        var digest = Digest.Of(key);
        if (TryRecall(_keys, digest, out var caller))
        {
            uses.Note(caller.CredentialId!.Value);
            return CredentialCheck.Accepted(caller);
        }

        const string Refusal = "The API key is not valid, or has expired.";
        var hash = Digest.BytesOf(key);
        var owner = await database.ReadAsync(
            reader => reader.FirstOrDefaultAsync<Guid?>(FindKeyOwner, new { Hash = hash }, cancellationToken),
            cancellationToken
        );
        if (owner is null)
        {
            return CredentialCheck.Refused(Refusal);
        }

        var state = states.Of(owner.Value);
        var row = await database.ReadAsync(
            reader => reader.FirstOrDefaultAsync<Row>(FindKey, new { Hash = hash }, cancellationToken),
            cancellationToken
        );
        if (row is null || row.ExpiresAt <= clock.GetUtcNow())
        {
            return CredentialCheck.Refused(Refusal);
        }

        caller = row.ToCaller(CredentialKind.ApiKey);
        _keys.Add(digest, new KnownCredential(caller, state, row.ExpiresAt ?? DateTimeOffset.MaxValue));
        uses.Note(caller.CredentialId!.Value);
        return CredentialCheck.Accepted(caller);
    }

    // Three parts of base64url, the first a JSON object, and longer than any user name may be: nobody can be called that.
    private static bool IsToken(string username) =>
        username.Length > Identity.Usernames.MaximumLength
        && username.StartsWith("eyJ", StringComparison.Ordinal)
        && username.AsSpan().Count('.') == 2
        && !username.AsSpan().ContainsAnyExcept(TokenCharacters);

    private bool TryRecall(
        CredentialMemory memory,
        Digest digest,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Caller? caller
    )
    {
        caller = null;
        if (!memory.TryGet(digest, out var known))
        {
            return false;
        }

        if (
            states.Holds(known.State)
            && clock.GetUtcNow() < known.ValidUntil
            && (known.Kid is null || ring.Find(known.Kid) is not null)
        )
        {
            caller = known.Caller;
            return true;
        }

        memory.Forget(digest);
        return false;
    }

    private Digest BasicDigest(string username, string password)
    {
        // The name has no U+0000 in it (else it is nobody's), so the pair has one spelling.
        var pair = Encoding.UTF8.GetBytes(Identity.Usernames.Key(username) + "\0" + password);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_basicKey, pair, hash);
        return Digest.From(hash);
    }

    private sealed record Row(
        Guid Id,
        string Username,
        string Role,
        Guid? CredentialId,
        DateTimeOffset? ExpiresAt,
        string? Permissions
    )
    {
        public Caller ToCaller(CredentialKind kind)
        {
            var permissions = Hosting.Authentication.Role.PermissionsOf(Role);
            if (Permissions is not null)
            {
                // A key never holds more than its owner does now.
                permissions = Permissions.Split(' ').Where(permissions.Contains).ToHashSet(StringComparer.Ordinal);
            }

            return new Caller(Id, Username, Role, permissions, kind, CredentialId);
        }
    }
}
