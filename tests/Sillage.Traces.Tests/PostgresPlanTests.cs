using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Shouldly;
using Sillage.Specifications;
using Sillage.Traces.Tests.Intake;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>What PostgreSQL's planner makes of queries: it must not walk through a study for the few rows that a page is of.</summary>
public sealed class PostgresPlanTests(PostgresTraces traces)
    : TracesSpecification(traces),
        IClassFixture<PostgresTraces>
{
    private const int Stored = 12_000;

    // More than it takes until the statement is prepared, and the engine plans it once for all values.
    private const int Times = 20;

    private const string RowsRead = """
        SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = 'traces' AND relname = 'trace')
          + (SELECT seq_tup_read FROM pg_stat_user_tables WHERE schemaname = 'traces' AND relname = 'trace')
        """;

    private const string LeastScans = """
        SELECT min(idx_scan) FROM pg_stat_user_indexes
        WHERE schemaname = 'traces' AND indexrelname IN ('trace_participant', 'trace_name', 'trace_session')
        """;

    private const string ScansById = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'trace_id'";

    private const string Analyses = "SELECT analyze_count FROM pg_stat_user_tables WHERE relname = 'trace'";

    [Fact]
    public async Task A_page_of_what_is_rare_is_not_found_by_walking_through_the_study()
    {
        await using var source = NpgsqlDataSource.Create(Server.Services.Postgres()!);
        var study = await FilledAsync();
        var before = await ScalarAsync(source, RowsRead);

        foreach (var filter in (string[])["participant=2", "name=left", "session=none"])
        {
            for (var i = 0; i < Times; i++)
            {
                (await GetAsync($"{study}/traces?{filter}")).Must(HttpStatusCode.OK).Items.ShouldBeEmpty();
            }
        }

        // The engine's own counts come some seconds late, and those of storing and counting may be among them.
        await Eventually.HoldsAsync(async () => await ScalarAsync(source, LeastScans) >= Times);
        (await ScalarAsync(source, RowsRead) - before).ShouldBeLessThan(4 * Stored);
    }

    [Fact]
    public async Task Copies_are_not_looked_for_by_walking_through_the_study()
    {
        await using var source = NpgsqlDataSource.Create(Server.Services.Postgres()!);
        var study = await FilledAsync();
        await Eventually.HoldsAsync(async () =>
        {
            (await SendTracesAsync(study, Trace(1))).Must(HttpStatusCode.Created);
            return await ScalarAsync(source, Analyses) > 0;
        });
        var (before, scans) = (await ScalarAsync(source, RowsRead), await ScalarAsync(source, ScansById));

        for (var i = 0; i < Times; i++)
        {
            (await SendTracesAsync(study, ResendTests.Identified(20, participant: 1))).Must(HttpStatusCode.Created);
        }

        await Eventually.HoldsAsync(async () => await ScalarAsync(source, ScansById) >= scans + Times);
        (await ScalarAsync(source, RowsRead) - before).ShouldBeLessThan(4 * Stored);
    }

    private async Task<string> FilledAsync()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study, 2);
        for (var sent = 0; sent < Stored; sent += 1000)
        {
            var batch = new JsonArray([.. Enumerable.Range(0, 1000).Select(_ => Trace(1, t => t["session"] = "s"))]);
            (await SendTracesAsync(study, batch)).Must(HttpStatusCode.Created);
        }

        await Eventually.HoldsAsync(async () => (bool)(await GetAsync($"{study}/summary")).Json["complete"]!);
        return study;
    }

    private static async Task<long> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
