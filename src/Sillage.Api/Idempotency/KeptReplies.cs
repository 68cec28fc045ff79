using System.Security.Cryptography;
using System.Text;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Api.Idempotency;

/// <summary>The row of one key in <c>sillage_idempotency</c>. An empty reply means that the key is claimed, no more.</summary>
internal sealed class KeptReplies(string scope, string key, string owner, KeptReplyRoom room, TimeProvider clock)
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

    private const string NamePerson = """
        INSERT INTO sillage_idempotency_person (scope, key_hash, account) VALUES (@Scope, @KeyHash, @Account)
        ON CONFLICT (scope, key_hash, account) DO NOTHING
        """;

    private readonly HashSet<Guid> _people = [];

    private readonly byte[] _keyHash = SHA256.HashData(Encoding.ASCII.GetBytes(key));

    /// <summary>What tells the request from others under the same key; to be there before the key is claimed.</summary>
    public byte[]? RequestHash { get; set; }

    /// <summary>The row's key as text.</summary>
    public string Name => $"{scope} {Convert.ToHexString(_keyHash)}";

    /// <summary>Whom the reply will name.</summary>
    public void AddPeople(IEnumerable<Guid> accounts) => _people.UnionWith(accounts);

    /// <summary>Claims the key, or finds the reply that it has.</summary>
    /// <exception cref="ProblemException">409: the key was used with another request; 429, 503: there is no room for one more reply.</exception>
    public async Task<KeptReply?> ClaimAsync(IUnitOfWork unit, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var requestHash =
            RequestHash ?? throw new InvalidOperationException("The body was not read before the key was used.");
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
            ct
        );
        if (claimed > 0)
        {
            if (room.RefusalFor(owner) is { } refusal)
            {
                // The unit may go on with what others have sent.
                await ReleaseAsync(unit, ct);
                throw new ProblemException(refusal);
            }

            return null;
        }

        var row =
            await unit.FirstOrDefaultAsync<Row>(Find, new { Scope = scope, KeyHash = _keyHash }, ct)
            ?? throw new InvalidOperationException("A claimed key has no row.");
        if (!row.RequestHash.AsSpan().SequenceEqual(requestHash))
        {
            throw new ProblemException(
                Problem.Conflict(
                    $"This {IdempotencyKey.HeaderName} was used with another request. Send each new request with a new key."
                )
            );
        }

        return row.Reply.AsSpan().SequenceEqual(ErasedPeople.EmptiedReply)
            ? throw new ProblemException(
                Problem.Conflict(
                    $"What this {IdempotencyKey.HeaderName} asked for was done. The reply named somebody who has been erased since, and is not kept any more."
                )
            )
            : SealedReply.Open(row.Reply, key, scope);
    }

    /// <summary>Puts the reply to the claimed key.</summary>
    public async Task KeepAsync(IUnitOfWork unit, KeptReply reply, CancellationToken ct)
    {
        if (reply.Status is < 200 or > 299)
        {
            throw new ArgumentException("Only a success is kept.", nameof(reply));
        }

        var sealedReply = SealedReply.Seal(reply, key, scope);
        var kept = await unit.ExecuteAsync(
            Keep,
            new
            {
                Scope = scope,
                KeyHash = _keyHash,
                Reply = sealedReply,
            },
            ct
        );
        if (kept != 1)
        {
            throw new InvalidOperationException("The key has to be looked up in the same unit before a reply is kept.");
        }

        unit.OnCommitted(() => room.Add(owner, sealedReply.Length));
        foreach (var account in _people)
        {
            var row = new
            {
                Scope = scope,
                KeyHash = _keyHash,
                Account = account,
            };
            await unit.ExecuteAsync(NamePerson, row, ct);
        }
    }

    /// <summary>Gives the key back: what failed may be tried again.</summary>
    public Task ReleaseAsync(IUnitOfWork unit, CancellationToken ct) =>
        unit.ExecuteAsync(Release, new { Scope = scope, KeyHash = _keyHash }, ct);

    private sealed record Row(byte[] RequestHash, byte[] Reply);
}
