using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Contracts;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Storage;

namespace Sillage.Accounts.Sessions;

/// <summary>
/// Takes a refresh token for the next pair; one that comes a second time ends the session (RFC 9700 section 4.14.2), save those that stay the same.
/// </summary>
internal sealed partial class RefreshTokens(
    SessionTokens tokens,
    AccountStates states,
    IDatabase<AccountsData> database,
    IOptions<AccountsOptions> options,
    TimeProvider clock,
    ILogger<RefreshTokens> logger
)
{
    /// <summary>What is told where it does not count.</summary>
    public const string Refusal = "The refresh token is not valid, or its session has ended. Log in again.";

    private const string Find = """
        SELECT t.session_id, s.account_id, a.role, a.disabled, s.created_at, s.expires_at, t.used_at, t.successor_salt
        FROM refresh_token t
        JOIN session s ON s.id = t.session_id
        JOIN account a ON a.id = s.account_id
        WHERE t.hash = @Hash
        """;

    private static readonly Sql FindLocked = new(Find, Find + " FOR UPDATE OF t, s");

    private const string Use = "UPDATE refresh_token SET used_at = @Now, successor_salt = @Salt WHERE hash = @Hash";

    private const string Extend = """
        UPDATE session SET refreshed_at = @Now, expires_at = @ExpiresAt WHERE id = @SessionId
        """;

    private const string UsedAt = "SELECT used_at FROM refresh_token WHERE hash = @Hash";

    private readonly AccountsOptions _options = options.Value;

    /// <summary>The next pair of tokens for this one.</summary>
    /// <returns>Null if it does not count, or its session has ended.</returns>
    public async Task<Tokens?> TakeAsync(string token, CancellationToken ct)
    {
        var outcome = await database.WriteAsync(unit => RunAsync(unit, token, ct), ct);
        if (outcome.Reused is { } sessionId)
        {
            LogReuse(logger, sessionId);
        }

        return outcome is { Session: { } session, Successor: { } successor }
            ? tokens.Pair(session.AccountId, session.Role, session.SessionId, successor)
            : null;
    }

    private async Task<Outcome> RunAsync(IUnitOfWork unit, string token, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var hash = Digest.BytesOf(token);
        var found = await unit.FirstOrDefaultAsync<Row>(FindLocked, new { Hash = hash }, ct);
        if (found is null || found.Disabled || found.ExpiresAt <= now)
        {
            return default;
        }

        var expiresAt = Earlier(now + _options.RefreshTokenLifetime, found.CreatedAt + _options.SessionLifetime);
        if (SessionTokens.IsFixed(token))
        {
            await ExtendAsync(unit, found.SessionId, now, expiresAt, ct);
            return new Outcome(found, token, null);
        }

        if (found.UsedAt is { } usedAt)
        {
            var successor = SessionTokens.Successor(token, found.SuccessorSalt!);
            var successorUsedAt = await unit.ScalarAsync<DateTimeOffset?>(
                UsedAt,
                new { Hash = Digest.BytesOf(successor) },
                ct
            );
            if (now <= usedAt + _options.RefreshGrace && successorUsedAt is null)
            {
                return new Outcome(found, successor, null);
            }

            await OpenSessions.EndAsync(unit, states, found.AccountId, found.SessionId, ct);
            await unit.AuditAsync(new AuditEntry("session.reused", null, found.AccountId.ToString()), ct);
            return new Outcome(null, null, found.SessionId);
        }

        var salt = SessionTokens.NewSalt();
        var next = SessionTokens.Successor(token, salt);
        await unit.ExecuteAsync(
            Use,
            new
            {
                Now = now,
                Salt = salt,
                Hash = hash,
            },
            ct
        );
        await ExtendAsync(unit, found.SessionId, now, expiresAt, ct);
        await SessionTokens.KeepAsync(unit, found.SessionId, next, expiresAt, ct);
        return new Outcome(found, next, null);
    }

    private static Task<int> ExtendAsync(
        IUnitOfWork unit,
        Guid sessionId,
        DateTimeOffset now,
        DateTimeOffset expiresAt,
        CancellationToken ct
    ) =>
        unit.ExecuteAsync(
            Extend,
            new
            {
                Now = now,
                ExpiresAt = expiresAt,
                SessionId = sessionId,
            },
            ct
        );

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A refresh token of session {SessionId} came twice; the session is ended"
    )]
    private static partial void LogReuse(ILogger logger, Guid sessionId);

    private readonly record struct Outcome(Row? Session, string? Successor, Guid? Reused);

    private sealed record Row(
        Guid SessionId,
        Guid AccountId,
        string Role,
        bool Disabled,
        DateTimeOffset CreatedAt,
        DateTimeOffset ExpiresAt,
        DateTimeOffset? UsedAt,
        byte[]? SuccessorSalt
    );
}
