using System.Globalization;
using System.Text;
using Npgsql;
using Shouldly;
using Sillage.EndToEnd.Tests.Durability;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>
/// What is sent to whichever operation, however bad, leaves no more on the disk and brings no longer a reply than its size allows,
/// under an Idempotency-Key too.
/// </summary>
public sealed class GrowthTests(PostgresServer postgres, ITestOutputHelper output) : IDisposable
{
    // A thousand faults of the shortest traces are the longest reply for what was sent.
    private const int MostReply = 600_000;

    // The log of the engine, which is used again, and what is kept: some times what was sent.
    private const long MostLog = 48L << 20;
    private const int MostTimes = 8;

    private static readonly (string Name, string Body)[] Bodies =
    [
        ("100 000 bad items", Many(100_000)),
        ("1000 bad items", Many(1000)),
        ("900 KB in one text", $"{{\"name\":\"{new string('x', 900_000)}\"}}"),
        ("20 000 members", $"{{{string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"member {i}\":1"))}}}"),
    ];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public Task Is_bounded_by_what_was_sent_on_SQLite() =>
        RunAsync(
            null,
            () => Task.FromResult(new DirectoryInfo(_folder["data"]).EnumerateFiles("*.db*").Sum(f => f.Length))
        );

    [Fact]
    public async Task Is_bounded_by_what_was_sent_on_PostgreSQL()
    {
        var connection = await postgres.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(connection);
        await RunAsync(
            connection,
            async () =>
            {
                await using var command = source.CreateCommand("SELECT pg_database_size(current_database())");
                return (long)(await command.ExecuteScalarAsync())!;
            }
        );
    }

    public void Dispose() => _folder.Dispose();

    private async Task RunAsync(string? on, Func<Task<long>> diskAsync)
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            UnderLoad.On(on, ("SILLAGE_ACCOUNTS__REGISTRATION", "open"))
        );
        using var admin = await ApiClient.LogInAsync(server);
        await admin.MakeStudyAsync("growth", 1);
        var operations = (await Operation.AllAsync(admin.Client)).Where(o => o.BodyTypes.Any()).ToList();
        operations.Count.ShouldBeGreaterThan(15);
        // Of one's own, so that nothing ends at a gate that lets nobody know of what is not theirs.
        var things = await OwnThings.MakeAsync(admin);
        var before = await diskAsync();
        var sent = 0L;
        foreach (var operation in operations)
        {
            foreach (var (name, body) in Bodies)
            {
                var (status, reply) = await SendAsync(admin, things, operation, body);
                sent += body.Length;
                reply.ShouldBeLessThan(MostReply, $"{operation.Name}, {name}");
                if (reply > 10_000)
                {
                    output.WriteLine($"{operation.Name}, {name}: {status}, {body.Length} bytes sent, {reply} answered");
                }
            }
        }

        var grown = await diskAsync() - before;
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{operations.Count} operations, {Bodies.Length} bodies each: {sent >> 10} KiB sent, the disk grew by {grown >> 10} KiB"
            )
        );
        grown.ShouldBeLessThan(MostLog + (MostTimes * 1_000_000L));
        (await server.StopAsync()).ShouldBe(0, server.Errors);
    }

    private static async Task<(int Status, int Length)> SendAsync(
        ApiClient admin,
        OwnThings things,
        Operation operation,
        string body
    )
    {
        using var request = new HttpRequestMessage(operation.Method, things.Fill(operation, "growth"))
        {
            Content = new StringContent(body, Encoding.UTF8, operation.BodyTypes.First()),
        };
        request.Headers.Add("Idempotency-Key", $"{Guid.CreateVersion7()}");
        using var reply = await admin.Client.SendAsync(request);
        return ((int)reply.StatusCode, (await reply.Content.ReadAsByteArrayAsync()).Length);
    }

    // No two alike: what is the same twice is kept once.
    private static string Many(int count) =>
        $"[{string.Join(',', Enumerable.Range(0, count).Select(i => $"{{\"name\":{i}}}"))}]";
}
