using System.Diagnostics;
using Npgsql;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Cases;

/// <summary>Everything of a study as CSV, read by one client that keeps nothing.</summary>
internal static class Exports
{
    private const int ReadBuffer = 256 * 1024;

    private const string Columns =
        "t.id, p.pseudonym, t.timestamp, t.time, t.received_at, t.session, t.sequence, t.name";

    public static async Task<IReadOnlyList<Table>> RunAsync(Ground ground, Plan plan)
    {
        await using var sqlite = new SillageTarget(ground, onPostgres: false);
        await using var postgres = new SillageTarget(ground, onPostgres: true);
        await using var flask = new TsadkTarget(ground, lean: false);
        await using var lean = new TsadkTarget(ground, lean: true);
        foreach (var target in (Target[])[sqlite, postgres, flask, lean])
        {
            Console.Error.WriteLine($"— starting {target.Name}");
            await target.StartAsync();
        }

        await Filling.FillAsync(sqlite, plan.ExportRows);
        await Filling.FillAsync(postgres, plan.ExportRows);
        await flask.FillAsync(plan.ExportRows);
        await lean.FillAsync(plan.ExportRows);

        var table = await Alternation.RunAsync(
            ground,
            $"Export of {plan.ExportRows:N0} traces as CSV",
            "Rows a second; memory is the highest seen during the export. The command-line programs write the same columns to a pipe.",
            plan.Rounds,
            [
                new(sqlite.Name, "streamed over HTTP", () => DownloadAsync(sqlite, sqlite.Export("csv"))),
                new(postgres.Name, "streamed over HTTP", () => DownloadAsync(postgres, postgres.Export("csv"))),
                new(
                    $"{flask.Name}, entities",
                    "streamed over HTTP",
                    () => DownloadAsync(flask, flask.Export(byEntity: true))
                ),
                new(flask.Name, "streamed over HTTP, columns", () => DownloadAsync(flask, flask.Export())),
                new(lean.Name, "streamed over HTTP", () => DownloadAsync(lean, lean.Export())),
                new("sqlite3 -csv", "to a pipe", () => SqliteShellAsync(sqlite.DatabaseFile, plan.ExportRows)),
                new("COPY TO", "to a pipe, by psql", () => CopyAsync(ground, postgres.Connection!, plan.ExportRows)),
            ]
        );
        return [table];
    }

    private static async Task<LoadResult> DownloadAsync(Target target, byte[] request)
    {
        await target.RenewAsync();
        using var connection = new HttpConnection(target.Address, ReadBuffer)
        {
            Reply = new ReplyReader { CountLines = true },
        };
        var before = target.Processes.Usage();
        var client = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var sending = connection.SendAsync(request).AsTask();
        var memory = before.Memory;
        while (await Task.WhenAny(sending, Task.Delay(200)) != sending)
        {
            memory = Math.Max(memory, target.Processes.Usage().Memory);
        }

        var status = await sending;
        var elapsed = Stopwatch.GetElapsedTime(started);
        var rows = connection.Reply.Lines - 1;
        return new LoadResult
        {
            Requests = 1,
            Traces = rows,
            Errors = status == 200 ? 0 : 1,
            FirstError = status == 200 ? null : $"status {status}",
            Elapsed = elapsed,
            ServerProcessor = target.Processes.Usage().Processor - before.Processor,
            ClientProcessor = Environment.CpuUsage.TotalTime - client,
            Memory = memory,
        };
    }

    private static async Task<LoadResult> SqliteShellAsync(string file, int rows)
    {
        var (_, elapsed, processor) = await Shell.DrainAsync(
            "sqlite3",
            new Dictionary<string, string>(),
            "-readonly",
            "-csv",
            "-header",
            file,
            $"""
            SELECT {Columns}, t.data ->> '$.room', t.data ->> '$.nature', t.data ->> '$.answer', t.data ->> '$.error'
            FROM trace t LEFT JOIN participant p ON p.study = t.study AND p.number = t.participant ORDER BY t.position
            """
        );
        return new LoadResult
        {
            Requests = 1,
            Traces = rows,
            Elapsed = elapsed,
            ServerProcessor = processor,
        };
    }

    private static async Task<LoadResult> CopyAsync(Ground ground, string connection, int rows)
    {
        var parts = new NpgsqlConnectionStringBuilder(connection);
        var environment = new Dictionary<string, string>
        {
            ["PGHOST"] = parts.Host!,
            ["PGPORT"] = $"{parts.Port}",
            ["PGUSER"] = parts.Username!,
            ["PGPASSWORD"] = parts.Password!,
            ["PGDATABASE"] = parts.Database!,
            ["PGOPTIONS"] = "-c search_path=traces",
        };
        var engine = new ProcessTree(ground.Postmaster);
        var before = engine.Usage().Processor;
        var (_, elapsed, processor) = await Shell.DrainAsync(
            "psql",
            environment,
            "--no-psqlrc",
            "--quiet",
            "--command",
            $"""
            COPY (SELECT {Columns}, t.data ->> 'room', t.data ->> 'nature', t.data ->> 'answer', t.data ->> 'error'
            FROM trace t LEFT JOIN participant p ON p.study = t.study AND p.number = t.participant ORDER BY t.position)
            TO STDOUT (FORMAT csv, HEADER)
            """
        );
        return new LoadResult
        {
            Requests = 1,
            Traces = rows,
            Elapsed = elapsed,
            ServerProcessor = processor + engine.Usage().Processor - before,
        };
    }
}
