using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.Load;

/// <summary>
/// Requests at a fixed rate, whether or not the server keeps up: what a player waits. Latency counts from when a request
/// was meant to leave, so a stall of the server is felt by all that should have left during it.
/// </summary>
internal static class OpenLoop
{
    public static async Task<LoadResult> RunAsync(
        IPEndPoint address,
        Func<int, IRequests> request,
        LoadShape load,
        double perSecond,
        ProcessTree server
    )
    {
        // The clock's thread runs the sending itself: no queue between the intended time and the socket unless all
        // connections are busy, and then the wait is the server's.
        var intended = Channel.CreateUnbounded<long>(
            new() { AllowSynchronousContinuations = true, SingleWriter = true }
        );
        var counted = Stopwatch.GetTimestamp() + Ticks(load.WarmUp);
        var senders = Enumerable
            .Range(0, load.Connections)
            .Select(i => new Sender(address, request(i), counted))
            .ToList();
        var running = senders.ConvertAll(sender => sender.RunAsync(intended.Reader));

        Usage? before = null;
        var client = TimeSpan.Zero;
        var clock = new Thread(() =>
        {
            var every = Stopwatch.Frequency / perSecond;
            var started = Stopwatch.GetTimestamp();
            var end = started + Ticks(load.WarmUp + load.Measured);
            for (long i = 0; ; i++)
            {
                var due = started + (long)(i * every);
                if (due >= end)
                {
                    break;
                }

                if (before is null && due >= counted)
                {
                    before = server.Usage();
                    client = Environment.CpuUsage.TotalTime;
                }

                Native.SleepUntil(due);
                intended.Writer.TryWrite(due);
            }

            intended.Writer.Complete();
        })
        {
            Name = "clock",
        };
        clock.Start();
        // The last sender ended on the thread that serves the sockets, or on the clock: go on from a thread of the pool.
        await Task.WhenAll(running);
        await Task.Yield();
        clock.Join();
        var after = server.Usage();

        var latency = new Histogram();
        senders.ForEach(sender => latency.Add(sender.Latency));
        return new LoadResult
        {
            Requests = latency.Count,
            Traces = senders.Sum(sender => sender.Traces),
            Acknowledged = senders.Sum(sender => sender.Acknowledged),
            Errors = senders.Sum(sender => sender.Errors),
            FirstError = senders.Select(sender => sender.FirstError).FirstOrDefault(error => error is not null),
            Elapsed = load.Measured,
            ServerProcessor = after.Processor - (before?.Processor ?? default),
            ClientProcessor = Environment.CpuUsage.TotalTime - client,
            Memory = after.Memory,
            Latency = latency,
        };
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private sealed class Sender(IPEndPoint address, IRequests requests, long counted)
    {
        private readonly IPEndPoint _address = address;
        private readonly IRequests _requests = requests;
        private readonly long _counted = counted;

        public Histogram Latency { get; } = new();

        public long Traces { get; private set; }

        public long Acknowledged { get; private set; }

        public long Errors { get; private set; }

        public string? FirstError { get; private set; }

        public async Task RunAsync(ChannelReader<long> intended)
        {
            using var connection = new HttpConnection(_address);
            while (await intended.WaitToReadAsync())
            {
                while (intended.TryRead(out var due))
                {
                    await SendAsync(connection, due);
                }
            }
        }

        private async Task SendAsync(HttpConnection connection, long due)
        {
            var (bytes, traces) = _requests.Next();
            try
            {
                var status = await connection.SendAsync(bytes);
                if (status is < 200 or > 299)
                {
                    Errors++;
                    FirstError ??= $"status {status}";
                }
                else
                {
                    Acknowledged += traces;
                    if (due >= _counted)
                    {
                        Traces += traces;
                        Latency.Record(Stopwatch.GetElapsedTime(due));
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                connection.Close();
                Errors++;
                FirstError ??= exception.Message;
            }
        }
    }
}
