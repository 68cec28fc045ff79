using System.Collections.Concurrent;
using Sillage.Storage;

namespace Sillage.Accounts.ApiKeys;

/// <summary>When each key was last used: noted in memory, written now and then, so that a request costs no write.</summary>
internal sealed class ApiKeyUses(IDatabase<AccountsData> database, TimeProvider clock)
{
    private const string Update = """
        UPDATE api_key SET last_used_at = @At WHERE id = @Id AND (last_used_at IS NULL OR last_used_at < @At)
        """;

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _uses = new();

    public void Note(Guid keyId) => _uses[keyId] = clock.GetUtcNow();

    public async Task WriteAsync(CancellationToken ct)
    {
        var noted = _uses.ToArray();
        if (noted.Length == 0)
        {
            return;
        }

        await database.WriteAsync(
            async unit =>
            {
                foreach (var (id, at) in noted)
                {
                    await unit.ExecuteAsync(Update, new { Id = id, At = at }, ct);
                }

                return true;
            },
            ct
        );
        foreach (var use in noted)
        {
            // Only if it was not used again meanwhile.
            _uses.TryRemove(use);
        }
    }
}
