namespace Sillage.Storage;

/// <summary>What the replies that were kept in one hour for one owner take.</summary>
/// <param name="Owner">The account's id, as the scope of a key begins; <c>anonymous</c> for strangers.</param>
/// <param name="Hour">The hour, counted from 1970.</param>
/// <param name="Bytes">The replies, each with what its row takes besides.</param>
public sealed record KeptReplyHour(string Owner, long Hour, long Bytes);

/// <summary>What the databases of this process keep of replies to requests with an <c>Idempotency-Key</c>.</summary>
public sealed class KeptReplyRows
{
    /// <summary>What a row takes besides its reply: scope, hashes, and what leads to it.</summary>
    public const int RowBytes = 512;

    private static readonly Sql Select = new(
        $"""
        SELECT substr(scope, 1, instr(scope, ' ') - 1) AS owner, created_at / 3600000000 AS hour,
               sum(length(reply) + {RowBytes}) AS bytes
        FROM sillage_idempotency WHERE created_at >= @Since GROUP BY 1, 2
        """,
        $"""
        SELECT split_part(scope, ' ', 1) AS owner, floor(extract(epoch FROM created_at) / 3600)::bigint AS hour,
               sum(length(reply) + {RowBytes})::bigint AS bytes
        FROM sillage_idempotency WHERE created_at >= @Since GROUP BY 1, 2
        """
    );

    private readonly ModuleDatabases _databases;

    internal KeptReplyRows(ModuleDatabases databases) => _databases = databases;

    /// <summary>What was kept since, in all databases.</summary>
    public async Task<IReadOnlyList<KeptReplyHour>> ReadAsync(DateTimeOffset since, CancellationToken ct)
    {
        var all = new List<KeptReplyHour>();
        foreach (var database in _databases.All)
        {
            all.AddRange(
                await database.ReadAsync(r => r.QueryAsync<KeptReplyHour>(Select, new { Since = since }, ct), ct)
            );
        }

        return all;
    }
}
