using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.SocketIO.Servers;

/// <summary>A Socket.IO server that was started for the run.</summary>
internal sealed class SocketServer : IAsyncDisposable
{
    public const string Ours = "Sillage.SocketIO";
    public const string OnKestrels = "Sillage.SocketIO on Kestrel's transport";
    public const string InProduct = "the product";
    public const string Nodes = "socket.io on Node";

    private readonly ServerProcess _process;

    private SocketServer(string name, IPEndPoint address, ServerProcess process)
    {
        (Name, Address, _process) = (name, address, process);
        Processes = new ProcessTree(process.Id);
    }

    public string Name { get; }

    public IPEndPoint Address { get; }

    public int Id => _process.Id;

    /// <summary>What each client shows when it joins; null where nobody asks.</summary>
    public string? Token { get; private set; }

    public ProcessTree Processes { get; }

    /// <summary>Starts this library's server on its own transport.</summary>
    public static Task<SocketServer> StartOursAsync(SocketGround ground) =>
        StartOursAsync(ground, Ours, "--own-transport");

    /// <summary>Starts this library's server as any host has it.</summary>
    public static Task<SocketServer> StartOnKestrelsAsync(SocketGround ground) => StartOursAsync(ground, OnKestrels);

    /// <summary>Starts the product, with the library in it; its clients need <see cref="Token"/>.</summary>
    public static async Task<SocketServer> StartProductAsync(SocketGround ground)
    {
        var server = await StartOursAsync(ground, InProduct, "--product");
        using var client = new HttpClient();
        var login = await client.PostAsJsonAsync(
            new Uri($"http://{server.Address}/api/v1/auth/login"),
            new { username = "admin", password = "three wet oars" }
        );
        login.EnsureSuccessStatusCode();
        server.Token = (await login.Content.ReadFromJsonAsync<Login>())!.Token;
        return server;
    }

    /// <summary>Starts Node's.</summary>
    public static Task<SocketServer> StartNodeAsync(SocketGround ground)
    {
        var address = Free();
        return StartAsync(ground, Nodes, address, ["node", "--expose-gc", "server.js", $"{address.Port}"], ground.Peer);
    }

    /// <summary>Bytes in use on the heap, after a collection if that is asked for.</summary>
    public async Task<long> HeapAsync(bool collect)
    {
        using var client = new HttpClient();
        var memory = await client.GetFromJsonAsync<Memory>(
            new Uri($"http://{Address}/memory?collect={(collect ? "true" : "false")}")
        );
        return memory!.Heap;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static Task<SocketServer> StartOursAsync(SocketGround ground, string name, params string[] flags)
    {
        var address = Free();
        string[] command = ["dotnet", ground.Server, "--urls", $"http://{address}", .. flags];
        return StartAsync(ground, name, address, command, ground.Folder);
    }

    private static IPEndPoint Free() => new(IPAddress.Loopback, ServerProcess.FreePort());

    private static async Task<SocketServer> StartAsync(
        SocketGround ground,
        string name,
        IPEndPoint address,
        string[] command,
        string folder
    )
    {
        Console.Error.WriteLine($"— starting {name}");
        var process = await ServerProcess.StartAsync(
            command,
            new Dictionary<string, string> { ["NODE_ENV"] = "production" },
            folder,
            Path.Combine(ground.Folder, $"{name}-{address.Port}.log"),
            new Uri($"http://{address}/memory?collect=false")
        );
        return new SocketServer(name, address, process);
    }

    private sealed record Memory(long Heap);

    private sealed record Login([property: JsonPropertyName("access_token")] string Token);
}
