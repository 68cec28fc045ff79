using System.Net;
using System.Text;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

/// <summary>Told to end, with requests on their way and under load.</summary>
public abstract class StopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Interrupt)]
    public async Task A_request_on_its_way_is_answered_before_the_server_ends(int signal)
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            new Dictionary<string, string>(UnderLoad.On(await PostgresAsync()))
            {
                ["SILLAGE_LIMITS__DRAIN"] = "00:02:00",
            }
        );
        using var admin = await ApiClient.LogInAsync(server);
        await admin.MakeStudyAsync("game", 1);
        var trace = """{"timestamp":"2026-03-02T10:00:00Z","name":"moved","data":{},"participant":1}""";
        var held = new HeldContent(Encoding.UTF8.GetBytes(trace));

        var sending = admin.Client.PostAsync("/api/v1/studies/game/traces", held);
        await held.HalfSent;
        var stopping = server.StopAsync(signal);
        // The server has been told; only now comes the rest of the request.
        await ShouldRefuseNewConnectionsAsync(server);
        held.Release();

        using var reply = await sending;
        reply.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await stopping).ShouldBe(0, server.Errors);
    }

    [Fact]
    public async Task Under_load_what_was_accepted_is_stored_and_nothing_else_is_acknowledged()
    {
        var settings = UnderLoad.On(await PostgresAsync());
        OfflineQueues? queues = null;
        for (var stop = 0; stop < LongRuns.Scale(2, 20); stop++)
        {
            await using var server = await SillageServer.StartAsync(_folder.Path, settings);
            using var admin = await ApiClient.LogInAsync(server);
            queues ??= new OfflineQueues("game", await admin.MakeStudyAsync("game", 6));
            await queues.ShouldBeStoredOnceAsync(admin);
            await using var session = queues.SendTo(server);
            await session.AcknowledgeAsync(more: Random.Shared.Next(1, 1000));
            (await server.StopAsync()).ShouldBe(0, server.Errors);
            server.Errors.ShouldBeEmpty();
        }

        await using var last = await SillageServer.StartAsync(_folder.Path, settings);
        using var researcher = await ApiClient.LogInAsync(last);
        await queues!.ShouldBeStoredOnceAsync(researcher);
    }

    [Fact]
    public async Task Live_streams_do_not_hold_the_server_up()
    {
        await using var server = await SillageServer.StartAsync(_folder.Path, UnderLoad.On(await PostgresAsync()));
        using var admin = await ApiClient.LogInAsync(server);
        await admin.MakeStudyAsync("game", 1);
        using var live = await admin.Client.GetAsync(
            "/api/v1/studies/game/traces/live",
            HttpCompletionOption.ResponseHeadersRead
        );
        live.StatusCode.ShouldBe(HttpStatusCode.OK);

        var exitCode = await server.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));

        exitCode.ShouldBe(0, server.Errors);
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _folder.Dispose();
    }

    /// <summary>A connection string; null on SQLite.</summary>
    protected abstract Task<string?> PostgresAsync();

    private static async Task ShouldRefuseNewConnectionsAsync(SillageServer server)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            using var client = server.CreateClient();
            client.Timeout = TimeSpan.FromSeconds(2);
            try
            {
                using var reply = await client.GetAsync("/health/live", patience.Token);
            }
            catch (HttpRequestException)
            {
                return;
            }
            catch (TaskCanceledException) when (!patience.IsCancellationRequested)
            {
                // Connected in the very moment in which the server stopped to listen: it is left alone until the end.
            }

            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>A body whose second half waits.</summary>
    private sealed class HeldContent : HttpContent
    {
        private readonly byte[] _bytes;
        private readonly TaskCompletionSource _half = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HeldContent(byte[] bytes)
        {
            _bytes = bytes;
            Headers.ContentType = new("application/json");
        }

        public Task HalfSent => _half.Task;

        public void Release() => _released.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_bytes.AsMemory(0, _bytes.Length / 2));
            await stream.FlushAsync();
            _half.SetResult();
            await _released.Task;
            await stream.WriteAsync(_bytes.AsMemory(_bytes.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes.Length;
            return true;
        }
    }
}

public sealed class StopOnSqlite : StopTests
{
    protected override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);
}

public sealed class StopOnPostgres(PostgresServer postgres) : StopTests
{
    protected override async Task<string?> PostgresAsync() => await postgres.CreateDatabaseAsync();
}
