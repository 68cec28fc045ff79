using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Hosting.Authentication.Jwt;
using Sillage.Hosting.Limits;

namespace Sillage.Hosting.Authentication.Checking;

/// <summary>What of the settings the check of credentials goes by.</summary>
/// <param name="Issuer">The <c>iss</c> of the tokens.</param>
/// <param name="Audience">The <c>aud</c> of the tokens.</param>
/// <param name="PasswordMemory">How long a password that was right need not be compared again.</param>
/// <param name="LongestUsername">What is longer than that is nobody's name.</param>
/// <param name="LongestToken">A token that counts for longer was not made here.</param>
public sealed record CheckingRules(
    string Issuer,
    string Audience,
    TimeSpan PasswordMemory,
    int LongestUsername,
    TimeSpan LongestToken
);

/// <summary>
/// Tells whose a credential is. What was found good is remembered by digest until the account changes, so that a request
/// costs a hash and a look-up instead of a signature, PBKDF2 or a query.
/// </summary>
public sealed class IdentityAuthority : IIdentityAuthority
{
    /// <summary>What is told where a password is refused, whatever the reason.</summary>
    public const string PasswordRefusal =
        "The user name or the password is not right, or the account is locked after too many wrong passwords.";

    /// <summary>What is told where a password is right and the account has a second factor.</summary>
    public const string FactorRefusal =
        "This account has a second factor: a user name and password on a request do not count. Log in with the code, or use an API key.";

