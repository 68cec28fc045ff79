using System.Diagnostics;
using System.Text;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.SocketIO.Clients;

namespace Sillage.Benchmarks.Collections;

/// <summary>Many follow a collection live while one writes: the next record is created when the one before has reached all.</summary>
internal static class FanOut
{
    private const int AtOnce = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    public static LoadResult Measure(ShelfGround ground, SillageShelf shelf)
    {
        var token = shelf.Writer["Bearer ".Length..];
        using var crowd = new Crowd(shelf.Address, _ => $"40/collections,{{\"token\":\"{token}\"}}");
        crowd.Connect(
            ground.Followers,
            _ => "42/collections,0[\"subscribe\",{\"collection\":\"books\"}]",
            AtOnce,
            Patience
        );
        using var client = new HttpClient { BaseAddress = shelf.Records };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", shelf.Writer);
        Run(ground, ShelfGround.WarmUp, crowd, client, new Histogram(), new Histogram());
        var (toAck, toLast) = (new Histogram(), new Histogram());
        var before = shelf.Processes.Usage();
        var processor = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var created = Run(ground, ground.Measured, crowd, client, toAck, toLast);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var after = shelf.Processes.Usage();
        return new LoadResult
        {
            Requests = created,
            Traces = created * ground.Followers,
            Elapsed = elapsed,
            ServerProcessor = after.Processor - before.Processor,
            ClientProcessor = Environment.CpuUsage.TotalTime - processor,
            Memory = after.Memory,
            Latency = toLast,
            ToLast = toAck,
        };
    }

    private static long Run(
        ShelfGround ground,
        TimeSpan length,
        Crowd crowd,
        HttpClient client,
        Histogram toAck,
        Histogram toLast
    )
    {
        var started = Stopwatch.GetTimestamp();
        var created = 0L;
        while (Stopwatch.GetElapsedTime(started) < length)
        {
            var missing = ground.Followers;
            var sent = Stopwatch.GetTimestamp();
            var acknowledged = CreateAsync(client, sent, toAck);
            while (missing > 0 || !acknowledged.IsCompleted)
            {
                crowd.Poll(
                    Glance,
                    (_, text) =>
                    {
                        if (text.StartsWith("42/collections,[\"change\""u8) && --missing == 0)
                        {
                            toLast.Record(Stopwatch.GetElapsedTime(sent));
                        }
                    }
                );
                if (Stopwatch.GetElapsedTime(sent) > Patience)
                {
                    throw new InvalidOperationException(
                        $"{missing} of {ground.Followers} did not hear of a new record."
                    );
                }
            }

            acknowledged.GetAwaiter().GetResult();
            created++;
        }

        return created;
    }

    private static async Task CreateAsync(HttpClient client, long sent, Histogram toAck)
    {
        var json = $$"""{"title":"A book","author":"author-live","isbn":"{{Guid.CreateVersion7()}}"}""";
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var reply = await client.PostAsync((Uri?)null, body);
        reply.EnsureSuccessStatusCode();
        toAck.Record(Stopwatch.GetElapsedTime(sent));
    }
}
