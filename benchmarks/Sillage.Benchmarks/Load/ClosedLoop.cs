using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.Load;

/// <summary>
/// A number of connections, each of which sends its next request when the last one is answered: what the server can do.
/// </summary>
internal static class ClosedLoop
{
    /// <summary>Runs the load and returns what was answered in its measured part.</summary>
    /// <param name="address">Where the server listens.</param>
    /// <param name="request">Makes the requests of a connection, which it sends in turn.</param>
    /// <param name="load">Connections and times.</param>
    /// <param name="server">The processes whose time and memory count.</param>
    public static async Task<LoadResult> RunAsync(
        IPEndPoint address,
        Func<int, IRequests> request,
        LoadShape load,
        ProcessTree server
    )
    {
        var window = new Window();
        var senders = new List<Sender>();
        var running = new List<Task>();
        for (var i = 0; i < load.Connections; i++)
        {
            var sender = new Sender(address, request(i), window);
            senders.Add(sender);
            running.Add(sender.RunAsync());
        }

        await Task.Delay(load.WarmUp);
        var before = server.Usage();
        var client = Environment.CpuUsage.TotalTime;
        window.Open();
        await Task.Delay(load.Measured);
        window.Close();
        var after = server.Usage();
        var clientTime = Environment.CpuUsage.TotalTime - client;
        // The last sender ended on the thread that serves the sockets, or on the clock: go on from a thread of the pool.
        await Task.WhenAll(running);
        await Task.Yield();

        var latency = new Histogram();
        senders.ForEach(sender => latency.Add(sender.Latency));
        return new LoadResult
        {
            Requests = senders.Sum(sender => sender.Requests),
            Traces = senders.Sum(sender => sender.Traces),
            Acknowledged = senders.Sum(sender => sender.Acknowledged),
            Errors = senders.Sum(sender => sender.Errors),
            FirstError = senders.Select(sender => sender.FirstError).FirstOrDefault(error => error is not null),
            Elapsed = window.Elapsed,
            ServerProcessor = after.Processor - before.Processor,
            ClientProcessor = clientTime,
            Memory = after.Memory,
            Latency = latency,
        };
    }

    /// <summary>When the requests count. Written by one thread, read by all.</summary>
    private sealed class Window
    {
        private long _opened = long.MaxValue;
        private long _closed = long.MaxValue;

        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_opened, _closed);

        public bool IsOver => Volatile.Read(ref _closed) != long.MaxValue;

        public void Open() => Volatile.Write(ref _opened, Stopwatch.GetTimestamp());

        public void Close() => Volatile.Write(ref _closed, Stopwatch.GetTimestamp());

        public bool Holds(long finished) => finished >= Volatile.Read(ref _opened) && !IsOver;
    }

    private sealed class Sender(IPEndPoint address, IRequests requests, Window window)
    {
        private readonly IPEndPoint _address = address;
        private readonly IRequests _requests = requests;
        private readonly Window _window = window;

        public Histogram Latency { get; } = new();

        public long Requests { get; private set; }

        public long Traces { get; private set; }

        public long Acknowledged { get; private set; }

        public long Errors { get; private set; }

        public string? FirstError { get; private set; }

        public async Task RunAsync()
        {
            await Task.Yield();
            using var connection = new HttpConnection(_address);
            while (!_window.IsOver)
            {
                var (bytes, traces) = _requests.Next();
                var started = Stopwatch.GetTimestamp();
                try
                {
                    var status = await connection.SendAsync(bytes);
                    Count(status, traces, started);
                }
                catch (Exception exception) when (exception is IOException or SocketException)
                {
                    connection.Close();
                    Failed(exception.Message);
                    await Task.Delay(10);
                }
            }
        }

        private void Count(int status, int traces, long started)
        {
            var finished = Stopwatch.GetTimestamp();
            if (status is < 200 or > 299)
            {
                Failed($"status {status}");
                return;
            }

            Acknowledged += traces;
            if (_window.Holds(finished))
            {
                Requests++;
                Traces += traces;
                Latency.Record(Stopwatch.GetElapsedTime(started, finished));
            }
        }

        private void Failed(string error)
        {
            Errors++;
            FirstError ??= error;
        }
    }
}
