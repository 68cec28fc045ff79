using System.Buffers.Text;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Sessions;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Storage;
using Sillage.Storage.Mapping;

namespace Sillage.Accounts.ApiKeys;

/// <summary>A key to be made.</summary>
/// <param name="Permissions">What it may do: some of the caller's own permissions, at least one.</param>
/// <param name="Name">What it is for, at most 100 characters; optional.</param>
/// <param name="ExpiresAt">When it ends, in the future; absent for never.</param>
public sealed record NewApiKey(
    [property: Required, MinLength(1), MaxLength(20)] IReadOnlyList<string> Permissions,
    [property: StringLength(100, MinimumLength = 1), PlainText] string? Name = null,
    DateTimeOffset? ExpiresAt = null
);

/// <summary>Makes an API key: 256 random bits, of which only the SHA-256 is kept.</summary>
internal static class CreateApiKey
{
    public const int MostKeys = 100;

    /// <summary>What every key begins with, so that one in a log or a repository can be found.</summary>
    public const string Prefix = "sillage_";

    private const int HintLength = 12;

    private const string Count = "SELECT COUNT(*) FROM api_key WHERE account_id = @Id";

    private const string Insert = """
        INSERT INTO api_key (id, account_id, hash, name, hint, permissions, created_at, expires_at)
        VALUES (@Id, @AccountId, @Hash, @Name, @Hint, @Permissions, @CreatedAt, @ExpiresAt)
        """;

    public static void Map(RouteGroupBuilder keys) =>
        keys.MapPost("", Handle)
            .WithSummary("Create an API key")
            .WithDescription(
                "The key is shown in this reply and never again. It may do what is listed and its owner may: when the owner loses a "
                    + "permission, so does the key. Keys are made with a recent login (a setting) or a password, neither with another key nor with a token that was made to be kept."
            )
            .WithRequestExample(new NewApiKey(["traces.write"], "game server"))
            .WithReplyExample(ApiKey.Example with { Key = "sillage_Zk3qC0…" })
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict);

    internal static async Task<Results<CreatedReply<ApiKey>, Problem>> Handle(
        Body<NewApiKey> body,
        IdempotencyKey idempotency,
        Caller caller,
        Permissions permissions,
        IDatabase<AccountsData> database,
        IOptions<AccountsOptions> options,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var request = body.Value;
        var now = clock.GetUtcNow();
        if (Check(request, caller, permissions, now) is { } refused)
        {
            return refused;
        }

        if (!await RecentLogin.IsProvedAsync(caller, database, now - options.Value.RecentLogin, ct))
        {
            return Problem.Forbidden(
                "Making an API key needs a recent login. Log in again, or send user name and password with this request."
            );
        }

        var key = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var row = new ApiKeyRow(
            Guid.CreateVersion7(now),
            request.Name,
            key[..HintLength],
            string.Join(' ', request.Permissions.Distinct(StringComparer.Ordinal)),
            AsStored(now),
            request.ExpiresAt is { } end ? AsStored(end) : null,
            null
        );
        return await idempotency.RunAsync<ApiKey>(
            database,
            async unit =>
            {
                // Locked, so that the count holds and an erasure waits.
                if (await new AccountStore(unit).FindAsync(caller.Id, ct) is null)
                {
                    return Problem.NotFound();
                }

                if (await unit.ScalarAsync<long>(Count, new { caller.Id }, ct) >= MostKeys)
                {
                    return Problem.Conflict($"An account may have {MostKeys} API keys. Delete one first.");
                }

                await unit.ExecuteAsync(
                    Insert,
                    new
                    {
                        row.Id,
                        AccountId = caller.Id,
                        Hash = Digest.BytesOf(key),
                        row.Name,
                        row.Hint,
                        row.Permissions,
                        row.CreatedAt,
                        row.ExpiresAt,
                    },
                    ct
                );
                await unit.AuditAsync(new AuditEntry("api-key.created", caller.Id, row.Id.ToString()), ct);
                var reply = ApiKey.Of(row) with { Key = key };
                return Reply.Created(reply.Links["self"], reply, noStore: true);
            },
            ct
        );
    }

    // So that the reply and the next GET are the same version.
    private static DateTimeOffset AsStored(DateTimeOffset time) => Microseconds.ToTime(Microseconds.From(time));

    private static Problem? Check(NewApiKey request, Caller caller, Permissions permissions, DateTimeOffset now)
    {
        if (caller.Kind == CredentialKind.ApiKey)
        {
            return Problem.Forbidden("An API key cannot make another one; log in.");
        }

        var errors = request
            .Permissions.Select((permission, i) => (permission, i))
            .Where(p => !caller.Can(p.permission))
            .Select(p => new FieldError(
                $"/permissions/{p.i}",
                $"One of yours: {string.Join(", ", permissions.All.Where(caller.Can).Select(p => p.Name))}."
            ))
            .ToList();
        if (request.ExpiresAt <= now)
        {
            errors.Add(new FieldError("/expiresAt", "A time in the future."));
        }

        return errors.Count == 0 ? null : Problem.BadRequest("The key cannot be made like this.", errors);
    }
}
