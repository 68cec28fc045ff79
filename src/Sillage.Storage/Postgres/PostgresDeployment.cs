using System.Text.Json;
using Sillage.Storage.Events;

namespace Sillage.Storage.Postgres;

/// <summary>The deployment that shares a PostgreSQL, in a table of a schema that belongs to no module.</summary>
internal sealed class PostgresDeployment(ModuleDatabases databases, LocalModules modules, DeployedProcess process)
    : IDeployment
{
    /// <summary>The schema; no module may be called so.</summary>
    public const string Schema = "sillage";

    private const string Create = """
        SELECT pg_advisory_xact_lock(@Lock);
        CREATE SCHEMA IF NOT EXISTS sillage;
        CREATE TABLE IF NOT EXISTS sillage.module (
          module        text NOT NULL,
          process       text NOT NULL,
          address       text,
          version       text NOT NULL,
          subscriptions text NOT NULL,
          sections      text NOT NULL,
          seen_at       timestamptz NOT NULL,
          PRIMARY KEY (module, process)
        );
        """;

    private const string Beat = """
        INSERT INTO sillage.module (module, process, address, version, subscriptions, sections, seen_at)
        VALUES (@Module, @Process, @Address, @Version, @Subscriptions, @Sections, now())
        ON CONFLICT (module, process) DO UPDATE SET
          address = excluded.address, version = excluded.version, subscriptions = excluded.subscriptions,
          sections = excluded.sections, seen_at = excluded.seen_at
        """;

    // A module that lives needs no rows of processes that have gone; one that does not keeps them, and with them its events.
    private const string DeleteGone = """
        DELETE FROM sillage.module WHERE module = @Module AND process <> @Process AND seen_at < now() - interval '30 seconds'
        """;

    private const string SelectAll = """
        SELECT module, process, address, version, subscriptions, sections, seen_at,
          seen_at < now() - interval '30 seconds' AS is_silent
        FROM sillage.module ORDER BY module, seen_at DESC
        """;

    private const string Exists = "SELECT to_regclass('sillage.module') IS NOT NULL";

    private const string Delete = "DELETE FROM sillage.module WHERE module = @Module";

    // Any schema's connections reach the table.
    private ModuleDatabase Database => databases.All.First();

    public async Task<IReadOnlyList<DeployedModule>> ListAsync(CancellationToken ct)
    {
        var rows = await Database.ReadAsync(
            async reader =>
                await reader.ScalarAsync<bool>(Exists, ct: ct) ? await reader.QueryAsync<Row>(SelectAll, ct: ct) : [],
            ct
        );
        return
        [
            .. rows.GroupBy(row => row.Module, StringComparer.Ordinal)
                .Select(rows => new DeployedModule(
                    rows.Key,
                    [.. rows.Select(row => row.Process)],
                    rows.Select(row => row.Address).FirstOrDefault(address => address is not null),
                    rows.First().Version,
                    Union(rows.Select(row => row.Subscriptions)),
                    Union(rows.Select(row => row.Sections)),
                    rows.First().SeenAt,
                    rows.First().IsSilent
                )),
        ];
    }

    public Task<bool> RetireAsync(string module, CancellationToken ct) =>
        Database.WriteAsync(
            async unit =>
                await unit.ScalarAsync<bool>(Exists, ct: ct)
                && await unit.ExecuteAsync(Delete, new { Module = module }, ct) > 0,
            ct
        );

    /// <summary>Writes this process's modules into the table, which is made where it is absent.</summary>
    public async Task RegisterAsync(CancellationToken ct)
    {
        var parameters = new { Lock = PostgresLeases.Key("deployment") };
        await Database.WriteAsync(unit => unit.ExecuteAsync(Create, parameters, ct), ct);
        await BeatAsync(ct);
    }

    /// <summary>Says that this process's modules live.</summary>
    public Task BeatAsync(CancellationToken ct) =>
        Database.WriteAsync(
            async unit =>
            {
                // In one order everywhere, so that two processes never wait for each other.
                foreach (var module in modules.All.OrderBy(module => module.Name, StringComparer.Ordinal))
                {
                    var row = new
                    {
                        Module = module.Name,
                        Process = process.Name,
                        process.Address,
                        process.Version,
                        Subscriptions = JsonSerializer.Serialize(module.Subscriptions.Order(StringComparer.Ordinal)),
                        Sections = JsonSerializer.Serialize(module.Sections),
                    };
                    await unit.ExecuteAsync(Beat, row, ct);
                    await unit.ExecuteAsync(DeleteGone, row, ct);
                }

                return true;
            },
            ct
        );

    private static string[] Union(IEnumerable<string> lists) =>
        [
            .. lists
                .SelectMany(list => JsonSerializer.Deserialize<string[]>(list) ?? [])
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    private sealed record Row(
        string Module,
        string Process,
        string? Address,
        string Version,
        string Subscriptions,
        string Sections,
        DateTimeOffset SeenAt,
        bool IsSilent
    );
}
