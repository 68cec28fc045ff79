using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using Shouldly;
using Sillage.EndToEnd.Tests.Durability;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>
/// Bodies that are begun and never ended: what they are unpacked to is charged while it is read, so that neither an account nor all
/// together take more memory than they have, on whichever operation.
/// </summary>
public sealed class HalfSentBodyTests(ITestOutputHelper output) : IDisposable
{
    private const int AtOnce = 4;
    private const int More = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task No_operation_takes_more_bodies_at_once_than_an_account_may_have()
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            UnderLoad.Settings(
                ("SILLAGE_LIMITS__BODIESPERACCOUNT", $"{AtOnce}"),
                ("SILLAGE_ACCOUNTS__REGISTRATION", "open")
            )
        );
        using var admin = await ApiClient.LogInAsync(server);
        var player = (await admin.MakeStudyAsync("half", 1)).Single();
        var things = await OwnThings.MakeAsync(admin);
        var operations = (await Operation.AllAsync(admin.Client)).Where(o => o.BodyTypes.Any()).ToList();
        operations.Count.ShouldBeGreaterThan(15);
        foreach (var operation in operations)
        {
            var head =
                $"{operation.Method} {things.Fill(operation, "half")} HTTP/1.1\r\nHost: localhost\r\n"
                + (operation.IsOpen ? "" : $"Authorization: {admin.Client.DefaultRequestHeaders.Authorization}\r\n")
                + $"Content-Type: {operation.BodyTypes.First()}\r\nContent-Length: 200000\r\n\r\n";
            var begun = Encoding.ASCII.GetBytes(head + new string(' ', 100_000));

            using var bodies = await Bodies.BeginAsync(server, [.. Enumerable.Repeat(begun, AtOnce + More)]);
            var replies = await bodies.RepliesAsync(More);
            output.WriteLine($"{operation.Name}: {AtOnce + More} half-sent bodies, {replies.Count} refused");
            replies.ShouldAllBe(reply => reply.StartsWith("HTTP/1.1 429 "), operation.Name);
            replies.ShouldAllBe(reply => reply.Contains("Retry-After: "), operation.Name);
        }

        // What is given up is given back.
        using var sender = ApiClient.Basic(server, player.Username, player.Password);
        await Eventually.HoldsAsync(async () =>
            await sender.TrySendAsync("half", Enumerable.Range(0, 500).Select(_ => Guid.CreateVersion7()))
            == HttpStatusCode.Created
        );
    }

    [Fact]
    public async Task What_one_player_has_unpacked_stays_within_his_share_and_the_others_go_on()
    {
        const int bodies = 70;
        await using var server = await SillageServer.StartAsync(_folder.Path, UnderLoad.Settings());
        using var admin = await ApiClient.LogInAsync(server);
        var players = await admin.MakeStudyAsync("half", 2);
        using var greedy = ApiClient.Basic(server, players[0].Username, players[0].Password);
        using var other = ApiClient.Basic(server, players[1].Username, players[1].Password);
        var begun = Begun(greedy, "half", 31 * 1024 * 1024);
        var before = server.WorkingSet();

        using var open = await Bodies.BeginAsync(server, [.. Enumerable.Repeat(begun, bodies)]);
        // Of 64 MiB, two have room that take 32 each.
        var replies = await open.RepliesAsync(bodies - 2);
        var grown = server.WorkingSet() - before;
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{bodies} half-sent bodies, {begun.Length * bodies / 1024} KiB sent, {bodies * 31} MiB unpacked: {replies.Count} refused, the server grew by {grown >> 20} MiB"
            )
        );
        replies.ShouldAllBe(reply => reply.StartsWith("HTTP/1.1 429 ") && reply.Contains("Retry-After: "));
        grown.ShouldBeLessThan(400L << 20);
        (await other.TrySendAsync("half", Enumerable.Range(0, 1000).Select(_ => Guid.CreateVersion7()))).ShouldBe(
            HttpStatusCode.Created
        );
    }

    [Fact]
    public async Task All_accounts_together_stay_within_the_room_there_is_and_small_traces_are_still_taken()
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            UnderLoad.Settings(("SILLAGE_LIMITS__BODIESINMEMORY", $"{4 * 1024 * 1024}"))
        );
        using var admin = await ApiClient.LogInAsync(server);
        var players = await admin.MakeStudyAsync("half", 6);
        // Each takes a buffer of 1 MiB: four have room.
        var begun = new List<byte[]>();
        foreach (var player in players.Take(5))
        {
            using var client = ApiClient.Basic(server, player.Username, player.Password);
            begun.Add(Begun(client, "half", 1000 * 1024));
        }

        using var open = await Bodies.BeginAsync(server, begun);
        var replies = await open.RepliesAsync(1);
        output.WriteLine($"{begun.Count} half-sent bodies of as many accounts, {replies.Count} refused");
        replies.ShouldAllBe(reply => reply.StartsWith("HTTP/1.1 503 ") && reply.Contains("Retry-After: "));
        using var other = ApiClient.Basic(server, players[5].Username, players[5].Password);
        (await other.TrySendAsync("half", [Guid.CreateVersion7()])).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Strangers_at_one_address_take_nothing_of_the_room_of_those_at_another()
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            UnderLoad.Settings(
                ("SILLAGE_LIMITS__BODIESPERACCOUNT", $"{AtOnce}"),
                ("SILLAGE_PROXIES__TRUSTED__0", "127.0.0.1")
            )
        );
        using var greedy = await Bodies.BeginAsync(
            server,
            [.. Enumerable.Repeat(OfStranger("203.0.113.1"), AtOnce + More)]
        );
        (await greedy.RepliesAsync(More)).ShouldAllBe(reply => reply.StartsWith("HTTP/1.1 429 "));

        using var others = await Bodies.BeginAsync(
            server,
            [.. Enumerable.Repeat(OfStranger("203.0.113.2"), AtOnce + 1)]
        );
        (await others.RepliesAsync(1)).Count.ShouldBe(1);

        static byte[] OfStranger(string address) =>
            Encoding.ASCII.GetBytes(
                $"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {address}\r\n"
                    + $"Content-Type: application/json\r\nContent-Length: 200000\r\n\r\n{new string(' ', 100_000)}"
            );
    }

    [Fact]
    public async Task Unpacking_has_an_end()
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            UnderLoad.Settings(("SILLAGE_LIMITS__UNPACKING", "00:00:01"))
        );
        using var admin = await ApiClient.LogInAsync(server);
        await admin.MakeStudyAsync("half", 1);
        using var open = await Bodies.BeginAsync(server, [Begun(admin, "half", 1000)]);
        (await open.RepliesAsync(1)).Single().ShouldStartWith("HTTP/1.1 408 ");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A packed batch of spaces, without its end.</summary>
    private static byte[] Begun(ApiClient player, string study, int unpacked)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.ASCII.GetBytes(new string(' ', unpacked)));
            gzip.Flush();
        }

        var body = packed.ToArray();
        // The trailer, and what the last block may still hold back, are missing.
        var sent = body.AsSpan(0, body.Length - 8);
        var head = Encoding.ASCII.GetBytes(
            $"POST /api/v1/studies/{study}/traces HTTP/1.1\r\nHost: localhost\r\n"
                + $"Authorization: {player.Client.DefaultRequestHeaders.Authorization}\r\n"
                + $"Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {body.Length}\r\n\r\n"
        );
        return [.. head, .. sent];
    }

    /// <summary>Requests whose bodies have begun.</summary>
    private sealed class Bodies(IReadOnlyList<RawConnection> connections) : IDisposable
    {
        private readonly List<Task<string>> _replies = [.. connections.Select(c => c.ReadHeadAsync())];

        public static async Task<Bodies> BeginAsync(SillageServer server, IReadOnlyList<byte[]> begun)
        {
            var connections = new List<RawConnection>();
            foreach (var _ in begun)
            {
                connections.Add(await RawConnection.OpenAsync(server));
            }

            await Task.WhenAll(connections.Zip(begun, (connection, bytes) => connection.TrySendAsync(bytes)));
            return new Bodies(connections);
        }

        /// <summary>The first so many replies, and those that have come besides.</summary>
        public async Task<IReadOnlyList<string>> RepliesAsync(int least)
        {
            using var patience = new CancellationTokenSource(Patience);
            var end = Task.Delay(Timeout.InfiniteTimeSpan, patience.Token);
            while (!end.IsCompleted)
            {
                // Looked at once: one that comes between two looks would be waited for in vain.
                var open = _replies.Where(r => !r.IsCompleted).ToList();
                if (_replies.Count - open.Count >= least)
                {
                    break;
                }

                await Task.WhenAny([.. open, end]);
            }

            var said = await Task.WhenAll(_replies.Where(r => r.IsCompleted));
            said.Length.ShouldBeGreaterThanOrEqualTo(least);
            return said;
        }

        public void Dispose()
        {
            foreach (var connection in connections)
            {
                connection.Dispose();
            }
        }
    }
}
