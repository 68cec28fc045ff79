using Sillage.Messaging.Rooms;
using Sillage.Storage;

namespace Sillage.Messaging.Presence;

/// <summary>How somebody's presence changed, as every process tells those it is connected with.</summary>
internal sealed record PresenceRow(
    Guid AccountId,
    string State,
    bool IsHidden,
    DateTimeOffset? LastSeenAt,
    long Version
)
{
    public const string Columns = "account_id, state, is_hidden, last_seen_at, version";
}

/// <summary>
/// The presence of everybody in storage: which process has whom, and what that comes to. A process's part holds for as long as the process
/// says that it is there (docs/adr/0160-presence-is-leased-by-processes.md).
/// </summary>
internal sealed class PresenceLedger(Chat chat)
{
    private static readonly Sql LockClock = new(
        "SELECT version FROM presence_clock WHERE id = 1",
        "SELECT version FROM presence_clock WHERE id = 1 FOR UPDATE"
    );

    private const string SaveClock = "UPDATE presence_clock SET version = @Version WHERE id = 1";

    private const string ReadClock = "SELECT version FROM presence_clock WHERE id = 1";

    private const string Renew = "UPDATE presence_process SET expires_at = @Until WHERE process = @Process";

    private const string InsertProcess = "INSERT INTO presence_process (process, expires_at) VALUES (@Process, @Until)";

    private const string Expired = "SELECT process FROM presence_process WHERE expires_at < @Now";

    private const string LeasesOf = "SELECT account_id FROM presence_lease WHERE process = @Process";

    private const string DropLeases = "DELETE FROM presence_lease WHERE process = @Process";

    private const string DropProcess = "DELETE FROM presence_process WHERE process = @Process";

    private const string PutLease = """
        INSERT INTO presence_lease (process, account_id, is_away) VALUES (@Process, @Account, @IsAway)
        ON CONFLICT (process, account_id) DO UPDATE SET is_away = excluded.is_away
        """;

    private const string DropLease = "DELETE FROM presence_lease WHERE process = @Process AND account_id = @Account";

    private const string StateOf = """
        SELECT COALESCE((SELECT CASE WHEN COUNT(*) = 0 THEN 'offline' WHEN SUM(CASE WHEN is_away THEN 1 ELSE 0 END) = COUNT(*) THEN 'away' ELSE 'online' END
          FROM presence_lease WHERE account_id = @Account), 'offline')
        """;

    private const string SelectOne = $"SELECT {PresenceRow.Columns} FROM presence WHERE account_id = @Account";

    private const string Insert = """
        INSERT INTO presence (account_id, state, is_hidden, last_seen_at, version) VALUES (@Account, @State, @IsHidden, @LastSeenAt, @Version)
        """;

    private const string Update = """
        UPDATE presence SET state = @State, is_hidden = @IsHidden, last_seen_at = @LastSeenAt, version = @Version WHERE account_id = @Account
        """;

    private const string ChangedSince = $"""
        SELECT {PresenceRow.Columns} FROM presence WHERE version > @Version ORDER BY version LIMIT @Limit
        """;

    /// <summary>The last version that there is.</summary>
    public Task<long> VersionAsync(CancellationToken ct) =>
        chat.Database.ReadAsync(r => r.ScalarAsync<long>(ReadClock, null, ct), ct);

    /// <summary>What has changed since a version, in order; and whether a process has not been heard of for too long.</summary>
    public Task<(IReadOnlyList<PresenceRow> Changed, bool IsExpired)> LookAsync(
        long version,
        int limit,
        CancellationToken ct
    ) =>
        chat.Database.ReadAsync(
            async reader =>
                (
                    await reader.QueryAsync<PresenceRow>(
                        ChangedSince,
                        new { Version = version, Limit = (long)limit },
                        ct
                    ),
                    (await reader.QueryAsync<string>(Expired, new { chat.Now }, ct)).Count > 0
                ),
            ct
        );

