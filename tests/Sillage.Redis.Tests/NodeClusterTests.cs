using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Sillage.SocketIO;
using Xunit;

namespace Sillage.Redis.Tests;

public sealed class NodeClusterTests(RedisServer redis)
{
    [Fact]
    public async Task Node_servers_and_emitters_and_this_one_share_a_cluster()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSocketIO();
        builder.Services.AddRedisBackplane(redis.Configuration);
        await using var app = builder.Build();
        app.MapSocketIO(
            "/socket.io",
            io =>
                io.On(
                        "say",
                        (ClientSocket s, string room, EventArguments all) =>
                            s
                                .Namespace.To(room)
                                .EmitAsync("said", all.Get<string>(1), all.Get<byte[]>(2), all.Get<object>(3))
                    )
                    .On(
                        "ask-all",
                        async (ClientSocket s, string room) =>
                        {
                            var (answers, missing) = await s
                                .Namespace.To(room)
                                .Timeout(TimeSpan.FromSeconds(10))
                                .EmitWithAckAsync("question", new byte[] { 1 });
                            return new { answers = answers.Select(a => a.Get<string>(0)).Order(), missing };
                        }
                    )
                    .On(
                        "who-is-there",
                        async (ClientSocket s) =>
                            (await s.Namespace.FetchSocketsAsync()).Select(r => new
                            {
                                r.Id,
                                r.Rooms,
                                r.Data,
                            })
                    )
                    .On(
                        "ask-servers",
                        async (ClientSocket s, int n) => await s.Namespace.ServerSideEmitWithAckAsync<int>("double", n)
                    )
                    .On("keep", (ClientSocket s, string value) => s.Data["kept"] = value)
                    .OnServerSideEmit("double", (_, all) => ValueTask.FromResult<object?>(all.Get<int>(0) * 2))
                    .On("enter-all", (ClientSocket s, string room) => s.Namespace.Everyone.JoinAsync(room))
                    .On("put-out", (ClientSocket s, string id) => s.Namespace.To(id).DisconnectAsync())
        );
        await app.StartAsync();

        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Sillage.slnx")))
        {
            root = root.Parent;
        }

        using var node = Process.Start(
            new ProcessStartInfo(
                "node",
                [
                    Path.Combine(root.FullName, "tests", "Sillage.Redis.Tests", "node-cluster.mjs"),
                    app.Urls.First(),
                    $"{redis.Port}",
                    Path.Combine(root.FullName, "tests", "node"),
                ]
            )
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            }
        )!;
        var errors = node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync();
        node.ExitCode.ShouldBe(0, await errors);
        await app.StopAsync();
    }
}
