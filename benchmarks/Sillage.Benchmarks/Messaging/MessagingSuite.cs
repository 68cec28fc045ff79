using System.Diagnostics;
using Sillage.Benchmarks.Cases;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Report;
using Sillage.Benchmarks.SocketIO.Clients;

namespace Sillage.Benchmarks.Messaging;

/// <summary>The chat next to one in Node, with the same clients: messages that are stored, numbered, acknowledged and heard by all.</summary>
internal static class MessagingSuite
{
    private const int AtOnce = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string[] Header =
    [
        "who",
        "acknowledged, Sillage (PostgreSQL) ÷ it",
        "p99 to ack, it ÷ Sillage",
        "p99 to last, it ÷ Sillage",
        "CPU, it ÷ Sillage",
        "acknowledged/s",
        "lowest to highest",
        "deliveries/s",
        "p50 to ack ms",
        "p99 to ack ms",
        "p50 to last ms",
        "p99 to last ms",
        "server CPU µs a message",
        "server's processors",
        "MB",
        "others %",
        "durability",
    ];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var ground = ChatGround.Parse(arguments);
        var file = ground.File(Machine.Here.Slug);
        var results = new Results(
            file,
            new Preface(
                "Messaging",
                ground.Commit,
                $"{ground.Rounds} round(s) of {ground.Measured.TotalSeconds} s after {ground.WarmUp.TotalSeconds} s of warm-up",
                "A message of 212 bytes is sent once the one before from the same place is acknowledged and has reached all. Processor time is that of the "
                    + "server's processes and of the database engine they use."
            )
        );
        List<ChatServer> servers = [new SillageChat(ground, true), new SillageChat(ground, false)];
        if (!ground.IsWatched)
        {
            servers.Add(new NodeChat(ground));
        }

        try
        {
            foreach (var server in servers)
            {
                await server.StartAsync(ground);
            }

            foreach (var (title, places) in Cases(ground))
            {
                var table = await Alternation.RunAsync(
                    new Quiet(ground.Postmaster),
                    ground.IsNoisy,
                    title,
                    "Closed loop.",
                    ground.Rounds,
                    [
                        .. servers.Select(server => new Contender(
                            server.Name,
                            server.Note,
                            () => Task.Run(() => Measure(ground, server, places))
                        )),
                    ]
                );
                var sheet = new Sheet(
                    table.Title,
                    table.Remark,
                    Header,
                    [.. table.Rows.Select(row => Cells(table, row))]
                );
                Screen.Write(sheet);
                if (!ground.IsWatched)
                {
                    results.Add([sheet]);
                }
            }
        }
        catch (InvalidOperationException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            foreach (var log in Directory.GetFiles(ground.Folder, "*.log"))
            {
                await Console.Error.WriteLineAsync($"— {Path.GetFileName(log)}");
                await Console.Error.WriteLineAsync(string.Join('\n', File.ReadLines(log).TakeLast(15)));
            }

            return 1;
        }
        finally
        {
            ServerProcess.EndAll();
        }

        if (!ground.IsWatched)
            Console.WriteLine($"Written: {Path.GetRelativePath(ground.Repository, file)}");
        return 0;
    }

    // Room 0 has everybody in it, the others ten each.
    private static IEnumerable<(string Title, Func<ChatServer, IReadOnlyList<(int, string, int)>> Places)> Cases(
        ChatGround ground
    )
    {
        foreach (var outstanding in ground.IsWatched ? [] : new[] { 1, 4 })
        {
            yield return (
                $"{ground.People} people in one room, {outstanding} outstanding",
                server => [.. Enumerable.Range(0, outstanding).Select(i => (i, server.Room(0), ground.People))]
            );
        }

        foreach (
            var outstanding in ground.IsWatched
                ? new[] { ground.SmallRooms }
                : [ground.SmallRooms / 10, ground.SmallRooms]
        )
        {
            yield return (
                $"{ground.SmallRooms} rooms of {ChatGround.SmallRoom}, {outstanding} outstanding",
                server =>
                    [
                        .. Enumerable
                            .Range(1, outstanding)
                            .Select(room =>
                                (server.Members[server.Room(room)][0], server.Room(room), ChatGround.SmallRoom)
                            ),
                    ]
            );
        }
    }

    private static LoadResult Measure(
        ChatGround ground,
        ChatServer server,
        Func<ChatServer, IReadOnlyList<(int, string, int)>> places
    )
    {
        using var crowd = new Crowd(server.Address, server.Join);
        crowd.Connect(ground.People, _ => server.Sync, AtOnce, Patience);
        var talk = new Talk(crowd, server.Namespace, places(server));
        talk.Start();
        talk.PollUntil(After(ground.WarmUp));
        var before = server.Processes.Usage();
        var client = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        talk.Reset();
        talk.PollUntil(After(ground.Measured));
        var elapsed = Stopwatch.GetElapsedTime(started);
        var clientTime = Environment.CpuUsage.TotalTime - client;
        var after = server.Processes.Usage();
        var result = new LoadResult
        {
            Requests = talk.Deliveries,
            Traces = talk.Acknowledged,
            Elapsed = elapsed,
            ServerProcessor = after.Processor - before.Processor,
            ClientProcessor = clientTime,
            Memory = after.Memory,
            Latency = talk.ToAck,
            ToLast = talk.ToLast,
        };
        talk.Drain(Patience);
        return result;
    }

    private static long After(TimeSpan time) =>
        Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);

    private static string[] Cells(Table table, Row row)
    {
        var ours = table.Find(SillageChat.OnPostgres)!.Median;
        var result = row.Median;
        return
        [
            row.Name,
            Numbers.Ratio(ours.TracesPerSecond, result.TracesPerSecond),
            Numbers.Ratio(result.Latency.Percentile(0.99), ours.Latency.Percentile(0.99)),
            Numbers.Ratio(result.ToLast.Percentile(0.99), ours.ToLast.Percentile(0.99)),
            Numbers.Ratio(result.ProcessorMicrosecondsPerTrace, ours.ProcessorMicrosecondsPerTrace),
            Numbers.Number(result.TracesPerSecond),
            $"{Numbers.Number(row.Lowest)} to {Numbers.Number(row.Highest)}",
            Numbers.Number(result.PerSecond),
            Numbers.Number(result.Latency.Percentile(0.5) / 1000),
            Numbers.Number(result.Latency.Percentile(0.99) / 1000),
            Numbers.Number(result.ToLast.Percentile(0.5) / 1000),
            Numbers.Number(result.ToLast.Percentile(0.99) / 1000),
            Numbers.Number(result.ProcessorMicrosecondsPerTrace),
            Numbers.Number(result.ServerProcessor / result.Elapsed),
            Numbers.Number(result.Memory / 1e6),
            $"{100 * result.Others:N0}",
            row.Note,
        ];
    }
}
