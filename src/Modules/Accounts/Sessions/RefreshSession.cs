using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Contracts;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Hosting.Limits;
using Sillage.Storage;

namespace Sillage.Accounts.Sessions;

/// <summary>A refresh token.</summary>
/// <param name="RefreshToken">As login or the refresh before gave it.</param>
public sealed record Refresh(
    [property: JsonPropertyName("refresh_token"), Required, StringLength(256)] string RefreshToken
);

/// <summary>Gives the next pair of tokens; a token that comes a second time ends the session (RFC 9700 section 4.14.2).</summary>
internal sealed partial class RefreshSession
{
    internal const string Refusal = "The refresh token is not valid, or its session has ended. Log in again.";

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

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/api/v1/auth/refresh", Handle)
            .AllowAnonymous()
            .LimitLogins()
            .WithTags("Accounts")
            .WithSummary("Refresh the tokens")
            .WithDescription(
                "Gives a new pair for a refresh token, which counts once. A client that did not get the reply may send the same "
                    + "token again within seconds and gets the same successor; a used token that comes later, or after its successor "
                    + "was used, ends the whole session, because somebody else must have it."
            )
            .Fails(StatusCodes.Status401Unauthorized)
            .WithRequestExample(new Refresh("m3f0tOqk…"))
            .WithReplyExample(new Tokens("eyJhbGciOiJFUzI1NiIs…", "Bearer", 900, "9JvR2xcd…"));

    internal static async Task<Results<Reply<Tokens>, Problem>> Handle(
        Body<Refresh> body,
        SessionTokens tokens,
        AccountStates states,
        IDatabase<AccountsData> database,
        IOptions<AccountsOptions> options,
        TimeProvider clock,
        ILogger<RefreshSession> logger,
        CancellationToken ct
    )
    {
        var pair = await TakeAsync(body.Value.RefreshToken, tokens, states, database, options.Value, clock, logger, ct);
        return pair is null ? Problem.Unauthorized(Refusal) : new Reply<Tokens>(pair) { NoStore = true };
    }

    /// <summary>The next pair of tokens for this one.</summary>
    /// <returns>Null if it does not count, or its session has ended.</returns>
    internal static async Task<Tokens?> TakeAsync(
        string token,
        SessionTokens tokens,
        AccountStates states,
        IDatabase<AccountsData> database,
        AccountsOptions options,
        TimeProvider clock,
        ILogger<RefreshSession> logger,
        CancellationToken ct
    )
    {
        var outcome = await database.WriteAsync(unit => RunAsync(unit, token, states, options, clock, ct), ct);
        if (outcome.Reused is { } sessionId)
        {
            LogReuse(logger, sessionId);
        }

        return outcome is { Session: { } session, Successor: { } successor }
            ? tokens.Pair(session.AccountId, session.Role, session.SessionId, successor)
            : null;
    }

    private static async Task<Outcome> RunAsync(
        IUnitOfWork unit,
        string token,
        AccountStates states,
        AccountsOptions options,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var now = clock.GetUtcNow();
        var hash = Digest.BytesOf(token);
        var found = await unit.FirstOrDefaultAsync<Row>(FindLocked, new { Hash = hash }, ct);
        if (found is null || found.Disabled || found.ExpiresAt <= now)
        {
            return default;
        }

        if (found.UsedAt is { } usedAt)
        {
            var successor = SessionTokens.Successor(token, found.SuccessorSalt!);
            var successorUsedAt = await unit.ScalarAsync<DateTimeOffset?>(
                UsedAt,
                new { Hash = Digest.BytesOf(successor) },
                ct
            );
            if (now <= usedAt + options.RefreshGrace && successorUsedAt is null)
            {
                return new Outcome(found, successor, null);
            }

            await OpenSessions.EndAsync(unit, states, found.AccountId, found.SessionId, ct);
            await unit.AuditAsync(new AuditEntry("session.reused", null, found.AccountId.ToString()), ct);
            return new Outcome(null, null, found.SessionId);
        }

        var salt = SessionTokens.NewSalt();
        var next = SessionTokens.Successor(token, salt);
        var expiresAt = Earlier(now + options.RefreshTokenLifetime, found.CreatedAt + options.SessionLifetime);
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
        await unit.ExecuteAsync(
            Extend,
            new
            {
                Now = now,
                ExpiresAt = expiresAt,
                found.SessionId,
            },
            ct
        );
        await SessionTokens.KeepAsync(unit, found.SessionId, next, expiresAt, ct);
        return new Outcome(found, next, null);
    }

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
