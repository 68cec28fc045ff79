using System.Security.Cryptography;
using System.Text;
using Sillage.Hosting.Problems;
using Sillage.Storage;

namespace Sillage.Hosting.Idempotency;

/// <summary>The row of one key in <c>sillage_idempotency</c>. An empty reply means that the key is claimed, no more.</summary>
internal sealed class KeptReplies(string scope, string key, byte[] requestHash, TimeProvider clock)
{
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    // One statement claims the key: of two at once, the second waits here for the first one's commit on PostgreSQL, and
    // for its turn on SQLite. What is claimed without a reply, or too old, is taken over.
    private const string Claim = """
        INSERT INTO sillage_idempotency (scope, key_hash, request_hash, reply, created_at)
        VALUES (@Scope, @KeyHash, @RequestHash, @Reply, @Now)
        ON CONFLICT (scope, key_hash) DO UPDATE
        SET request_hash = excluded.request_hash, reply = excluded.reply, created_at = excluded.created_at
        WHERE length(sillage_idempotency.reply) = 0 OR sillage_idempotency.created_at < @Expired
        """;

    private const string Find = """
        SELECT request_hash, reply FROM sillage_idempotency WHERE scope = @Scope AND key_hash = @KeyHash
        """;

    private const string Keep = """
        UPDATE sillage_idempotency SET reply = @Reply WHERE scope = @Scope AND key_hash = @KeyHash
        """;

    private const string Release = """
        DELETE FROM sillage_idempotency WHERE scope = @Scope AND key_hash = @KeyHash
        """;

    private readonly byte[] _keyHash = SHA256.HashData(Encoding.ASCII.GetBytes(key));

    /// <summary>The row's key as text.</summary>
    public string Name => $"{scope} {Convert.ToHexString(_keyHash)}";

    /// <summary>Claims the key, or finds the reply that it has.</summary>
    public async Task<KeptReply?> ClaimAsync(IUnitOfWork unit, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var claimed = await unit.ExecuteAsync(
            Claim,
            new
            {
                Scope = scope,
                KeyHash = _keyHash,
                RequestHash = requestHash,
                Reply = Array.Empty<byte>(),
                Now = now,
                Expired = now - Kept,
            },
            cancellationToken
        );
        if (claimed > 0)
        {
            return null;
        }

        var row =
            await unit.FirstOrDefaultAsync<Row>(Find, new { Scope = scope, KeyHash = _keyHash }, cancellationToken)
            ?? throw new InvalidOperationException("A claimed key has no row.");
        if (!row.RequestHash.AsSpan().SequenceEqual(requestHash))
        {
            throw new ProblemException(
                Problem.Conflict(
                    $"This {IdempotencyKey.HeaderName} was used with another request. Send each new request with a new key."
                )
            );
        }

        return SealedReply.Open(row.Reply, key, scope);
    }

    /// <summary>Puts the reply to the claimed key.</summary>
    public async Task KeepAsync(IUnitOfWork unit, KeptReply reply, CancellationToken cancellationToken)
    {
        if (reply.Status is < 200 or > 299)
        {
            throw new ArgumentException("Only a success is kept.", nameof(reply));
        }

        var kept = await unit.ExecuteAsync(
            Keep,
            new
            {
                Scope = scope,
                KeyHash = _keyHash,
                Reply = SealedReply.Seal(reply, key, scope),
            },
            cancellationToken
        );
        if (kept != 1)
        {
            throw new InvalidOperationException("The key has to be looked up in the same unit before a reply is kept.");
        }
    }

    /// <summary>Gives the key back: what failed may be tried again.</summary>
    public Task ReleaseAsync(IUnitOfWork unit, CancellationToken cancellationToken) =>
        unit.ExecuteAsync(Release, new { Scope = scope, KeyHash = _keyHash }, cancellationToken);

    private sealed record Row(byte[] RequestHash, byte[] Reply);
}
