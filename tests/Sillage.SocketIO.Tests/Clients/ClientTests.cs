using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Sillage.SocketIO.Tests.Clients;

/// <summary>The clients that people have, each a program of its own. ./test installs them.</summary>
public class ClientTests
{
    [Theory]
    [InlineData("polling")]
    [InlineData("websocket")]
    [InlineData("upgrade")]
    [InlineData("namespaces")]
    [InlineData("reconnect")]
    [InlineData("rooms")]
    [InlineData("recovery")]
    public async Task Socket_io_client_4_8(string scenario)
    {
        await using var server = await StartAsync(recovery: scenario is "recovery");
        try
        {
            await RunAsync("node", Script("socket.io-client.mjs"), server.Address, scenario, NodeTools);
        }
        catch (ShouldAssertException e)
        {
            throw new ShouldAssertException(e.Message + string.Join('\n', server.Log.All), e);
        }
    }

    [Theory]
    [InlineData("polling")]
    [InlineData("websocket")]
    [InlineData("upgrade")]
    public async Task Python_socketio(string transport)
    {
        await using var server = await StartAsync(recovery: false);

        // Debian's own interpreter: it is the one that has Debian's packages.
        await RunAsync("/usr/bin/python3", Script("python-socketio.py"), server.Address, transport);
    }

    private static Task<TestServer> StartAsync(bool recovery) =>
        TestServer.StartAsync(
            io =>
            {
                ConnectTests.Echo(io);
                io.On(
                        "ask-me",
                        (ClientSocket s, int n) => s.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync("question", n)
                    )
                    .On("drop", (ClientSocket s) => s.Connection.Engine.Close())
                    .On("close", (ClientSocket s) => s.Disconnect(close: true))
                    .On("put-me-out", (ClientSocket s) => s.Disconnect());
                io.Of("/refusing")
                    .Use(context =>
                    {
                        context.Refuse("not you", new { code = 7 });
                        return default;
                    });
                io.Of("/quiet")
                    .On("enter", (ClientSocket s, string room) => s.Join(room))
                    .On(
                        "say",
                        async (ClientSocket s, string room, string text) =>
                        {
                            await s.Namespace.To(room).EmitAsync("said", text);
                            return true;
                        }
                    );
            },
            o => o.Recovery = recovery ? new RecoveryOptions() : null
        );

    internal static string Root { get; } = FindRoot();

    internal static string NodeTools => Path.Combine(Root, "tests", "node");

    internal static string Script(string name) =>
        Path.Combine(Root, "tests", "Sillage.SocketIO.Tests", "Clients", name);

    /// <summary>Runs a client and expects it to end well; else what it said is the failure.</summary>
    internal static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.ExitCode.ShouldBe(0, $"{await output}\n{await errors}");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sillage.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run inside the repository.");
        }

        return folder.FullName;
    }
}