    private const string SessionEnded = "The session has ended. Log in again.";
    private const string KeyRefusal = "The API key is not valid, or has expired.";

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    );

    private readonly IAccountRecords _records;
    private readonly Permissions _permissions;
    private readonly CheckingRules _rules;
    private readonly TimeProvider _clock;
    private readonly JwtExpectations _expectations;
    private readonly CredentialMemory _tokens = new();
    private readonly CredentialMemory _keys = new();
    private readonly CredentialMemory _basic = new();
    private readonly ConcurrentDictionary<Digest, SharedCheck> _checking = new();

    // A password that is remembered costs nobody a try, so a guess at it would not either: after a hundred that the limit refused to
    // look at (NIST SP 800-63B section 5.2.2), the memory is no longer asked for this name and network.
    private readonly RateBuckets<(string Username, AddressKey Network)> _unseen;

    // Passwords have little randomness: their digests are keyed, and the key lives as long as the process.
    private readonly byte[] _basicKey = RandomNumberGenerator.GetBytes(32);

    /// <summary>An authority over these records.</summary>
    public IdentityAuthority(IAccountRecords records, Permissions permissions, CheckingRules rules, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(rules);
        (_records, _permissions, _rules, _clock) = (records, permissions, rules, clock);
        _expectations = new JwtExpectations(rules.Issuer, rules.Audience) { LongestLife = rules.LongestToken };
        _unseen = new("unseen", new BucketOptions { Burst = 100, PerSecond = 0.05 }, clock);
    }

    /// <inheritdoc />
    public async ValueTask<CredentialCheck> CheckTokenAsync(string token, CancellationToken ct)
    {
        var digest = Digest.Of(token);
        if (IsFresh(_tokens, digest, out var known))
        {
            return CredentialCheck.Accepted(known.Caller);
        }

        try
        {
            return await ReadTokenAsync(token, digest, ct);
        }
        catch (AccountsUnreachableException)
        {
            return ByTheLastAnswer(known);
        }
    }

    /// <inheritdoc />
    public async ValueTask<CredentialCheck> CheckPasswordAsync(
        string username,
        string password,
        IPAddress? from,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(username);
        // Older clients put their token where the user name goes (see IsToken); the password then says nothing.
        if (IsToken(username))
        {
            return await CheckTokenAsync(username, ct);
        }

        var name = username.ToUpperInvariant();
        var digest = BasicDigest(name, password);
        if (IsFresh(_basic, digest, out var known) && _unseen.Take((name, AddressKey.Of(from)), 0).IsTaken)
        {
            return CredentialCheck.Accepted(known.Caller);
        }

        SharedCheck shared;
        Task<CredentialCheck>? check;
        do
        {
            shared = _checking.GetOrAdd(
                digest,
                _ => new SharedCheck(gone => VerifyPasswordAsync(username, password, from, digest, gone))
            );
        } while (!shared.TryJoin(out check));

        try
        {
            return await check.WaitAsync(ct);
        }
        catch (AccountsUnreachableException)
        {
            return ByTheLastAnswer(known);
        }
        catch (ProblemException e) when (e.Problem.Status == StatusCodes.Status429TooManyRequests)
        {
            _unseen.Take((name, AddressKey.Of(from)));
            throw;
        }
        finally
        {
            if (shared.Leave())
            {
                _checking.TryRemove(new KeyValuePair<Digest, SharedCheck>(digest, shared));
                shared.Dispose();
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask<CredentialCheck> CheckApiKeyAsync(string key, CancellationToken ct)
    {
        var digest = Digest.Of(key);
        if (IsFresh(_keys, digest, out var known))
        {
            _records.NoteUse(known.Caller.CredentialId!.Value);
            return CredentialCheck.Accepted(known.Caller);
        }

        try
        {
            return await ReadApiKeyAsync(key, digest, ct);
        }
        catch (AccountsUnreachableException)
        {
            return ByTheLastAnswer(known);
        }
    }

    private async Task<CredentialCheck> ReadTokenAsync(string token, Digest digest, CancellationToken ct)
    {
        string? kid = null;
        SigningKey? Find(string name) => _records.FindKey(kid = name);

        var isGood = JwtCodec.TryVerify(token, Find, _expectations, _clock, out var claims, out var refusal);
        if (!isGood && kid is not null && _records.FindKey(kid) is null && await _records.LearnKeyAsync(kid, ct))
        {
            isGood = JwtCodec.TryVerify(token, Find, _expectations, _clock, out claims, out refusal);
        }

        if (!isGood)
        {
            return CredentialCheck.Refused(refusal!);
        }

        if (
            !Guid.TryParse(claims!.Subject, out var accountId)
            || !Guid.TryParse(claims.Additional.GetValueOrDefault(JwtClaims.SessionClaim), out var sessionId)
        )
        {
            return CredentialCheck.Refused("The token does not name an account and a session.");
        }

        var state = _records.Known.Of(accountId);
        var row = await _records.FindSessionAsync(accountId, sessionId, ct);
        if (row?.ExpiresAt is not { } sessionEnd || sessionEnd <= _clock.GetUtcNow())
        {
            _tokens.Forget(digest);
            return CredentialCheck.Refused(SessionEnded);
        }

        var caller = row.ToCaller(_permissions, CredentialKind.Session, kid);
        var tokenEnd = claims.ExpiresAt + _expectations.Skew;
        var end = tokenEnd < sessionEnd ? tokenEnd : sessionEnd;
        _tokens.Add(digest, new KnownCredential(caller, state, end, end, kid));
        return CredentialCheck.Accepted(caller);
    }

    private async Task<CredentialCheck> VerifyPasswordAsync(
        string username,
        string password,
        IPAddress? from,
        Digest digest,
        CancellationToken ct
    )
    {
        var verified = await _records.VerifyPasswordAsync(username, password, from, ct);
        if (verified is not { AccountId: { } accountId, Stamp: { } stamp })
        {
            _basic.Forget(digest);
            return CredentialCheck.Refused(verified.Refusal ?? PasswordRefusal);
        }

        // The state is taken after the password was computed, so the account is compared again as it is now.
        var state = _records.Known.Of(accountId);
        var current = await _records.FindVerifiedAsync(accountId, stamp, ct);
        if (current is null)
        {
            _basic.Forget(digest);
            return CredentialCheck.Refused(PasswordRefusal);
        }

        var caller = current.ToCaller(_permissions, CredentialKind.Password, stamp);
        var end = _clock.GetUtcNow() + _rules.PasswordMemory;
        _basic.Add(digest, new KnownCredential(caller, state, end, DateTimeOffset.MaxValue));
        return CredentialCheck.Accepted(caller);
    }

    private async Task<CredentialCheck> ReadApiKeyAsync(string key, Digest digest, CancellationToken ct)
    {
        var hash = Digest.BytesOf(key);
        var owner = await _records.FindApiKeyOwnerAsync(hash, ct);
        if (owner is null)
        {
            _keys.Forget(digest);
            return CredentialCheck.Refused(KeyRefusal);
        }

        var state = _records.Known.Of(owner.Value);
        var row = await _records.FindApiKeyAsync(hash, ct);
        var now = _clock.GetUtcNow();
        if (row is null || row.ExpiresAt <= now)
        {
            _keys.Forget(digest);
            return CredentialCheck.Refused(KeyRefusal);
        }

        var caller = row.ToCaller(_permissions, CredentialKind.ApiKey);
        var end = row.ExpiresAt ?? DateTimeOffset.MaxValue;
        var asked = _records.ApiKeyMemory is { } memory && now + memory < end ? now + memory : end;
        _keys.Add(digest, new KnownCredential(caller, state, asked, end));
        _records.NoteUse(caller.CredentialId!.Value);
        return CredentialCheck.Accepted(caller);
    }

    // Three parts of base64url, the first a JSON object, and longer than any user name may be: nobody can be called that.
    private bool IsToken(string username) =>
        username.Length > _rules.LongestUsername
        && username.StartsWith("eyJ", StringComparison.Ordinal)
        && username.AsSpan().Count('.') == 2
        && !username.AsSpan().ContainsAnyExcept(TokenCharacters);

    /// <summary>Whether a credential is known to be good without asking.</summary>
    /// <param name="memory">Where it would be remembered.</param>
    /// <param name="digest">The credential.</param>
    /// <param name="known">What is remembered of it; if it is not fresh, the last answer that there was.</param>
    private bool IsFresh(CredentialMemory memory, Digest digest, [NotNullWhen(true)] out KnownCredential? known)
    {
        if (!memory.TryGet(digest, out known))
        {
            return false;
        }

        var now = _clock.GetUtcNow();
        if (
            known.State.IsStale
            || now >= known.CountsUntil
            || (known.Kid is not null && _records.FindKey(known.Kid) is null)
        )
        {
            memory.Forget(digest);
            known = null;
            return false;
        }

        return now < known.FreshUntil && _records.IsHearing;
    }

    private CredentialCheck ByTheLastAnswer(KnownCredential? known) =>
        known is not null && !known.State.IsStale && _records.MayGoByTheLastAnswer
            ? CredentialCheck.Accepted(known.Caller)
            : throw new ProblemException(
                Problem.Unavailable(AccountsUnreachableException.Reason, AccountsUnreachableException.RetryAfter)
            );

    private Digest BasicDigest(string name, string password)
    {
        // The name has no U+0000 in it (else it is nobody's), so the pair has one spelling.
        var pair = Encoding.UTF8.GetBytes(name + "\0" + password);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_basicKey, pair, hash);
        return Digest.From(hash);
    }
}