    /// <summary>Writes what has changed in a process, says that it is there, and drops those that are not.</summary>
    /// <param name="process">The process.</param>
    /// <param name="until">Until when it holds without being heard of again; null for not at all, as it has nobody.</param>
    /// <param name="changes">What has changed in it.</param>
    /// <param name="ct">Ends it early.</param>
    /// <returns>False if the process had been dropped itself: then nothing of it is there any more.</returns>
    public Task<bool> WriteAsync(
        string process,
        DateTimeOffset? until,
        IReadOnlyList<PresenceChange> changes,
        CancellationToken ct
    ) =>
        chat.Database.WriteAsync(
            async unit =>
            {
                var version = await unit.ScalarAsync<long>(LockClock, null, ct);
                var before = version;
                var touched = changes.ToDictionary(change => change.Account, change => change.At);
                var wasThere = true;
                if (until is not null)
                {
                    var own = new { Process = process, Until = until };
                    wasThere = await unit.ExecuteAsync(Renew, own, ct) > 0;
                    if (!wasThere)
                    {
                        await unit.ExecuteAsync(InsertProcess, own, ct);
                    }
                }

                // After it has spoken for itself: nobody drops himself.
                foreach (var (account, at) in await DropExpiredAsync(unit, ct))
                {
                    touched.TryAdd(account, at);
                }

                foreach (var change in changes)
                {
                    var lease = new
                    {
                        Process = process,
                        change.Account,
                        IsAway = change.State == PresenceState.Away,
                    };
                    await unit.ExecuteAsync(change.State == PresenceState.Offline ? DropLease : PutLease, lease, ct);
                }

                foreach (var (account, at) in touched)
                {
                    version = await ReckonAsync(unit, account, at, version, ct);
                }

                if (version != before)
                {
                    await unit.ExecuteAsync(SaveClock, new { Version = version }, ct);
                }

                return wasThere;
            },
            ct
        );

    /// <summary>Hides somebody, or shows them again.</summary>
    public Task HideAsync(Guid account, bool isHidden, CancellationToken ct) =>
        chat.Database.WriteAsync(
            async unit =>
            {
                var version = 1 + await unit.ScalarAsync<long>(LockClock, null, ct);
                var row = await unit.FirstOrDefaultAsync<PresenceRow>(SelectOne, new { Account = account }, ct);
                if ((row?.IsHidden ?? false) == isHidden)
                {
                    return false;
                }

                await unit.ExecuteAsync(
                    row is null ? Insert : Update,
                    new
                    {
                        Account = account,
                        State = row?.State ?? PresenceState.Offline,
                        IsHidden = isHidden,
                        row?.LastSeenAt,
                        Version = version,
                    },
                    ct
                );
                await unit.ExecuteAsync(SaveClock, new { Version = version }, ct);
                return true;
            },
            ct
        );

    /// <summary>What is known of somebody, for themselves.</summary>
    public Task<PresenceRow?> FindAsync(Guid account, CancellationToken ct) =>
        chat.Database.ReadAsync(r => r.FirstOrDefaultAsync<PresenceRow>(SelectOne, new { Account = account }, ct), ct);

    private async Task<List<(Guid Account, DateTimeOffset At)>> DropExpiredAsync(IUnitOfWork unit, CancellationToken ct)
    {
        var dropped = new List<(Guid, DateTimeOffset)>();
        foreach (var gone in await unit.QueryAsync<string>(Expired, new { chat.Now }, ct))
        {
            var process = new { Process = gone };
            dropped.AddRange(
                (await unit.QueryAsync<Guid>(LeasesOf, process, ct)).Select(account => (account, chat.Now))
            );
            await unit.ExecuteAsync(DropLeases, process, ct);
            await unit.ExecuteAsync(DropProcess, process, ct);
        }

        return dropped;
    }

    private static async Task<long> ReckonAsync(
        IUnitOfWork unit,
        Guid account,
        DateTimeOffset at,
        long version,
        CancellationToken ct
    )
    {
        var state = (await unit.ScalarAsync<string>(StateOf, new { Account = account }, ct))!;
        var row = await unit.FirstOrDefaultAsync<PresenceRow>(SelectOne, new { Account = account }, ct);

        // Of whom nothing is known nothing is written when they go: they were erased meanwhile.
        if (state == (row?.State ?? PresenceState.Offline))
        {
            return version;
        }

        // Whoever hides comes and goes without a word.
        var told = row is { IsHidden: true } ? row.Version : version + 1;
        await unit.ExecuteAsync(
            row is null ? Insert : Update,
            new
            {
                Account = account,
                State = state,
                IsHidden = row?.IsHidden ?? false,
                LastSeenAt = state == PresenceState.Offline ? at : row?.LastSeenAt,
                Version = told,
            },
            ct
        );
        return Math.Max(version, told);
    }
}
