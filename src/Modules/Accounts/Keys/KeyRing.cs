using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Contracts;
using Sillage.Hosting.Authentication.Jwt;
using Sillage.Storage;

namespace Sillage.Accounts.Keys;

/// <summary>One key of the ring.</summary>
/// <param name="Key">The key.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="SignsFrom">From when on it signs; before, it is only published.</param>
internal sealed record RingKey(SigningKey Key, DateTimeOffset CreatedAt, DateTimeOffset SignsFrom);

/// <summary>
/// The keys that access tokens are signed with, kept in the database and shared by every process. The newest one that
/// signs already signs; its successor is made and published <see cref="AccountsOptions.KeyLead"/> ahead; a predecessor
/// stays until the last token that it signed has expired.
/// </summary>
internal sealed class KeyRing(
    IDatabase<AccountsData> database,
    AccountStates states,
    IOptions<AccountsOptions> options,
    TimeProvider clock
)
{
    private const string All =
        "SELECT kid, pkcs8, created_at, signs_from FROM signing_key ORDER BY signs_from DESC, kid";

    private const string Insert = """
        INSERT INTO signing_key (kid, pkcs8, created_at, signs_from) VALUES (@Kid, @Pkcs8, @CreatedAt, @SignsFrom)
        """;

    private const string Delete = "DELETE FROM signing_key WHERE kid = @Kid";

    // Clocks of issuer and verifier may differ by this much (JwtExpectations.Skew).
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    // One process turns the ring at a time; on SQLite every unit is alone already.
    private static readonly Sql TakeTurn = new("SELECT 1", "LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE");

    private readonly AccountsOptions _options = options.Value;
    private volatile Snapshot _snapshot = new([]);

    /// <summary>The keys, newest first; those ahead of their time included.</summary>
    public IReadOnlyList<RingKey> Keys => _snapshot.Keys;

    /// <summary>The key with a name, if tokens signed with it count.</summary>
    public SigningKey? Find(string kid) => _snapshot.ByKid.GetValueOrDefault(kid)?.Key;

    /// <summary>The key that signs now.</summary>
    public SigningKey Current()
    {
        var now = clock.GetUtcNow();
        return (_snapshot.Keys.FirstOrDefault(k => k.SignsFrom <= now) ?? _snapshot.Keys[^1]).Key;
    }

    /// <summary>Reads the ring again.</summary>
    public async Task ReloadAsync(CancellationToken ct) =>
        Take(await database.ReadAsync(reader => reader.QueryAsync<KeyRow>(All, null, ct), ct));

    /// <summary>Makes the first key, publishes the next one when its time comes, and drops those whose tokens have expired.</summary>
    public async Task TurnAsync(CancellationToken ct)
    {
        if (!IsDue(_snapshot.Keys, clock.GetUtcNow()))
        {
            return;
        }

        var rows = await database.WriteAsync(
            async unit =>
            {
                await unit.ExecuteAsync(TakeTurn, null, ct);
                var now = clock.GetUtcNow();
                var keys = Parse(await unit.QueryAsync<KeyRow>(All, null, ct));
                if (keys.Count == 0)
                {
                    await AddAsync(unit, now, now, ct);
                }
                else if (NeedsSuccessor(keys, now))
                {
                    var due = keys[0].SignsFrom + _options.KeyPeriod;
                    var published = now + _options.KeyLead;
                    await AddAsync(unit, now, due > published ? due : published, ct);
                }

                foreach (var key in Outlived(keys, now))
                {
                    await unit.ExecuteAsync(Delete, new { key.Key.Kid }, ct);
                }

                await states.ChangedAsync(unit, AccountStates.Keys, ct);
                return await unit.QueryAsync<KeyRow>(All, null, ct);
            },
            ct
        );
        Take(rows);
    }

    /// <summary>Makes a new key that signs at once. With <paramref name="withdraw"/> no other counts any more.</summary>
    public async Task RotateAsync(Guid actor, bool withdraw, CancellationToken ct)
    {
        var rows = await database.WriteAsync(
            async unit =>
            {
                await unit.ExecuteAsync(TakeTurn, null, ct);
                var now = clock.GetUtcNow();
                var keys = Parse(await unit.QueryAsync<KeyRow>(All, null, ct));
                // One that waits for its time would take over from the new one; its successor comes by age as usual.
                foreach (var key in keys.Where(k => withdraw || k.SignsFrom > now))
                {
                    await unit.ExecuteAsync(Delete, new { key.Key.Kid }, ct);
                }

                var kid = await AddAsync(unit, now, now, ct);
                await unit.AuditAsync(
                    new AuditEntry(withdraw ? "signing-key.replaced" : "signing-key.rotated", actor, kid),
                    ct
                );
                await states.ChangedAsync(unit, AccountStates.Keys, ct);
                return await unit.QueryAsync<KeyRow>(All, null, ct);
            },
            ct
        );
        Take(rows);
    }

    private static async Task<string> AddAsync(
        IUnitOfWork unit,
        DateTimeOffset now,
        DateTimeOffset signsFrom,
        CancellationToken ct
    )
    {
        using var key = SigningKey.Generate();
        await unit.ExecuteAsync(
            Insert,
            new
            {
                key.Kid,
                Pkcs8 = key.ExportPkcs8(),
                CreatedAt = now,
                SignsFrom = signsFrom,
            },
            ct
        );
        return key.Kid;
    }

    private bool IsDue(IReadOnlyList<RingKey> keys, DateTimeOffset now) =>
        keys.Count == 0 || NeedsSuccessor(keys, now) || Outlived(keys, now).Any();

    private bool NeedsSuccessor(IReadOnlyList<RingKey> keys, DateTimeOffset now) =>
        now >= keys[0].SignsFrom + _options.KeyPeriod - _options.KeyLead;

    private IEnumerable<RingKey> Outlived(IReadOnlyList<RingKey> keys, DateTimeOffset now) =>
        keys.Where((_, i) => i > 0 && keys[i - 1].SignsFrom + _options.LongestToken() + (2 * Skew) < now);

    private void Take(IReadOnlyList<KeyRow> rows)
    {
        _snapshot = new Snapshot(Parse(rows, _snapshot.ByKid));
        states.KeysAreRead();
    }

    private static List<RingKey> Parse(
        IReadOnlyList<KeyRow> rows,
        IReadOnlyDictionary<string, RingKey>? known = null
    ) =>
        [
            .. rows.Select(row =>
                known?.GetValueOrDefault(row.Kid)
                ?? new RingKey(SigningKey.FromPkcs8(row.Pkcs8), row.CreatedAt, row.SignsFrom)
            ),
        ];

    private sealed record KeyRow(string Kid, byte[] Pkcs8, DateTimeOffset CreatedAt, DateTimeOffset SignsFrom);

    private sealed class Snapshot(IReadOnlyList<RingKey> keys)
    {
        public IReadOnlyList<RingKey> Keys => keys;

        public FrozenDictionary<string, RingKey> ByKid { get; } =
            keys.ToFrozenDictionary(k => k.Key.Kid, StringComparer.Ordinal);
    }
}
